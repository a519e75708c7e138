--
-- leaks(): stored values of other sites, as they are stored, and why.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B'), qsrepl.set_site('C');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare', 'C', '\\SRVC\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
SELECT qsrepl.add_alias('share', 'B', '\\OLDB\QlikShare');
CREATE SCHEMA app;
SET search_path = app;
SELECT * FROM qsrepl.leaks();

CREATE TABLE docs (id integer PRIMARY KEY, path text, server text, j json, b jsonb, a text[], c char(20));
SELECT qsrepl.add_rule('docs', 'path', 'path'), qsrepl.add_rule('docs', 'server', 'host'),
	qsrepl.add_rule('docs', 'j', 'text'), qsrepl.add_rule('docs', 'b', 'text'), qsrepl.add_rule('docs', 'a', 'path'),
	qsrepl.add_rule('docs', 'c', 'path');
INSERT INTO docs (id, path, server) VALUES
	(1, '\\cn\QlikShare\1', 'srvb1, cn1:80'),
	(2, '\\SRVB\QlikShare\2', 'srvb1'),
	(3, '\\SRVC\QlikShare\3', 'cn10'),
	(4, '\\OLDB\QlikShare\4', NULL);
INSERT INTO docs (id, j, b, a, c) VALUES
	(5, '{ "x": "cn1:1" }', '{ "x": ["\\\\SRVC\\QlikShare", "cn1:1"] }', '{x,NULL,"\\\\CN\\QlikShare"}', '\\CN\QlikShare'),
	(6, '{ "cn1:1": "x" }', '"srvb1:1"', '{x,NULL}', NULL);
SELECT * FROM qsrepl.leaks();

-- One relation, with its partitions.
CREATE TABLE part (id integer PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
SELECT qsrepl.add_rule('part', 'path', 'path');
INSERT INTO part VALUES (1, '\\CN\QlikShare\1');
SELECT * FROM qsrepl.leaks('part');
SELECT * FROM qsrepl.leaks('part_1');
SELECT count(*) FROM qsrepl.leaks('docs');

-- Why: it does not fit, it is refused, or nobody has localized it yet.
CREATE TABLE narrow (id integer PRIMARY KEY, v varchar(16), va varchar(16)[], c char(16));
CREATE TABLE distinct_paths (id integer PRIMARY KEY, path text UNIQUE);
CREATE TABLE checked (id integer PRIMARY KEY, path text CHECK (path NOT LIKE '%SRVB%no'));
SELECT qsrepl.add_rule('narrow', x, 'path') FROM unnest('{v,va,c}'::text[]) x;
SELECT qsrepl.add_rule('distinct_paths', 'path', 'path'), qsrepl.add_rule('checked', 'path', 'path');
INSERT INTO narrow (id, v) VALUES (1, '\\CN\QlikShare'), (2, '\\CN\QlikShare\');
INSERT INTO narrow (id, va, c) VALUES (3, '{"\\\\CN\\QlikShare\\"}', NULL), (4, NULL, '\\CN\QlikShare\');
INSERT INTO distinct_paths VALUES (1, '\\CN\QlikShare'), (2, '\\SRVB\QlikShare');
INSERT INTO checked VALUES (1, '\\CN\QlikShare\no'), (2, '\\CN\QlikShare\yes');
SELECT relation, key, "column", reason FROM qsrepl.leaks()
WHERE relation IN ('app.narrow', 'app.distinct_paths', 'app.checked') ORDER BY relation COLLATE "C", key;
SELECT qsrepl.localize();
SELECT * FROM qsrepl.leaks() ORDER BY relation COLLATE "C", key;
-- Repaired, it goes.
ALTER TABLE narrow ALTER v TYPE varchar(17), ALTER va TYPE varchar(17)[], ALTER c TYPE char(17);
DELETE FROM distinct_paths WHERE id = 2;
ALTER TABLE checked DROP CONSTRAINT checked_path_check;
SELECT qsrepl.localize();
SELECT * FROM qsrepl.leaks();
SELECT residue FROM qsrepl.state;

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP EXTENSION qsrepl;
