--
-- The extension's tables and functions, damaged by a superuser: reads of user
-- tables end with an error that says so, catalogs can be read, and what was
-- repaired works again.
--
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION qsrepl;
CREATE FUNCTION set_up() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM qsrepl.set_site('A'), qsrepl.set_site('B');
	PERFORM qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikData');
	PERFORM qsrepl.add_rule('docs', 'path', 'path');
	PERFORM qsrepl.localize();
	UPDATE docs SET path = '\\CN\QlikShare\1';
	UPDATE qsrepl.state SET system_identifier = 1;
END $$;
CREATE TABLE docs (id integer PRIMARY KEY, path text);
INSERT INTO docs VALUES (1, 'x');
DO $$ BEGIN PERFORM set_up(); END $$;
SELECT * FROM docs;
PREPARE p AS SELECT path FROM docs;
EXECUTE p;

-- The event trigger lets nobody damage a table by accident.
ALTER TABLE qsrepl.rule RENAME TO rule_kept;
-- A table whose columns are others
ALTER EVENT TRIGGER qsrepl_follow_ddl DISABLE;
BEGIN;
ALTER TABLE qsrepl.rule RENAME TO rule_kept;
SAVEPOINT s;
SELECT * FROM docs;
ROLLBACK TO s;
CREATE TABLE qsrepl.rule (relation text, "column" text, n integer, profile text);
SAVEPOINT s;
SELECT * FROM docs;
ROLLBACK TO s;
EXECUTE p;
ROLLBACK TO s;
COPY docs TO stdout;
ROLLBACK TO s;
UPDATE docs SET id = 2;
ROLLBACK TO s;
INSERT INTO docs VALUES (2, 'x');
ROLLBACK TO s;
SELECT 'docs'::regclass, count(*) FROM pg_class WHERE relname = 'docs';
SELECT count(*) FROM qsrepl.rule;
DROP TABLE qsrepl.rule;
ALTER TABLE qsrepl.rule_kept RENAME TO rule;
SELECT * FROM docs;
COMMIT;
EXECUTE p;
-- One that is read early, one that is read late
BEGIN;
ALTER TABLE qsrepl.state RENAME TO state_kept;
CREATE TABLE qsrepl.state (site text, system_identifier bigint, database_oid oid);
SELECT * FROM docs;
ROLLBACK;
BEGIN;
ALTER TABLE qsrepl.mapping_value ALTER COLUMN value TYPE bytea USING '\x00';
SELECT * FROM docs;
ROLLBACK;
BEGIN;
ALTER TABLE qsrepl.state RENAME TO state_kept;
CREATE TABLE qsrepl.state (LIKE qsrepl.state_kept);
ALTER TABLE qsrepl.state DROP COLUMN residue;
SELECT * FROM docs;
ROLLBACK;
EXECUTE p;

-- Rows with nulls
BEGIN;
ALTER TABLE qsrepl.state DROP CONSTRAINT state_pkey;
ALTER TABLE qsrepl.state ALTER COLUMN site DROP NOT NULL, ALTER COLUMN system_identifier DROP NOT NULL,
	ALTER COLUMN database_oid DROP NOT NULL, ALTER COLUMN residue DROP NOT NULL;
UPDATE qsrepl.state SET site = NULL, residue = NULL;
SELECT * FROM docs;
SELECT site FROM qsrepl.state;
UPDATE qsrepl.state SET site = 'B', system_identifier = NULL;
SELECT * FROM docs;
UPDATE qsrepl.state SET system_identifier = (qsrepl._here()).system_identifier, database_oid = NULL;
SELECT * FROM docs;
UPDATE qsrepl.state SET database_oid = (qsrepl._here()).database_oid;
SELECT * FROM docs;
ROLLBACK;
BEGIN;
ALTER TABLE qsrepl.rule ALTER COLUMN form DROP NOT NULL;
INSERT INTO qsrepl.rule VALUES ('public.docs', 'id', NULL);
ALTER TABLE qsrepl.mapping_value ALTER COLUMN current DROP NOT NULL;
INSERT INTO qsrepl.mapping_value VALUES ('share', 'C', '\\C\x', NULL);
SELECT * FROM docs;
ROLLBACK;

-- Two rows in qsrepl.state, or none
BEGIN;
DELETE FROM qsrepl.state;
SELECT * FROM docs;
ROLLBACK;
BEGIN;
TRUNCATE qsrepl.state;
SELECT * FROM docs;
ROLLBACK;
EXECUTE p;

-- A function that the reader needs
BEGIN;
ALTER EXTENSION qsrepl DROP FUNCTION qsrepl._read(anyelement, integer, integer);
DROP FUNCTION qsrepl._read(anyelement, integer, integer);
SAVEPOINT s;
SELECT * FROM docs;
ROLLBACK TO s;
EXECUTE p;
ROLLBACK TO s;
SELECT id FROM docs;
SELECT docs FROM docs;
SELECT count(*) FROM pg_class WHERE relname = 'docs';
ROLLBACK;
BEGIN;
ALTER EXTENSION qsrepl DROP FUNCTION qsrepl._read_row(anyelement, oid);
DROP FUNCTION qsrepl._read_row(anyelement, oid);
SELECT docs FROM docs;
ROLLBACK;
EXECUTE p;
-- One that is not allowed to everybody any more
CREATE ROLE qsrepl_reader;
GRANT SELECT ON docs TO qsrepl_reader;
REVOKE EXECUTE ON FUNCTION qsrepl._read(anyelement, integer, integer) FROM PUBLIC;
SET ROLE qsrepl_reader;
SELECT path FROM docs;
RESET ROLE;
GRANT EXECUTE ON FUNCTION qsrepl._read(anyelement, integer, integer) TO PUBLIC;
REVOKE USAGE ON SCHEMA qsrepl FROM PUBLIC;
SET ROLE qsrepl_reader;
SELECT path FROM docs;
RESET ROLE;
GRANT USAGE ON SCHEMA qsrepl TO PUBLIC;
DROP OWNED BY qsrepl_reader;
DROP ROLE qsrepl_reader;

-- For good, in sessions that know nothing of it yet
ALTER TABLE qsrepl.mapping RENAME TO mapping_kept;
\c
SET client_min_messages = warning;
SELECT * FROM docs;
COPY docs TO stdout;
COPY docs FROM '/dev/null';
UPDATE docs SET id = 3;
SELECT count(*) FROM pg_class WHERE relname = 'docs';
SELECT count(*) FROM qsrepl.rule;
ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE;
CREATE TABLE other (id integer);
-- Repaired at one stroke
ALTER TABLE qsrepl.mapping_kept RENAME TO mapping;
SELECT * FROM docs;
-- The hint is right.
ALTER EVENT TRIGGER qsrepl_follow_ddl DISABLE;
ALTER TABLE qsrepl.mapping RENAME TO mapping_kept;
ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE;
DROP EXTENSION qsrepl CASCADE;
SELECT * FROM docs;
CREATE EXTENSION qsrepl;
DO $$ BEGIN PERFORM set_up(); END $$;
SELECT * FROM docs;
-- The table that the extension's own functions return takes it along.
ALTER EXTENSION qsrepl DROP TABLE qsrepl.state;
DROP TABLE qsrepl.state CASCADE;
SELECT count(*) FROM pg_extension WHERE extname = 'qsrepl';
SELECT * FROM docs;
DROP TABLE docs;
DROP FUNCTION set_up;
DROP SCHEMA qsrepl CASCADE;
