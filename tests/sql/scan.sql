--
-- scan(): columns without a rule that hold paths or known hosts.
--
\set SHOW_CONTEXT never
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
SELECT qsrepl.set_mapping('cnfq', 'host', 'A', 'cn1.a.local', 'B', 'srvb1.b.local');
CREATE SCHEMA app;
SET search_path = app;
SELECT * FROM qsrepl.scan();

-- One column a kind of value. Any UNC or drive path counts, also one that no
-- mapping knows; a host only where a mapping knows it.
CREATE TABLE docs (
	id integer PRIMARY KEY,
	unc text,
	other_unc text,
	drive varchar(100),
	slashes text,
	spaces text,
	host text,
	hosts text,
	port char(20),
	unknown_host text,
	url text,
	connection text,
	mixed text,
	plain text,
	empty text,
	nulls text,
	number integer,
	j json,
	b jsonb,
	nothing jsonb,
	a text[],
	stamp timestamptz
);
INSERT INTO docs (id, unc, other_unc, drive, slashes, spaces, host, hosts, port, unknown_host, url, connection, mixed,
	plain, empty, number, j, b, nothing, a)
VALUES
	(1, '\\CN\QlikShare\b', '\\nas7\some\share', 'D:\Data\x', '//CN/QlikShare/x', '\\CN\QlikShare\a b', 'cn1', 'cn1,cn1.a.local:80', 'cn1:4242',
		'dc01', 'https://cn1.a.local/hub', 'Server=cn1;Database=QSR', '\\CN\QlikShare', 'words / only', '', 1,
		'{"p": "\\\\CN\\QlikShare"}', '{"h": "host=cn1"}', '{"cn1": 1}', '{x,"\\\\CN\\QlikShare"}'),
	(2, '\\CN\QlikShare\a', 'none', 'D:/Data/y', 'none', NULL, 'srvb1', 'other', 'other',
		'dc02', 'https://elsewhere/', 'none', 'copy \\CN\QlikShare\a D:\x', 'C:', '', 2,
		'{}', '{}', 'null', '{}'),
	(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'cn1', NULL, '', 3, NULL, NULL, NULL, NULL);
SELECT * FROM qsrepl.scan();

-- A column with a rule is seen to; the rest stays.
SELECT qsrepl.add_rule('docs', x, 'text') FROM unnest('{mixed,url,connection,j,b}'::text[]) x;
SELECT "column" FROM qsrepl.scan();
-- The forms it says are the forms that work.
SELECT qsrepl.add_rule(relation::regclass, "column", form) FROM qsrepl.scan();
SELECT * FROM qsrepl.scan();
SELECT qsrepl.localize();
\x on
SELECT * FROM docs ORDER BY id;
\x off

-- Generated columns and materialized views that keep copies of ruled columns
-- are noted.
CREATE TABLE derived (
	id integer PRIMARY KEY,
	path text,
	other text,
	upper_path text GENERATED ALWAYS AS (upper(path)) STORED,
	upper_other text GENERATED ALWAYS AS (upper(other)) STORED
);
SELECT qsrepl.add_rule('derived', 'path', 'path');
INSERT INTO derived VALUES (1, '\\CN\QlikShare\x', '\\CN\QlikShare\y');
CREATE MATERIALIZED VIEW copies AS SELECT id, path AS copied_path, other AS copied_other FROM derived;
CREATE MATERIALIZED VIEW others AS SELECT id, other AS only_other FROM derived;
CREATE MATERIALIZED VIEW later AS SELECT id, path FROM derived WITH NO DATA;
CREATE VIEW plain_view AS SELECT * FROM derived;
SELECT relation, "column", count, example, form, note FROM qsrepl.scan();

-- Partitions and children as they are; odd names; other schemas. Not scanned:
-- temporary tables, the catalogs.
CREATE SCHEMA "Other, 2";
CREATE TABLE "Other, 2"."T'ab\le" (id integer PRIMARY KEY, "The ""Path""" varchar(50));
INSERT INTO "Other, 2"."T'ab\le" VALUES (1, '\\CN\QlikShare');
CREATE TABLE part (id integer PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20);
INSERT INTO part VALUES (1, '\\CN\QlikShare'), (11, 'none');
CREATE TABLE parent (id integer PRIMARY KEY, path text);
CREATE TABLE child () INHERITS (parent);
INSERT INTO child VALUES (1, '\\CN\QlikShare');
CREATE UNLOGGED TABLE unlogged (path text);
INSERT INTO unlogged VALUES ('\\CN\QlikShare');
CREATE TEMP TABLE scratch AS SELECT '\\CN\QlikShare'::text AS path;
COMMENT ON TABLE docs IS '\\CN\QlikShare';
SELECT relation, "column", type, count, example, form, note FROM qsrepl.scan()
WHERE relation NOT IN ('app.derived', 'app.copies', 'app.others');

-- A long value is shown in part.
CREATE TABLE long_values (path text);
INSERT INTO long_values SELECT '\\CN\QlikShare\' || repeat('x', 1000);
SELECT relation, length(example) FROM qsrepl.scan() WHERE relation = 'app.long_values';

SET client_min_messages = warning;
DROP SCHEMA app, "Other, 2" CASCADE;
DROP TABLE pg_temp.scratch;
DROP EXTENSION qsrepl;
