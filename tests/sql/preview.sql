--
-- preview(): what localize() would change, and what would go wrong.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B'), qsrepl.set_site('C');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare', 'C', '\\SRVC\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
CREATE SCHEMA app;
SET search_path = app;
SELECT * FROM qsrepl.preview();

-- Each changed value, in the order of tables and columns; all types.
CREATE TABLE docs (id integer PRIMARY KEY, path text, server varchar(20), j json, b jsonb, a text[], c char(20));
SELECT qsrepl.add_rule('docs', 'path', 'path'), qsrepl.add_rule('docs', 'server', 'host'),
	qsrepl.add_rule('docs', 'j', 'text'), qsrepl.add_rule('docs', 'b', 'text'), qsrepl.add_rule('docs', 'a', 'path'),
	qsrepl.add_rule('docs', 'c', 'path');
INSERT INTO docs (id, path, server) VALUES
	(1, '\\CN\QlikShare\1', 'cn1'),
	(2, '\\SRVB\QlikShare\2', 'srvb1'),
	(3, '\\SRVC\QlikShare\3', 'cn10'),
	(4, '\\other\4', NULL);
INSERT INTO docs (id, j, b, a, c) VALUES
	(5, '{ "x": "cn1:1" }', '{ "x": "cn1:1" }', '{x,NULL,"\\\\CN\\QlikShare"}', '\\CN\QlikShare'),
	(6, '{ "x": "cn10:1" }', '"srvb1:1"', '{x,NULL}', NULL);
SELECT * FROM qsrepl.preview();
-- It changes nothing.
SELECT count(*) FROM docs WHERE path LIKE '%CN%';
SELECT site, state FROM qsrepl.status;

-- Keys of several columns, of any type.
CREATE TABLE keyed ("Path" text, "the day" date, n numeric, u uuid, PRIMARY KEY (n, "the day", u));
SELECT qsrepl.add_rule('keyed', 'Path', 'path');
INSERT INTO keyed VALUES ('\\CN\QlikShare', '2020-02-29', 1.50, '00000000-0000-0000-0000-000000000001');
SELECT key, "column", after FROM qsrepl.preview('keyed');
-- A ruled key column is shown as it is stored.
CREATE TABLE natural_key (path text PRIMARY KEY);
SELECT qsrepl.add_rule('natural_key', 'path', 'path');
INSERT INTO natural_key VALUES ('\\CN\QlikShare');
SELECT * FROM qsrepl.preview('natural_key');
-- No key: where the row is.
CREATE TABLE no_key (path text);
SELECT qsrepl.add_rule('no_key', 'path', 'path');
INSERT INTO no_key VALUES ('\\CN\QlikShare');
SELECT jsonb_object_keys(key), after FROM qsrepl.preview('no_key');

-- One relation, with its partitions and children.
CREATE TABLE part (id integer PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (30) PARTITION BY RANGE (id);
CREATE TABLE part_2_1 PARTITION OF part_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE parent (id integer PRIMARY KEY, path text);
CREATE TABLE child () INHERITS (parent);
SELECT qsrepl.add_rule('part', 'path', 'path'), qsrepl.add_rule('parent', 'path', 'path');
INSERT INTO part VALUES (1, '\\CN\QlikShare\1'), (10, '\\CN\QlikShare\10');
INSERT INTO parent VALUES (1, '\\CN\QlikShare\1');
INSERT INTO child VALUES (1, '\\CN\QlikShare\1');
SELECT relation, after FROM qsrepl.preview('part');
SELECT relation, after FROM qsrepl.preview('part_2');
SELECT relation, after FROM qsrepl.preview('part_1');
SELECT relation, after FROM qsrepl.preview('parent');
SELECT relation, after FROM qsrepl.preview('child');
SELECT relation, after FROM qsrepl.preview('pg_class');
SELECT * FROM qsrepl.preview('missing');

--
-- Problems.
--
-- Too long.
CREATE TABLE narrow (id integer PRIMARY KEY, v varchar(16), c char(16), va varchar(16)[], ca char(16)[], t text);
SELECT qsrepl.add_rule('narrow', x, 'path') FROM unnest('{v,c,va,ca,t}'::text[]) x;
INSERT INTO narrow SELECT i, x, x, ARRAY['x', NULL, x], ARRAY[x], x
FROM (VALUES (1, '\\CN\QlikShare'), (2, '\\CN\QlikShare\')) AS s (i, x);
SELECT key, "column", after, problem FROM qsrepl.preview('narrow') ORDER BY "column" COLLATE "C", key;
CREATE TABLE narrow_characters (id integer PRIMARY KEY, v varchar(18));
SELECT qsrepl.add_rule('narrow_characters', 'v', 'path');
INSERT INTO narrow_characters VALUES (1, '\\CN\QlikShare\ü'), (2, '\\CN\QlikShare\üü');
SELECT key, after, problem FROM qsrepl.preview('narrow_characters') ORDER BY key;

-- Check constraints: on the row as it would be.
CREATE TABLE checked (id integer PRIMARY KEY, path text, other text, note text,
	CONSTRAINT at_cn CHECK (path LIKE '\\\\CN\\%'), CHECK (path <> other), CONSTRAINT "Note's" CHECK (note <> 'x'));
SELECT qsrepl.add_rule('checked', 'path', 'path'), qsrepl.add_rule('checked', 'other', 'path');
INSERT INTO checked VALUES (1, '\\CN\QlikShare', '\\SRVC\QlikShare', 'n'), (2, NULL, '\\CN\QlikShare', NULL);
SELECT key, "column", after, problem FROM qsrepl.preview('checked') ORDER BY "column" COLLATE "C", key;

-- Unique constraints and indexes: among the rows as they would be.
CREATE TABLE distinct_paths (id integer PRIMARY KEY, path text UNIQUE, a text, b text);
CREATE UNIQUE INDEX two_columns ON distinct_paths (a, b);
SELECT qsrepl.add_rule('distinct_paths', x, 'path') FROM unnest('{path,a}'::text[]) x;
INSERT INTO distinct_paths VALUES
	(1, '\\CN\QlikShare\1', '\\CN\QlikShare', 'x'),
	(2, '\\SRVB\QlikShare\1', '\\SRVC\QlikShare', 'x'),
	(3, '\\CN\QlikShare\3', '\\CN\QlikShare', NULL),
	(4, '\\SRVC\QlikShare\3', '\\SRVC\QlikShare', NULL),
	(5, '\\CN\QlikShare\5', NULL, 'x'),
	(6, NULL, '\\CN\QlikShare', 'y');
SELECT key, "column", after, problem FROM qsrepl.preview('distinct_paths') ORDER BY "column" COLLATE "C", key;

-- Several at once.
CREATE TABLE several (id integer PRIMARY KEY, path varchar(15) UNIQUE CHECK (path NOT LIKE '%SRVB%'));
SELECT qsrepl.add_rule('several', 'path', 'path');
INSERT INTO several VALUES (1, '\\CN\QlikShare'), (2, '\\SRVC\QlikShar'), (3, '\\cn\QLIKshare');
SELECT key, after, problem FROM qsrepl.preview('several') ORDER BY key;

-- A constraint is its table owner's code: it runs with the owner's rights.
CREATE ROLE qsrepl_table_owner;
GRANT ALL ON SCHEMA app TO qsrepl_table_owner;
SET ROLE qsrepl_table_owner;
CREATE FUNCTION app.who() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'evaluated by %', current_user;
	RETURN true;
END $$;
CREATE TABLE owned (id integer PRIMARY KEY, path text CHECK (app.who() AND path <> ''));
RESET ROLE;
SELECT qsrepl.add_rule('owned', 'path', 'path');
INSERT INTO owned VALUES (1, '\\CN\QlikShare');
SELECT key, after, problem FROM qsrepl.preview('owned');
SELECT qsrepl.localize();

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP ROLE qsrepl_table_owner;
DROP EXTENSION qsrepl;
