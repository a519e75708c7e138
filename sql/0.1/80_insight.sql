--
-- Insight: columns without rules, what is wrong, what was done.
--

-- Columns of materialized views and generated columns that copy ruled ones.
CREATE VIEW qsrepl._copies AS
	SELECT DISTINCT d.classid, a.attrelid AS relid, a.attname, a.atttypid, a.atttypmod,
		CASE WHEN c.relkind = 'm' THEN 'materialized view' ELSE 'generated column' END AS what,
		r.relid AS from_relid, r."column" AS from_column
	FROM qsrepl._ruled_columns r
		JOIN pg_catalog.pg_depend d
			ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = r.relid
				AND d.refobjsubid = r.attnum
		LEFT JOIN pg_catalog.pg_rewrite w
			ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = d.objid
		LEFT JOIN pg_catalog.pg_attrdef f
			ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND f.oid = d.objid
		JOIN pg_catalog.pg_class c ON c.oid = coalesce(w.ev_class, f.adrelid,
			CASE WHEN d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass THEN d.objid END)
		JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			AND (c.relkind = 'm'
				OR (a.attgenerated <> '' AND a.attnum = coalesce(f.adnum, d.objsubid)))
	WHERE c.relkind IN ('m', 'r', 'p');

CREATE FUNCTION qsrepl.scan()
RETURNS TABLE (relation text, "column" text, type text, count bigint, example text, form text, note text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET qsrepl.raw = on AS $$
DECLARE
	t		record;
	query	text;
BEGIN
	PERFORM qsrepl._local_site();
	FOR t IN
		SELECT c.oid::regclass AS relid, c.relkind,
			string_agg(format(CASE WHEN a.attndims > 0 OR a.atttypid::regtype::text LIKE '%[]'
					THEN '(%1$L, (SELECT CASE count(DISTINCT x) WHEN 1 THEN min(x) WHEN 0 THEN NULL ELSE ''text'' END
						FROM unnest(t.%1$I) AS e, qsrepl._suggest(e::text, false) AS x), left(t.%1$I::text, 200))'
					ELSE '(%1$L, qsrepl._suggest(t.%1$I::text, %2$L), left(t.%1$I::text, 200))' END,
				a.attname, qsrepl._type_class(a.atttypid) = 'json'), ', ') AS columns
		FROM pg_class c
			JOIN pg_namespace n ON n.oid = c.relnamespace
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
			AND (c.relkind = 'r' OR c.relispopulated)
			AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'qsrepl') AND n.nspname !~ '^pg_toast'
			AND (qsrepl._type_class(a.atttypid) IS NOT NULL)
			AND NOT EXISTS (SELECT FROM qsrepl._ruled_columns r WHERE r.relid = c.oid AND r.attnum = a.attnum)
		GROUP BY c.oid, c.relkind
		ORDER BY c.oid::regclass::text
	LOOP
		query := format(
			'SELECT %1$L::text, s.col, (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
					WHERE a.attrelid = %2$L::oid AND a.attname = s.col),
				count(*), min(s.value),
				CASE WHEN bool_or(s.form = ''text'') OR count(DISTINCT s.form) > 1 THEN ''text'' ELSE min(s.form) END,
				(SELECT min(y.what || '' over ruled column '' || y.from_column || '' of '' || y.from_relid::regclass)
					FROM qsrepl._copies y WHERE y.relid = %2$L::oid AND y.attname = s.col)
			FROM ONLY %1$s t, LATERAL (VALUES %3$s) AS s (col, form, value)
			WHERE s.form IS NOT NULL GROUP BY s.col ORDER BY s.col',
			t.relid, t.relid::oid, t.columns);
		-- To plan it is to run parts of the owner's indexes.
		IF (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
			RETURN QUERY SELECT * FROM qsrepl._query_as_owner(t.relid, query)
				AS q (a text, b text, c text, d bigint, e text, f text, g text);
		ELSE
			RETURN QUERY EXECUTE query;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION qsrepl.scan IS 'columns without a rule that hold paths or known hosts';

CREATE VIEW qsrepl.stat_rules AS
	SELECT r.relation, r."column", r.form,
		coalesce(sum(s.seen), 0)::bigint AS seen,
		coalesce(sum(s.rewritten), 0)::bigint AS rewritten,
		coalesce(sum(s.refused), 0)::bigint AS refused,
		max(s.last_at) AS last_at
	FROM qsrepl.rule r
		LEFT JOIN qsrepl._ruled_columns c ON c.relation = r.relation AND c."column" = r."column"
		LEFT JOIN qsrepl._stats() s ON s.relid = c.relid AND s.attnum = c.attnum
	GROUP BY r.relation, r."column", r.form;
COMMENT ON VIEW qsrepl.stat_rules IS 'what each rule has done since the server started';

-- How far behind this server is, or, on a primary, the farthest of its standbys.
CREATE FUNCTION qsrepl._lag(OUT bytes bigint, OUT seconds interval)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE WHEN pg_is_in_recovery()
			THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint
			ELSE (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn))::bigint FROM pg_stat_replication r) END,
		CASE WHEN pg_is_in_recovery()
			THEN CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN interval '0'
				ELSE now() - pg_last_xact_replay_timestamp() END
			ELSE (SELECT max(r.replay_lag) FROM pg_stat_replication r) END;
$$;

-- When a standby's primary was heard last, its end of log then, how much of
-- that is not here, and its bytes and transactions a second before.
CREATE FUNCTION qsrepl._heard(OUT heard timestamptz, OUT lsn pg_lsn, OUT bytes bigint, OUT wal_rate float8,
	OUT xact_rate float8)
LANGUAGE C AS 'MODULE_PATHNAME', 'qsrepl_heard';

CREATE VIEW qsrepl.status AS
	SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'standby' ELSE 'primary' END AS role,
		pg_catalog.current_setting('qsrepl.local_site', true) AS site,
		qsrepl._state_word() AS state,
		h.timeline,
		coalesce(s.epoch, 0) AS epoch,
		g.bytes AS lag_bytes,
		g.seconds AS lag,
		qsrepl._state_word() = 'local' AS localized,
		coalesce(s.residue, '{}') AS residue,
		f.fenced, f.reason AS fence_reason,
		p.peer,
		s.site AS stored_site,
		s.localized_at, s.rows_changed,
		CASE WHEN l.phase = 'running' THEN pg_catalog.format('running: %s, %s rows', l."table", l.rows)
			ELSE pg_catalog.concat_ws(': ', l.phase, l.problem) END AS localizer,
		coalesce(s.logical, false) AS logical,
		(SELECT pg_catalog.count(*) FROM qsrepl.mapping) AS mappings,
		(SELECT pg_catalog.count(*) FROM qsrepl.rule) AS rules,
		(SELECT pg_catalog.count(*) FROM qsrepl._row_triggers t WHERE t.tgenabled = 'R') AS triggers,
		e.heard, e.lsn AS heard_lsn, e.bytes AS heard_bytes, e.wal_rate, e.xact_rate
	FROM qsrepl._here() h, qsrepl._lag() g, qsrepl._localizer() l, qsrepl._fence_state() f, qsrepl._peer_state() p,
		qsrepl._heard() e
		LEFT JOIN qsrepl._stored_state() s ON true;
COMMENT ON VIEW qsrepl.status IS 'one line: where this database stands';

CREATE FUNCTION qsrepl._check_site() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'error', 'setting qsrepl.local_site', 'the local site is not known',
		'Set it in the server''s configuration and restart the server.'
	WHERE coalesce(current_setting('qsrepl.local_site', true), '') = ''
	UNION ALL
	SELECT 'error', 'setting qsrepl.local_site', format('site "%s" does not exist', current_setting('qsrepl.local_site')),
		'Define it with qsrepl.set_site(), or correct the setting.'
	WHERE coalesce(current_setting('qsrepl.local_site', true), '') <> ''
		AND NOT EXISTS (SELECT FROM qsrepl.site WHERE name = current_setting('qsrepl.local_site'))
	UNION ALL
	SELECT x.severity, 'mappings', x.problem, x.hint FROM qsrepl._mapping_problems() x
	UNION ALL
	SELECT 'warning', format('mapping "%s"', m.name),
		format('it has no value at site "%s"', current_setting('qsrepl.local_site')),
		'Its values of other sites stay as they are here.'
	FROM qsrepl.mapping m
	WHERE coalesce(current_setting('qsrepl.local_site', true), '') <> ''
		AND NOT EXISTS (SELECT FROM qsrepl.mapping_value v
			WHERE v.mapping = m.name AND v.current AND v.site = current_setting('qsrepl.local_site'));
$$;

CREATE FUNCTION qsrepl._check_rules() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'warning', format('rule on %s', r.relation), 'the table does not exist', 'Drop the rule, or add it to the table''s new name.'
	FROM qsrepl._rule_names r
	WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = r.schema_name AND c.relname = r.table_name)
	UNION ALL
	SELECT 'warning', format('rule on %s', r.relation), format('column "%s" does not exist', r."column"),
		'Drop the rule, or add it to the column''s new name.'
	FROM qsrepl._rule_names r JOIN pg_namespace n ON n.nspname = r.schema_name
		JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = r.table_name
	WHERE NOT EXISTS (SELECT FROM pg_attribute a
		WHERE a.attrelid = c.oid AND a.attname = r."column" AND NOT a.attisdropped)
	UNION ALL
	SELECT 'error', format('rule on %s', r.relation),
		format('column "%s" has type %s, which cannot be rewritten', r."column", format_type(r.atttypid, r.atttypmod)),
		'Drop the rule.'
	FROM qsrepl._ruled_columns r WHERE qsrepl._type_class(r.atttypid) IS NULL
	UNION ALL
	SELECT 'warning', format('column "%s" of %s', s."column", s.relation),
		format('%s rewritten values could not be stored since the server started', s.refused),
		'qsrepl.leaks() lists the rows.'
	FROM qsrepl.stat_rules s WHERE s.refused > 0
	UNION ALL
	SELECT 'warning', format('%s %s', y.what, y.relid::regclass),
		format('it keeps a copy of ruled column "%s" of %s', y.from_column, y.from_relid::regclass),
		'Refresh a materialized view with a fixup; a generated column follows by itself.'
	FROM qsrepl._copies y WHERE y.what = 'materialized view' GROUP BY y.what, y.relid, y.from_column, y.from_relid;
$$;

CREATE FUNCTION qsrepl._check_logical() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT x.* FROM (
		SELECT 'error', x.relid::regclass::text, x.message, x.hint FROM qsrepl._logical_refusals() x
		UNION ALL
		SELECT DISTINCT 'error', r.relid::regclass::text, 'the table has rules but no row trigger',
			'Call qsrepl.enable().'
		FROM qsrepl._ruled_columns r
		WHERE NOT EXISTS (SELECT FROM qsrepl._row_triggers t WHERE t.relid = r.relid)
		UNION ALL
		SELECT 'error', t.relid::regclass::text,
			CASE t.tgenabled WHEN 'D' THEN 'the row trigger is disabled'
				WHEN 'A' THEN 'the row trigger fires for local edits too'
				ELSE 'the row trigger does not fire in replication' END,
			format('ALTER TABLE %s ENABLE REPLICA TRIGGER %I', t.relid::regclass, t.tgname)
		FROM qsrepl._row_triggers t WHERE t.tgenabled <> 'R'
		UNION ALL
		SELECT 'warning', o.tgrelid::regclass::text,
			format('trigger "%s" fires behind the one that rewrites', o.tgname),
			'What it writes is not rewritten; give it a name that sorts before.'
		FROM qsrepl._row_triggers t JOIN pg_trigger o ON o.tgrelid = t.relid
		WHERE o.tgname > t.tgname COLLATE "C" AND o.tgenabled IN ('A', 'R') AND NOT o.tgisinternal
			AND o.tgtype & 2 <> 0 AND o.tgtype & 1 <> 0 AND o.tgtype & 20 <> 0
		UNION ALL
		SELECT 'warning', format('subscription "%s"', s.subname), 'it is disabled', 'ALTER SUBSCRIPTION ... ENABLE'
		FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
		WHERE d.datname = current_database() AND NOT s.subenabled
	) AS x (severity, object, problem, hint)
	WHERE (SELECT logical FROM qsrepl.state);
$$;

CREATE FUNCTION qsrepl._check_state() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'warning', 'state', CASE w
			WHEN 'none' THEN 'it is not known for which site the rows are spelled'
			WHEN 'restored' THEN 'the database was restored from another one'
			ELSE format('the rows are spelled for site "%s"', (SELECT site FROM qsrepl._stored_state())) END,
		CASE w WHEN 'none' THEN 'Call qsrepl.enable() or qsrepl.localize().'
			ELSE 'Call qsrepl.localize().' END
	FROM qsrepl._state_word() w
	WHERE w <> 'local' AND NOT (w = 'foreign' AND pg_is_in_recovery())
	UNION ALL
	SELECT 'warning', l.rule, 'localize() left rows as they were', 'qsrepl.leaks() lists the rows.'
	FROM qsrepl.state s, unnest(s.residue) AS l (rule)
	UNION ALL
	SELECT 'warning', 'event trigger qsrepl_follow_ddl', 'it is missing or disabled',
		'ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE'
	WHERE NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'qsrepl_follow_ddl' AND evtenabled IN ('O', 'A'));
$$;

-- What keeps the localizer from its work, or would.
CREATE FUNCTION qsrepl._check_localizer() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'warning', 'library qsrepl', 'it is not loaded with the server: logical mode works, physical mode does not',
		'Add it to shared_preload_libraries and restart the server.'
	FROM qsrepl._localizer() l WHERE l.launcher IS NULL
	UNION ALL
	SELECT x.severity, x.object, x.problem, x.hint
	FROM qsrepl._localizer() l, LATERAL (
		SELECT 'error' AS severity, 'localizer' AS object, 'it is not running' AS problem,
			'See the server''s log; increase max_worker_processes, or call qsrepl.localize().' AS hint
		WHERE NOT l.launcher
		UNION ALL
		SELECT 'error', 'localizer', 'no background worker slot is free',
			'Increase max_worker_processes and restart the server, or call qsrepl.localize().'
		WHERE l.no_slot
		UNION ALL
		SELECT 'error', 'localizer', format('it failed: %s', l.problem), 'It is tried again; see the server''s log.'
		WHERE l.phase = 'failed' AND NOT l.no_slot
		UNION ALL
		SELECT 'error', format('prepared transaction "%s"', b), 'it has written to tables that have rules, which are not localized before it ends',
			'COMMIT PREPARED or ROLLBACK PREPARED it.'
		FROM qsrepl._blocker() AS b WHERE b IS NOT NULL
	) AS x
	WHERE qsrepl._state_word() = 'foreign' AND NOT pg_is_in_recovery();
$$;

CREATE FUNCTION qsrepl.check() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
	SELECT x.* FROM (
		SELECT * FROM qsrepl._check_site()
		UNION ALL SELECT * FROM qsrepl._check_rules()
		UNION ALL SELECT * FROM qsrepl._check_logical()
		UNION ALL SELECT * FROM qsrepl._check_state()
		UNION ALL SELECT * FROM qsrepl._check_fence()
		UNION ALL SELECT * FROM qsrepl._check_localizer()
	) x ORDER BY x.severity, x.object, x.problem;
$$;
COMMENT ON FUNCTION qsrepl.check IS 'everything that would make rewriting or replication go wrong here';
