--
-- Mappings: what is accepted, refused and warned of.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B'), qsrepl.set_site('C');
CREATE VIEW values_now AS
	SELECT m.name, m.kind, v.site, v.value, v.current
	FROM qsrepl.mapping m LEFT JOIN qsrepl.mapping_value v ON v.mapping = m.name
	ORDER BY m.name COLLATE "C", v.site, v.current DESC, v.value COLLATE "C";

--
-- Accepted, and how it is stored: paths with backslashes and none behind,
-- the rest as given.
--
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare\', 'B', '//srvb/Qlik//Share/', 'C', '\\srvc');
SELECT qsrepl.set_mapping('data', 'path', 'A', 'D:/Qlik/Data\', 'B', 'e:\Data', 'C', '\\srvc\e$\Data');
SELECT qsrepl.set_mapping('central', 'host', 'A', 'CN1', 'B', 'cn_2', 'C', 'c-3');
SELECT qsrepl.set_mapping('v4', 'host', 'A', '10.0.0.1', 'B', '10.0.1.1');
SELECT qsrepl.set_mapping('v6', 'host', 'A', 'fd00:A::1', 'B', 'fd00:b:0::1');
SELECT qsrepl.set_mapping('thumb', 'value', 'A', ' 0F1E ', 'B', 'localhost');
SELECT * FROM values_now;
-- Value for value, sites in any order and by and by.
SELECT qsrepl.set_mapping('thumb', 'value', 'C', '\\any\thing\');
SELECT qsrepl.set_mapping('v4', 'host', VARIADIC ARRAY['C', '10.0.2.1', 'A', '10.0.0.1']);
SELECT * FROM values_now WHERE name IN ('thumb', 'v4');

--
-- A changed value leaves the former one as an alias.
--
SELECT qsrepl.set_mapping('v4', 'host', 'A', '10.9.9.9');
SELECT * FROM values_now WHERE name = 'v4';
SELECT qsrepl.rewrite('10.0.0.1,10.9.9.9', 'host');
SELECT qsrepl.rewrite('10.0.0.1,10.9.9.9,10.0.1.1', 'host', 'A');
-- There and back: it is current again, and no value is there twice.
SELECT qsrepl.set_mapping('v4', 'host', 'A', '10.0.0.1');
SELECT * FROM values_now WHERE name = 'v4';
-- The local site's too.
SELECT qsrepl.set_mapping('v4', 'host', 'B', '10.0.1.2');
SELECT qsrepl.rewrite('10.0.0.1,10.0.1.1,10.0.1.2', 'host');

--
-- Aliases.
--
SELECT qsrepl.add_alias('share', 'A', '\\OLD\Share\');
SELECT qsrepl.add_alias('share', 'B', '//oldb/share');
-- Again, and the current value: nothing changes.
SELECT qsrepl.add_alias('share', 'A', '\\OLD\Share');
SELECT qsrepl.add_alias('share', 'A', '\\CN\QlikShare');
SELECT * FROM values_now WHERE name = 'share';
SELECT qsrepl.rewrite('\\old\share\x', 'path'), qsrepl.rewrite('\\oldb\share\x', 'path');
SELECT qsrepl.add_alias('missing', 'A', '\\x\y');
SELECT qsrepl.add_alias('share', 'Z', '\\x\y');
SELECT qsrepl.add_alias('share', 'A', '');
SELECT qsrepl.add_alias('share', 'A', NULL);
SELECT qsrepl.add_alias('share', NULL, '\\x\y');
SELECT qsrepl.add_alias(NULL, 'A', '\\x\y');
SELECT qsrepl.add_alias('share', 'A', 'not a path');
SELECT qsrepl.add_alias('central', 'A', '10.0.0.1');
SELECT count(*) FROM values_now;

--
-- Dropping: its values go with it.
--
SELECT qsrepl.drop_mapping('v4');
SELECT qsrepl.drop_mapping('v4');
SELECT qsrepl.drop_mapping(NULL);
SELECT count(*) FROM values_now WHERE name = 'v4';
SELECT qsrepl.rewrite('10.0.0.1', 'host');

--
-- Refused: what is no mapping at all.
--
SELECT qsrepl.set_mapping('', 'host', 'A', 'x');
SELECT qsrepl.set_mapping(NULL, 'host', 'A', 'x');
SELECT qsrepl.set_mapping(repeat('x', 64), 'host', 'A', 'x');
SELECT qsrepl.set_mapping('m', 'folder', 'A', 'x');
SELECT qsrepl.set_mapping('m', 'PATH', 'A', 'x');
SELECT qsrepl.set_mapping('m', NULL, 'A', 'x');
SELECT qsrepl.set_mapping('m', 'host', 'A');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'x', 'B');
SELECT qsrepl.set_mapping('m', 'host', VARIADIC '{}');
SELECT qsrepl.set_mapping('m', 'host', VARIADIC NULL);
SELECT qsrepl.set_mapping('m', 'host', 'A', 'x', 'A', 'y');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'x', 'Z', 'y');
SELECT qsrepl.set_mapping('m', 'host', NULL, 'x');
SELECT qsrepl.set_mapping('share', 'host', 'A', 'x');
-- Refused: empty, too long.
SELECT qsrepl.set_mapping('m', 'path', 'A', '');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'x', 'B', '');
SELECT qsrepl.set_mapping('m', 'value', 'A', NULL);
SELECT qsrepl.set_mapping('m', 'value', 'A', repeat('x', 1025));
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\cn\' || repeat('ü', 1000));
-- Refused: paths.
SELECT qsrepl.set_mapping('m', 'path', 'A', 'QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\\CN\QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\?\UNC\CN\QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', 'file://CN/QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\CN:445\QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\C N\QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\CN\Qlik*');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\CN\Qlik' || chr(10) || 'Share');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\CN\QlikShare ');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\CN\ QlikShare');
SELECT qsrepl.set_mapping('m', 'path', 'A', '\\CN\QlikShare.\x');
SELECT qsrepl.set_mapping('m', 'path', 'A', 'D:');
SELECT qsrepl.set_mapping('m', 'path', 'A', 'D:\');
SELECT qsrepl.set_mapping('m', 'path', 'A', 'D:Qlik');
SELECT qsrepl.set_mapping('m', 'path', 'A', '5:\Qlik');
-- Refused: hosts.
SELECT qsrepl.set_mapping('m', 'host', 'A', 'localhost');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'LocalHost.localdomain');
SELECT qsrepl.set_mapping('m', 'host', 'A', '127.0.0.1');
SELECT qsrepl.set_mapping('m', 'host', 'A', '127.1.2.3');
SELECT qsrepl.set_mapping('m', 'host', 'A', '::1');
SELECT qsrepl.set_mapping('m', 'host', 'A', '0:0:0:0:0:0:0:1');
SELECT qsrepl.set_mapping('m', 'host', 'A', '::ffff:127.0.0.1');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'cn1:4242');
SELECT qsrepl.set_mapping('m', 'host', 'A', '[fd00::1]');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'https://cn1');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'cn1.');
SELECT qsrepl.set_mapping('m', 'host', 'A', '.cn1');
SELECT qsrepl.set_mapping('m', 'host', 'A', 'cn1 cn2');
SELECT qsrepl.set_mapping('m', 'host', 'A', '\\cn1');
-- These only look like them.
SELECT qsrepl.set_mapping('m', 'host', 'A', 'localhost1', 'B', 'x-localhost', 'C', '128.0.0.1x');

-- Refused: two mappings with one value, whatever the sites and the case.
SELECT qsrepl.set_mapping('n', 'path', 'A', '\\cn\qlikSHARE', 'B', '\\other\share');
SELECT qsrepl.set_mapping('n', 'path', 'A', '\\other\share', 'B', '\\cn\qlikshare');
SELECT qsrepl.set_mapping('n', 'path', 'A', '\\other\share', 'C', '\\OLDB\share');
SELECT qsrepl.set_mapping('n', 'host', 'A', 'FD00:a:0:0::1', 'B', 'other');
SELECT qsrepl.set_mapping('n', 'host', 'A', 'cN1', 'B', 'other');
SELECT qsrepl.set_mapping('n', 'value', 'C', ' 0f1e ');
SELECT qsrepl.add_alias('data', 'C', '\\cn\qlikshare');
-- Of two kinds they may: a path is no host.
SELECT qsrepl.set_mapping('n', 'value', 'C', '\\CN\QlikShare');
-- One mapping may have one value at two sites.
SELECT qsrepl.set_mapping('same', 'path', 'A', '\\nas\qlik', 'B', '\\NAS\qlik', 'C', '\\nas3\qlik');
-- Refused: a server alone names no share that a drive could stand for.
SELECT qsrepl.set_mapping('o', 'path', 'A', 'D:\Qlik', 'B', '\\other');
SELECT qsrepl.set_mapping('o', 'path', 'A', 'D:\Qlik', 'B', '\\other\share');
SELECT qsrepl.add_alias('o', 'B', '\\other');
SELECT qsrepl.add_alias('share', 'B', 'D:\Other');
-- What was refused has left nothing.
SELECT * FROM values_now;

--
-- Warned of: a path inside another site's path.
--
SELECT qsrepl.set_mapping('dr', 'path', 'A', '\\fs\qlik', 'B', '\\fs\qlik\dr');
SELECT qsrepl.rewrite('\\fs\qlik\dr\x', 'path'), qsrepl.rewrite('\\fs\qlik\x', 'path');
SELECT qsrepl.set_mapping('outer', 'path', 'A', '\\fs2\qlik', 'B', '\\fs3\qlik');
SELECT qsrepl.set_mapping('inner', 'path', 'A', '\\fs3\qlik\logs', 'B', '\\fs4\logs');
-- No warning: the same site, or a folder that only begins alike.
SELECT qsrepl.drop_mapping('inner');
SELECT qsrepl.set_mapping('inner', 'path', 'A', '\\fs2\qlik\logs', 'B', '\\fs3\qlik\logs', 'C', '\\fs2\qlik2');
-- Only what concerns the mapping that was changed.
SELECT qsrepl.set_mapping('outer', 'path', 'C', '\\fs5\qlik');
-- A host and a path that name one server here and two there.
SELECT qsrepl.set_mapping('server', 'host', 'A', 'fsa', 'B', 'fsb');
SELECT qsrepl.set_mapping('fsshare', 'path', 'A', '\\fsa\qlik', 'B', '\\nasb\qlik');
SELECT qsrepl.set_mapping('fsshare', 'path', 'B', '\\fsb\qlik');
-- Spellings that are recognized in different places.
SELECT qsrepl.set_mapping('mixed', 'host', 'A', 'mixed', 'B', 'mixed.siteb.local');
SELECT qsrepl.set_mapping('mixed6', 'host', 'A', 'fd00::5', 'B', '10.1.1.1');
SELECT qsrepl.set_mapping('mixed', 'host', 'B', 'mixed-b');
-- check() repeats all of them.
SELECT severity, object, problem, hint FROM qsrepl.check() WHERE object = 'mappings';

-- What was done.
SELECT what, count(*) FROM qsrepl.event GROUP BY what ORDER BY what COLLATE "C";

DROP VIEW values_now;
DROP EXTENSION qsrepl;
