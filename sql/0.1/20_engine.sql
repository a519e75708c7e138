--
-- The engine. Names with an underscore serve the functions further down.
--

CREATE FUNCTION qsrepl.rewrite(value text, form text DEFAULT 'text', site text DEFAULT NULL)
RETURNS text LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_rewrite';
COMMENT ON FUNCTION qsrepl.rewrite IS 'rewrite a value to a site''s values (default: the local site''s)';

CREATE FUNCTION qsrepl.rewrite_row()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'qsrepl_rewrite_row';
COMMENT ON FUNCTION qsrepl.rewrite_row IS 'row trigger that rewrites what logical replication brings';

CREATE FUNCTION qsrepl._rewrite_any(value anyelement, form text, typmod integer DEFAULT -1)
RETURNS anyelement LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_rewrite_any';

CREATE FUNCTION qsrepl._find_any(value anyelement, form text, OUT mapping text, OUT site text)
LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_find_any';

CREATE FUNCTION qsrepl._suggest(value text, is_json boolean)
RETURNS text LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_suggest';

CREATE FUNCTION qsrepl._normalize(kind text, value text)
RETURNS text LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_normalize';

CREATE FUNCTION qsrepl._check_mappings(changed text)
RETURNS void LANGUAGE C STRICT
AS 'MODULE_PATHNAME', 'qsrepl_check_mappings';

CREATE FUNCTION qsrepl._mapping_problems(OUT severity text, OUT problem text, OUT hint text)
RETURNS SETOF record LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'qsrepl_mapping_problem';

CREATE FUNCTION qsrepl._stats(OUT relid oid, OUT attnum int2, OUT seen bigint, OUT rewritten bigint,
	OUT refused bigint, OUT last_at timestamptz)
RETURNS SETOF record LANGUAGE C
AS 'MODULE_PATHNAME', 'qsrepl_stats';

CREATE FUNCTION qsrepl._invalidate()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'qsrepl_invalidate';
