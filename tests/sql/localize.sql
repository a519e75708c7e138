--
-- localize(): stored rows become the local site's.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B'), qsrepl.set_site('C');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare', 'C', '\\SRVC\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
CREATE SCHEMA app;
SET search_path = app;
CREATE VIEW state AS
	SELECT s.site, s.system_identifier = c.system_identifier AS system, d.datname IS NOT NULL AS database,
		s.timeline, s.epoch, now() - s.localized_at < '1 hour' AS localized, s.lsn <= pg_current_wal_insert_lsn() AS lsn,
		s.rows_changed, s.residue, s.logical
	FROM qsrepl.state s CROSS JOIN pg_control_system() c
		LEFT JOIN pg_database d ON d.oid = s.database_oid AND d.datname = current_database();

-- Without rules there is nothing to rewrite, and that is noted.
SELECT qsrepl.localize();
TABLE state;
SELECT what, detail FROM qsrepl.event WHERE what = 'localized';

--
-- Rows that change are written, others are not: not even anew.
--
CREATE TABLE docs (id integer PRIMARY KEY, path text, server text, j json, b jsonb, a text[], c char(20),
	folder text GENERATED ALWAYS AS (substr(path, 3)) STORED);
SELECT qsrepl.add_rule('docs', 'path', 'path'), qsrepl.add_rule('docs', 'server', 'host'),
	qsrepl.add_rule('docs', 'j', 'text'), qsrepl.add_rule('docs', 'b', 'text'), qsrepl.add_rule('docs', 'a', 'path'),
	qsrepl.add_rule('docs', 'c', 'path');
INSERT INTO docs VALUES
	(1, '\\CN\QlikShare\1', 'cn1', '{ "x": "cn1:1" }', '{ "x": "cn1:1" }', '{x,NULL,"\\\\CN\\QlikShare"}', '\\CN\QlikShare'),
	(2, '\\SRVB\QlikShare\2', 'srvb1', '{ "x": "srvb1:1" }', '"srvb1:1"', '{x}', '\\SRVB\QlikShare'),
	(3, '\\SRVC\QlikShare\3', NULL, NULL, NULL, NULL, NULL),
	(4, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE tids AS SELECT id, ctid AS tid FROM docs;
SELECT qsrepl.localize();
SELECT * FROM docs ORDER BY id;
SELECT octet_length(c) FROM docs WHERE id = 1;
SELECT id FROM docs JOIN tids USING (id) WHERE tid <> docs.ctid ORDER BY id;
TABLE state;
-- Again: nothing is left to do.
SELECT qsrepl.localize();
TABLE state;
SELECT what, detail FROM qsrepl.event WHERE what = 'localized' ORDER BY id;
SELECT site, state, rows_changed, residue FROM qsrepl.status;

-- A changed mapping: the former value goes too.
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\NEWB\QlikShare');
SELECT qsrepl.localize();
SELECT id, path FROM docs ORDER BY id;
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\SRVB\QlikShare');
SELECT qsrepl.localize();

-- Rolled back, nothing has happened.
INSERT INTO docs VALUES (5, '\\CN\QlikShare\5');
BEGIN;
SELECT qsrepl.localize();
SELECT path FROM docs WHERE id = 5;
SHOW session_replication_role;
ROLLBACK;
SELECT path FROM docs WHERE id = 5;
SELECT rows_changed FROM qsrepl.state;

-- The state of another site, and of a database that was restored elsewhere.
UPDATE qsrepl.state SET site = 'A', epoch = 7;
SELECT site, state, stored_site FROM qsrepl.status;
SELECT qsrepl.localize();
TABLE state;
UPDATE qsrepl.state SET system_identifier = 1;
SELECT site, state, stored_site FROM qsrepl.status;
SELECT qsrepl.localize();
TABLE state;
UPDATE qsrepl.state SET database_oid = 1, timeline = 9;
SELECT site, state, stored_site FROM qsrepl.status;
SELECT qsrepl.localize();
TABLE state;

--
-- The application's triggers do not fire, nor are foreign keys in the way;
-- every partition and child is seen to, by its parent's rule.
--
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING '% on % fires', TG_NAME, TG_TABLE_NAME;
	RETURN NEW;
END $$;
CREATE TRIGGER before_row BEFORE UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER after_row AFTER UPDATE ON docs FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER after_statement AFTER UPDATE ON docs EXECUTE FUNCTION tell();
CREATE TABLE server (id integer PRIMARY KEY, name text UNIQUE);
CREATE TABLE service (id integer PRIMARY KEY, server text REFERENCES server (name));
CREATE TABLE part (id integer PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
CREATE TABLE part_2_1 PARTITION OF part_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE parent (id integer PRIMARY KEY, path text);
CREATE TABLE child () INHERITS (parent);
SELECT qsrepl.add_rule('server', 'name', 'host'), qsrepl.add_rule('service', 'server', 'host'),
	qsrepl.add_rule('part', 'path', 'path'), qsrepl.add_rule('parent', 'path', 'path');
INSERT INTO server VALUES (1, 'cn1');
INSERT INTO service VALUES (1, 'cn1');
INSERT INTO part VALUES (1, '\\CN\QlikShare\1'), (10, '\\CN\QlikShare\10');
INSERT INTO parent VALUES (1, '\\CN\QlikShare\1');
INSERT INTO child VALUES (2, '\\CN\QlikShare\2');
UPDATE docs SET server = 'cn1' WHERE id = 5;
SELECT qsrepl.localize();
SELECT path, server FROM docs WHERE id = 5;
SELECT server.name, service.server FROM server, service;
SELECT tableoid::regclass, * FROM part ORDER BY id;
SELECT tableoid::regclass, * FROM parent ORDER BY id;
SHOW session_replication_role;
UPDATE docs SET server = server WHERE id = 5;
DROP TRIGGER before_row ON docs;
DROP TRIGGER after_row ON docs;
DROP TRIGGER after_statement ON docs;

--
-- What cannot be stored is left, and named; all the rest is written: in
-- batches of a thousand, which are halved until the bad rows stand alone.
--
CREATE TABLE many (id integer PRIMARY KEY, path varchar(20) UNIQUE, CHECK (id <> 1777 OR path LIKE '\\\\CN%'));
SELECT qsrepl.add_rule('many', 'path', 'path');
INSERT INTO many SELECT i, '\\CN\QlikShare\' || to_hex(i) FROM generate_series(1, 3500) i;
UPDATE many SET path = '\\CN\QlikShare\long!' WHERE id = 500;
UPDATE many SET path = '\\CN\QlikShare\long?' WHERE id IN (1501);
UPDATE many SET path = '\\CN\QlikShare\long.' WHERE id = 3500;
UPDATE many SET path = '\\SRVB\QlikShare\1' WHERE id = 2222;
SELECT key, problem FROM qsrepl.preview('many') WHERE problem IS NOT NULL ORDER BY key;
SELECT qsrepl.localize();
SELECT count(*) FROM many WHERE path LIKE '\\\\SRVB%';
SELECT * FROM many WHERE path NOT LIKE '\\\\SRVB%' ORDER BY id;
SELECT key, reason FROM qsrepl.leaks() ORDER BY key;
SELECT rows_changed, residue FROM qsrepl.state;
SELECT detail FROM qsrepl.event WHERE what = 'localized' ORDER BY id DESC LIMIT 1;
SELECT * FROM qsrepl.check();
-- Again: the same ones are left.
SELECT qsrepl.localize();
SELECT rows_changed, residue FROM qsrepl.state;
-- Made room for, they follow.
ALTER TABLE many ALTER path TYPE varchar(30), DROP CONSTRAINT many_check;
DELETE FROM many WHERE id = 2222;
SELECT qsrepl.localize();
SELECT count(*) FROM many WHERE path LIKE '\\\\SRVB%';
SELECT rows_changed, residue FROM qsrepl.state;

--
-- In READ COMMITTED only: it must see what apply writes until it has locks.
--
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT qsrepl.localize();
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT qsrepl.localize();
ROLLBACK;
-- The tables are locked against writers until the end of the transaction.
BEGIN;
SELECT qsrepl.localize();
SELECT relation::regclass::text AS locked FROM pg_locks
WHERE mode = 'ShareRowExclusiveLock' AND pid = pg_backend_pid() AND locktype = 'relation'
ORDER BY relation::regclass::text COLLATE "C";
COMMIT;

--
-- Fixups: in the order of their positions, then names; what fails is told and
-- left.
--
CREATE TABLE heartbeats (id integer PRIMARY KEY);
INSERT INTO heartbeats VALUES (1);
CREATE MATERIALIZED VIEW copies AS SELECT id, path FROM docs;
CREATE TABLE steps (n integer GENERATED ALWAYS AS IDENTITY, step text);
INSERT INTO qsrepl.fixup VALUES
	('z first', 1, 'INSERT INTO app.steps (step) VALUES (''z first'')'),
	('b', 100, 'INSERT INTO app.steps (step) SELECT ''b, of '' || path FROM app.docs WHERE id = 6'),
	('a', 100, 'INSERT INTO app.steps (step) VALUES (''a'')'),
	('fails', 50, 'INSERT INTO app.steps (step) VALUES (''fails''); SELECT 1/0'),
	('wrong', 51, 'SELEKT 1'),
	('last', 200, 'INSERT INTO app.steps (step) VALUES (''last 1''); INSERT INTO app.steps (step) VALUES (''last 2'')'),
	('heartbeats', 2, 'DELETE FROM app.heartbeats'),
	('refresh', 300, 'REFRESH MATERIALIZED VIEW app.copies');
INSERT INTO docs VALUES (6, '\\CN\QlikShare\6');
SELECT qsrepl.localize();
SELECT step FROM steps ORDER BY n;
SELECT count(*) FROM heartbeats;
SELECT path FROM copies WHERE id = 6;
TABLE state;
-- They run though no row changes.
SELECT qsrepl.localize();
SELECT count(*) FROM steps;
DELETE FROM qsrepl.fixup;

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP EXTENSION qsrepl;
