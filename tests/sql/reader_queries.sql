--
-- The reader, query by query: what is read of rows of another site is what
-- would be read if they were stored localized.
--
-- Schema there holds site A's values under rules, schema here the same rows as
-- they are at site B, without rules. Each query runs in both, in several ways;
-- the results must be the same, row by row.
--
\set SHOW_CONTEXT never
SET client_min_messages = warning;
-- Costs of disabled plans would have all of them compiled.
SET jit = off;
CREATE EXTENSION qsrepl;
DO $$ BEGIN
	PERFORM qsrepl.set_site('A'), qsrepl.set_site('B');
	PERFORM qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\Qlik');
	PERFORM qsrepl.set_mapping('cn', 'host', 'A', 'cn1', 'B', 'srvb1');
	PERFORM qsrepl.localize();
END $$;

CREATE FUNCTION make(schema text, share text, host text) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
	EXECUTE format('CREATE SCHEMA %I', schema);
	PERFORM set_config('search_path', schema || ', public', true);
	EXECUTE $ddl$
CREATE TABLE docs (id integer PRIMARY KEY, gone integer, path text, server varchar(40), j json, b jsonb, a text[],
	c char(30), note text COLLATE "C", n integer);
ALTER TABLE docs DROP COLUMN gone;
CREATE INDEX docs_n ON docs (n);
CREATE INDEX docs_path ON docs (path);
CREATE INDEX docs_lower ON docs (lower(path)) WHERE server = 'cn1';
CREATE TABLE folders (path text, id integer PRIMARY KEY, doc integer REFERENCES docs, up integer);
CREATE TABLE hosts (name text PRIMARY KEY, kind integer);
CREATE TABLE nodes (id integer PRIMARY KEY, name text REFERENCES hosts ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE part (id integer, path text, k integer, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10);
CREATE TABLE part_2 (k integer, gone text, path text, id integer NOT NULL);
ALTER TABLE part_2 DROP COLUMN gone;
ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE part_3 PARTITION OF part FOR VALUES FROM (20) TO (40) PARTITION BY RANGE (id);
CREATE TABLE part_3_1 (path text, id integer NOT NULL, k integer);
ALTER TABLE part_3 ATTACH PARTITION part_3_1 FOR VALUES FROM (20) TO (30);
CREATE TABLE part_3_2 PARTITION OF part_3 DEFAULT;
CREATE TABLE parent (id integer, gone integer, path text, extra text, other text);
ALTER TABLE parent DROP COLUMN gone;
CREATE TABLE child_1 (own integer, other text, path text) INHERITS (parent);
CREATE TABLE child_2 () INHERITS (parent);
CREATE TABLE child_3 (extra text, id integer, more text) INHERITS (child_1);
CREATE TABLE plain (id integer PRIMARY KEY, path text, n integer);
CREATE TABLE mixed (id integer, path text, k integer) PARTITION BY LIST (k);
CREATE TABLE mixed_1 PARTITION OF mixed FOR VALUES IN (1);
CREATE TABLE mixed_2 (k integer, path text, id integer);
ALTER TABLE mixed ATTACH PARTITION mixed_2 FOR VALUES IN (2);

CREATE VIEW docs_view AS SELECT id, path, server, n FROM docs;
CREATE VIEW docs_barrier WITH (security_barrier) AS SELECT * FROM docs WHERE path LIKE '%Q%';
CREATE VIEW docs_nested AS SELECT v.*, b.j FROM docs_view v JOIN docs_barrier b USING (id);
CREATE VIEW docs_grouped AS SELECT server, count(*) AS docs, min(path) AS first FROM docs GROUP BY server;
CREATE VIEW docs_grouped_2 AS SELECT g.docs, array_agg(g.server ORDER BY g.server) AS servers FROM docs_grouped g GROUP BY g.docs;
CREATE VIEW docs_whole AS SELECT d, d.id FROM docs d;
CREATE VIEW docs_union AS SELECT path FROM docs UNION ALL SELECT path FROM folders;
CREATE VIEW docs_checked AS SELECT id, path, n FROM docs WHERE path LIKE '%SRVB%' WITH CHECK OPTION;
CREATE VIEW docs_triggered AS SELECT id, path, n FROM docs;
CREATE VIEW docs_ruled AS SELECT id, path FROM docs;
CREATE RULE ruled AS ON UPDATE TO docs_ruled DO INSTEAD
	UPDATE docs SET note = OLD.path || '>' || NEW.path WHERE id = OLD.id RETURNING id, path;
CREATE TABLE log (n integer GENERATED ALWAYS AS IDENTITY, line text);
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO log (line) SELECT format('%s %s %s', TG_OP, OLD, path) FROM docs WHERE id = OLD.id;
	RETURN NEW;
END $$;
CREATE TRIGGER tell INSTEAD OF UPDATE ON docs_triggered FOR EACH ROW EXECUTE FUNCTION tell();
CREATE FUNCTION count_paths() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO log (line) SELECT format('%s', string_agg(path, ',' ORDER BY id)) FROM plain;
	RETURN NULL;
END $$;
CREATE TRIGGER count_paths AFTER INSERT OR UPDATE OR DELETE ON plain EXECUTE FUNCTION count_paths();
CREATE FUNCTION on_cascade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO log (line) SELECT format('%s %s', TG_OP, string_agg(path, ',' ORDER BY id)) FROM docs;
	RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER on_cascade BEFORE UPDATE OR DELETE ON nodes FOR EACH ROW EXECUTE FUNCTION on_cascade();

CREATE FUNCTION path_of(i integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT path FROM docs WHERE id = i';
CREATE FUNCTION paths() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT path FROM docs';
CREATE FUNCTION paths_volatile() RETURNS SETOF text LANGUAGE sql VOLATILE AS 'SELECT path FROM docs';
CREATE FUNCTION all_docs() RETURNS SETOF docs LANGUAGE sql STABLE AS 'SELECT * FROM docs';
CREATE FUNCTION one_doc(i integer) RETURNS docs LANGUAGE sql STABLE AS 'SELECT * FROM docs WHERE id = i';
CREATE FUNCTION some_docs(i integer) RETURNS TABLE (id integer, p text) LANGUAGE sql STABLE
	AS 'SELECT d.id, d.path FROM docs d WHERE d.id > i';
CREATE FUNCTION is_share(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT t LIKE '%SRVB%' $$;
CREATE FUNCTION first_path(docs) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.path';
CREATE FUNCTION pl_return_query() RETURNS SETOF docs LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT * FROM docs;
	RETURN QUERY EXECUTE 'SELECT * FROM docs WHERE id < $1' USING 3;
END $$;
CREATE FUNCTION pl_loop() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	t docs%ROWTYPE;
	p docs.path%TYPE;
	c CURSOR (i integer) FOR SELECT path, server FROM docs WHERE id > i ORDER BY id;
	n bigint;
BEGIN
	FOR r IN SELECT path, a FROM docs ORDER BY id LOOP
		RETURN NEXT r.path || r.a::text;
	END LOOP;
	FOR t IN SELECT * FROM docs ORDER BY id LOOP
		RETURN NEXT t::text;
	END LOOP;
	SELECT * INTO t FROM docs WHERE id = 2;
	RETURN NEXT t.path;
	p := (SELECT path FROM docs WHERE id = 1);
	RETURN NEXT p;
	FOR r IN EXECUTE 'SELECT d FROM docs d ORDER BY id' LOOP
		RETURN NEXT (r.d).path;
	END LOOP;
	FOR r IN c (2) LOOP
		RETURN NEXT r::text;
	END LOOP;
	PERFORM path FROM docs WHERE path LIKE '%SRVB%';
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN NEXT n::text;
	IF EXISTS (SELECT FROM docs WHERE server = 'srvb1') THEN
		RETURN NEXT 'found';
	END IF;
	FOR i IN 1 .. 8 LOOP
		SELECT path INTO p FROM docs WHERE id = i;
		RETURN NEXT p;
	END LOOP;
END $$;
CREATE FUNCTION pl_cursor() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	c refcursor;
	p text;
BEGIN
	OPEN c SCROLL FOR SELECT path FROM docs ORDER BY path, id;
	FETCH LAST FROM c INTO p;
	RETURN NEXT p;
	FETCH PRIOR FROM c INTO p;
	RETURN NEXT p;
	FETCH FIRST FROM c INTO p;
	RETURN NEXT p;
	MOVE FORWARD 2 FROM c;
	FETCH RELATIVE -1 FROM c INTO p;
	RETURN NEXT p;
	CLOSE c;
END $$;
CREATE FUNCTION change_current(prefix text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	c CURSOR FOR SELECT id, path FROM plain ORDER BY id FOR UPDATE;
	p text;
BEGIN
	FOR r IN c LOOP
		UPDATE plain SET path = prefix || r.path WHERE CURRENT OF c RETURNING path INTO p;
		RETURN NEXT p;
	END LOOP;
END $$;
CREATE DOMAIN doc_domain AS docs CHECK ((VALUE).id > 0);
	$ddl$;
	EXECUTE replace(replace($rows$
INSERT INTO docs (id, path, server, j, b, a, c, note, n)
SELECT i, CASE i % 5 WHEN 0 THEN '\\DX\other\' || i WHEN 4 THEN NULL ELSE '<share>\docs\' || i % 7 END,
	CASE i % 3 WHEN 0 THEN 'm.example' WHEN 1 THEN '<host>' ELSE '<host>:80' END,
	json_build_object('host', '<host>:80', 'i', i), jsonb_build_object('path', '<share>\x' || i % 2, 'list', jsonb_build_array('<host>:80', i)),
	CASE i % 4 WHEN 0 THEN NULL ELSE ARRAY['<share>\a' || i, NULL, 'C:\x'] END,
	CASE i % 2 WHEN 0 THEN '<share>\c' ELSE 'x' END, 'note ' || i, i % 3
FROM generate_series(1, 12) i;
INSERT INTO docs (id, path, n) VALUES (13, '<share>' || repeat('\long', 500), 7), (14, '', 7);
INSERT INTO folders SELECT CASE i WHEN 3 THEN '\\M\q' ELSE '<share>\docs\' || i END, i, i % 4 + 1, nullif(i / 2, 0) FROM generate_series(1, 8) i;
INSERT INTO hosts VALUES ('<host>', 1), ('h2', 2), ('<host>.', 3), ('z', 4);
INSERT INTO nodes VALUES (1, '<host>'), (2, 'h2'), (3, '<host>'), (4, NULL);
INSERT INTO part SELECT i, CASE i % 2 WHEN 0 THEN '<share>\p' ELSE '\\P\p' END || i % 6, i % 3 FROM generate_series(1, 39) i;
INSERT INTO parent VALUES (1, '<share>\1', 'free', 'o'), (2, '\\T\x', NULL, NULL);
INSERT INTO child_1 (id, path, extra, own, other) VALUES (3, '<share>\3', 'free too', 7, 'o3');
INSERT INTO child_2 VALUES (4, '<share>\4', '<host>', 'o4'), (5, NULL, NULL, NULL);
INSERT INTO child_3 (id, path, extra, own, other) VALUES (6, '<share>\6', 'e6', 8, 'o6');
INSERT INTO plain VALUES (1, '<share>\1', 1), (2, '\\O\2', 2), (3, '<share>\3', 3);
INSERT INTO mixed VALUES (1, '<share>\m', 1), (2, 'see <host>:80', 2);
TRUNCATE log RESTART IDENTITY;
ANALYZE;
	$rows$, '<share>', share), '<host>', host);
END $make$;

SELECT make('there', '\\CN\QlikShare', 'cn1'), make('here', '\\SRVB\Qlik', 'srvb1');
SET search_path = there, public;
DO $$ BEGIN
	PERFORM qsrepl.add_rule('docs', 'path', 'path'), qsrepl.add_rule('docs', 'server', 'host'),
		qsrepl.add_rule('docs', 'j', 'text'), qsrepl.add_rule('docs', 'b', 'text'), qsrepl.add_rule('docs', 'a', 'path'),
		qsrepl.add_rule('docs', 'c', 'path'), qsrepl.add_rule('folders', 'path', 'path'),
		qsrepl.add_rule('hosts', 'name', 'host'), qsrepl.add_rule('nodes', 'name', 'host'),
		qsrepl.add_rule('part', 'path', 'path'), qsrepl.add_rule('parent', 'path', 'path'),
		qsrepl.add_rule('child_2', 'extra', 'host'), qsrepl.add_rule('plain', 'path', 'path'),
		qsrepl.add_rule('mixed_1', 'path', 'path'), qsrepl.add_rule('mixed_2', 'path', 'text');
END $$;
UPDATE qsrepl.state SET system_identifier = 1;
SELECT qsrepl._state_word();

CREATE SCHEMA test;
CREATE TABLE test.query (n integer GENERATED ALWAYS AS IDENTITY, topic text, query text);
CREATE TABLE test.change (n integer GENERATED ALWAYS AS IDENTITY, topic text, query text);

INSERT INTO test.query (topic, query) VALUES
	('plain', 'SELECT path FROM docs'),
	('plain', 'SELECT * FROM docs'),
	('plain', 'TABLE docs'),
	('plain', 'SELECT d.* FROM docs AS d'),
	('plain', 'SELECT p, s FROM docs AS d (i, p, s)'),
	('plain', 'SELECT path || server, length(path), upper(c), c || ''.'', octet_length(c) FROM docs'),
	('plain', 'SELECT NULL::text, path, server FROM docs WHERE path IS NULL'),
	('plain', 'SELECT md5(path) FROM docs WHERE id = 13'),
	('plain', 'SELECT CASE WHEN path LIKE ''%SRVB%'' THEN server ELSE path END FROM docs'),
	('plain', 'SELECT coalesce(path, server), nullif(server, ''srvb1''), greatest(path, server), least(path, server) FROM docs'),
	('plain', 'SELECT tableoid::regclass, ctid, path FROM docs'),
	('plain', 'SELECT path COLLATE "C" FROM docs ORDER BY 1'),
	('where', 'SELECT id FROM docs WHERE path = ''\\SRVB\Qlik\docs\1'''),
	('where', 'SELECT id FROM docs WHERE path LIKE ''\\\\SRVB%'' AND n = 1'),
	('where', 'SELECT id FROM docs WHERE path > ''\\E'''),
	('where', 'SELECT id FROM docs WHERE path BETWEEN ''\\S'' AND ''\\T'''),
	('where', 'SELECT id FROM docs WHERE path IN (''\\SRVB\Qlik\docs\1'', ''\\SRVB\Qlik\docs\2'')'),
	('where', 'SELECT id FROM docs WHERE lower(path) = ''\\srvb\qlik\docs\1'' AND server = ''srvb1'''),
	('where', 'SELECT id FROM docs WHERE server = ''cn1'''),
	('where', 'SELECT id FROM docs WHERE path ~ ''CN'''),
	('where', 'SELECT id FROM docs WHERE c = ''\\SRVB\Qlik\c'''),
	('where', 'SELECT id FROM docs WHERE path IS NOT DISTINCT FROM NULL'),
	('where', 'SELECT id FROM docs WHERE (path, server) = (''\\SRVB\Qlik\docs\1'', ''srvb1'')'),
	('where', 'SELECT id FROM docs WHERE (path, server) > (''\\SRVB\Qlik\docs\1'', ''a'')'),
	('where', 'SELECT id FROM docs WHERE path = ANY (ARRAY[''\\SRVB\Qlik\docs\1''])'),
	('where', 'SELECT id FROM docs WHERE path = ALL (SELECT path FROM docs WHERE id = 1)'),
	('whole row', 'SELECT d FROM docs d'),
	('whole row', 'SELECT docs FROM docs'),
	('whole row', 'SELECT row_to_json(d), to_jsonb(d) FROM docs d'),
	('whole row', 'SELECT (d).path, (d.*).server FROM docs d'),
	('whole row', 'SELECT (x).* FROM (SELECT d AS x FROM docs d) y'),
	('whole row', 'SELECT (x.d).path FROM (SELECT d FROM docs d OFFSET 0) x'),
	('whole row', 'SELECT count(d), count(d.*) FROM docs d'),
	('whole row', 'SELECT d IS NULL, d IS NOT NULL FROM docs d'),
	('whole row', 'SELECT a.id FROM plain a JOIN plain b ON a = b'),
	('whole row', 'SELECT a.id, b.id FROM plain a, plain b WHERE a < b'),
	('whole row', 'SELECT p FROM plain p ORDER BY p'),
	('whole row', 'SELECT DISTINCT p FROM plain p'),
	('whole row', 'SELECT p, count(*) FROM plain p GROUP BY p'),
	('whole row', 'SELECT p = ROW(1, ''\\SRVB\Qlik\1'', 1)::plain FROM plain p'),
	('whole row', 'SELECT p FROM plain p WHERE p = ROW(1, ''\\SRVB\Qlik\1'', 1)::plain'),
	('whole row', 'SELECT array_agg(p ORDER BY p.id) FROM plain p'),
	('whole row', 'SELECT unnest(array_agg(p)) FROM plain p'),
	('whole row', 'SELECT first_path(d), d.first_path FROM docs d'),
	('whole row', 'SELECT d::doc_domain, (d::doc_domain).path FROM docs d'),
	('whole row', 'SELECT json_agg(p ORDER BY id), jsonb_object_agg(id, p) FROM plain p'),
	('whole row', 'SELECT ROW(p.*), ROW(p.path, 1) FROM plain p'),
	('whole row', 'SELECT p::text FROM plain p'),
	('whole row', 'SELECT hashtext(p::text) = hashtext((SELECT q::text FROM plain q WHERE q.id = p.id)) FROM plain p'),
	('whole row', 'SELECT (jsonb_populate_record(p, ''{"n": 5}'')).* FROM plain p'),
	('whole row', 'SELECT lag(p) OVER (ORDER BY id) FROM plain p'),
	('whole row', 'SELECT max(p.path) FILTER (WHERE p IS NOT NULL) FROM plain p'),
	('whole row', 'SELECT (SELECT p) FROM plain p'),
	('whole row', 'SELECT (SELECT x FROM (SELECT p.*) x) FROM plain p'),
	('outer join', 'SELECT f.id, d FROM folders f LEFT JOIN docs d ON d.path = f.path'),
	('outer join', 'SELECT f.id, d IS NULL, d.* IS NULL, row_to_json(d) FROM folders f LEFT JOIN docs d ON d.path = f.path'),
	('outer join', 'SELECT d, f FROM docs d FULL JOIN folders f ON d.path = f.path'),
	('outer join', 'SELECT d.id, f FROM docs d RIGHT JOIN folders f ON d.path = f.path'),
	('outer join', 'SELECT count(d) FROM folders f LEFT JOIN docs d ON d.path = f.path'),
	('outer join', 'SELECT f.id, coalesce(d.path, ''none'') FROM folders f LEFT JOIN docs d ON d.id = f.id + 9'),
	('outer join', 'SELECT f.id, d.path FROM folders f LEFT JOIN docs d ON d.id = f.id + 9 WHERE d.path IS NULL'),
	('outer join', 'SELECT f.id, x.p FROM folders f LEFT JOIN (SELECT id, path AS p, 1 AS one FROM docs) x ON x.id = f.id + 9'),
	('outer join', 'SELECT f.id, x FROM folders f LEFT JOIN (SELECT d FROM docs d) x ON (x.d).id = f.id + 9'),
	('outer join', 'SELECT p.id, m, m.path FROM plain p LEFT JOIN mixed m ON m.id = p.id'),
	('outer join', 'SELECT p.id, c, c.extra FROM plain p LEFT JOIN parent c ON c.id = p.id + 3'),
	('outer join', 'SELECT p.id, c FROM part p LEFT JOIN parent c ON c.path = p.path'),
	('outer join', 'SELECT f.id FROM folders f WHERE NOT EXISTS (SELECT FROM docs d WHERE d.path = f.path)'),
	('outer join', 'SELECT a.id, b.path, c.path FROM docs a LEFT JOIN (folders b LEFT JOIN plain c ON b.id = c.id) ON a.path = b.path'),
	('join', 'SELECT d.id, f.id, d.path FROM docs d JOIN folders f ON d.path = f.path'),
	('join', 'SELECT path, d.id, f.id FROM docs d JOIN folders f USING (path)'),
	('join', 'SELECT * FROM plain JOIN folders USING (path)'),
	('join', 'SELECT * FROM plain p JOIN folders f USING (id, path)'),
	('join', 'SELECT * FROM plain NATURAL JOIN folders'),
	('join', 'SELECT * FROM plain NATURAL LEFT JOIN folders'),
	('join', 'SELECT path, plain.path, folders.path FROM plain FULL JOIN folders USING (path)'),
	('join', 'SELECT * FROM plain FULL JOIN folders USING (path, id)'),
	('join', 'SELECT path, count(*) FROM plain FULL JOIN folders USING (path) GROUP BY path'),
	('join', 'SELECT path FROM plain FULL JOIN folders USING (path) WHERE path LIKE ''%SRVB%'' ORDER BY path'),
	('join', 'SELECT * FROM plain RIGHT JOIN folders USING (path)'),
	('join', 'SELECT x.path, x.p FROM (docs d (id, p) JOIN folders f ON d.p = f.path) AS x'),
	('join', 'SELECT x FROM (plain p JOIN folders f USING (path)) AS x'),
	('join', 'SELECT x.* FROM (plain p JOIN folders f USING (path)) AS x (a, b)'),
	('join', 'SELECT x FROM (plain p FULL JOIN folders f USING (path)) AS x'),
	('join', 'SELECT x FROM (plain p LEFT JOIN folders f USING (path)) AS x LEFT JOIN hosts h ON h.kind = x.n'),
	('join', 'SELECT h.name, x FROM hosts h LEFT JOIN (plain p JOIN folders f USING (path)) AS x ON h.kind = x.n + 2'),
	('join', 'SELECT h.name, x.path, row_to_json(x) FROM hosts h LEFT JOIN (plain p FULL JOIN folders f USING (path)) AS x ON h.kind = x.n'),
	('join', 'SELECT h.name, x FROM hosts h LEFT JOIN (plain p JOIN mixed m USING (id)) AS x ON h.kind = x.id'),
	('join', 'SELECT h.name, x.extra, x FROM hosts h LEFT JOIN (plain p FULL JOIN parent c USING (path)) AS x ON h.kind = x.n'),
	('join', 'SELECT * FROM ((plain a JOIN plain b USING (path)) AS j1 JOIN folders c USING (path)) AS j2'),
	('join', 'SELECT j2 FROM ((plain a JOIN plain b USING (path)) AS j1 LEFT JOIN folders c USING (path)) AS j2'),
	('join', 'SELECT h.name, n.id FROM hosts h JOIN nodes n USING (name)'),
	('join', 'SELECT h, n FROM hosts h LEFT JOIN nodes n USING (name) ORDER BY h.name, n.id'),
	('join', 'SELECT a.id, b.id FROM docs a JOIN docs b ON a.server = b.server AND a.id < b.id'),
	('join', 'SELECT a.id FROM docs a, folders b WHERE a.path = b.path AND b.path LIKE ''%SRVB%'''),
	('join', 'SELECT p.id, q.id FROM part p JOIN part q ON p.path = q.path AND p.id < q.id'),
	('join', 'SELECT p.id, p.path FROM part p JOIN part q ON p.id = q.id AND p.path = q.path'),
	('group', 'SELECT server, count(*) FROM docs GROUP BY server'),
	('group', 'SELECT server, count(*) FROM docs GROUP BY 1 HAVING server LIKE ''srvb%'''),
	('group', 'SELECT upper(server), min(path), max(path) FROM docs GROUP BY upper(server)'),
	('group', 'SELECT id, path FROM docs GROUP BY id'),
	('group', 'SELECT name, kind FROM hosts GROUP BY name'),
	('group', 'SELECT server, n, count(*) FROM docs GROUP BY ROLLUP (server, n)'),
	('group', 'SELECT server, path, GROUPING(server, path), count(*) FROM docs GROUP BY CUBE (server, path)'),
	('group', 'SELECT server, path, GROUPING(server), GROUPING(path) FROM docs GROUP BY GROUPING SETS ((server), (path), ())'),
	('group', 'SELECT server || ''!'', count(*) FROM docs GROUP BY ROLLUP (server) HAVING GROUPING(server) = 0 OR count(*) > 3'),
	('group', 'SELECT server, count(*) FROM docs GROUP BY GROUPING SETS ((server), (server, n)) ORDER BY server, count(*)'),
	('group', 'SELECT p, p.path, count(*) FROM plain p GROUP BY ROLLUP (p, p.path)'),
	('group', 'SELECT m.path, m, count(*) FROM mixed m GROUP BY ROLLUP (m.path, m)'),
	('group', 'SELECT c.extra, GROUPING(c.extra), count(*) FROM parent c GROUP BY CUBE (c.extra, c.path)'),
	('group', 'SELECT j ->> ''host'', count(*) FROM docs GROUP BY 1'),
	('group', 'SELECT b, count(*) FROM docs GROUP BY b'),
	('group', 'SELECT string_agg(path, '','' ORDER BY path DESC, id) FROM docs WHERE id < 12'),
	('group', 'SELECT string_agg(DISTINCT server, '','') FROM docs'),
	('group', 'SELECT count(*) FILTER (WHERE path LIKE ''%SRVB%''), count(DISTINCT path), min(path) FROM docs'),
	('group', 'SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY path) FROM docs'),
	('group', 'SELECT mode() WITHIN GROUP (ORDER BY server) FROM docs'),
	('group', 'SELECT rank(''\\E'') WITHIN GROUP (ORDER BY path) FROM docs'),
	('group', 'SELECT min(name), max(name) FROM hosts'),
	('group', 'SELECT max(path) FROM part'),
	('distinct', 'SELECT DISTINCT server FROM docs'),
	('distinct', 'SELECT DISTINCT path FROM docs ORDER BY path'),
	('distinct', 'SELECT DISTINCT ON (server) server, id, path FROM docs ORDER BY server, path, id'),
	('distinct', 'SELECT DISTINCT ON (b) b, id FROM docs ORDER BY b, id'),
	('order', 'SELECT id, path FROM docs ORDER BY path, id'),
	('order', 'SELECT id FROM docs ORDER BY path DESC NULLS LAST, id LIMIT 5'),
	('order', 'SELECT id FROM docs ORDER BY path COLLATE "C" USING <, id'),
	('order', 'SELECT id, path FROM docs ORDER BY n, path, id OFFSET 2 FETCH FIRST 4 ROWS ONLY'),
	('order', 'SELECT id FROM docs ORDER BY c, server, id'),
	('order', 'SELECT n FROM docs GROUP BY n ORDER BY min(path)'),
	('order', 'SELECT path FROM part ORDER BY path, id LIMIT 9'),
	('window', 'SELECT id, rank() OVER (ORDER BY path) FROM docs'),
	('window', 'SELECT id, row_number() OVER (PARTITION BY server ORDER BY path, id), lag(path) OVER w FROM docs WINDOW w AS (ORDER BY path, id)'),
	('window', 'SELECT id, first_value(path) OVER (PARTITION BY n ORDER BY server, id), count(*) OVER (PARTITION BY server) FROM docs'),
	('window', 'SELECT * FROM (SELECT id, path, row_number() OVER (ORDER BY path, id) AS r FROM docs) x WHERE r < 4'),
	('window', 'SELECT server, sum(count(*)) OVER (ORDER BY server) FROM docs GROUP BY server'),
	('window', 'SELECT path, count(*) FILTER (WHERE server LIKE ''srvb%'') OVER (ORDER BY path) FROM docs'),
	('sub-query', 'SELECT id, (SELECT path FROM docs d WHERE d.id = f.doc) FROM folders f'),
	('sub-query', 'SELECT id FROM folders WHERE path IN (SELECT path FROM docs)'),
	('sub-query', 'SELECT id FROM folders WHERE path NOT IN (SELECT path FROM docs WHERE path IS NOT NULL)'),
	('sub-query', 'SELECT id FROM docs d WHERE EXISTS (SELECT FROM folders f WHERE f.path = d.path AND f.id > 1)'),
	('sub-query', 'SELECT id FROM docs d WHERE path = (SELECT max(path) FROM docs e WHERE e.server = d.server)'),
	('sub-query', 'SELECT id, ARRAY(SELECT f.path FROM folders f WHERE f.path = d.path ORDER BY 1) FROM docs d'),
	('sub-query', 'SELECT (SELECT d.path || f.path FROM folders f WHERE f.id = d.id) FROM docs d'),
	('sub-query', 'SELECT (SELECT count(*) FROM folders f WHERE f.path = ANY (SELECT e.path FROM docs e WHERE e.server = d.server)) FROM docs d'),
	('sub-query', 'SELECT (SELECT max(d.path) FROM (SELECT 1) x) FROM docs d'),
	('sub-query', 'SELECT id FROM docs WHERE (path, id) IN (SELECT path, id FROM folders)'),
	('sub-query', 'SELECT id FROM docs WHERE server < ALL (SELECT path FROM folders)'),
	('sub-query', 'SELECT * FROM (SELECT path AS p FROM docs) x WHERE p LIKE ''%SRVB%'''),
	('sub-query', 'SELECT * FROM (SELECT DISTINCT path AS p FROM docs) x WHERE p LIKE ''%SRVB%'''),
	('sub-query', 'SELECT * FROM (SELECT path, server FROM docs OFFSET 0) x WHERE server = ''srvb1'''),
	('sub-query', 'SELECT x FROM (SELECT path, server FROM docs) x'),
	('sub-query', 'SELECT (SELECT d FROM docs d WHERE d.id = f.id) FROM folders f'),
	('sub-query', 'SELECT ROW(path, id) = (SELECT path, id FROM docs WHERE id = 1) FROM docs'),
	('lateral', 'SELECT d.id, x.p FROM docs d, LATERAL (SELECT d.path || f.path AS p FROM folders f WHERE f.path = d.path) x'),
	('lateral', 'SELECT d.id, x FROM docs d LEFT JOIN LATERAL (SELECT f FROM folders f WHERE f.path = d.path ORDER BY f.id LIMIT 1) x ON true'),
	('lateral', 'SELECT d.id, e FROM docs d, LATERAL unnest(d.a) e'),
	('lateral', 'SELECT d.id, e, o FROM docs d, unnest(d.a) WITH ORDINALITY AS u (e, o)'),
	('lateral', 'SELECT d.id, k, v FROM docs d, json_each_text(d.j) AS x (k, v)'),
	('lateral', 'SELECT d.id, s FROM docs d, regexp_split_to_table(d.path, ''\\'') s WHERE d.id < 10'),
	('lateral', 'SELECT d.id, v FROM docs d, LATERAL (VALUES (d.path), (d.server)) AS x (v)'),
	('lateral', 'SELECT p.id, x.* FROM plain p, ROWS FROM (unnest(ARRAY[p.path]), generate_series(1, 2)) AS x'),
	('cte', 'WITH x AS (SELECT path FROM docs) SELECT * FROM x'),
	('cte', 'WITH x AS MATERIALIZED (SELECT path, id FROM docs) SELECT * FROM x WHERE path LIKE ''%SRVB%'''),
	('cte', 'WITH x AS NOT MATERIALIZED (SELECT path, id FROM docs) SELECT a.id FROM x a JOIN x b USING (path)'),
	('cte', 'WITH x AS (SELECT d FROM docs d) SELECT (d).path FROM x'),
	('cte', 'WITH RECURSIVE x AS (SELECT id, path, 1 AS depth FROM folders WHERE up IS NULL UNION ALL SELECT f.id, x.path || f.path, depth + 1 FROM folders f JOIN x ON f.up = x.id) SELECT * FROM x'),
	('cte', 'WITH RECURSIVE x (p) AS (SELECT path FROM folders WHERE id = 1 UNION SELECT d.path FROM docs d, x WHERE d.path > x.p) SELECT * FROM x'),
	('cte', 'WITH RECURSIVE x (s) AS (SELECT server FROM docs UNION SELECT x.s FROM x) SELECT * FROM x'),
	('cte', 'WITH x AS (SELECT path FROM docs), y AS (SELECT path FROM x UNION SELECT path FROM folders) SELECT path FROM y WHERE EXISTS (WITH z AS (SELECT * FROM x) SELECT FROM z WHERE z.path = y.path)'),
	('set', 'SELECT path FROM docs UNION SELECT path FROM folders'),
	('set', 'SELECT path FROM docs UNION ALL SELECT path FROM folders ORDER BY path'),
	('set', 'SELECT path FROM docs INTERSECT SELECT path FROM folders'),
	('set', 'SELECT path FROM folders EXCEPT SELECT path FROM docs'),
	('set', 'SELECT path FROM folders EXCEPT ALL SELECT path FROM docs'),
	('set', 'SELECT server FROM docs UNION SELECT path FROM docs'),
	('set', 'SELECT ''srvb1'' UNION SELECT server FROM docs'),
	('set', '(SELECT d FROM plain d) UNION (SELECT d FROM plain d)'),
	('set', 'SELECT * FROM (SELECT path, 1 AS x FROM docs UNION ALL SELECT path, 2 FROM folders UNION ALL SELECT ''\\SRVB'', 3) u WHERE path LIKE ''\\\\SRVB%'''),
	('set', 'SELECT path, server FROM docs UNION SELECT path, ''x'' FROM folders ORDER BY 2, 1 LIMIT 7'),
	('view', 'SELECT * FROM docs_view'),
	('view', 'SELECT v FROM docs_view v'),
	('view', 'SELECT id FROM docs_view WHERE path LIKE ''%SRVB%'' AND server = ''srvb1'''),
	('view', 'SELECT * FROM docs_barrier WHERE server = ''srvb1'''),
	('view', 'SELECT b FROM docs_barrier b'),
	('view', 'SELECT * FROM docs_nested'),
	('view', 'SELECT * FROM docs_grouped WHERE server = ''srvb1'''),
	('view', 'SELECT * FROM docs_grouped_2'),
	('view', 'SELECT * FROM docs_whole'),
	('view', 'SELECT (d).path, id FROM docs_whole'),
	('view', 'SELECT v.id, x FROM folders v LEFT JOIN docs_whole x ON x.id = v.id + 10'),
	('view', 'SELECT * FROM docs_union WHERE path LIKE ''%SRVB%'''),
	('view', 'SELECT a.path FROM docs_union a JOIN docs_union b USING (path)'),
	('view', 'SELECT * FROM docs_checked'),
	('view', 'SELECT v.path, f.path FROM folders f LEFT JOIN docs_view v ON v.path = f.path'),
	('tree', 'SELECT tableoid::regclass, * FROM part'),
	('tree', 'SELECT p FROM part p'),
	('tree', 'SELECT * FROM part_2'),
	('tree', 'SELECT p, p.path FROM part_2 p'),
	('tree', 'SELECT * FROM part_3'),
	('tree', 'SELECT p FROM part_3_1 p WHERE path LIKE ''%SRVB%'''),
	('tree', 'SELECT * FROM part WHERE id = 12'),
	('tree', 'SELECT * FROM part WHERE path = ''\\SRVB\Qlik\p4'''),
	('tree', 'SELECT path, count(*) FROM part GROUP BY path'),
	('tree', 'SELECT k, max(path), count(p) FROM part p GROUP BY k'),
	('tree', 'SELECT (p).path, (p).id FROM (SELECT p FROM part p OFFSET 0) x'),
	('tree', 'SELECT tableoid::regclass, * FROM parent'),
	('tree', 'SELECT p FROM parent p'),
	('tree', 'SELECT * FROM ONLY parent'),
	('tree', 'SELECT p FROM ONLY parent p'),
	('tree', 'SELECT * FROM child_1'),
	('tree', 'SELECT c FROM child_1 c'),
	('tree', 'SELECT c FROM ONLY child_1 c'),
	('tree', 'SELECT * FROM child_2'),
	('tree', 'SELECT c, c.extra FROM child_2 c'),
	('tree', 'SELECT c, path FROM child_3 c'),
	('tree', 'SELECT id FROM parent WHERE extra = ''srvb1'''),
	('tree', 'SELECT extra, count(*) FROM parent GROUP BY extra'),
	('tree', 'SELECT p.extra, p FROM parent p ORDER BY extra, id'),
	('tree', 'SELECT a.id, b FROM parent a JOIN parent b USING (path)'),
	('tree', 'SELECT a.id, (SELECT b FROM parent b WHERE b.extra = a.extra AND b.id = a.id) FROM parent a'),
	('tree', 'SELECT p::parent FROM child_1 p'),
	('tree', 'SELECT (c::child_1)::parent FROM child_3 c'),
	('tree', 'SELECT p.path FROM parent p UNION ALL SELECT m.path FROM mixed m'),
	('tree', 'SELECT m.*, m FROM mixed m'),
	('tree', 'SELECT * FROM mixed_1'),
	('tree', 'SELECT m FROM mixed_2 m'),
	('tree', 'SELECT row_to_json(m), m IS NULL FROM mixed m WHERE path LIKE ''%srvb1%'''),
	('tree', 'SELECT h.name, m, m.path FROM hosts h FULL JOIN mixed m ON m.id = h.kind'),
	('tree', 'SELECT path FROM mixed GROUP BY path HAVING max(path) = path'),
	('function', 'SELECT path_of(id) FROM docs'),
	('function', 'SELECT path_of(1)'),
	('function', 'SELECT * FROM paths()'),
	('function', 'SELECT paths()'),
	('function', 'SELECT p FROM paths() p WHERE p LIKE ''%SRVB%'''),
	('function', 'SELECT * FROM paths_volatile()'),
	('function', 'SELECT * FROM all_docs()'),
	('function', 'SELECT f FROM all_docs() f'),
	('function', 'SELECT f.id, d FROM folders f LEFT JOIN all_docs() d ON d.path = f.path'),
	('function', 'SELECT (one_doc(1)).*'),
	('function', 'SELECT * FROM one_doc(2)'),
	('function', 'SELECT f.id, o.path FROM folders f, one_doc(f.id) o'),
	('function', 'SELECT * FROM some_docs(3) WHERE p > ''\\E'''),
	('function', 'SELECT f.id, s.p FROM folders f, LATERAL some_docs(f.id) s WHERE s.p = f.path'),
	('function', 'SELECT id FROM docs WHERE is_share(path)'),
	('function', 'SELECT * FROM pl_return_query()'),
	('function', 'SELECT * FROM pl_loop()'),
	('function', 'SELECT * FROM pl_cursor()'),
	('array', 'SELECT a[1], a[2:3], a[1:1], array_length(a, 1), a || ''x''::text FROM docs'),
	('array', 'SELECT id FROM docs WHERE a[1] = ''\\SRVB\Qlik\a1'''),
	('array', 'SELECT id FROM docs WHERE ''\\SRVB\Qlik\a2'' = ANY (a)'),
	('array', 'SELECT id FROM docs WHERE a @> ARRAY[''\\SRVB\Qlik\a3'']'),
	('array', 'SELECT unnest(a), id FROM docs'),
	('array', 'SELECT array_agg(path ORDER BY id), array_agg(a ORDER BY id) FILTER (WHERE id < 4) FROM docs WHERE id < 12'),
	('array', 'SELECT array_to_string(a, '';''), array_position(a, ''C:\x''), cardinality(a) FROM docs'),
	('array', 'SELECT ARRAY[path, server] FROM docs'),
	('json', 'SELECT j -> ''host'', j ->> ''host'', json_typeof(j), j #>> ''{host}'' FROM docs'),
	('json', 'SELECT b -> ''list'' ->> 0, b @> ''{"list": ["srvb1:80"]}'', b ? ''path'', b || ''{"x": 1}'', b - ''list'' FROM docs'),
	('json', 'SELECT id FROM docs WHERE b @> ''{"path": "\\\\SRVB\\Qlik\\x1"}'''),
	('json', 'SELECT id FROM docs WHERE b @? ''$.list[*] ? (@ == "srvb1:80")'''),
	('json', 'SELECT jsonb_path_query(b, ''$.list[0]''), jsonb_pretty(b) FROM docs'),
	('json', 'SELECT jsonb_agg(b ORDER BY id), json_agg(j) FROM docs'),
	('json', 'SELECT x.host FROM docs, json_to_record(j) AS x (host text)'),
	('json', 'SELECT jsonb_set(b, ''{path}'', ''1''), b = ''{}'', b #> ''{list,0}'' FROM docs'),
	('xml', 'SELECT query_to_xml(''SELECT path, server, c FROM docs WHERE id < 4'', true, false, '''')::text'),
	('xml', 'SELECT table_to_xml(''plain'', false, true, '''')::text'),
	('xml', 'SELECT regexp_replace(table_to_xml_and_xmlschema(''plain'', false, true, '''')::text, ''here|there'', ''x'', ''g'')'),
	('xml', 'SELECT xmlelement(name x, xmlattributes(path AS p), server)::text, xmlforest(path)::text FROM docs WHERE id < 5'),
	('sample', 'SELECT path FROM docs TABLESAMPLE system (100)'),
	('sample', 'SELECT d FROM docs d TABLESAMPLE bernoulli (100) REPEATABLE (1)'),
	('lock', 'SELECT path FROM plain FOR UPDATE'),
	('lock', 'SELECT p, p.path FROM plain p WHERE path LIKE ''%SRVB%'' FOR SHARE'),
	('lock', 'SELECT p.path, f.path FROM plain p JOIN folders f USING (path) FOR UPDATE OF p SKIP LOCKED'),
	('lock', 'SELECT c FROM parent c WHERE path IS NOT NULL FOR NO KEY UPDATE'),
	('nothing', 'SELECT FROM docs WHERE path LIKE ''%SRVB%'''),
	('nothing', 'SELECT count(*) FROM docs WHERE path LIKE ''%CN%''');

SELECT current_setting('server_version_num')::integer >= 140000 AS from_14,
	current_setting('server_version_num')::integer >= 150000 AS from_15,
	current_setting('server_version_num')::integer >= 160000 AS from_16,
	current_setting('server_version_num')::integer >= 170000 AS from_17,
	current_setting('server_version_num')::integer >= 180000 AS from_18 \gset

\if :from_14
DO $$
BEGIN
	FOR s IN 1 .. 2 LOOP
		PERFORM set_config('search_path', CASE s WHEN 1 THEN 'there' ELSE 'here' END, true);
		CREATE FUNCTION atomic_path(i integer) RETURNS text STABLE RETURN (SELECT path FROM docs WHERE id = i);
		CREATE FUNCTION atomic_docs() RETURNS SETOF docs STABLE BEGIN ATOMIC SELECT * FROM docs; END;
	END LOOP;
END $$;
INSERT INTO test.query (topic, query) VALUES
	('function', 'SELECT atomic_path(id) FROM docs'),
	('function', 'SELECT * FROM atomic_docs()'),
	('function', 'SELECT f.id, a FROM folders f LEFT JOIN atomic_docs() a ON a.path = f.path'),
	('join', 'SELECT x.path, p.n, x FROM plain p JOIN folders f USING (path) AS x'),
	('join', 'SELECT h.name, x FROM hosts h LEFT JOIN (plain p FULL JOIN folders f USING (path) AS x) ON h.kind = p.n'),
	('cte', 'WITH RECURSIVE x AS (SELECT id, path FROM folders WHERE up IS NULL UNION ALL SELECT f.id, f.path FROM folders f JOIN x ON f.up = x.id) SEARCH DEPTH FIRST BY path SET o CYCLE path SET c USING p SELECT * FROM x'),
	('json', 'SELECT b[''path''], (b[''list''])[0] FROM docs'),
	('group', 'SELECT server, path FROM docs GROUP BY DISTINCT ROLLUP (server, path), ROLLUP (server)');
\endif
\if :from_16
INSERT INTO test.query (topic, query) VALUES
	('json', 'SELECT JSON_OBJECT(''p'': path, ''s'': server), JSON_ARRAY(path, server), JSON_ARRAYAGG(path) OVER (PARTITION BY n ORDER BY id) FROM docs'),
	('json', 'SELECT j IS JSON, JSON_OBJECTAGG(id: path) OVER (ORDER BY id) FROM docs WHERE id < 9'),
	('group', 'SELECT any_value(path) FROM docs WHERE id = 1');
\endif
\if :from_17
INSERT INTO test.query (topic, query) VALUES
	('json', 'SELECT d.id, t.* FROM docs d, JSON_TABLE(d.b, ''$'' COLUMNS (p text PATH ''$.path'', NESTED PATH ''$.list[*]'' COLUMNS (e text PATH ''$''))) t'),
	('json', 'SELECT JSON_VALUE(b, ''$.path''), JSON_QUERY(b, ''$.list''), JSON_EXISTS(b, ''$.list[*] ? (@ == "srvb1:80")'') FROM docs');
\endif

/*
 * The result of a query, one text a row: in its order where it has one, else
 * sorted; or its error.
 */
CREATE FUNCTION test.result(query text, way text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	r		record;
	lines	text[] := '{}';
BEGIN
	IF way = 'prepared' THEN
		DEALLOCATE ALL;
		EXECUTE 'PREPARE test_query AS ' || query;
		query := 'EXECUTE test_query';
		FOR r IN EXECUTE query LOOP
			NULL;
		END LOOP;
	END IF;
	FOR r IN EXECUTE CASE way
		WHEN 'sub-query' THEN format('SELECT x FROM (%s) AS x', query)
		WHEN 'null side' THEN format('SELECT one, x FROM (VALUES (1), (2)) AS v (one) LEFT JOIN LATERAL (%s) AS x ON one = 2', query)
		WHEN 'view' THEN 'TABLE test_view'
		WHEN 'table' THEN 'TABLE test_table'
		ELSE query END
	LOOP
		lines := lines || coalesce(r::text, '');
	END LOOP;
	IF way = 'prepared' THEN
		DEALLOCATE test_query;
	END IF;
	RETURN lines;
END $$;

-- The columns that the query makes of a table.
CREATE FUNCTION test.columns(name text) RETURNS text[] LANGUAGE sql AS $$
	SELECT array_agg(concat_ws(' ', attname, replace(replace(format_type(atttypid, atttypmod), 'there.', ''), 'here.', ''),
		attcollation::regcollation) ORDER BY attnum)
	FROM pg_attribute WHERE attrelid = ('pg_temp.' || name)::regclass AND attnum > 0;
$$;

CREATE FUNCTION test.run(schema text, query text, way text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	lines	text[];
	columns	text[];
	code	text;
BEGIN
	PERFORM set_config('search_path', schema || ', public', true);
	IF way = 'parallel' THEN
		PERFORM set_config('parallel_setup_cost', '0', true), set_config('parallel_tuple_cost', '0', true),
			set_config('min_parallel_table_scan_size', '0', true), set_config('min_parallel_index_scan_size', '0', true),
			set_config('enable_partitionwise_join', 'on', true), set_config('enable_partitionwise_aggregate', 'on', true);
	ELSIF way = 'merge' THEN
		PERFORM set_config('enable_hashjoin', 'off', true), set_config('enable_nestloop', 'off', true),
			set_config('enable_hashagg', 'off', true);
	ELSIF way = 'index' THEN
		PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
			set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true);
	ELSIF way = 'prepared' THEN
		PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
	ELSIF way IN ('view', 'table') THEN
		EXECUTE format('CREATE TEMP %s test_%1$s AS %s', way, query);
		columns := test.columns('test_' || way);
	END IF;
	lines := test.result(query, way);
	IF way IN ('view', 'table') THEN
		EXECUTE format('DROP %s test_%1$s', way);
	END IF;
	IF query !~ 'ORDER BY [^()]*$' OR way NOT IN ('plain', 'parallel', 'merge', 'index', 'prepared') THEN
		lines := ARRAY(SELECT l FROM unnest(lines) AS l ORDER BY l COLLATE "C");
	END IF;
	RETURN columns || lines;
EXCEPTION WHEN OTHERS THEN
	RETURN ARRAY[SQLSTATE, SQLERRM];
END $$;

-- A bug of PostgreSQL itself from 16 on: "wrong varnullingrels".
DELETE FROM test.query
WHERE query LIKE 'SELECT h.name, x FROM hosts h LEFT JOIN (plain p FULL JOIN folders f USING (path) AS x)%'
	AND current_setting('server_version_num')::integer >= 160000;

CREATE TABLE test.outcome AS
	SELECT n, topic, query, way, test.run('there', query, way) AS there, test.run('here', query, way) AS here
	FROM test.query, unnest(ARRAY['plain', 'parallel', 'merge', 'index', 'prepared', 'sub-query', 'null side', 'view', 'table']) AS way;

SELECT way, count(*) FROM test.outcome WHERE there IS DISTINCT FROM here GROUP BY way;
-- Queries that gave something else.
SELECT topic, query, way, left(there::text, 300) AS there, left(here::text, 300) AS here
FROM test.outcome WHERE there IS DISTINCT FROM here ORDER BY n, way;
-- None may have failed, but for what SQL does not allow.
SELECT topic, query, way, here FROM test.outcome
WHERE here[1] ~ '^[0-9A-Z]{5}$' AND NOT (way IN ('view', 'table') AND here[1] IN ('42701', '42P16'))
	AND NOT (topic = 'nothing' AND way IN ('sub-query', 'null side')) ORDER BY n, way;
SELECT count(*) > 2000 AS many FROM test.outcome;
-- Nothing of site A is in it.
SELECT DISTINCT query FROM test.outcome WHERE here::text ~ '(CN\\|cn1)';

--
-- Changes: what they return, what they leave behind, and what their triggers
-- see. Each is rolled back.
--
INSERT INTO test.change (topic, query) VALUES
	('insert', 'INSERT INTO plain SELECT id + 100, path, n FROM docs WHERE path LIKE ''%SRVB%'' RETURNING *'),
	('insert', 'INSERT INTO plain VALUES (9, ''\\SRVB\Qlik\9'', 9) RETURNING plain, path, plain.*'),
	('insert', 'INSERT INTO plain SELECT 200 + row_number() OVER (ORDER BY path, id), path FROM docs RETURNING path'),
	('insert', 'INSERT INTO part (id, path) VALUES (15, ''x'') ON CONFLICT DO NOTHING RETURNING path'),
	('insert', 'WITH x AS (INSERT INTO plain SELECT id + 100, path FROM part RETURNING path) SELECT path, count(*) FROM x GROUP BY path'),
	('conflict', 'INSERT INTO plain AS p VALUES (1, ''\\SRVB\Qlik\new'', 9) ON CONFLICT (id) DO UPDATE SET path = p.path || ''+'' || excluded.path RETURNING p, path'),
	('conflict', 'INSERT INTO plain AS p VALUES (1, ''\\SRVB\Qlik\new'', 9), (2, ''y'', 9) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE p.path LIKE ''%SRVB%'' RETURNING *'),
	('conflict', 'INSERT INTO plain AS p VALUES (1, ''\\SRVB\Qlik\1'', 9) ON CONFLICT (id) DO UPDATE SET n = 5 WHERE p.path = excluded.path RETURNING p'),
	('conflict', 'INSERT INTO plain AS p SELECT id, path, 9 FROM plain ON CONFLICT (id) DO UPDATE SET path = (SELECT max(path) FROM docs WHERE path > p.path) RETURNING *'),
	('conflict', 'INSERT INTO part AS p (id, path) SELECT id, path || ''!'' FROM part ON CONFLICT (id) DO UPDATE SET path = p.path || excluded.path RETURNING p, path, tableoid::regclass'),
	('conflict', 'INSERT INTO part AS p (id, path, k) SELECT id, path, 8 FROM part ON CONFLICT (id) DO UPDATE SET k = 9 WHERE p.path = excluded.path AND (p).path IS NOT NULL RETURNING p.*'),
	('conflict', 'INSERT INTO hosts AS h VALUES (''h2'', 7) ON CONFLICT (name) DO UPDATE SET kind = 8 RETURNING h'),
	('update', 'UPDATE plain SET path = path || ''+'' RETURNING path, plain'),
	('update', 'UPDATE plain SET n = length(path) WHERE path LIKE ''%SRVB%'' RETURNING *'),
	('update', 'UPDATE plain SET path = DEFAULT WHERE path = ''\\SRVB\Qlik\1'' RETURNING path'),
	('update', 'UPDATE plain SET path = path RETURNING path'),
	('update', 'UPDATE plain p SET path = f.path || d.path, n = f.id FROM folders f JOIN docs d USING (path) WHERE p.id = f.id RETURNING p, f, d.path'),
	('update', 'UPDATE plain p SET (path, n) = (SELECT max(d.path), count(*) FROM docs d WHERE d.path >= p.path) RETURNING *'),
	('update', 'UPDATE plain p SET (path, n) = ROW (upper(path), n + 1) RETURNING *'),
	('update', 'UPDATE docs SET a[2] = path, b = jsonb_set(b, ''{x}'', to_jsonb(path)) WHERE id < 4 RETURNING a, b, docs'),
	('update', 'UPDATE docs SET server = ''x'', c = ''y'' WHERE server = ''srvb1'' AND c LIKE ''%SRVB%'' RETURNING id, docs'),
	('update', 'UPDATE part SET id = id + 10, path = path || id WHERE id < 25 AND path LIKE ''%SRVB%'' AND id >= 15 AND id % 10 = 9 RETURNING part, path, tableoid::regclass'),
	('update', 'UPDATE part p SET k = (SELECT count(*) FROM part q WHERE q.path = p.path) RETURNING p.path, p'),
	('update', 'UPDATE parent p SET other = path || coalesce(extra, ''-'') RETURNING p, p.extra'),
	('update', 'UPDATE ONLY parent SET other = path RETURNING *'),
	('update', 'UPDATE child_2 SET other = extra || path WHERE extra = ''srvb1'' RETURNING child_2, extra'),
	('update', 'UPDATE mixed m SET path = path || ''/'' RETURNING m, m.path, tableoid::regclass'),
	('update', 'UPDATE docs d SET note = x.p FROM (SELECT id, path AS p FROM docs ORDER BY path DESC LIMIT 3) x WHERE x.id = d.id RETURNING d.note, x'),
	('update', 'WITH u AS (UPDATE plain SET n = n + 1 WHERE path LIKE ''%SRVB%'' RETURNING *) SELECT u.path, p.path, p.n FROM u JOIN plain p USING (id)'),
	('update', 'SELECT * FROM change_current(''!'')'),
	('delete', 'DELETE FROM plain WHERE path LIKE ''%SRVB%'' RETURNING *'),
	('delete', 'DELETE FROM plain p USING docs d WHERE d.path = ''\\SRVB\Qlik\docs\1'' AND p.path < d.path RETURNING p, d.path'),
	('delete', 'DELETE FROM part WHERE path = ''\\SRVB\Qlik\p2'' RETURNING part, path'),
	('delete', 'DELETE FROM parent p WHERE extra = ''srvb1'' RETURNING p'),
	('delete', 'WITH d AS (DELETE FROM plain RETURNING path) INSERT INTO folders SELECT path, 100 + row_number() OVER (ORDER BY path) FROM d RETURNING path'),
	('delete', 'DELETE FROM mixed m WHERE path LIKE ''%srvb1%'' RETURNING m, path'),
	('view', 'UPDATE docs_view SET n = 99 WHERE path LIKE ''%SRVB%'' RETURNING *'),
	('view', 'UPDATE docs_view v SET path = path || ''+'' WHERE server = ''srvb1'' RETURNING v, path'),
	('view', 'UPDATE docs_checked SET n = 5 RETURNING *'),
	('view', 'UPDATE docs_checked SET path = path || ''!'' RETURNING *'),
	('view', 'UPDATE docs_checked SET path = ''none'''),
	('view', 'INSERT INTO docs_checked VALUES (90, ''\\SRVB\x'') RETURNING *'),
	('view', 'INSERT INTO docs_checked VALUES (90, ''\\X\x'') RETURNING *'),
	('view', 'DELETE FROM docs_barrier WHERE id > 4 AND path LIKE ''%SRVB%'' RETURNING docs_barrier'),
	('view', 'UPDATE docs_triggered SET path = path || ''+'' WHERE path LIKE ''%SRVB%'' AND id < 4 RETURNING *'),
	('view', 'UPDATE docs_ruled SET path = path || ''+'' WHERE path LIKE ''%SRVB%'' AND id < 4 RETURNING *'),
	('key', 'INSERT INTO nodes VALUES (9, ''h2'') RETURNING *'),
	('key', 'INSERT INTO nodes VALUES (9, ''nothing'') RETURNING *'),
	('key', 'DELETE FROM hosts WHERE name = ''srvb1'' RETURNING *'),
	('key', 'UPDATE hosts SET name = ''other'' WHERE name = ''srvb1'' RETURNING *'),
	('key', 'DELETE FROM docs WHERE id = 1'),
	('key', 'UPDATE nodes SET name = ''z'' WHERE name = ''srvb1'' RETURNING nodes'),
	('lock', 'SELECT p FROM plain p WHERE path LIKE ''%SRVB%'' ORDER BY id FOR UPDATE');

\if :from_15
INSERT INTO test.change (topic, query) VALUES
	('merge', 'MERGE INTO plain p USING docs d ON p.path < d.path AND p.id = d.id WHEN MATCHED THEN UPDATE SET path = p.path || d.path WHEN NOT MATCHED THEN INSERT VALUES (d.id + 100, d.path, 7)'),
	('merge', 'MERGE INTO plain p USING folders f ON p.id = f.id WHEN MATCHED AND p.path LIKE ''%SRVB%'' THEN DELETE WHEN MATCHED AND f.path LIKE ''%SRVB%'' THEN UPDATE SET path = f.path WHEN NOT MATCHED AND f.path <> '''' THEN INSERT (id, path) VALUES (f.id, f.path || ''!'')'),
	('merge', 'MERGE INTO part p USING (SELECT path, max(id) AS id FROM part GROUP BY path) x ON p.path = x.path AND p.id = x.id WHEN MATCHED THEN UPDATE SET path = p.path || x.path || (p).k'),
	('merge', 'MERGE INTO part p USING plain x ON p.id = x.id + 10 WHEN MATCHED AND p.path > x.path THEN UPDATE SET path = x.path, k = 77 WHEN NOT MATCHED THEN INSERT VALUES (0, ''x'', 1)');
\endif
\if :from_17
INSERT INTO test.change (topic, query) VALUES
	('merge', 'MERGE INTO docs_view v USING plain x ON v.id = x.id WHEN MATCHED THEN UPDATE SET path = v.path || x.path'),
	('merge', 'MERGE INTO plain p USING folders f ON p.path = f.path WHEN MATCHED THEN UPDATE SET path = p.path || f.path WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (f.id + 50, f.path) RETURNING merge_action(), p, p.path, f.path');
\endif
\if :from_18
INSERT INTO test.change (topic, query) VALUES
	('returning', 'UPDATE plain SET path = path || ''+'' RETURNING old.path, new.path, old, new, plain'),
	('returning', 'UPDATE part SET path = upper(path) RETURNING old.path, new.path, old, new'),
	('returning', 'DELETE FROM plain RETURNING old.path, new.path, old, new'),
	('returning', 'INSERT INTO plain VALUES (9, ''\\SRVB\Qlik'') RETURNING old.path, new.path, old, new, old IS NULL'),
	('returning', 'UPDATE mixed SET path = path || ''+'' RETURNING old.path, new.path, old, new'),
	('returning', 'INSERT INTO plain AS p VALUES (1, ''\\SRVB\Qlik'') ON CONFLICT (id) DO UPDATE SET path = excluded.path RETURNING old.path, new.path, old, new'),
	('returning', 'MERGE INTO plain p USING folders f ON p.id = f.id WHEN MATCHED THEN UPDATE SET path = f.path RETURNING merge_action(), old.path, new.path, old, new');
\endif

CREATE FUNCTION test.change(schema text, query text, way text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	r		record;
	name	text;
	lines	text[] := '{}';
BEGIN
	PERFORM set_config('search_path', schema || ', public', true);
	IF way = 'merge' THEN
		PERFORM set_config('enable_hashjoin', 'off', true), set_config('enable_nestloop', 'off', true);
	ELSIF way = 'prepared' THEN
		PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
		DEALLOCATE ALL;
		EXECUTE 'PREPARE test_query AS ' || query;
		query := 'EXECUTE test_query';
	END IF;
	IF query ~ '(RETURNING|SELECT .* FOR UPDATE|SELECT \* FROM|SELECT path, count)' THEN
		FOR r IN EXECUTE query LOOP
			lines := lines || r::text;
		END LOOP;
	ELSE
		EXECUTE query;
	END IF;
	SET CONSTRAINTS ALL IMMEDIATE;
	lines := ARRAY(SELECT l FROM unnest(lines) AS l ORDER BY l COLLATE "C");
	FOREACH name IN ARRAY ARRAY['docs', 'folders', 'hosts', 'nodes', 'part', 'parent', 'plain', 'mixed', 'log'] LOOP
		FOR r IN EXECUTE format('SELECT to_jsonb(t)::text AS row FROM %I t ORDER BY to_jsonb(t)::text COLLATE "C"', name) LOOP
			lines := lines || (name || r.row);
		END LOOP;
	END LOOP;
	RAISE SQLSTATE 'XXUND';
EXCEPTION
	WHEN SQLSTATE 'XXUND' THEN
		RETURN lines;
	WHEN OTHERS THEN
		RETURN ARRAY[SQLSTATE, SQLERRM];
END $$;

CREATE TABLE test.changed AS
	SELECT n, topic, query, way, test.change('there', query, way) AS there, test.change('here', query, way) AS here
	FROM test.change, unnest(ARRAY['plain', 'merge', 'prepared']) AS way;
SELECT topic, query, way, ARRAY(SELECT left(x, 300) FROM (SELECT unnest(there) EXCEPT ALL SELECT unnest(here)) AS u (x) LIMIT 3) AS there,
	ARRAY(SELECT left(x, 300) FROM (SELECT unnest(here) EXCEPT ALL SELECT unnest(there)) AS u (x) LIMIT 3) AS here
FROM test.changed WHERE there IS DISTINCT FROM here ORDER BY n, way;
-- Refused by SQL itself, alike.
\a\t
SELECT query, here[1] FROM test.changed WHERE here[1] ~ '^[0-9A-Z]{5}$' AND way = 'plain' ORDER BY n;
\a\t
SELECT count(*) > 150 AS many FROM test.changed;

-- The trigger saw what readers see, though it ran within a foreign key's query.
BEGIN;
SET LOCAL search_path = there;
DELETE FROM hosts WHERE name = 'srvb1';
SELECT line LIKE '%SRVB%' AS local, line LIKE '%\\CN%' AS stored FROM log WHERE line LIKE 'DELETE%' LIMIT 1;
ROLLBACK;

-- Nothing is rewritten, in no plan, where the rows are the local site's.
CREATE FUNCTION test.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	result text := '';
BEGIN
	PERFORM set_config('search_path', 'there, public', true);
	FOR r IN EXECUTE 'EXPLAIN (VERBOSE) ' || query LOOP
		result := result || r."QUERY PLAN";
	END LOOP;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN 'failed: ' || SQLERRM;
END $$;
SELECT count(*) > 200 AS many FROM (TABLE test.query UNION ALL TABLE test.change) q WHERE test.plan(query) LIKE '%qsrepl.%';
SELECT query, test.plan(query) AS plan FROM (TABLE test.query UNION ALL TABLE test.change) q WHERE test.plan(query) LIKE 'failed%';
UPDATE qsrepl.state SET system_identifier = (qsrepl._here()).system_identifier;
SELECT query FROM (TABLE test.query UNION ALL TABLE test.change) q WHERE test.plan(query) LIKE '%qsrepl.%';

DROP SCHEMA here, there, test CASCADE;
DROP FUNCTION make;
DROP EXTENSION qsrepl;
