--
-- Every type of column, by the row trigger.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
SELECT qsrepl.set_mapping('thumb', 'value', 'A', 'AB12', 'B', 'CD34EF');
CREATE SCHEMA app;
SET search_path = app;
SELECT qsrepl.enable();

--
-- Strings. char(n) keeps its padding and is compared without it.
--
CREATE TABLE strings (id integer PRIMARY KEY, t text, v varchar, vn varchar(20), c char(20), b bpchar, c1 char);
SELECT qsrepl.add_rule('strings', x, 'path') FROM unnest('{t,v,vn,c,b,c1}'::text[]) x;
SET session_replication_role = replica;
INSERT INTO strings VALUES
	(1, '\\CN\QlikShare', '\\CN\QlikShare', '\\CN\QlikShare', '\\CN\QlikShare', '\\CN\QlikShare', '\'),
	(2, '\\CN\QlikShare\x', '\\CN\QlikShare\x', '\\CN\QlikShare\x', '\\CN\QlikShare\x', '\\CN\QlikShare\x', NULL),
	(3, '\\other', '\\other', '\\other', '\\other', '\\other  ', ' ');
RESET session_replication_role;
SELECT * FROM strings ORDER BY id;
SELECT id, octet_length(c) AS c, octet_length(b) AS b, octet_length(c1) AS c1 FROM strings ORDER BY id;
SELECT id FROM strings WHERE c = '\\SRVB\QlikShare';
-- In characters, whatever their bytes.
SET session_replication_role = replica;
INSERT INTO strings (id, c) VALUES (4, '\\CN\QlikShare\ü');
RESET session_replication_role;
SELECT c, octet_length(c) FROM strings WHERE id = 4;

-- The other forms.
CREATE TABLE forms (id integer PRIMARY KEY, host varchar(40), text text, value char(8), hosts char(20));
SELECT qsrepl.add_rule('forms', 'host', 'host'), qsrepl.add_rule('forms', 'text', 'text'),
	qsrepl.add_rule('forms', 'value', 'value'), qsrepl.add_rule('forms', 'hosts', 'host');
SET session_replication_role = replica;
INSERT INTO forms VALUES
	(1, 'cn1:4242', 'https://cn1/x \\CN\QlikShare cn1', 'ab12', 'cn1;cn10, cn1:1'),
	(2, '\\cn1\x', 'AB12', 'ab12 x', ' cn1');
RESET session_replication_role;
SELECT *, octet_length(hosts) FROM forms ORDER BY id;

--
-- json: the text around the strings stays byte for byte; keys stay.
--
CREATE TABLE documents (id integer PRIMARY KEY, j json, b jsonb);
SELECT qsrepl.add_rule('documents', 'j', 'text'), qsrepl.add_rule('documents', 'b', 'text');
SET session_replication_role = replica;
INSERT INTO documents (id, j, b) SELECT i, v::json, v::jsonb FROM (VALUES
	(1, '  { "path" :	"\\\\CN\\QlikShare\\x" ,"n":1.50, "a":[ "cn1:80",null,true , {"deep":{"url":"https:\/\/cn1\/x"}} ] }'),
	(2, '"\\\\CN\\QlikShare"'),
	(3, ' "see cn1:80" '),
	(4, '{"\\\\CN\\QlikShare": 1, "host=cn1": "x"}'),
	(5, '{"dup": "cn1:1", "dup": "cn1:2"}'),
	(6, '[[["\\\\CN\\QlikShare"], []], {}, "", "\\\\CN\\QlikShare2"]'),
	(7, '1'), (8, 'null'), (9, 'true'), (10, '[]'), (11, '{}'), (12, '-0.5e1'),
	(13, '["\u005c\u005cCN\u005cQlikShare", "caf\u00e9 \ud83d\ude00 cn1:80 \n\t\"q\" \/"]'),
	(14, '{"nothing": "foreign",  "here": ["x",1]}')
) AS x (i, v);
RESET session_replication_role;
SELECT id, j, b FROM documents ORDER BY id;
-- What holds nothing foreign is as it was.
SELECT id FROM documents WHERE j::text = '{"nothing": "foreign",  "here": ["x",1]}';
SELECT jsonb_typeof(b), count(*) FROM documents GROUP BY 1 ORDER BY 1;
-- json gives the same value as jsonb.
SELECT id FROM documents WHERE j::jsonb <> b;
SET session_replication_role = replica;
UPDATE documents SET j = '{"a":"cn1:9"}', b = b || '{"a":"cn1:9"}' WHERE id IN (11, 14);
RESET session_replication_role;
SELECT id, j, b FROM documents WHERE id IN (11, 14) ORDER BY id;

--
-- Arrays: dimensions, lower bounds and nulls stay.
--
CREATE TABLE arrays (id integer PRIMARY KEY, t text[], v varchar(20)[], c char(20)[]);
SELECT qsrepl.add_rule('arrays', x, 'path') FROM unnest('{t,v,c}'::text[]) x;
SET session_replication_role = replica;
INSERT INTO arrays SELECT i, x::text[], x::varchar(20)[], x::char(20)[] FROM (VALUES
	(1, '{"\\\\CN\\QlikShare",other,NULL,"","\\\\CN\\QlikShare\\x"}'),
	(2, '{}'), (3, NULL), (4, '{NULL}'), (5, '{a,b}'),
	(6, '[2:3][-1:0]={{"\\\\CN\\QlikShare",NULL},{x,"//cn/qlikshare"}}'),
	(7, '[0:0]={"\\\\CN\\QlikShare"}'),
	(8, '{{{"\\\\CN\\QlikShare"}}}')
) AS s (i, x);
RESET session_replication_role;
SELECT id, t, v FROM arrays ORDER BY id;
SELECT id, c FROM arrays ORDER BY id;
SELECT id, array_dims(t) AS t, array_dims(v) AS v, array_dims(c) AS c, t[2][0], octet_length(c[1]) FROM arrays
ORDER BY id;
-- An element that does not fit leaves the whole array as it came.
SET session_replication_role = replica;
INSERT INTO arrays (id, v) VALUES (9, '{"\\\\CN\\QlikShare","\\\\CN\\QlikShare\\12345"}');
UPDATE arrays SET v[2] = '\\CN\QlikShare\y' WHERE id = 5;
RESET session_replication_role;
SELECT id, v FROM arrays WHERE id IN (5, 9) ORDER BY id;

--
-- Long values, stored out of line: noise that cannot be compressed.
--
CREATE TABLE long_values (id integer PRIMARY KEY, n integer, t text, j json, b jsonb, a text[]);
SELECT qsrepl.add_rule('long_values', x, 'text') FROM unnest('{t,j,b,a}'::text[]) x;
CREATE VIEW noise AS SELECT string_agg(md5(i::text), '') AS v FROM generate_series(1, 1000) i;
SET session_replication_role = replica;
INSERT INTO long_values SELECT 1, 0, '\\CN\QlikShare\ ' || v || ' \\CN\QlikShare\',
	json_build_object('v', v, 'p', '\\CN\QlikShare'), jsonb_build_object('v', v, 'p', '\\CN\QlikShare'),
	ARRAY[v, '\\CN\QlikShare'] FROM noise;
INSERT INTO long_values SELECT 2, 0, v, json_build_object('v', v), jsonb_build_object('v', v), ARRAY[v] FROM noise;
RESET session_replication_role;
SELECT id, t = CASE id WHEN 1 THEN '\\SRVB\QlikShare\ ' || v || ' \\SRVB\QlikShare\' ELSE v END AS t,
	j->>'v' = v AS jv, j->>'p' AS jp, b->>'v' = v AS bv, b->>'p' AS bp, a[1] = v AS a1, a[2] AS a2
FROM long_values, noise ORDER BY id;
-- Local ones stay through updates of the rest, also of other long columns.
INSERT INTO long_values SELECT 3, 0, '\\CN\QlikShare\ ' || v FROM noise;
SET session_replication_role = replica;
UPDATE long_values SET n = n + 1;
UPDATE long_values SET n = n + 1, b = '{"p": "cn1:1"}' WHERE id = 3;
RESET session_replication_role;
SELECT id, n, left(t, 20) AS t, left(b::text, 16) AS b FROM long_values ORDER BY id;

SELECT relation, "column", seen, rewritten, refused FROM qsrepl.stat_rules
ORDER BY relation COLLATE "C", "column" COLLATE "C";
SELECT count(*) FROM qsrepl.leaks();
SELECT relation, key, "column" FROM qsrepl.leaks() ORDER BY 1, 2;

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP EXTENSION qsrepl;
