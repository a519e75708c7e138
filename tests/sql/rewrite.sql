--
-- rewrite(): the engine by hand. What rewriting means in every detail is
-- tested in the core; here: forms, sites, nulls, encodings, the laws.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B'), qsrepl.set_site('C');

-- Without mappings nothing changes.
SELECT qsrepl.rewrite('\\CN\QlikShare');

SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\Qlik Share', 'C', '\\SRVC\qlik');
SELECT qsrepl.set_mapping('data', 'path', 'A', 'D:\QlikData', 'B', 'E:\Data', 'C', '\\10.3.0.5\data');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'CN', 'B', 'SRVB', 'C', 'SRVC');
SELECT qsrepl.set_mapping('cnfq', 'host', 'A', 'cn.a.local', 'B', 'srvb.b.local', 'C', 'srvc.c.local');
SELECT qsrepl.set_mapping('cnip', 'host', 'A', '192.168.1.1', 'B', '192.168.2.1', 'C', '192.168.3.1');
SELECT qsrepl.set_mapping('cnv6', 'host', 'A', 'fd00:a::1', 'B', 'fd00:b::1', 'C', 'fd00:c::1');
SELECT qsrepl.set_mapping('thumb', 'value', 'A', 'AB12', 'B', 'CD34', 'C', 'EF56');

--
-- Forms. Text is the default.
--
CREATE TABLE samples (form text, value text);
INSERT INTO samples VALUES
	('path', '\\CN\QlikShare'),
	('path', '\\cn\qlikshare\Apps\'),
	('path', '\\CN\QlikShare2'),
	('path', '\\CN\Other'),
	('path', '//CN/QlikShare/x'),
	('path', '\\?\UNC\CN\QlikShare\x'),
	('path', 'd:\QlikData'),
	('path', 'D:/QlikData/x'),
	('path', 'D:\QlikData2'),
	('path', ' \\CN\QlikShare'),
	('path', 'see \\CN\QlikShare'),
	('path', ''),
	('host', 'CN'),
	('host', 'cn:4242'),
	('host', 'CN, cn.a.local;192.168.1.1 [fd00:a::1]:443'),
	('host', 'CN1,xCN,CN.other'),
	('host', 'cn.a.local.'),
	('host', ''),
	('text', 'copy "\\CN\QlikShare\a b" D:\QlikData\c'),
	('text', 'https://cn.a.local/hub https://CN:4242/x LDAP://dc/CN=Users'),
	('text', 'Server=CN;Database=QSR;User ID=CN\svc'),
	('text', '{"p":"\\\\CN\\QlikShare\\x","h":"CN:4242"}'),
	('text', 'file://CN/QlikShare/x file:///D:/QlikData/x'),
	('text', '%5C%5CCN%5CQlikShare%5Cx'),
	('text', 'CN is short for a country'),
	('text', 'AB12'),
	('text', ''),
	('value', 'AB12'),
	('value', 'ab12'),
	('value', ' AB12'),
	('value', 'AB123'),
	('value', '\\CN\QlikShare'),
	('value', '');
SELECT form, value, qsrepl.rewrite(value, form) AS rewritten FROM samples;
SELECT qsrepl.rewrite('see \\CN\QlikShare on CN:80'), qsrepl.rewrite('see \\CN\QlikShare on CN:80', 'text');
-- An IPv6 address is known by its value.
SELECT qsrepl.rewrite('FD00:A:0:0::1', 'host'), qsrepl.rewrite('fd00:a::10', 'host');
SELECT qsrepl.rewrite(value => 'CN', form => 'host', site => 'C');

--
-- Sites: to any of them, from all others.
--
SELECT s.name, qsrepl.rewrite('\\CN\QlikShare\1 \\SRVB\Qlik Share\2 \\SRVC\qlik\3', 'text', s.name) AS text,
	qsrepl.rewrite('E:\Data\x', 'path', s.name) AS path, qsrepl.rewrite('192.168.3.1', 'host', s.name) AS host,
	qsrepl.rewrite('EF56', 'value', s.name) AS value
FROM qsrepl.site s ORDER BY s.name;
-- None given, or null: the local one.
SELECT qsrepl.rewrite('CN', 'host', NULL);

-- Identity, idempotence, return, any route.
WITH at_a AS (
	SELECT form, value FROM samples
), routes AS (
	SELECT form, value, qsrepl.rewrite(value, form, 'B') AS b, qsrepl.rewrite(value, form, 'C') AS c FROM at_a
)
SELECT count(*) AS samples,
	count(*) FILTER (WHERE qsrepl.rewrite(b, form, 'B') <> b) AS not_idempotent,
	count(*) FILTER (WHERE qsrepl.rewrite(b, form, 'C') <> c) AS not_any_route,
	count(*) FILTER (WHERE lower(qsrepl.rewrite(b, form, 'A')) <> lower(value)) AS not_back
FROM routes;

--
-- Null, and what is not recognized.
--
SELECT qsrepl.rewrite(NULL) IS NULL AS value, qsrepl.rewrite('CN', NULL) IS NULL AS form;
SELECT qsrepl.rewrite('CN', 'file');
SELECT qsrepl.rewrite('CN', 'HOST');
SELECT qsrepl.rewrite('CN', '');
SELECT qsrepl.rewrite('CN', 'host', 'Z');
SELECT qsrepl.rewrite('CN', 'host', 'b');
-- A site without any value is a site still: nothing changes for it.
SELECT qsrepl.set_site('D');
SELECT qsrepl.rewrite('CN', 'host', 'D');

--
-- Letters outside ASCII are part of names and are kept; values are long.
--
SELECT qsrepl.rewrite('Größe: \\CN\QlikShare\Über uns', 'text'), qsrepl.rewrite('éCN:80 CNé:80', 'text');
SELECT length(v), length(qsrepl.rewrite(v)), right(qsrepl.rewrite(v), 30)
FROM (SELECT repeat('\\CN\QlikShare\x; ', 100000) AS v) x;
-- All calls share what was made of the mappings.
SELECT count(*) FROM generate_series(1, 10000) i
WHERE qsrepl.rewrite('\\CN\QlikShare\' || i, 'path') = '\\SRVB\Qlik Share\' || i;
-- In an index it would be wrong: it is not immutable.
CREATE INDEX ON samples (qsrepl.rewrite(value, 'text'));

-- Changes are seen in the transaction that makes them, and undone with it.
BEGIN;
SELECT qsrepl.set_mapping('cnip', 'host', 'B', '192.168.2.2');
SELECT qsrepl.rewrite('192.168.1.1', 'host');
SAVEPOINT s;
SELECT qsrepl.drop_mapping('cnip');
SELECT qsrepl.rewrite('192.168.1.1', 'host');
ROLLBACK TO s;
SELECT qsrepl.rewrite('192.168.1.1', 'host');
ROLLBACK;
SELECT qsrepl.rewrite('192.168.1.1', 'host');

DROP TABLE samples;
DROP EXTENSION qsrepl;
