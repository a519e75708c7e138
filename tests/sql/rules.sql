--
-- Rules: which columns can have one, and dropping them.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
CREATE SCHEMA app;
SET search_path = app;
CREATE DOMAIN folder AS text;
CREATE TABLE docs (
	id integer PRIMARY KEY,
	gone text,
	location text,
	server varchar(40),
	code char(20),
	settings json,
	attributes jsonb,
	locations text[],
	servers varchar(40)[],
	codes char(20)[],
	number integer,
	raw bytea,
	place folder,
	address inet,
	documents jsonb[],
	name name,
	kind "char",
	upper_location text GENERATED ALWAYS AS (upper(location)) STORED
);
ALTER TABLE docs DROP COLUMN gone;

-- Every type that can be rewritten, in each form.
SELECT qsrepl.add_rule('docs', 'location', 'path');
SELECT qsrepl.add_rule('docs', 'server', 'host');
SELECT qsrepl.add_rule('docs', 'code', 'value');
SELECT qsrepl.add_rule('docs', 'settings', 'text');
SELECT qsrepl.add_rule('docs', 'attributes', 'text');
SELECT qsrepl.add_rule('app.docs', 'locations', 'path');
SELECT qsrepl.add_rule('app.docs', 'servers', 'host');
SELECT qsrepl.add_rule('app.docs'::regclass, 'codes', 'text');
SELECT * FROM qsrepl.rule ORDER BY "column" COLLATE "C";
-- Again: kept, or of another form.
SELECT qsrepl.add_rule('docs', 'location', 'path');
SELECT qsrepl.add_rule('docs', 'location', 'text');
SELECT * FROM qsrepl.rule WHERE "column" = 'location';

-- Refused: what is not there.
SELECT qsrepl.add_rule('missing', 'location', 'path');
SELECT qsrepl.add_rule('docs', 'missing', 'path');
SELECT qsrepl.add_rule('docs', 'Location', 'path');
SELECT qsrepl.add_rule('docs', 'gone', 'path');
SELECT qsrepl.add_rule('docs', '........pg.dropped.2........', 'path');
SELECT qsrepl.add_rule('docs', '', 'path');
SELECT qsrepl.add_rule('docs', 'ctid', 'path');
SELECT qsrepl.add_rule('docs', 'tableoid', 'path');
SELECT qsrepl.add_rule(NULL, 'location', 'path');
SELECT qsrepl.add_rule('docs', NULL, 'path');
-- Refused: forms.
SELECT qsrepl.add_rule('docs', 'location', 'file');
SELECT qsrepl.add_rule('docs', 'location', 'PATH');
SELECT qsrepl.add_rule('docs', 'location', NULL);
SELECT qsrepl.add_rule('docs', 'settings', 'path');
SELECT qsrepl.add_rule('docs', 'attributes', 'host');
SELECT qsrepl.add_rule('docs', 'attributes', 'value');
-- Refused: types.
SELECT c AS "column", (SELECT format_type(atttypid, atttypmod) FROM pg_attribute
	WHERE attrelid = 'docs'::regclass AND attname = c) AS type
FROM unnest('{number,raw,place,address,documents,name,kind}'::text[]) c;
SELECT qsrepl.add_rule('docs', 'number', 'text');
SELECT qsrepl.add_rule('docs', 'raw', 'text');
SELECT qsrepl.add_rule('docs', 'place', 'path');
SELECT qsrepl.add_rule('docs', 'address', 'host');
SELECT qsrepl.add_rule('docs', 'documents', 'text');
SELECT qsrepl.add_rule('docs', 'name', 'host');
SELECT qsrepl.add_rule('docs', 'kind', 'value');
-- Refused: a column that is computed.
SELECT qsrepl.add_rule('docs', 'upper_location', 'path');
-- Refused: what is no table of the application.
CREATE VIEW docs_view AS SELECT id, location FROM docs;
CREATE MATERIALIZED VIEW docs_copy AS SELECT id, location FROM docs;
CREATE TYPE pair AS (a text, b text);
CREATE SEQUENCE numbers;
SELECT qsrepl.add_rule('docs_view', 'location', 'path');
SELECT qsrepl.add_rule('docs_copy', 'location', 'path');
SELECT qsrepl.add_rule('docs_pkey', 'id', 'path');
SELECT qsrepl.add_rule('pair', 'a', 'path');
SELECT qsrepl.add_rule('numbers', 'last_value', 'path');
SELECT qsrepl.add_rule('qsrepl.mapping_value', 'value', 'text');
SELECT qsrepl.add_rule('qsrepl.site', 'description', 'text');
SELECT qsrepl.add_rule('pg_catalog.pg_description', 'description', 'text');
SELECT qsrepl.add_rule('information_schema.sql_features', 'comments', 'text');
-- Refused: a partition key; the other columns may.
CREATE TABLE parts (id integer, location text, note text) PARTITION BY LIST (location);
SELECT qsrepl.add_rule('parts', 'location', 'path');
SELECT qsrepl.add_rule('parts', 'note', 'text');
-- What was refused has left nothing.
SELECT * FROM qsrepl.rule ORDER BY relation COLLATE "C", "column" COLLATE "C";

--
-- Odd names, other schemas.
--
CREATE SCHEMA "App, 2";
CREATE TABLE "App, 2"."Dot.t""ed" (id integer PRIMARY KEY, "File ""Path""" text, "select" text, "ä" text);
CREATE TABLE "App, 2".docs (id integer PRIMARY KEY, location text);
SELECT qsrepl.add_rule('"App, 2"."Dot.t""ed"', 'File "Path"', 'path');
SELECT qsrepl.add_rule('"App, 2"."Dot.t""ed"', 'select', 'path');
SELECT qsrepl.add_rule('"App, 2"."Dot.t""ed"', 'ä', 'path');
SELECT qsrepl.add_rule('"App, 2".docs', 'location', 'path');
SELECT * FROM qsrepl.rule WHERE relation NOT LIKE 'app.%' ORDER BY relation COLLATE "C", "column" COLLATE "C";
-- They are found again by what they stand for.
INSERT INTO "App, 2"."Dot.t""ed" VALUES (1, '\\CN\QlikShare\1', '\\CN\QlikShare\2', '\\CN\QlikShare\3');
INSERT INTO "App, 2".docs VALUES (1, '\\CN\QlikShare\1');
SELECT relation, "column", after FROM qsrepl.preview() ORDER BY relation COLLATE "C", "column" COLLATE "C";
SELECT relation, "column", after FROM qsrepl.preview('"App, 2".docs');
SELECT qsrepl.enable();
SELECT tgrelid::regclass, tgenabled FROM pg_trigger WHERE tgfoid = 'qsrepl.rewrite_row'::regproc
ORDER BY tgrelid::regclass::text COLLATE "C";
SET session_replication_role = replica;
INSERT INTO "App, 2"."Dot.t""ed" VALUES (2, '\\CN\QlikShare\1', '\\CN\QlikShare\2', '\\CN\QlikShare\3');
RESET session_replication_role;
TABLE "App, 2"."Dot.t""ed";
SELECT relation, "column", rewritten FROM qsrepl.stat_rules WHERE rewritten > 0
ORDER BY relation COLLATE "C", "column" COLLATE "C";
SELECT qsrepl.localize();
TABLE "App, 2"."Dot.t""ed";
SELECT * FROM qsrepl.check();

--
-- Dropping, by name, since the table may be gone: the schema is needed where
-- two tables could be meant.
--
SELECT qsrepl.drop_rule('docs', 'location');
SELECT qsrepl.drop_rule('app.docs', 'location');
SELECT qsrepl.drop_rule('app.docs', 'location');
SELECT qsrepl.drop_rule('docs', 'location');
SELECT qsrepl.drop_rule('"Dot.t""ed"', 'ä');
SELECT qsrepl.drop_rule('"App, 2"."Dot.t""ed"', 'missing');
SELECT qsrepl.drop_rule('missing', 'location');
SELECT qsrepl.drop_rule('ocs', 'server');
-- The row trigger goes with the table's last rule.
SELECT tgrelid::regclass FROM pg_trigger WHERE tgfoid = 'qsrepl.rewrite_row'::regproc
ORDER BY tgrelid::regclass::text COLLATE "C";
DROP TABLE "App, 2"."Dot.t""ed";
SELECT * FROM qsrepl.check();
SELECT qsrepl.drop_rule('"App, 2"."Dot.t""ed"', 'select');
SELECT qsrepl.drop_rule('"App, 2"."Dot.t""ed"', 'File "Path"');
SELECT * FROM qsrepl.rule ORDER BY relation COLLATE "C", "column" COLLATE "C";
SELECT * FROM qsrepl.check();
SELECT what, count(*) FROM qsrepl.event GROUP BY what ORDER BY what COLLATE "C";

SET client_min_messages = warning;
DROP SCHEMA app, "App, 2" CASCADE;
DROP EXTENSION qsrepl;
