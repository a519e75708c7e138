--
-- Logical mode: what enable() refuses, the row triggers, and disable().
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
CREATE SCHEMA app;
SET search_path = app;
CREATE VIEW row_triggers AS
	SELECT tgrelid::regclass AS "table", tgname AS trigger, tgenabled AS enabled,
		tgtype & 1 <> 0 AS row, tgtype & 2 <> 0 AS before, tgtype & 4 <> 0 AS insert, tgtype & 16 <> 0 AS update,
		tgtype & 8 <> 0 AS delete
	FROM pg_trigger WHERE tgfoid = 'qsrepl.rewrite_row'::regproc
	ORDER BY tgrelid::regclass::text COLLATE "C";
CREATE VIEW state AS
	SELECT s.site, s.system_identifier = c.system_identifier AS system, d.datname IS NOT NULL AS database,
		s.timeline, s.epoch, s.localized_at IS NOT NULL AS localized, s.lsn IS NOT NULL AS lsn, s.rows_changed,
		s.residue, s.logical
	FROM qsrepl.state s CROSS JOIN pg_control_system() c
		LEFT JOIN pg_database d ON d.oid = s.database_oid AND d.datname = current_database();

-- Without rules there is nothing to do but to say so.
TABLE state;
SELECT qsrepl.enable();
TABLE state;
SELECT site, state, stored_site, logical, mappings, rules, triggers FROM qsrepl.status;
SELECT qsrepl.disable();
TABLE state;

--
-- Refused: rules that would lose updates and deletes without a word.
--
CREATE TABLE key_table (path text, n integer, note text, PRIMARY KEY (n, path));
SELECT qsrepl.add_rule('key_table', 'path', 'path');
SELECT qsrepl.enable();
SELECT qsrepl.add_rule('key_table', 'note', 'text');
SELECT qsrepl.drop_rule('key_table', 'path');
SELECT qsrepl.enable();
TABLE row_triggers;
-- Enabled, it is refused at once.
SELECT qsrepl.add_rule('key_table', 'path', 'path');
SELECT * FROM qsrepl.rule;
SELECT qsrepl.disable();

-- The replica identity.
CREATE TABLE identity_table (id integer PRIMARY KEY, path text NOT NULL, UNIQUE (path));
SELECT qsrepl.add_rule('identity_table', 'path', 'path');
SELECT qsrepl.enable();
SELECT qsrepl.disable();
ALTER TABLE identity_table REPLICA IDENTITY USING INDEX identity_table_path_key;
SELECT qsrepl.enable();
SELECT qsrepl.drop_rule('identity_table', 'path');

-- Foreign keys, either end.
CREATE TABLE server (id integer PRIMARY KEY, name varchar(40) UNIQUE);
CREATE TABLE service (id integer PRIMARY KEY, server varchar(40) REFERENCES server (name));
SELECT qsrepl.add_rule('service', 'server', 'host');
SELECT qsrepl.enable();
SELECT qsrepl.drop_rule('service', 'server');
SELECT qsrepl.add_rule('server', 'name', 'host');
SELECT qsrepl.enable();
SELECT qsrepl.drop_rule('server', 'name');

-- No primary key, nor a replica identity in its place.
CREATE TABLE no_key (id integer NOT NULL, path text);
SELECT qsrepl.add_rule('no_key', 'path', 'path');
SELECT qsrepl.enable();
CREATE UNIQUE INDEX no_key_id ON no_key (id);
SELECT qsrepl.enable();
ALTER TABLE no_key REPLICA IDENTITY USING INDEX no_key_id;
SELECT qsrepl.enable();
TABLE row_triggers;

-- All of it at once is told in one go.
SELECT qsrepl.disable();
ALTER TABLE no_key REPLICA IDENTITY DEFAULT;
SELECT qsrepl.add_rule('service', 'server', 'host');
SELECT qsrepl.add_rule('key_table', 'path', 'path');
SELECT qsrepl.enable();
-- What was refused changes nothing.
TABLE row_triggers;
SELECT logical FROM qsrepl.state;
SELECT qsrepl.drop_rule('service', 'server'), qsrepl.drop_rule('key_table', 'path'), qsrepl.drop_rule('no_key', 'path');

--
-- Partitions and children have their own triggers, one a table.
--
CREATE TABLE part (id integer, path text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
CREATE TABLE part_2_1 PARTITION OF part_2 FOR VALUES FROM (10) TO (15);
CREATE TABLE parent (id integer PRIMARY KEY, path text);
CREATE TABLE child (PRIMARY KEY (id), more text) INHERITS (parent);
CREATE TABLE plain (id integer PRIMARY KEY, path text);
SELECT qsrepl.add_rule('part', 'path', 'path');
SELECT qsrepl.add_rule('parent', 'path', 'path');
SELECT qsrepl.enable();
TABLE row_triggers;
-- Again: the same.
SELECT qsrepl.enable();
TABLE row_triggers;
-- A trigger that was lost, switched off or made an ordinary one is put right.
ALTER EVENT TRIGGER qsrepl_follow_ddl DISABLE;
DROP TRIGGER "~qsrepl_rewrite" ON part_1;
ALTER TABLE part_2_1 DISABLE TRIGGER "~qsrepl_rewrite";
ALTER TABLE parent ENABLE TRIGGER ALL;
ALTER TABLE child ENABLE ALWAYS TRIGGER "~qsrepl_rewrite";
TABLE row_triggers;
ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE;
SELECT qsrepl.enable();
TABLE row_triggers;
-- A rule added later brings its trigger, a dropped one takes it along.
SELECT qsrepl.add_rule('plain', 'path', 'path');
SELECT qsrepl.drop_rule('parent', 'path');
SELECT qsrepl.add_rule('child', 'more', 'text');
TABLE row_triggers;
SELECT qsrepl.drop_rule('child', 'more');
TABLE row_triggers;
TABLE state;
SELECT site, state, stored_site, logical, mappings, rules, triggers FROM qsrepl.status;

-- Disabled: no triggers, the rules stay; again: the same.
SELECT qsrepl.disable();
SELECT qsrepl.disable();
TABLE row_triggers;
TABLE state;
SELECT count(*) FROM qsrepl.rule;
SELECT qsrepl.add_rule('parent', 'path', 'path');
TABLE row_triggers;
SELECT qsrepl.enable();
TABLE row_triggers;
SELECT what, count(*) FROM qsrepl.event GROUP BY what ORDER BY what COLLATE "C";

-- The trigger's function does nothing else.
CREATE TRIGGER wrong AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION qsrepl.rewrite_row();
INSERT INTO plain VALUES (1, 'x');
DROP TRIGGER wrong ON plain;
CREATE TRIGGER wrong BEFORE DELETE ON plain FOR EACH ROW EXECUTE FUNCTION qsrepl.rewrite_row();
INSERT INTO plain VALUES (1, 'x');
DELETE FROM plain;
DROP TRIGGER wrong ON plain;
CREATE TRIGGER wrong BEFORE INSERT ON plain FOR EACH STATEMENT EXECUTE FUNCTION qsrepl.rewrite_row();
INSERT INTO plain VALUES (2, 'x');
DROP TRIGGER wrong ON plain;
SELECT qsrepl.rewrite_row();

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP EXTENSION qsrepl;
