--
-- The application changes its schema: rules follow, and what comes later is
-- covered. By an owner without any rights on the extension.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
CREATE ROLE regress_owner;
CREATE SCHEMA app AUTHORIZATION regress_owner;
GRANT CREATE ON SCHEMA public TO regress_owner;
SET search_path = app, public;
CREATE VIEW rules AS
	SELECT relation, "column", form, profile FROM qsrepl.rule
	ORDER BY relation COLLATE "C", "column" COLLATE "C";
CREATE VIEW row_triggers AS
	SELECT tgrelid::regclass AS "table", tgenabled AS enabled
	FROM pg_trigger WHERE tgfoid = 'qsrepl.rewrite_row'::regproc
	ORDER BY tgrelid::regclass::text COLLATE "C";
GRANT SELECT ON rules, row_triggers TO regress_owner;
SET ROLE regress_owner;
CREATE TABLE docs (id integer PRIMARY KEY, path text, note text, more text);
RESET ROLE;
SELECT qsrepl.add_rule('docs', 'path', 'path'), qsrepl.add_rule('docs', 'note', 'text');
SELECT qsrepl.enable();
SET ROLE regress_owner;

--
-- Renames are followed.
--
ALTER TABLE docs RENAME COLUMN path TO "The Path";
TABLE rules;
ALTER TABLE docs RENAME note TO path;
TABLE rules;
ALTER TABLE docs RENAME path TO note;
ALTER TABLE docs RENAME TO "Docs, 2";
TABLE rules;
ALTER TABLE "Docs, 2" RENAME TO docs;
-- Undone, it is undone.
BEGIN;
ALTER TABLE docs RENAME TO gone;
TABLE rules;
ROLLBACK;
TABLE rules;
RESET ROLE;
CREATE SCHEMA other AUTHORIZATION regress_owner;
SET ROLE regress_owner;
ALTER TABLE docs SET SCHEMA other;
TABLE rules;
RESET ROLE;
ALTER SCHEMA other RENAME TO "Other";
TABLE rules;
SET ROLE regress_owner;
ALTER TABLE "Other".docs SET SCHEMA app;
RESET ROLE;
-- What follows is the same rule: it rewrites, and is dropped by its new name.
SET session_replication_role = replica;
INSERT INTO docs VALUES (1, '\\CN\QlikShare\1', 'see \\CN\QlikShare\1');
RESET session_replication_role;
TABLE docs;
TABLE row_triggers;
SELECT * FROM qsrepl.check();
SELECT qsrepl.drop_rule('docs', 'The Path');
SELECT qsrepl.drop_rule('docs', 'path');
SELECT qsrepl.add_rule('docs', 'The Path', 'path');

--
-- Columns that go and come: the rule stays with the name.
--
SET ROLE regress_owner;
ALTER TABLE docs DROP COLUMN "The Path";
TABLE rules;
TABLE row_triggers;
ALTER TABLE docs DROP COLUMN note;
TABLE rules;
TABLE row_triggers;
ALTER TABLE docs ADD COLUMN "The Path" text;
TABLE row_triggers;
ALTER TABLE docs RENAME "The Path" TO path;
TABLE rules;
-- A column that cannot be rewritten any more is in nobody's way.
ALTER TABLE docs ALTER path TYPE integer USING 0;
RESET ROLE;
SET session_replication_role = replica;
INSERT INTO docs VALUES (2, NULL, 5);
RESET session_replication_role;
SET ROLE regress_owner;
ALTER TABLE docs ALTER path TYPE varchar(40);
RESET ROLE;
SET session_replication_role = replica;
INSERT INTO docs VALUES (3, NULL, '\\CN\QlikShare\3');
RESET session_replication_role;
SET ROLE regress_owner;
SELECT * FROM docs ORDER BY id;

--
-- Tables that are made anew.
--
DROP TABLE docs;
CREATE TABLE docs (path text, id integer PRIMARY KEY);
TABLE row_triggers;
-- Moved out of the way: the rule goes with the table.
ALTER TABLE docs RENAME TO old_docs;
CREATE TABLE docs (id integer PRIMARY KEY, path text);
TABLE rules;
TABLE row_triggers;
DROP TABLE docs, old_docs;
CREATE TABLE old_docs AS SELECT 1 AS id, ''::text AS path;
SELECT 1 AS id, ''::text AS path INTO docs;
TABLE row_triggers;
RESET ROLE;
SELECT qsrepl.drop_rule('old_docs', 'path'), qsrepl.drop_rule('app.docs', 'note');
SET ROLE regress_owner;
DROP TABLE docs, old_docs;

--
-- Partitions and children.
--
CREATE TABLE part (id integer PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE parent (id integer PRIMARY KEY, path text);
RESET ROLE;
SELECT qsrepl.add_rule('part', 'path', 'path'), qsrepl.add_rule('parent', 'path', 'path');
TABLE row_triggers;
SET ROLE regress_owner;
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 (path text, id integer NOT NULL);
TABLE row_triggers;
ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE part_3 PARTITION OF part FOR VALUES FROM (20) TO (30) PARTITION BY RANGE (id);
CREATE TABLE part_3_1 PARTITION OF part_3 DEFAULT;
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
CREATE TABLE adopted (id integer PRIMARY KEY, path text);
ALTER TABLE adopted INHERIT parent;
TABLE row_triggers;
ALTER TABLE part_1 RENAME TO part_one;
ALTER TABLE part RENAME path TO location;
TABLE rules;
ALTER TABLE part DETACH PARTITION part_2;
ALTER TABLE adopted NO INHERIT parent;
TABLE row_triggers;
ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20);
RESET ROLE;
SET session_replication_role = replica;
INSERT INTO part VALUES (1, '\\CN\QlikShare\1'), (11, '\\CN\QlikShare\11'), (21, '\\CN\QlikShare\21');
INSERT INTO child VALUES (1, '\\CN\QlikShare\1');
RESET session_replication_role;
SELECT tableoid::regclass, * FROM part ORDER BY id;
TABLE child;
SELECT * FROM qsrepl.check();

--
-- A rule that would lose changes: a warning, and the command goes through.
--
SET ROLE regress_owner;
CREATE TABLE no_key () INHERITS (parent);
TABLE row_triggers;
DROP TABLE no_key;

--
-- A profile covers what comes later.
--
CREATE TABLE public."DataConnections" ("ID" uuid PRIMARY KEY, "ConnectionString" text);
TABLE rules;
RESET ROLE;
SELECT action, count(*) FROM qsrepl.load_profile() GROUP BY action ORDER BY action COLLATE "C";
SET ROLE regress_owner;
CREATE TABLE public."LocalConfigs" ("ID" uuid PRIMARY KEY);
ALTER TABLE public."LocalConfigs" ADD COLUMN "HostName" text;
CREATE TABLE public."EngineServiceSettings" ("ID" uuid PRIMARY KEY, "DocumentDirectory" integer, "TableFilesDirectory" text);
TABLE rules;
TABLE row_triggers;

-- Temporary tables and those of no rule are left alone.
CREATE TEMP TABLE docs (id integer PRIMARY KEY, path text);
CREATE TABLE plain (id integer PRIMARY KEY, path text);
TABLE row_triggers;

--
-- Outside logical mode rules are followed too, triggers are none.
--
RESET ROLE;
SELECT qsrepl.disable();
SET ROLE regress_owner;
ALTER TABLE parent RENAME path TO place;
CREATE TABLE child_2 (PRIMARY KEY (id)) INHERITS (parent);
TABLE rules;
TABLE row_triggers;
RESET ROLE;
SELECT qsrepl.enable();
TABLE row_triggers;

SELECT qsrepl.disable();
SET client_min_messages = warning;
DROP SCHEMA app, "Other" CASCADE;
DROP TABLE public."DataConnections", public."LocalConfigs", public."EngineServiceSettings", pg_temp.docs;
REVOKE CREATE ON SCHEMA public FROM regress_owner;
DROP ROLE regress_owner;
DROP EXTENSION qsrepl;
