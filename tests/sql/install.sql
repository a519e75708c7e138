--
-- What CREATE EXTENSION brings, who may use it, and that it goes away again.
--
\set SHOW_CONTEXT never
CREATE ROLE regress_reader;

-- Only into its own schema.
CREATE EXTENSION qsrepl SCHEMA public;
CREATE EXTENSION qsrepl;

-- The public interface; what begins with an underscore is not part of it.
SELECT p.proname AS function, pg_get_function_arguments(p.oid) AS arguments,
	pg_get_function_result(p.oid) AS result
FROM pg_proc p
WHERE p.pronamespace = 'qsrepl'::regnamespace AND p.proname !~ '^_'
ORDER BY p.proname COLLATE "C";
SELECT c.relname AS relation, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' END AS what,
	string_agg(a.attname, ', ' ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'qsrepl'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname !~ '^_'
GROUP BY c.relname, c.relkind
ORDER BY c.relname COLLATE "C";

-- All that is public says what it is for.
SELECT p.proname AS undocumented
FROM pg_proc p
WHERE p.pronamespace = 'qsrepl'::regnamespace AND p.proname !~ '^_'
	AND obj_description(p.oid, 'pg_proc') IS NULL;

-- No rows, and what is dumped.
SELECT (SELECT count(*) FROM qsrepl.site) + (SELECT count(*) FROM qsrepl.mapping)
	+ (SELECT count(*) FROM qsrepl.mapping_value) + (SELECT count(*) FROM qsrepl.rule)
	+ (SELECT count(*) FROM qsrepl.state) + (SELECT count(*) FROM qsrepl.fixup)
	+ (SELECT count(*) FROM qsrepl.event) + (SELECT count(*) FROM qsrepl.journal)
	+ (SELECT count(*) FROM qsrepl.transport_key) + (SELECT count(*) FROM qsrepl.sealed_set)
	+ (SELECT count(*) FROM qsrepl.service) AS rows;
SELECT t::regclass AS dumped
FROM pg_extension e, unnest(e.extconfig) AS t
WHERE e.extname = 'qsrepl'
ORDER BY t::regclass::text COLLATE "C";

-- Functions with the owner's rights look names up nowhere else.
SELECT p.proname AS unsafe
FROM pg_proc p
WHERE p.pronamespace = 'qsrepl'::regnamespace AND p.prosecdef
	AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false);

-- The local site is fixed when the server starts.
SHOW qsrepl.local_site;
SET qsrepl.local_site = 'A';

-- Everybody may read.
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\QlikShare');
CREATE TABLE public.regress_documents (id integer PRIMARY KEY, location text);
INSERT INTO public.regress_documents VALUES (1, '\\CN\QlikShare\a');
SELECT qsrepl.add_rule('regress_documents', 'location', 'path');
SET ROLE regress_reader;
SELECT name FROM qsrepl.site ORDER BY name;
SELECT mapping, site, value, current FROM qsrepl.mapping_value ORDER BY mapping, site;
SELECT * FROM qsrepl.rule;
SELECT count(*) FROM qsrepl.state;
SELECT count(*) FROM qsrepl.journal;
INSERT INTO qsrepl.journal VALUES ('r', 0, '{}');
SELECT count(*) FROM qsrepl.service;
INSERT INTO qsrepl.service (node, service, start) VALUES ('n', 's', 'auto');
SELECT count(*) FROM qsrepl.fixup;
SELECT what, detail FROM qsrepl.event ORDER BY id;
SELECT site, state, logical, mappings, rules FROM qsrepl.status;
SELECT * FROM qsrepl.stat_rules;
SELECT qsrepl.rewrite('\\CN\QlikShare\a', 'path');
SELECT * FROM qsrepl.check();
-- Where a table is read, its own privileges count.
SELECT * FROM qsrepl.preview();
SELECT * FROM qsrepl.leaks();
RESET ROLE;
GRANT SELECT ON public.regress_documents TO regress_reader;
SET ROLE regress_reader;
SELECT * FROM qsrepl.preview();
SELECT * FROM qsrepl.leaks();
SELECT * FROM qsrepl.scan();

-- Nobody but the owner defines.
SELECT qsrepl.set_site('X');
SELECT qsrepl.set_mapping('x', 'host', 'A', 'x');
SELECT qsrepl.add_alias('share', 'A', '\\x\y');
SELECT qsrepl.drop_mapping('share');
SELECT qsrepl.add_rule('regress_documents', 'location', 'text');
SELECT qsrepl.drop_rule('regress_documents', 'location');
SELECT * FROM qsrepl.load_profile();
SELECT qsrepl.enable();
SELECT qsrepl.disable();
SELECT qsrepl.localize();
INSERT INTO qsrepl.site VALUES ('X');
UPDATE qsrepl.mapping_value SET value = 'x';
DELETE FROM qsrepl.rule;
INSERT INTO qsrepl.fixup VALUES ('x', 1, 'SELECT 1');
TRUNCATE qsrepl.event;
CREATE TABLE qsrepl.mine ();
-- Nor through the functions behind.
SELECT p.proname AS callable
FROM pg_proc p
WHERE p.pronamespace = 'qsrepl'::regnamespace AND has_function_privilege(p.oid, 'EXECUTE')
	AND (p.provolatile = 'v' OR p.prosecdef)
ORDER BY p.proname COLLATE "C";
RESET ROLE;

-- Whom the owner lets, may: without rights of his own on the tables.
GRANT EXECUTE ON FUNCTION qsrepl.set_site(text, text), qsrepl.set_mapping(text, text, text[]),
	qsrepl.add_alias(text, text, text), qsrepl.drop_mapping(text), qsrepl.add_rule(regclass, text, text),
	qsrepl.drop_rule(text, text), qsrepl.load_profile(text), qsrepl.enable(), qsrepl.disable(), qsrepl.localize()
	TO regress_reader;
SET ROLE regress_reader;
SELECT qsrepl.set_site('C');
SELECT qsrepl.set_mapping('central', 'host', 'A', 'cn1', 'B', 'cn2');
SELECT qsrepl.add_alias('share', 'A', '\\old\QlikShare');
SELECT qsrepl.drop_mapping('central');
SELECT qsrepl.drop_rule('public.regress_documents', 'location');
SELECT qsrepl.add_rule('regress_documents', 'location', 'text');
SELECT DISTINCT action FROM qsrepl.load_profile();
SELECT qsrepl.enable();
SELECT qsrepl.localize();
RESET ROLE;
TABLE public.regress_documents;

-- It does not go while row triggers need it, and leaves no more behind than
-- the empty schema, as the server does it.
DROP EXTENSION qsrepl;
SELECT qsrepl.disable();
DROP EXTENSION qsrepl;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.regress_documents'::regclass;
DROP SCHEMA qsrepl;
SELECT count(*) FROM pg_event_trigger;

-- Installed anew, it knows nothing of before: in this session neither.
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.rewrite('\\CN\QlikShare\a', 'path');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\SRVB\New');
SELECT qsrepl.rewrite('\\CN\QlikShare\a', 'path');
DROP EXTENSION qsrepl;
DROP TABLE public.regress_documents;
DROP ROLE regress_reader;
