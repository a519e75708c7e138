--
-- Sites, and what needs the local one.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;

-- The local site's name is set, but nobody has defined it yet.
SELECT site, state FROM qsrepl.status;
SELECT * FROM qsrepl.check();
SELECT qsrepl.enable();
SELECT qsrepl.localize();
SELECT * FROM qsrepl.preview();
SELECT * FROM qsrepl.leaks();
SELECT * FROM qsrepl.scan();
SELECT qsrepl.rewrite('\\CN\QlikShare');
SELECT count(*) FROM qsrepl.state;

SELECT qsrepl.set_site('A', 'Lund');
SELECT qsrepl.set_site('B');
SELECT qsrepl.set_site(description => 'third', name => 'Zürich');
-- Again: a description that is not given stays.
SELECT qsrepl.set_site('A');
SELECT qsrepl.set_site('B', 'Malmö');
SELECT qsrepl.set_site('A', '');
SELECT * FROM qsrepl.site ORDER BY name COLLATE "C";
-- Names are compared as they are.
SELECT qsrepl.set_site('a');
SELECT count(*) FROM qsrepl.site;

-- 1 to 63 bytes.
SELECT qsrepl.set_site('');
SELECT qsrepl.set_site(NULL);
SELECT qsrepl.set_site(repeat('x', 64));
SELECT qsrepl.set_site(repeat('ü', 32));
SELECT qsrepl.set_site(repeat('x', 63));
SELECT qsrepl.set_site(repeat('ü', 31) || 'x');
SELECT max(octet_length(name)), count(*) FROM qsrepl.site;

-- What the local site lacks is named.
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare');
SELECT * FROM qsrepl.check();
SELECT qsrepl.rewrite('\\CN\QlikShare', 'path');
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\SRVB\QlikShare');
SELECT * FROM qsrepl.check();
SELECT qsrepl.rewrite('\\CN\QlikShare', 'path');
SELECT qsrepl.enable();
SELECT * FROM qsrepl.check();

DROP EXTENSION qsrepl;
