--
-- Corners: what is easily overlooked.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
CREATE SCHEMA app;
SET search_path = app;
SELECT qsrepl.enable();

--
-- A deferrable constraint would not be checked in replication.
--
CREATE TABLE deferred (id integer PRIMARY KEY, path text UNIQUE DEFERRABLE INITIALLY DEFERRED);
SELECT qsrepl.add_rule('deferred', 'path', 'path');
DROP TABLE deferred;

--
-- A partition key is one in whatever table of the tree and in expressions: a
-- rewritten row would be refused, and apply would stop.
--
CREATE FUNCTION try_rule(relation regclass, col text, OUT result text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM qsrepl.add_rule(relation, col, 'path');
	result := 'accepted';
EXCEPTION WHEN OTHERS THEN
	result := 'refused';
END $$;
CREATE TABLE part (id integer PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE by_path (id integer, path text) PARTITION BY LIST (path);
CREATE TABLE by_path_1 PARTITION OF by_path (PRIMARY KEY (id)) FOR VALUES IN ('\\CN\QlikShare');
CREATE TABLE by_expression (id integer, path text) PARTITION BY LIST (lower(path));
CREATE TABLE by_id (id integer, path text) PARTITION BY LIST (id);
CREATE TABLE by_id_1 PARTITION OF by_id FOR VALUES IN (1) PARTITION BY LIST (path);
SELECT try_rule('part', 'path') AS part, try_rule('by_path', 'path') AS top, try_rule('by_path_1', 'path') AS leaf,
	try_rule('by_expression', 'path') AS expression, try_rule('by_id', 'path') AS above, try_rule('by_id_1', 'path') AS below;
SELECT relation FROM qsrepl.rule;
DROP TABLE part, by_path, by_expression, by_id;
DO $$ BEGIN PERFORM qsrepl.drop_rule(relation, "column") FROM qsrepl.rule; END $$;

--
-- localize() and apply agree: values are left one by one, not by the row, and
-- nothing is cut off.
--
CREATE TABLE narrow (id integer PRIMARY KEY, path varchar(16), other text);
SELECT qsrepl.add_rule('narrow', 'path', 'text'), qsrepl.add_rule('narrow', 'other', 'text');
INSERT INTO narrow VALUES (1, '\\CN\QlikShare\', '\\CN\QlikShare'), (2, '\\CN\QlikShare  ', NULL);
SET session_replication_role = replica;
INSERT INTO narrow SELECT id + 10, path, other FROM narrow;
RESET session_replication_role;
SELECT qsrepl.localize();
SELECT id, '[' || path || ']' AS path, other FROM narrow ORDER BY id;
SELECT key, "column", reason FROM qsrepl.leaks() ORDER BY key;
DROP TABLE narrow;
SELECT qsrepl.drop_rule('app.narrow', 'path'), qsrepl.drop_rule('app.narrow', 'other');

-- char without a length keeps its blanks.
CREATE TABLE blanks (id integer PRIMARY KEY, c bpchar, a bpchar[]);
SELECT qsrepl.add_rule('blanks', 'c', 'path'), qsrepl.add_rule('blanks', 'a', 'path');
SET session_replication_role = replica;
INSERT INTO blanks VALUES (1, '\\CN\QlikShare\x  ', ARRAY['\\CN\QlikShare\x  ']);
RESET session_replication_role;
INSERT INTO blanks VALUES (2, '\\CN\QlikShare\x  ', ARRAY['\\CN\QlikShare\x  ']);
SELECT qsrepl.localize();
SELECT id, octet_length(c), a FROM blanks ORDER BY id;
DROP TABLE blanks;
SELECT qsrepl.drop_rule('app.blanks', 'c'), qsrepl.drop_rule('app.blanks', 'a');

--
-- A child's own rule goes before its parent's, in whatever order they came.
--
CREATE TABLE parent (id integer PRIMARY KEY, path text);
CREATE TABLE child_1 (PRIMARY KEY (id)) INHERITS (parent);
CREATE TABLE child_2 (PRIMARY KEY (id)) INHERITS (parent);
SELECT qsrepl.add_rule('child_1', 'path', 'text'), qsrepl.add_rule('parent', 'path', 'path'),
	qsrepl.add_rule('child_2', 'path', 'text');
SET session_replication_role = replica;
INSERT INTO child_1 VALUES (1, 'see \\CN\QlikShare');
INSERT INTO child_2 VALUES (1, 'see \\CN\QlikShare');
RESET session_replication_role;
SELECT tableoid::regclass, * FROM parent ORDER BY tableoid::regclass::text;
DROP TABLE child_1, child_2, parent;
DO $$ BEGIN PERFORM qsrepl.drop_rule(relation, "column") FROM qsrepl.rule; END $$;

--
-- How a session spells identifiers is its own affair.
--
CREATE TABLE plain (id integer PRIMARY KEY, path text);
SELECT qsrepl.add_rule('plain', 'path', 'path');
SET quote_all_identifiers = on;
SELECT * FROM qsrepl.check();
SET session_replication_role = replica;
INSERT INTO plain VALUES (1, '\\CN\QlikShare');
RESET session_replication_role;
SELECT qsrepl.add_rule('plain', 'path', 'path');
ALTER TABLE plain ADD COLUMN more text;
RESET quote_all_identifiers;
TABLE plain;
SELECT relation, "column", form FROM qsrepl.rule;
DO $$ BEGIN PERFORM qsrepl.drop_rule(relation, "column") FROM qsrepl.rule; END $$;
DROP TABLE plain;

--
-- What works in an ordinary session works in one that replays: the state is
-- written, and so are events.
--
CREATE TABLE plain (id integer PRIMARY KEY, path text);
SELECT qsrepl.add_rule('plain', 'path', 'path');
SELECT qsrepl.disable();
INSERT INTO plain VALUES (1, '\\CN\QlikShare');
DELETE FROM qsrepl.state;
SET session_replication_role = replica;
SELECT qsrepl.localize();
SELECT qsrepl.enable();
SHOW session_replication_role;
RESET session_replication_role;
SELECT site, rows_changed, logical FROM qsrepl.state;
SELECT count(*) FROM pg_trigger WHERE tgfoid = 'qsrepl.rewrite_row'::regproc;
-- A fixup that fails is an event.
INSERT INTO qsrepl.fixup VALUES ('fails', 1, 'SELECT 1/0');
SELECT qsrepl.localize();
SELECT what, detail FROM qsrepl.event WHERE what LIKE 'fixup%';
DELETE FROM qsrepl.fixup;
SELECT qsrepl.enable();
DROP TABLE plain;
SELECT qsrepl.drop_rule('app.plain', 'path');

--
-- preview(): unique are the key columns of an index, not those it includes.
--
CREATE TABLE including (id integer PRIMARY KEY, path text, more integer);
CREATE UNIQUE INDEX one ON including (path) INCLUDE (more);
CREATE TABLE including_path (id integer PRIMARY KEY, path text, more integer);
CREATE UNIQUE INDEX other ON including_path (more) INCLUDE (path);
SELECT qsrepl.add_rule('including', 'path', 'path'), qsrepl.add_rule('including_path', 'path', 'path');
INSERT INTO including VALUES (1, '\\CN\QlikShare', 1), (2, '\\SRVB\QlikShare', 2);
INSERT INTO including_path VALUES (1, '\\CN\QlikShare', 1), (2, '\\SRVB\QlikShare', 2);
SELECT relation, key, problem FROM qsrepl.preview() ORDER BY relation COLLATE "C", key;
DROP TABLE including, including_path;
DO $$ BEGIN PERFORM qsrepl.drop_rule(relation, "column") FROM qsrepl.rule; END $$;

--
-- A rule that was dropped stays so, though a profile has it; so do fixups.
--
CREATE TABLE public."DataConnections" ("ID" uuid PRIMARY KEY, "ConnectionString" text);
CREATE TABLE public."LocalConfigs" ("ID" uuid PRIMARY KEY, "HostName" text);
CREATE TABLE public."ServerNodeHeartbeats" ("ID" uuid PRIMARY KEY);
SELECT relation FROM qsrepl.load_profile() WHERE action <> 'missing';
SELECT qsrepl.drop_rule('public."DataConnections"', 'ConnectionString');
DELETE FROM qsrepl.fixup;
CREATE TABLE later (id integer PRIMARY KEY);
SELECT relation, "column" FROM qsrepl.rule;
SELECT name FROM qsrepl.fixup;
DELETE FROM qsrepl.fixup;
DROP TABLE public."DataConnections", public."LocalConfigs", public."ServerNodeHeartbeats", later;
DO $$ BEGIN PERFORM qsrepl.drop_rule(relation, "column") FROM qsrepl.rule; END $$;

--
-- A column takes the name of one that is gone, and both had a rule.
--
CREATE TABLE renamed (id integer PRIMARY KEY, path text, new_path text);
SELECT qsrepl.add_rule('renamed', 'path', 'path'), qsrepl.add_rule('renamed', 'new_path', 'path');
ALTER TABLE renamed DROP COLUMN path;
ALTER TABLE renamed RENAME new_path TO path;
SELECT relation, "column", form FROM qsrepl.rule;
CREATE TABLE later (id integer PRIMARY KEY);
SET session_replication_role = replica;
INSERT INTO renamed VALUES (1, '\\CN\QlikShare');
RESET session_replication_role;
TABLE renamed;
DROP TABLE renamed, later;
DO $$ BEGIN PERFORM qsrepl.drop_rule(relation, "column") FROM qsrepl.rule; END $$;

-- Tables that come with their schema.
CREATE TABLE part (id integer PRIMARY KEY, path text) PARTITION BY RANGE (id);
SELECT qsrepl.add_rule('part', 'path', 'path');
CREATE SCHEMA app2
	CREATE TABLE part_1 PARTITION OF app.part FOR VALUES FROM (1) TO (10);
SELECT tgrelid::regclass, tgenabled FROM pg_trigger WHERE tgfoid = 'qsrepl.rewrite_row'::regproc;
DROP TABLE part;
SELECT qsrepl.drop_rule('app.part', 'path');

-- A temporary table has no rules: other sessions do not know it.
CREATE TEMP TABLE scratch (id integer PRIMARY KEY, path text);
SELECT try_rule('scratch', 'path');
SELECT count(*) FROM qsrepl.rule;
DROP TABLE scratch;

-- scan() looks into arrays.
CREATE TABLE lists (id integer PRIMARY KEY, hosts text[], paths text[]);
DO $$ BEGIN PERFORM qsrepl.drop_rule(relation, "column") FROM qsrepl.rule; END $$;
INSERT INTO lists VALUES (1, '{other,cn1}', '{other,"\\\\CN\\QlikShare\\x"}');
SELECT "column", count, form FROM qsrepl.scan() WHERE relation = 'app.lists';
SELECT count(qsrepl.add_rule('lists', "column", form)) FROM qsrepl.scan() WHERE relation = 'app.lists';
SELECT qsrepl.localize();
SELECT hosts, paths FROM lists;

-- Former values do not hide that the present ones are spelled differently.
SELECT qsrepl.set_mapping('mixed', 'host', 'A', 'mixed-a', 'B', 'mixed-b');
SELECT qsrepl.set_mapping('mixed', 'host', 'A', 'fd00::5', 'B', '10.1.1.1');

-- A rule that no function has checked does not break the others.
CREATE TABLE plain (id integer PRIMARY KEY, path text);
SELECT qsrepl.add_rule('plain', 'path', 'path');
INSERT INTO qsrepl.rule VALUES ('app.My Table', 'path', 'path');
SELECT severity, object, problem FROM qsrepl.check() WHERE object LIKE 'rule%';
CREATE TABLE later (id integer PRIMARY KEY);
SET session_replication_role = replica;
INSERT INTO plain VALUES (1, '\\CN\QlikShare');
RESET session_replication_role;
TABLE plain;
SELECT qsrepl.drop_rule('app.My Table', 'path');
DROP TABLE plain, later;
SELECT qsrepl.drop_rule('app.plain', 'path');

-- While localize() writes nobody checks a deferrable constraint later either.
SELECT qsrepl.disable();
CREATE TABLE deferred (id integer PRIMARY KEY, path text UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE checked_late (id integer PRIMARY KEY, path text UNIQUE DEFERRABLE);
SELECT qsrepl.add_rule('deferred', 'path', 'path'), qsrepl.add_rule('checked_late', 'path', 'path');
INSERT INTO deferred VALUES (1, '\\SRVB\QlikShare\1'), (2, '\\CN\QlikShare\1'), (3, '\\CN\QlikShare\3');
INSERT INTO checked_late VALUES (1, '\\SRVB\QlikShare\1'), (2, '\\CN\QlikShare\1'), (3, '\\CN\QlikShare\3');
SELECT qsrepl.localize();
SELECT * FROM deferred ORDER BY id;
SELECT * FROM checked_late ORDER BY id;

SELECT qsrepl.disable();
SET client_min_messages = warning;
DROP SCHEMA app, app2 CASCADE;
DROP EXTENSION qsrepl;
