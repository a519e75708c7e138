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

CREATE FUNCTION qsrepl._rewrite_for(value anyelement, form text, typmod integer, site text)
RETURNS anyelement LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_rewrite_for';

CREATE FUNCTION qsrepl._need(value anyelement, form text, typmod integer)
RETURNS integer LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_need';

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

-- What the reader puts around the columns and rows of a query.
CREATE FUNCTION qsrepl._read(value anyelement, typmod integer, form integer)
RETURNS anyelement LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_read';

CREATE FUNCTION qsrepl._form_of(relation oid, "column" text)
RETURNS integer LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_form_of';

CREATE FUNCTION qsrepl._read_row(value anyelement, relation oid)
RETURNS anyelement LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_read_row';

CREATE FUNCTION qsrepl._read_state(value anyelement)
RETURNS anyelement LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_read_site';

-- What identifies this database on this server.
CREATE FUNCTION qsrepl._here(OUT system_identifier bigint, OUT timeline integer, OUT database_oid oid)
LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'qsrepl_here';

-- Which line of the state table holds: none, local, foreign, restored.
CREATE FUNCTION qsrepl._state_word()
RETURNS text LANGUAGE C STABLE
AS 'MODULE_PATHNAME', 'qsrepl_state_word';

-- The row as it is stored; a plain query shows it for the local site.
CREATE FUNCTION qsrepl._stored_state() RETURNS SETOF qsrepl.state
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET qsrepl.raw = on AS $$
	SELECT s.* FROM qsrepl.state s;
$$;

-- A statement with the rights of the table's owner, whose constraints, index
-- expressions and triggers it runs; rows is its $1.
CREATE FUNCTION qsrepl._run_as_owner(relation regclass, statement text, rows tid[] DEFAULT '{}')
RETURNS bigint LANGUAGE C
STRICT AS 'MODULE_PATHNAME', 'qsrepl_run_as_owner';

-- The same for a query.
CREATE FUNCTION qsrepl._query_as_owner(relation regclass, query text) RETURNS SETOF record
LANGUAGE C
STRICT AS 'MODULE_PATHNAME', 'qsrepl_query_as_owner';

-- What the localizer does in this database.
CREATE FUNCTION qsrepl._localizer(OUT launcher boolean, OUT no_slot boolean, OUT phase text, OUT since timestamptz,
	OUT "table" regclass, OUT rows bigint, OUT problem text)
LANGUAGE C
AS 'MODULE_PATHNAME', 'qsrepl_localizer_state';

CREATE FUNCTION qsrepl._progress(relation regclass, rows bigint)
RETURNS void LANGUAGE C
AS 'MODULE_PATHNAME', 'qsrepl_localizer_progress';
