--
-- The reader: ways of reading that are not a plain query, and what stays as it
-- is.
--
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION qsrepl;
DO $$ BEGIN
	PERFORM qsrepl.set_site('A'), qsrepl.set_site('B');
	PERFORM qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikData');
	PERFORM qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
END $$;
CREATE SCHEMA app;
SET search_path = app;
CREATE TABLE docs (id integer PRIMARY KEY, path text, server varchar(20) COLLATE "C", n integer,
	folder text GENERATED ALWAYS AS (substr(path, 3)) STORED);
CREATE INDEX docs_n ON docs (n);
CREATE INDEX docs_path ON docs (path);
DO $$ BEGIN
	PERFORM qsrepl.add_rule('docs', 'path', 'path'), qsrepl.add_rule('docs', 'server', 'host');
	PERFORM qsrepl.localize();
END $$;
INSERT INTO docs VALUES (1, '\\CN\QlikShare\1', 'cn1', 1), (2, '\\O\2', NULL, 2), (3, '\\CN\QlikShare\3', 'cn1', 3);
ANALYZE docs;
CREATE TABLE plans (n integer GENERATED ALWAYS AS IDENTITY, query text, line text);
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	result text := '';
BEGIN
	FOR r IN EXECUTE 'EXPLAIN (COSTS OFF, VERBOSE) ' || query LOOP
		result := result || r."QUERY PLAN" || E'\n';
	END LOOP;
	RETURN result;
END $$;

-- Where the rows are the local site's, plans are as without the extension.
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT plan('SELECT d, path FROM docs d WHERE path = ''x''') LIKE '%docs_path%' AS indexed,
	plan('SELECT d, path FROM docs d WHERE path = ''x''') LIKE '%\_read%' AS rewritten;
UPDATE qsrepl.state SET system_identifier = 1;
SELECT plan('SELECT d, path FROM docs d WHERE path = ''x''') LIKE '%docs_path%' AS indexed,
	plan('SELECT d, path FROM docs d WHERE path = ''x''') LIKE '%\_read%' AS rewritten,
	plan('SELECT d FROM docs d WHERE n = 2 AND server = ''x''') LIKE '%docs_n%' AS other_index;
-- What concerns no ruled column is planned as ever.
EXPLAIN (COSTS OFF) SELECT n FROM docs WHERE n = 2;
RESET enable_seqscan;
RESET enable_bitmapscan;
SELECT path FROM docs ORDER BY id;
SET qsrepl.raw = on;
SELECT path FROM docs ORDER BY id;
RESET qsrepl.raw;

-- The name of a table alone is no reading of it.
SELECT 'docs'::regclass, pg_relation_size('docs') > 0 AS sized, to_regclass('docs') = 'docs'::regclass AS same;

-- A generated column is a copy of what is stored.
SELECT folder FROM docs ORDER BY id;

-- COPY
COPY docs TO stdout;
COPY docs (server, id, path) TO stdout WITH (FORMAT csv, HEADER, FORCE_QUOTE (path));
COPY docs (path) TO stdout WITH (NULL 'none', DELIMITER '|');
COPY (SELECT path, d FROM docs d ORDER BY id) TO stdout;
COPY (DELETE FROM docs WHERE id = 99 RETURNING path) TO stdout;
COPY docs (folder) TO stdout;
COPY docs (path, path) TO stdout;
COPY docs (nothing) TO stdout;
SET qsrepl.raw = on;
COPY docs (path) TO stdout;
RESET qsrepl.raw;
CREATE VIEW docs_view AS SELECT * FROM docs;
COPY docs_view TO stdout;
CREATE TABLE part (id integer, path text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE parent (id integer, path text);
CREATE TABLE child () INHERITS (parent);
DO $$ BEGIN PERFORM qsrepl.add_rule('part', 'path', 'path'), qsrepl.add_rule('parent', 'path', 'path'); END $$;
INSERT INTO part VALUES (1, '\\CN\QlikShare\part');
INSERT INTO parent VALUES (1, '\\CN\QlikShare\parent');
INSERT INTO child VALUES (2, '\\CN\QlikShare\child');
COPY part TO stdout;
COPY part_1 TO stdout;
COPY parent TO stdout;
COPY child TO stdout;
-- In binary, and back into another table
SELECT format('COPY docs TO %L WITH (FORMAT binary)', current_setting('data_directory') || '/qsrepl_test.bin') AS out,
	format('COPY again FROM %L WITH (FORMAT binary)', current_setting('data_directory') || '/qsrepl_test.bin') AS back \gset
CREATE TABLE again (id integer, path text, server varchar(20), n integer);
:out;
:back;
SELECT path, server FROM again ORDER BY id;
-- psql's own
\copy docs (id, path) TO stdout

-- Tables and views that are made of it keep types.
CREATE TABLE made AS SELECT path, server, d FROM docs d;
\d made
SELECT path, server, d FROM made ORDER BY path;
SELECT server, n INTO made_2 FROM docs;
\d made_2
CREATE MATERIALIZED VIEW kept AS SELECT id, path, server FROM docs;
SELECT path FROM kept ORDER BY id;
REFRESH MATERIALIZED VIEW kept;
SELECT path, server FROM kept ORDER BY id;
DROP MATERIALIZED VIEW kept;

-- Prepared statements, whichever plan they have
PREPARE by_path (text) AS SELECT id, path FROM docs WHERE path = $1;
EXECUTE by_path ('\\SRVB\QlikData\1');
EXECUTE by_path ('\\SRVB\QlikData\1');
EXECUTE by_path ('\\CN\QlikShare\1');
EXECUTE by_path ('\\SRVB\QlikData\1');
EXECUTE by_path ('\\SRVB\QlikData\1');
EXECUTE by_path ('\\SRVB\QlikData\1');
EXECUTE by_path ('\\SRVB\QlikData\3');
-- Through changes of the state and of the rules
UPDATE qsrepl.state SET system_identifier = (qsrepl._here()).system_identifier;
EXECUTE by_path ('\\CN\QlikShare\1');
UPDATE qsrepl.state SET system_identifier = 1;
EXECUTE by_path ('\\SRVB\QlikData\1');
DO $$ BEGIN PERFORM qsrepl.drop_rule('docs', 'path'); END $$;
EXECUTE by_path ('\\CN\QlikShare\1');
DO $$ BEGIN PERFORM qsrepl.add_rule('docs', 'path', 'path'); END $$;
EXECUTE by_path ('\\SRVB\QlikData\1');
DO $$ BEGIN PERFORM qsrepl.set_mapping('share', 'path', 'B', '\\NEW\B'); END $$;
EXECUTE by_path ('\\NEW\B\1');
DO $$ BEGIN PERFORM qsrepl.set_mapping('share', 'path', 'B', '\\SRVB\QlikData'); END $$;
-- Through the setting raw
CREATE FUNCTION first_path() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT path FROM docs WHERE id = 1); END $$;
SELECT first_path();
SET qsrepl.raw = on;
SELECT first_path();
EXECUTE by_path ('\\SRVB\QlikData\1');
EXECUTE by_path ('\\CN\QlikShare\1');
RESET qsrepl.raw;
SELECT first_path();
EXECUTE by_path ('\\SRVB\QlikData\1');
PREPARE made_of AS SELECT path, server FROM docs WHERE id = 1;
CREATE TABLE executed AS EXECUTE made_of;
\d executed
TABLE executed;

-- Cursors
BEGIN;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT id, path FROM docs ORDER BY path, id;
DECLARE u CURSOR FOR SELECT id, path, server FROM docs WHERE path LIKE '%SRVB%' FOR UPDATE;
FETCH LAST FROM c;
FETCH BACKWARD ALL FROM c;
FETCH u;
UPDATE docs SET n = 10, server = server || '.x' WHERE CURRENT OF u RETURNING *;
DELETE FROM docs WHERE CURRENT OF u RETURNING path;
COMMIT;
FETCH FIRST FROM c;
FETCH ABSOLUTE 3 FROM c;
CLOSE c;
INSERT INTO docs VALUES (1, '\\CN\QlikShare\1', 'cn1', 1);

-- Columns that a change does not touch stay as they are stored.
UPDATE docs SET n = 7 WHERE path = '\\SRVB\QlikData\1';
UPDATE docs SET server = lower(server) WHERE id = 3;
INSERT INTO docs VALUES (3, 'x', 'x', 5) ON CONFLICT (id) DO UPDATE SET n = excluded.n;
SET qsrepl.raw = on;
SELECT id, path, server, n FROM docs ORDER BY id;
RESET qsrepl.raw;

-- Unique indexes and foreign keys compare what is stored.
CREATE TABLE hosts (name text PRIMARY KEY, path text, n integer);
CREATE UNIQUE INDEX hosts_lower ON hosts (lower(path)) WHERE name <> 'srvb1';
CREATE TABLE nodes (id integer PRIMARY KEY, host text REFERENCES hosts ON UPDATE CASCADE);
DO $$ BEGIN PERFORM qsrepl.add_rule('hosts', 'name', 'host'), qsrepl.add_rule('hosts', 'path', 'path'),
	qsrepl.add_rule('nodes', 'host', 'host'); END $$;
INSERT INTO hosts VALUES ('cn1', '\\CN\QlikShare', 1);
INSERT INTO nodes VALUES (1, 'cn1');
INSERT INTO nodes VALUES (2, 'srvb1');
INSERT INTO hosts VALUES ('cn1', 'x', 2) ON CONFLICT (name) DO UPDATE SET n = excluded.n WHERE hosts.name = 'srvb1' RETURNING *;
INSERT INTO hosts VALUES ('y', '\\cn\qlikshare', 3) ON CONFLICT (lower(path)) WHERE name <> 'srvb1' DO UPDATE SET n = 3 RETURNING *;
SELECT h.name, n.host FROM hosts h JOIN nodes n ON n.host = h.name;
-- A foreign key that is added is checked as it is read: alike on both sides.
ALTER TABLE nodes DROP CONSTRAINT nodes_host_fkey, ADD FOREIGN KEY (host) REFERENCES hosts;
ALTER TABLE hosts ADD CHECK (name = 'cn1');
DROP TABLE nodes, hosts;

-- Row security
CREATE ROLE qsrepl_reader;
GRANT USAGE ON SCHEMA app TO qsrepl_reader;
CREATE TABLE secret (id integer PRIMARY KEY, path text, owner text);
INSERT INTO secret VALUES (1, '\\CN\QlikShare\1', 'x'), (2, '\\O\2', 'x'), (3, '\\CN\QlikShare\3', 'y');
DO $$ BEGIN PERFORM qsrepl.add_rule('secret', 'path', 'path'); END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON secret TO qsrepl_reader;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION secret_paths() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER STABLE AS 'SELECT path FROM app.secret';
CREATE POLICY by_path ON secret USING (path LIKE '%SRVB%' AND EXISTS (SELECT FROM secret_paths() p WHERE p = path));
SET ROLE qsrepl_reader;
SELECT * FROM secret ORDER BY id;
SELECT s FROM secret s WHERE path > '\\S' ORDER BY id;
COPY secret TO stdout;
UPDATE secret SET owner = 'z' WHERE id = 2 RETURNING *;
UPDATE secret SET owner = 'z' WHERE id = 3 RETURNING secret;
UPDATE secret SET path = 'x' WHERE id = 3;
INSERT INTO secret VALUES (4, '\\SRVB\QlikData\none', 'x');
SET row_security = off;
SELECT * FROM secret;
COPY secret TO stdout;
RESET row_security;
RESET ROLE;
-- As the owner
GRANT CREATE ON SCHEMA app TO qsrepl_reader;
ALTER TABLE secret OWNER TO qsrepl_reader;
SET ROLE qsrepl_reader;
SELECT path FROM secret ORDER BY id;
ALTER TABLE secret FORCE ROW LEVEL SECURITY;
SELECT path FROM secret ORDER BY id;
COPY secret (path) TO stdout;
RESET ROLE;
DROP TABLE secret CASCADE;
REVOKE ALL ON SCHEMA app FROM qsrepl_reader;
DROP ROLE qsrepl_reader;

-- Foreign tables, alone and as partitions, are left as they are.
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
SELECT current_setting('data_directory') || '/qsrepl_test.txt' AS file \gset
COPY (SELECT 25, '\\CN\QlikShare\file') TO :'file';
CREATE FOREIGN TABLE far (id integer, path text) SERVER files OPTIONS (filename :'file');
ALTER TABLE part ATTACH PARTITION far FOR VALUES FROM (20) TO (30);
SELECT tableoid::regclass, path FROM part ORDER BY id;
SELECT p FROM part p ORDER BY id;
SELECT path FROM far;
DROP FOREIGN TABLE far;
DROP EXTENSION file_fdw CASCADE;

-- What does not fit is shown as it is stored.
CREATE TABLE narrow (id integer PRIMARY KEY, v varchar(16), c char(16), a varchar(16)[]);
DO $$ BEGIN PERFORM qsrepl.add_rule('narrow', 'v', 'path'), qsrepl.add_rule('narrow', 'c', 'path'),
	qsrepl.add_rule('narrow', 'a', 'path'); END $$;
INSERT INTO narrow VALUES (1, '\\CN\QlikShare', '\\CN\QlikShare', '{"\\\\CN\\QlikShare"}'),
	(2, '\\CN\QlikShare\x', '\\CN\QlikShare\x', '{"\\\\CN\\QlikShare","\\\\CN\\QlikShare\\x"}');
SELECT id, v, c || '|' AS c, octet_length(c), a FROM narrow ORDER BY id;
SELECT narrow FROM narrow ORDER BY id;
DROP TABLE narrow;

-- Expressions and queries of PL/pgSQL, cached
DO $$
DECLARE
	p text;
BEGIN
	FOR i IN 1 .. 10 LOOP
		SELECT path INTO p FROM docs WHERE id = 1 + i % 3;
		IF p LIKE '%CN%' OR (SELECT count(*) FROM docs WHERE path LIKE '%CN%') > 0 THEN
			RAISE WARNING 'stored: %', p;
		END IF;
	END LOOP;
END $$;

-- A parallel plan, compiled
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET jit_above_cost = 0;
CREATE FUNCTION in_worker(i integer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT path FROM app.docs WHERE id = i';
CREATE FUNCTION in_worker_too(i integer) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS
	'BEGIN RETURN (SELECT path FROM app.docs WHERE id = i); END';
SELECT plan('SELECT count(*), min(path), min(in_worker(id)) FROM docs') LIKE '%Gather%' AS parallel;
SELECT min(path), min(in_worker(id)), max(in_worker_too(id)) FROM docs;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET jit_above_cost;

-- The state itself is presented as the local site's.
UPDATE qsrepl.state SET site = 'A';
SELECT site FROM qsrepl.state;
SELECT (s).site, s IS NULL FROM qsrepl.state s;
SELECT count(*) FROM qsrepl.state WHERE site = 'B';
COPY qsrepl.state (site) TO stdout;
SELECT site, state, stored_site FROM qsrepl.status;
SET qsrepl.raw = on;
SELECT site FROM qsrepl.state;
RESET qsrepl.raw;

--
-- What could not be stored is still read rewritten, in whatever way.
--
DROP TABLE made, made_2, executed, again, plans;
CREATE TABLE strict (id integer PRIMARY KEY, path text CHECK (id <> 2 OR path LIKE '%CN%'), other text);
CREATE TABLE tree (id integer, path text);
CREATE TABLE branch (CHECK (path LIKE '%CN%')) INHERITS (tree);
DO $$ BEGIN
	PERFORM qsrepl.add_rule('strict', 'path', 'path'), qsrepl.add_rule('strict', 'other', 'path');
	PERFORM qsrepl.add_rule('tree', 'path', 'path'), qsrepl.add_rule('branch', 'path', 'path');
END $$;
INSERT INTO strict VALUES (1, '\\CN\QlikShare\1', '\\CN\QlikShare'), (2, '\\CN\QlikShare\2', 'x');
INSERT INTO branch VALUES (1, '\\CN\QlikShare\b');
INSERT INTO tree VALUES (2, '\\CN\QlikShare\t');
CREATE VIEW strict_view AS SELECT * FROM strict;
SET client_min_messages = error;
SELECT qsrepl.localize();
SELECT site, state, residue FROM qsrepl.status;
SELECT relation, value FROM qsrepl.leaks() ORDER BY 1;
SELECT * FROM strict ORDER BY id;
SELECT s FROM strict s ORDER BY id;
SELECT * FROM strict_view ORDER BY id;
COPY strict TO stdout;
SELECT path FROM tree ORDER BY id;
SELECT t FROM tree t ORDER BY id;
SELECT path FROM branch;
EXPLAIN (COSTS OFF, VERBOSE) SELECT other FROM strict;
SELECT plan('SELECT path FROM strict') LIKE '%\_read%' AS path, plan('SELECT path FROM docs') LIKE '%\_read%' AS docs;

-- Virtual generated columns
CREATE FUNCTION virtual(OUT line text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('server_version_num')::integer < 180000 THEN
		RETURN QUERY SELECT unnest(ARRAY['(1,"\\\\SRVB\\QlikData",//SRVB/QlikData)', '//SRVB/QlikData', '(1,"(1,""\\\\\\\\SRVB\\\\QlikData"",//SRVB/QlikData)",//SRVB/QlikData)', '(2,,)', '1']);
		RETURN;
	END IF;
	UPDATE qsrepl.state SET system_identifier = 1;
	EXECUTE 'CREATE TABLE virtual (id integer, path text, slashed text GENERATED ALWAYS AS (translate(path, ''\'', ''/'')) VIRTUAL)';
	PERFORM qsrepl.add_rule('app.virtual', 'path', 'path');
	EXECUTE 'INSERT INTO virtual VALUES (1, ''\\CN\QlikShare'')';
	RETURN QUERY EXECUTE 'SELECT v::text FROM virtual v';
	RETURN QUERY EXECUTE 'SELECT slashed FROM virtual';
	RETURN QUERY EXECUTE 'SELECT x::text FROM (SELECT i, v, v.slashed FROM generate_series(1, 2) i LEFT JOIN virtual v ON v.id = i ORDER BY i) x';
	RETURN QUERY EXECUTE 'SELECT count(*)::text FROM virtual v WHERE slashed = ''//SRVB/QlikData'' AND (v).slashed = slashed';
	EXECUTE 'DROP TABLE virtual';
END $$;
SELECT * FROM virtual();
-- The same of what could not be stored
DO $$
BEGIN
	IF current_setting('server_version_num')::integer >= 180000 THEN
		EXECUTE 'CREATE TABLE virtual (id integer, path text CHECK (path LIKE ''%CN%''), slashed text GENERATED ALWAYS AS (translate(path, ''\'', ''/'')) VIRTUAL)';
		PERFORM qsrepl.add_rule('app.virtual', 'path', 'path');
		EXECUTE 'INSERT INTO virtual VALUES (1, ''\\CN\QlikShare'')';
		PERFORM qsrepl.localize();
	ELSE
		EXECUTE 'CREATE TABLE virtual AS SELECT 1 AS id, ''\\SRVB\QlikData'' AS path, ''//SRVB/QlikData'' AS slashed';
	END IF;
END $$;
SELECT * FROM virtual;
SELECT v FROM virtual v;

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP EXTENSION qsrepl;
