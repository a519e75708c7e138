--
-- The row trigger: what replication brings is rewritten, what is done here is
-- not. session_replication_role = replica stands for apply.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
CREATE SCHEMA app;
SET search_path = app;
CREATE TABLE docs (id integer PRIMARY KEY, path text, server text, note text);
SELECT qsrepl.add_rule('docs', 'path', 'path');
SELECT qsrepl.add_rule('docs', 'server', 'host');

-- Before enable() nothing happens.
SET session_replication_role = replica;
INSERT INTO docs VALUES (0, '\\CN\QlikShare\0', 'cn1', NULL);
RESET session_replication_role;
SELECT qsrepl.enable();

-- Local edits stay as they are.
INSERT INTO docs VALUES (1, '\\CN\QlikShare\1', 'cn1', '\\CN\QlikShare');
UPDATE docs SET path = '\\CN\QlikShare\0\x' WHERE id = 0;
SELECT * FROM docs ORDER BY id;

-- What apply brings does not; columns without a rule do.
SET session_replication_role = replica;
INSERT INTO docs VALUES (2, '\\CN\QlikShare\2', 'cn1:4242', '\\CN\QlikShare'),
	(3, '\\other\share', 'other', NULL), (4, NULL, NULL, NULL), (5, '', '', '');
INSERT INTO docs (id, server) SELECT 6, 'cn1, other';
UPDATE docs SET path = '\\CN\QlikShare\3', server = 'cn1' WHERE id = 3;
UPDATE docs SET path = NULL WHERE id = 2;
SELECT * FROM docs ORDER BY id;

-- An update of other columns does not touch a value: what is stored is the
-- local one already, or somebody wanted it so.
UPDATE docs SET note = 'touched' WHERE id IN (0, 1);
UPDATE docs SET server = 'cn1' WHERE id = 1;
UPDATE docs SET id = 10 WHERE id = 0;
SELECT * FROM docs ORDER BY id;
-- The same value set again is a new one.
UPDATE docs SET path = path WHERE id = 10;
SELECT * FROM docs WHERE id = 10;

-- COPY, ON CONFLICT, data-modifying WITH.
COPY docs FROM stdin;
11	\\\\CN\\QlikShare\\11	cn1	copied
12	\N	\N	\N
\.
INSERT INTO docs VALUES (11, '\\CN\QlikShare\new', 'cn1', 'conflict')
ON CONFLICT (id) DO UPDATE SET path = excluded.path, note = excluded.note;
WITH moved AS (DELETE FROM docs WHERE id = 12 RETURNING id)
INSERT INTO docs SELECT id + 1, '\\CN\QlikShare\13' FROM moved;
SELECT * FROM docs WHERE id >= 11 ORDER BY id;
-- RETURNING gives what is stored.
INSERT INTO docs VALUES (14, '\\CN\QlikShare\14') RETURNING path;
UPDATE docs SET path = '//cn/qlikshare/14' WHERE id = 14 RETURNING path;
DELETE FROM docs WHERE id = 14 RETURNING path;
RESET session_replication_role;

-- A rule or mapping takes part at once in the session that changes it.
SELECT qsrepl.add_rule('docs', 'note', 'text');
SET session_replication_role = replica;
INSERT INTO docs VALUES (20, NULL, NULL, 'see \\CN\QlikShare\x');
RESET session_replication_role;
SELECT qsrepl.drop_rule('docs', 'note');
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\NEWB\QlikShare');
SET session_replication_role = replica;
INSERT INTO docs VALUES (21, '\\CN\QlikShare\21', NULL, 'see \\CN\QlikShare\x');
INSERT INTO docs VALUES (22, '\\SRVB\QlikShare\22', NULL, NULL);
SELECT * FROM docs WHERE id >= 20 ORDER BY id;
RESET session_replication_role;
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\SRVB\QlikShare');

--
-- What cannot be stored stays as it came, with a warning and a counter.
--
CREATE TABLE narrow (
	id integer,
	kind "char",
	path varchar(16),
	word char(16),
	paths varchar(16)[],
	note text,
	PRIMARY KEY (id, kind)
);
SELECT qsrepl.add_rule('narrow', c, 'path') FROM unnest('{path,word,paths,note}'::text[]) c;
SET session_replication_role = replica;
INSERT INTO narrow (id, kind, path) VALUES (1, 'a', '\\CN\QlikShare');
INSERT INTO narrow (id, kind, path) VALUES (1, 'b', '\\CN\QlikShare\');
INSERT INTO narrow (id, kind, word) VALUES (2, 'a', '\\CN\QlikShare');
INSERT INTO narrow (id, kind, word) VALUES (2, 'b', '\\CN\QlikShare\');
INSERT INTO narrow (id, kind, paths) VALUES (3, 'a', ARRAY['\\CN\QlikShare', NULL]);
INSERT INTO narrow (id, kind, paths) VALUES (3, 'b', ARRAY['\\CN\QlikShare', '\\CN\QlikShare\']);
-- The row's other columns are rewritten.
INSERT INTO narrow VALUES (4, 'a', '\\CN\QlikShare\', '\\CN\QlikShare', NULL, '\\CN\QlikShare\note');
UPDATE narrow SET path = '\\CN\QlikShare\', note = '\\CN\QlikShare\x' WHERE id = 1 AND kind = 'a';
RESET session_replication_role;
SELECT * FROM narrow ORDER BY id, kind;
SELECT "column", seen, rewritten, refused FROM qsrepl.stat_rules WHERE relation = 'app.narrow'
ORDER BY "column" COLLATE "C";
-- Characters count, not bytes.
CREATE TABLE narrow_characters (id integer PRIMARY KEY, path varchar(18));
SELECT qsrepl.add_rule('narrow_characters', 'path', 'path');
SET session_replication_role = replica;
INSERT INTO narrow_characters VALUES (1, '\\CN\QlikShare\ü'), (2, '\\CN\QlikShare\üü');
RESET session_replication_role;
SELECT * FROM narrow_characters ORDER BY id;

-- CHECK constraints.
CREATE TABLE checked (id integer PRIMARY KEY, path text, server text, note text,
	CONSTRAINT at_cn CHECK (path LIKE '\\\\CN\\%' OR server = 'free'));
SELECT qsrepl.add_rule('checked', 'path', 'path'), qsrepl.add_rule('checked', 'server', 'host');
SET session_replication_role = replica;
INSERT INTO checked VALUES (1, '\\CN\QlikShare\1', 'cn1', 'x');
INSERT INTO checked VALUES (2, '\\CN\QlikShare\2', 'free', 'x');
INSERT INTO checked VALUES (3, NULL, 'cn1', 'x');
UPDATE checked SET path = '\\CN\QlikShare\3' WHERE id = 3;
UPDATE checked SET server = 'cn1' WHERE id = 1;
-- A row that would not be taken either way is an error as ever.
INSERT INTO checked VALUES (4, '\\SRVB\QlikShare\4', 'cn1', 'x');
RESET session_replication_role;
SELECT * FROM checked ORDER BY id;

-- Unique constraints and indexes.
CREATE TABLE distinct_paths (id integer PRIMARY KEY, path text UNIQUE, server text);
CREATE UNIQUE INDEX ON distinct_paths (lower(server)) WHERE id < 100;
SELECT qsrepl.add_rule('distinct_paths', 'path', 'path'), qsrepl.add_rule('distinct_paths', 'server', 'host');
INSERT INTO distinct_paths VALUES (1, '\\SRVB\QlikShare\1', 'SRVB1'), (6, '\\SRVB\QlikShare\6', NULL);
SET session_replication_role = replica;
INSERT INTO distinct_paths VALUES (2, '\\CN\QlikShare\1', NULL);
INSERT INTO distinct_paths VALUES (3, '\\CN\QlikShare\3', 'cn1');
INSERT INTO distinct_paths VALUES (101, '\\CN\QlikShare\101', 'cn1');
-- The row itself is no obstacle to its update, but others are.
UPDATE distinct_paths SET path = '\\CN\QlikShare\101' WHERE id = 101;
UPDATE distinct_paths SET path = '\\CN\QlikShare\6' WHERE id = 101;
UPDATE distinct_paths SET path = '\\CN\QlikShare\1' WHERE id = 1;
INSERT INTO distinct_paths VALUES (4, '\\CN\QlikShare\4'), (5, '\\CN\QlikShare\4');
-- A duplicate without any rewriting is an error as ever.
INSERT INTO distinct_paths VALUES (1, '\\CN\QlikShare\7', NULL);
RESET session_replication_role;
SELECT * FROM distinct_paths ORDER BY id;
-- Exclusion constraints.
CREATE TABLE excluded_paths (id integer PRIMARY KEY, path text, area int4range,
	EXCLUDE USING btree (path WITH =), EXCLUDE USING gist (area WITH &&));
SELECT qsrepl.add_rule('excluded_paths', 'path', 'path');
SET session_replication_role = replica;
INSERT INTO excluded_paths VALUES (1, '\\CN\QlikShare\1', '[1,5]'), (2, '\\other\share\1', '[6,9]');
INSERT INTO excluded_paths VALUES (3, '\\SRVB\QlikShare\3', NULL), (4, '\\CN\QlikShare\3', NULL);
UPDATE excluded_paths SET path = '\\CN\QlikShare\1' WHERE id = 1;
UPDATE excluded_paths SET path = '\\CN\QlikShare\1' WHERE id = 2;
INSERT INTO excluded_paths VALUES (5, '\\CN\QlikShare\5', '[3,3]');
RESET session_replication_role;
SELECT * FROM excluded_paths ORDER BY id;
SELECT relation, "column", seen, rewritten, refused FROM qsrepl.stat_rules
WHERE relation IN ('app.checked', 'app.distinct_paths', 'app.excluded_paths')
ORDER BY relation COLLATE "C", "column" COLLATE "C";

--
-- Generated columns follow; the application's own triggers come before.
--
CREATE TABLE derived (id integer PRIMARY KEY, path text, local_path text, folder text
	GENERATED ALWAYS AS (substr(path, 3)) STORED);
SELECT qsrepl.add_rule('derived', 'path', 'path'), qsrepl.add_rule('derived', 'local_path', 'path');
CREATE FUNCTION copy_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.local_path := NEW.path;
	RETURN NEW;
END $$;
CREATE TRIGGER copy_path BEFORE INSERT OR UPDATE ON derived FOR EACH ROW EXECUTE FUNCTION copy_path();
ALTER TABLE derived ENABLE REPLICA TRIGGER copy_path;
SET session_replication_role = replica;
INSERT INTO derived VALUES (1, '\\CN\QlikShare\1');
UPDATE derived SET path = '\\CN\QlikShare\2', local_path = NULL WHERE id = 1;
RESET session_replication_role;
TABLE derived;

--
-- Partitions and children: their parents' rules.
--
CREATE TABLE part (id integer, path text, note text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 (note text, gone text, path text, id integer NOT NULL);
ALTER TABLE part_2 DROP COLUMN gone;
ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE parent (id integer PRIMARY KEY, path text);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
SELECT qsrepl.add_rule('part', 'path', 'path'), qsrepl.add_rule('parent', 'path', 'path');
SET session_replication_role = replica;
INSERT INTO part VALUES (1, '\\CN\QlikShare\1', 'n'), (11, '\\CN\QlikShare\11', 'n');
INSERT INTO part_2 (id, path) VALUES (12, '\\CN\QlikShare\12');
UPDATE part SET path = '\\CN\QlikShare\1a' WHERE id = 1;
UPDATE part SET id = 13, path = '\\CN\QlikShare\13' WHERE id = 1;
UPDATE part SET note = 'm' WHERE id = 11;
INSERT INTO parent VALUES (1, '\\CN\QlikShare\1');
INSERT INTO child VALUES (2, '\\CN\QlikShare\2');
UPDATE parent SET path = replace(path, 'SRVB', 'CN') || 'x';
RESET session_replication_role;
SELECT tableoid::regclass, id, path, note FROM part ORDER BY id;
SELECT tableoid::regclass, * FROM parent ORDER BY id;
SELECT relation, "column", rewritten FROM qsrepl.stat_rules
WHERE relation IN ('app.part', 'app.parent') ORDER BY relation COLLATE "C";

-- The counters tell what was done, whatever became of the transaction.
SELECT seen, rewritten FROM qsrepl.stat_rules WHERE relation = 'app.parent';
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO child VALUES (3, '\\CN\QlikShare\3');
ROLLBACK;
SELECT seen, rewritten, last_at IS NOT NULL AS dated FROM qsrepl.stat_rules WHERE relation = 'app.parent';

-- A constraint that raises an error instead of being false refuses too.
CREATE FUNCTION app.short(path text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF path LIKE '%SRVB%' THEN
		RAISE EXCEPTION 'not here: %', path;
	END IF;
	RETURN lower(path);
END $$;
CREATE TABLE picky (id integer PRIMARY KEY, path text CHECK (app.short(path) <> ''));
SELECT qsrepl.add_rule('picky', 'path', 'path');
SET session_replication_role = replica;
INSERT INTO picky VALUES (1, '\\CN\QlikShare\1'), (2, '\\other\share');
UPDATE picky SET path = '\\CN\QlikShare\2' WHERE id = 2;
RESET session_replication_role;
SELECT * FROM picky ORDER BY id;
SELECT qsrepl.localize();
DROP TABLE picky;

-- After disable() nothing happens.
SELECT qsrepl.disable();
SET session_replication_role = replica;
INSERT INTO docs VALUES (30, '\\CN\QlikShare\30');
RESET session_replication_role;
SELECT path FROM docs WHERE id = 30;

SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP EXTENSION qsrepl;
