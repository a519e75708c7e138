--
-- check(): everything that would make rewriting or replication go wrong.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
CREATE SCHEMA app;
SET search_path = app;
-- Sites and mappings: see also sites, mappings.
SELECT * FROM qsrepl.check();
SELECT qsrepl.set_site('A'), qsrepl.set_site('B'), qsrepl.set_site('C');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'C', '\\SRVC\QlikShare');
SELECT qsrepl.add_alias('share', 'B', '\\OLDB\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
SELECT * FROM qsrepl.check();
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\SRVB\QlikShare');
-- Rows that no function has checked, as replication may bring them.
INSERT INTO qsrepl.mapping VALUES ('twin', 'path');
INSERT INTO qsrepl.mapping_value VALUES ('twin', 'A', '\\cn\qlikshare'), ('twin', 'B', '\\x\y');
SELECT * FROM qsrepl.check();
DELETE FROM qsrepl.mapping WHERE name = 'twin';

CREATE TABLE docs (id integer PRIMARY KEY, path varchar(18), note text, number text);
SELECT qsrepl.add_rule('docs', 'path', 'path');
SELECT qsrepl.enable();
SELECT * FROM qsrepl.check();

--
-- Rules whose column is gone or has become another type, renames that nobody
-- followed, copies.
--
CREATE TABLE going (id integer PRIMARY KEY, path text);
SELECT qsrepl.add_rule('going', 'path', 'path'), qsrepl.add_rule('docs', 'note', 'text'),
	qsrepl.add_rule('docs', 'number', 'text');
DROP TABLE going;
ALTER TABLE docs DROP COLUMN note;
ALTER TABLE docs ALTER number TYPE integer USING 0;
CREATE MATERIALIZED VIEW copies AS SELECT path, count(*) FROM docs GROUP BY path;
SELECT * FROM qsrepl.check();
SELECT qsrepl.drop_rule('app.going', 'path'), qsrepl.drop_rule('docs', 'note'), qsrepl.drop_rule('docs', 'number');
DROP MATERIALIZED VIEW copies;
SELECT * FROM qsrepl.check();

--
-- The row triggers. The event trigger would put them right at once.
--
ALTER EVENT TRIGGER qsrepl_follow_ddl DISABLE;
SELECT * FROM qsrepl.check();
ALTER TABLE docs DISABLE TRIGGER "~qsrepl_rewrite";
SELECT object, problem, hint FROM qsrepl.check() WHERE severity = 'error';
ALTER TABLE docs ENABLE TRIGGER "~qsrepl_rewrite";
SELECT object, problem, hint FROM qsrepl.check() WHERE severity = 'error';
ALTER TABLE docs ENABLE ALWAYS TRIGGER "~qsrepl_rewrite";
SELECT object, problem, hint FROM qsrepl.check() WHERE severity = 'error';
DROP TRIGGER "~qsrepl_rewrite" ON docs;
SELECT object, problem, hint FROM qsrepl.check() WHERE severity = 'error';
-- The hint helps.
SELECT qsrepl.enable();
ALTER TABLE docs DISABLE TRIGGER "~qsrepl_rewrite";
SELECT hint FROM qsrepl.check() WHERE severity = 'error' \gexec
ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE REPLICA;
SELECT * FROM qsrepl.check();
ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE ALWAYS;
SELECT * FROM qsrepl.check();
ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE;

-- Of the application's triggers those that write behind it, in replication.
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER "~z behind" BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~z always" BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~z deleting" BEFORE DELETE ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~z after" AFTER INSERT ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~z statement" BEFORE INSERT ON docs EXECUTE FUNCTION nothing();
CREATE TRIGGER "a before" BEFORE INSERT ON docs FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT * FROM qsrepl.check();
ALTER TABLE docs ENABLE REPLICA TRIGGER "~z behind";
ALTER TABLE docs ENABLE ALWAYS TRIGGER "~z always";
ALTER TABLE docs ENABLE REPLICA TRIGGER "~z deleting";
ALTER TABLE docs ENABLE REPLICA TRIGGER "~z after";
ALTER TABLE docs ENABLE REPLICA TRIGGER "~z statement";
ALTER TABLE docs ENABLE REPLICA TRIGGER "a before";
SELECT * FROM qsrepl.check();
SET client_min_messages = warning;
DROP FUNCTION nothing CASCADE;
RESET client_min_messages;

--
-- Rules that lose changes: a key that came later.
--
CREATE TABLE keyed (id integer PRIMARY KEY, path text UNIQUE);
CREATE TABLE referring (id integer PRIMARY KEY, path text);
CREATE TABLE no_key (id integer PRIMARY KEY, path text);
SELECT qsrepl.add_rule('keyed', 'path', 'path'), qsrepl.add_rule('referring', 'path', 'path'),
	qsrepl.add_rule('no_key', 'path', 'path');
ALTER TABLE referring ADD FOREIGN KEY (path) REFERENCES keyed (path);
ALTER TABLE no_key DROP CONSTRAINT no_key_pkey;
SELECT * FROM qsrepl.check();
-- Outside logical mode they are fine.
SELECT qsrepl.disable();
SELECT * FROM qsrepl.check();
DROP TABLE keyed, referring, no_key;
SELECT qsrepl.drop_rule('app.keyed', 'path'), qsrepl.drop_rule('app.referring', 'path'),
	qsrepl.drop_rule('app.no_key', 'path');
SELECT qsrepl.enable();
SELECT * FROM qsrepl.check();

--
-- Values that could not be stored, and what localize() left.
--
SET session_replication_role = replica;
INSERT INTO docs VALUES (1, '\\CN\QlikShare\1'), (2, '\\CN\QlikShare\22'), (3, '\\CN\QlikShare\33');
RESET session_replication_role;
SELECT * FROM qsrepl.check();
SELECT qsrepl.localize();
SELECT * FROM qsrepl.check();
UPDATE docs SET path = '\\CN\QlikShare\2' WHERE id = 2;
DELETE FROM docs WHERE id = 3;
SELECT qsrepl.localize();
SELECT * FROM qsrepl.check();

--
-- The state: of another site, of a database that was restored, of none.
--
UPDATE qsrepl.state SET site = 'A';
SELECT * FROM qsrepl.check() WHERE object = 'state';
UPDATE qsrepl.state SET site = 'B', system_identifier = 1;
SELECT * FROM qsrepl.check() WHERE object = 'state';
SELECT qsrepl.localize();
SELECT * FROM qsrepl.check() WHERE object = 'state';
DELETE FROM qsrepl.state;
SELECT * FROM qsrepl.check() WHERE object = 'state';
SELECT qsrepl.enable();
SELECT * FROM qsrepl.check() WHERE object = 'state';

-- A subscription that stands still.
SET client_min_messages = error;
CREATE SUBSCRIPTION regress_qsrepl CONNECTION 'dbname=none' PUBLICATION none WITH (connect = false);
RESET client_min_messages;
SELECT * FROM qsrepl.check();
ALTER SUBSCRIPTION regress_qsrepl SET (slot_name = NONE);
DROP SUBSCRIPTION regress_qsrepl;

SET client_min_messages = warning;
SELECT qsrepl.disable();
DROP SCHEMA app CASCADE;
DROP EXTENSION qsrepl;
