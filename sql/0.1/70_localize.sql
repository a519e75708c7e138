--
-- Stored rows: what localize() would change, does change, and left.
--

-- The ruled tables with what their queries are made of.
CREATE FUNCTION qsrepl._ruled_tables(only_relation oid)
RETURNS TABLE (relid regclass, columns text[], forms text[], kinds oid[], typmods integer[], rules text[], key_json text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT r.relid::regclass, array_agg(r."column" ORDER BY r.attnum), array_agg(r.form ORDER BY r.attnum),
		array_agg(r.atttypid ORDER BY r.attnum), array_agg(r.atttypmod ORDER BY r.attnum),
		array_agg(r.rule ORDER BY r.attnum),
		-- Casts to json of types that somebody has made are somebody's functions.
		coalesce((SELECT 'jsonb_build_object(' || string_agg(
				format(CASE WHEN a.atttypid < 16384 THEN '%L, t.%I' ELSE '%L, concat(t.%I)' END, a.attname, a.attname), ', '
				ORDER BY k.ordinality) || ')'
			FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, ordinality), pg_attribute a
			WHERE i.indrelid = r.relid AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum),
			'jsonb_build_object(''ctid'', t.ctid::text)')
	FROM qsrepl._ruled_columns r
	WHERE qsrepl._type_class(r.atttypid) IS NOT NULL
		AND (only_relation IS NULL OR r.relid = only_relation
			OR EXISTS (WITH RECURSIVE up AS (
					SELECT inhparent FROM pg_inherits WHERE inhrelid = r.relid
					UNION SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.inhparent)
				SELECT FROM up WHERE inhparent = only_relation))
	GROUP BY r.relid
	ORDER BY r.relid;
$$;

-- Does the column hold something foreign?
CREATE FUNCTION qsrepl._is_foreign(col text, form text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('(qsrepl._find_any(t.%I, %L)).mapping IS NOT NULL', col, form);
$$;

-- The value that localize() stores: the one there is where the rewritten one
-- would not fit.
CREATE FUNCTION qsrepl._stored(col text, form text, typmod integer) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('qsrepl._rewrite_any(t.%I, %L, %s)', col, form, typmod);
$$;

-- An expression that is the problem with storing the rewritten value, or null.
CREATE FUNCTION qsrepl._problem(relid oid, col text, typmod integer, kind oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'nullif(concat_ws(''; '', ' || array_to_string(ARRAY['NULL'] || ARRAY(
		-- too long
		SELECT CASE WHEN kind IN ('varchar'::regtype, 'bpchar'::regtype)
			THEN format('CASE WHEN char_length(s.%I) > %s THEN %L END', col, typmod - 4,
				format('too long for %s', format_type(kind, typmod)))
			ELSE format('CASE WHEN (SELECT max(char_length(e)) FROM unnest(s.%I) e) > %s THEN %L END', col, typmod - 4,
				format('too long for %s', format_type(kind, typmod))) END
		WHERE typmod > 4
		UNION ALL
		SELECT format('CASE WHEN NOT (%s) THEN %L END', pg_get_expr(c.conbin, c.conrelid),
			format('violates check constraint "%s"', c.conname))
		FROM pg_constraint c
		WHERE relid <> 0 AND c.conrelid = relid AND c.contype = 'c'
		UNION ALL
		SELECT format('CASE WHEN count(*) OVER (PARTITION BY %s) > 1 AND (%s) IS NOT NULL THEN %L END', u.list,
			'ROW(' || u.list || ')', format('violates unique index "%s"', u.name))
		FROM (SELECT i.indexrelid::regclass::text AS name, string_agg(format('s.%I', a.attname), ', ') AS list
			FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n), pg_attribute a
			WHERE i.indrelid = relid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
				AND k.n <= i.indnkeyatts AND a.attrelid = i.indrelid AND a.attnum = k.attnum
			GROUP BY i.indexrelid
			HAVING bool_or(a.attname = col)) u
		), ', ') || '), '''')';
$$;

CREATE FUNCTION qsrepl.preview(target regclass DEFAULT NULL)
RETURNS TABLE (relation text, key jsonb, "column" text, before text, after text, problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET qsrepl.raw = on AS $$
DECLARE
	t		record;
	columns text;
	query	text;
BEGIN
	PERFORM qsrepl._local_site();
	FOR t IN SELECT * FROM qsrepl._ruled_tables(preview.target) LOOP
		-- The table as it would be: constraints are evaluated on that.
		SELECT string_agg(coalesce(
				(SELECT format('qsrepl._rewrite_any(t.%I, %L) AS %1$I', a.attname, t.forms[array_position(t.columns, a.attname::text)])
				 WHERE a.attname = ANY (t.columns)),
				format('t.%I', a.attname)), ', ' ORDER BY a.attnum)
		INTO columns
		FROM pg_attribute a WHERE a.attrelid = t.relid AND a.attnum > 0 AND NOT a.attisdropped;
		FOR i IN 1 .. array_length(t.columns, 1) LOOP
			query := format(
				'SELECT %1$L::text, x.key, %2$L::text, x.before,
					CASE WHEN x.problem IS NULL THEN x.stored ELSE x.wanted END, x.problem FROM (
					SELECT s."qsrepl key" AS key, s."qsrepl before" AS before, s."qsrepl stored" AS stored,
						s.%3$I::text AS wanted, %4$s AS problem, s."qsrepl changes" AS changes
					FROM (SELECT %5$s, %6$s AS "qsrepl key", t.%3$I::text AS "qsrepl before",
							%7$s AS "qsrepl changes", %8$s::text AS "qsrepl stored"
						FROM ONLY %1$s t) s) x
				WHERE x.changes',
				t.relid, t.columns[i], t.columns[i],
				qsrepl._problem(t.relid, t.columns[i], t.typmods[i], t.kinds[i]),
				columns, t.key_json, qsrepl._is_foreign(t.columns[i], t.forms[i]),
				qsrepl._stored(t.columns[i], t.forms[i], t.typmods[i]));
			-- Constraints are the owner's code: not with a superuser's rights.
			IF (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
				RETURN QUERY SELECT * FROM qsrepl._query_as_owner(t.relid, query)
					AS q (a text, b jsonb, c text, d text, e text, f text);
			ELSE
				RETURN QUERY EXECUTE query;
			END IF;
		END LOOP;
	END LOOP;
END $$;
COMMENT ON FUNCTION qsrepl.preview IS 'what localize() would change, and what would go wrong';

CREATE FUNCTION qsrepl.leaks(target regclass DEFAULT NULL)
RETURNS TABLE (relation text, key jsonb, "column" text, value text, mapping text, site text, reason text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET qsrepl.raw = on AS $$
DECLARE
	t		record;
	query	text;
	residue text[] := coalesce((SELECT s.residue FROM qsrepl.state s), '{}');
BEGIN
	PERFORM qsrepl._local_site();
	FOR t IN SELECT * FROM qsrepl._ruled_tables(leaks.target) LOOP
		FOR i IN 1 .. array_length(t.columns, 1) LOOP
			query := format(
				'SELECT %1$L::text, %2$s, %3$L::text, t.%3$I::text, f.mapping, f.site,
					coalesce((SELECT %4$s FROM (SELECT qsrepl._rewrite_any(t.%3$I, %5$L) AS %3$I) s), %6$L)
				FROM ONLY %1$s t, LATERAL qsrepl._find_any(t.%3$I, %5$L) f
				WHERE f.mapping IS NOT NULL',
				t.relid, t.key_json, t.columns[i],
				qsrepl._problem(0, t.columns[i], t.typmods[i], t.kinds[i]), t.forms[i],
				CASE WHEN t.rules[i] = ANY (residue)
					THEN 'refused by a constraint' ELSE 'not localized yet' END);
			-- To plan it is to run parts of the owner's indexes.
			IF (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
				RETURN QUERY SELECT * FROM qsrepl._query_as_owner(t.relid, query)
					AS q (a text, b jsonb, c text, d text, e text, f text, g text);
			ELSE
				RETURN QUERY EXECUTE query;
			END IF;
		END LOOP;
	END LOOP;
END $$;
COMMENT ON FUNCTION qsrepl.leaks IS 'stored values of other sites, as they are stored';

-- Rewrite these rows; bisect where a constraint, a length or the owner's code
-- refuses some. Errors of the world (no space, a deadlock, a cancel) are not
-- the rows'.
-- Returns those that are left as they are.
CREATE FUNCTION qsrepl._localize_rows(relid regclass, statement text, rows tid[]) RETURNS tid[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n		bigint := array_length(rows, 1);
	half	bigint := n / 2;
BEGIN
	BEGIN
		PERFORM qsrepl._progress(relid, qsrepl._run_as_owner(relid, statement, rows));
		RETURN '{}';
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE ~ '^(25|40|53|55|57|58|XX)' THEN
			RAISE;
		ELSIF n = 1 THEN
			RETURN rows;
		END IF;
	END;
	RETURN qsrepl._localize_rows(relid, statement, rows[1 : half])
		|| qsrepl._localize_rows(relid, statement, rows[half + 1 : n]);
END $$;

-- One table; left_over: the rules of columns that still hold something foreign.
CREATE FUNCTION qsrepl._localize_table(t record, OUT changed bigint, OUT left_over text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	statement	text;
	needs		text;
	found_any	text;
	storable	text;
	batch		record;
	refused		tid[];
	refused_all tid[] := '{}';
	wrong		boolean[];
BEGIN
	changed := 0;
	SELECT format('UPDATE ONLY %s t SET %s WHERE t.ctid = ANY ($1)', t.relid,
			string_agg(format('%I = %s', c, qsrepl._stored(c, f, m)), ', ')),
		string_agg(n, ', '),
		string_agg(n || ' > 0', ' OR '),
		string_agg(format('x.needs[%s] IS NOT DISTINCT FROM 1', i), ' OR ')
	INTO statement, needs, found_any, storable
	FROM unnest(t.columns, t.forms, t.typmods) WITH ORDINALITY AS x (c, f, m, i),
		LATERAL (SELECT format('qsrepl._need(t.%I, %L, %s)', c, f, m)) AS y (n);
	PERFORM qsrepl._progress(t.relid, 0);
	FOR batch IN SELECT * FROM qsrepl._query_as_owner(t.relid, format(
		'SELECT array_agg(x.ctid) FILTER (WHERE %4$s) AS rows, %5$s AS too_long
		FROM (SELECT t.ctid, ARRAY[%1$s] AS needs, (row_number() OVER () - 1) / 1000 AS batch
			FROM ONLY %2$s t WHERE %3$s) x
		GROUP BY x.batch', needs, t.relid, found_any, storable,
		(SELECT 'ARRAY[' || string_agg(format('coalesce(bool_or(x.needs[%s] = 2), false)', i), ', ') || ']'
			FROM generate_subscripts(t.columns, 1) AS i))) AS q (rows tid[], too_long boolean[])
	LOOP
		wrong := qsrepl._either(wrong, batch.too_long);
		CONTINUE WHEN batch.rows IS NULL;
		refused := qsrepl._localize_rows(t.relid, statement, batch.rows);
		changed := changed + cardinality(batch.rows) - cardinality(refused);
		refused_all := refused_all || refused;
	END LOOP;
	IF refused_all <> '{}' THEN
		SELECT * INTO batch FROM qsrepl._query_as_owner(t.relid, format(
			'SELECT ARRAY[%s] FROM ONLY %s t WHERE t.ctid = ANY (%L::tid[])',
			(SELECT string_agg(format('coalesce(bool_or(qsrepl._need(t.%I, %L, %s) > 0), false)', c, f, m), ', ')
				FROM unnest(t.columns, t.forms, t.typmods) AS x (c, f, m)), t.relid, refused_all))
			AS q (too_long boolean[]);
		wrong := qsrepl._either(wrong, batch.too_long);
	END IF;
	left_over := ARRAY(SELECT DISTINCT t.rules[i] FROM generate_subscripts(t.rules, 1) AS i WHERE wrong[i]);
END $$;

CREATE FUNCTION qsrepl._either(a boolean[], b boolean[]) RETURNS boolean[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE WHEN a IS NULL THEN b
		ELSE ARRAY(SELECT a[i] OR b[i] FROM generate_subscripts(b, 1) AS i ORDER BY i) END;
$$;

-- A prepared transaction that has written to a ruled table, or to the state, or
-- null: its rows are locked, and would be another site's when it commits.
CREATE FUNCTION qsrepl._blocker() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT min(p.gid)
	FROM pg_prepared_xacts p
		JOIN pg_locks l ON l.virtualtransaction = '-1/' || p.transaction::text
	WHERE p.database = current_database() AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
		AND l.relation IN (SELECT r.relid FROM qsrepl._ruled_columns r UNION ALL SELECT 'qsrepl.state'::regclass);
$$;

-- One fixup; returns what is wrong with it. What fails is told and left, since
-- the rows matter more; in_use: it could not have a lock.
CREATE FUNCTION qsrepl._run_fixup(name text, sql text, OUT problem text, OUT in_use boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	in_use := false;
	EXECUTE sql;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT;
	in_use := SQLSTATE = '55P03';
	problem := name || ': ' || problem;
	RAISE WARNING USING MESSAGE = format('could not run fixup "%s"', name), DETAIL = SQLERRM;
END $$;

/*
 * Rewrite all stored rows.
 *
 * Where the rows were replicated from another site, other writers wait for this,
 * some of them holding ROW EXCLUSIVE locks, which the deadlock detector does not
 * know: nothing stronger is taken on the tables then, and a fixup that cannot
 * have its locks soon is left for later. Else apply may be writing: the tables
 * are locked against it first.
 *
 * late: the fixups that are still to be run, null: none
 */
CREATE FUNCTION qsrepl._localize(OUT changed bigint, OUT late text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET qsrepl.at_work = on AS $$
DECLARE
	failures	text[] := '{}';
	left_over	text[] := '{}';
	foreigners	boolean;
	blocker		text;
	t			record;
	done		record;
BEGIN
	changed := 0;
	PERFORM qsrepl._local_site();
	PERFORM qsrepl._lock_state();
	foreigners := qsrepl._state_word() = 'foreign';
	IF foreigners THEN
		blocker := qsrepl._blocker();
		IF blocker IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'object_in_use',
				MESSAGE = format('prepared transaction "%s" has written to tables that have rules', blocker),
				DETAIL = 'What it wrote is spelled for another site and cannot be rewritten before it ends.',
				HINT = 'COMMIT PREPARED or ROLLBACK PREPARED it.';
		END IF;
	ELSE
		PERFORM qsrepl._lock_tables('SELECT r.relid FROM qsrepl._ruled_columns r');
	END IF;
	-- The application's triggers stay out of it.
	PERFORM set_config('session_replication_role', 'replica', true);
	FOR t IN SELECT * FROM qsrepl._ruled_tables(NULL) LOOP
		SELECT * INTO done FROM qsrepl._localize_table(t);
		changed := changed + done.changed;
		left_over := left_over || done.left_over;
	END LOOP;
	IF foreigners THEN
		PERFORM set_config('lock_timeout', '200ms', true);
	END IF;
	FOR t IN SELECT f.name, f.sql FROM qsrepl.fixup f ORDER BY f.position, f.name LOOP
		SELECT * INTO done FROM qsrepl._run_fixup(t.name, t.sql);
		IF foreigners AND done.in_use THEN
			late := late || t.name;
		ELSIF done.problem IS NOT NULL THEN
			failures := failures || done.problem;
		END IF;
	END LOOP;
	PERFORM set_config('lock_timeout', '0', true) WHERE foreigners;
	-- What follows is written here, not replicated.
	PERFORM set_config('session_replication_role', 'origin', true);
	PERFORM qsrepl._note('fixup failed', f) FROM unnest(failures) AS f;
	-- Who runs them later notes that too.
	PERFORM qsrepl._note('fixup not run', l) FROM unnest(late) AS l;
	SELECT coalesce(array_agg(DISTINCT l ORDER BY l), '{}') INTO left_over FROM unnest(left_over) AS l;
	PERFORM qsrepl._set_state(NULL, changed, left_over);
	-- After a restore this is where this database's own life begins.
	PERFORM qsrepl._order_own_triggers();
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(false);
	PERFORM qsrepl._note('localized', format('%s rows changed, %s rules with rows left', changed, cardinality(left_over)));
	IF cardinality(left_over) > 0 THEN
		RAISE WARNING USING MESSAGE = 'some rows could not be localized',
			DETAIL = array_to_string(left_over, ', '), HINT = 'See qsrepl.leaks().';
	END IF;
END $$;

-- Try the fixups again that could not have their locks; returns those that
-- still could not, or null.
CREATE FUNCTION qsrepl._late_fixups(names text[]) RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET session_replication_role = replica
SET lock_timeout = '200ms' SET qsrepl.at_work = on AS $$
DECLARE
	still	text[];
	done	record;
	f		record;
BEGIN
	FOR f IN SELECT x.name, x.sql FROM qsrepl.fixup x WHERE x.name = ANY (names) ORDER BY x.position, x.name LOOP
		SELECT * INTO done FROM qsrepl._run_fixup(f.name, f.sql);
		IF done.in_use THEN
			still := still || f.name;
		ELSE
			PERFORM set_config('session_replication_role', 'origin', true);
			PERFORM qsrepl._note(CASE WHEN done.problem IS NULL THEN 'fixup run' ELSE 'fixup failed' END,
				coalesce(done.problem, f.name));
			PERFORM set_config('session_replication_role', 'replica', true);
		END IF;
	END LOOP;
	RETURN still;
END $$;

CREATE FUNCTION qsrepl.localize() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off
SET lock_timeout = 0 AS $$
DECLARE
	done record;
BEGIN
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE EXCEPTION USING ERRCODE = 'active_sql_transaction',
			MESSAGE = format('localize() cannot run in a transaction at isolation level %s',
				current_setting('transaction_isolation')),
			DETAIL = 'It must see what apply writes until it has locked the tables.',
			HINT = 'Use READ COMMITTED.';
	END IF;
	SELECT * INTO done FROM qsrepl._localize();
	RETURN done.changed;
END $$;
COMMENT ON FUNCTION qsrepl.localize IS 'rewrite stored rows to the local site''s values; returns rows changed';
