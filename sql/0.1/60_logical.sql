--
-- Logical mode: row triggers on every ruled table, and keeping them there.
--

-- Why a rule loses changes in logical replication, for each ruled column.
CREATE FUNCTION qsrepl._logical_refusals(OUT relid oid, OUT col text, OUT message text, OUT hint text)
RETURNS SETOF record LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	WITH identity_columns AS (
		SELECT i.indrelid, k.attnum,
			CASE WHEN i.indisprimary THEN 'primary key' ELSE 'replica identity' END AS what
		FROM pg_index i, unnest(i.indkey::int2[]) AS k (attnum)
		WHERE i.indisprimary OR i.indisreplident
		UNION ALL
		SELECT conrelid, k, 'foreign key'
		FROM pg_constraint, unnest(conkey) AS k WHERE contype = 'f'
		UNION ALL
		SELECT confrelid, k, 'target of a foreign key'
		FROM pg_constraint, unnest(confkey) AS k WHERE contype = 'f'
	)
	SELECT r.relid, r."column",
		format('column "%s" of table %s is part of the %s', r."column", r.relid::regclass,
			string_agg(DISTINCT i.what, ', ')),
		'Drop the rule, or replicate physically: updates and deletes would be lost.'
	FROM qsrepl._ruled_columns r JOIN identity_columns i ON i.indrelid = r.relid AND i.attnum = r.attnum
	GROUP BY r.relid, r."column"
	UNION ALL
	SELECT DISTINCT r.relid, NULL, format('table %s has no primary key', r.relid::regclass),
		'Add a primary key, or drop the rules: updates and deletes of a publisher that sends whole rows would be lost.'
	FROM qsrepl._ruled_columns r
	WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = r.relid AND (i.indisprimary OR i.indisreplident))
	ORDER BY 1, 2;
$$;

-- The row triggers of this extension, on user tables.
CREATE VIEW qsrepl._row_triggers AS
	SELECT t.tgrelid AS relid, t.tgname, t.tgenabled
	FROM pg_catalog.pg_trigger t
	WHERE t.tgfoid = 'qsrepl.rewrite_row'::pg_catalog.regproc AND NOT t.tgisinternal;

/*
 * Lock tables against apply and other writers, but never wait for one of them
 * while holding another: so apply cannot come into a deadlock with this, whose
 * victim it might be. Whoever holds a table is waited for alone, and the
 * locking begins again.
 *
 * The caller's transaction may hold other locks from before, though. The two
 * timeouts see to it that a deadlock is looked for again and again, always
 * before apply would, whose own timeout is a second: then this gives way.
 *
 * query: gives the tables; run anew at each attempt
 */
CREATE FUNCTION qsrepl._lock_tables(query text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET deadlock_timeout = '20ms' SET lock_timeout = '300ms' AS $$
DECLARE
	busy	regclass;
	t		regclass;
BEGIN
	FOR attempt IN 1 .. 1000 LOOP
		BEGIN
			IF busy IS NOT NULL THEN
				EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', busy);
			END IF;
			FOR t IN EXECUTE format('SELECT DISTINCT q.relid FROM (%s) q (relid) ORDER BY q.relid', query) LOOP
				busy := t;
				EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE NOWAIT', t);
			END LOOP;
			RETURN;
		EXCEPTION
			WHEN lock_not_available THEN
				NULL;			-- the subtransaction's end gives up the locks
			WHEN undefined_table THEN
				busy := NULL;	-- dropped meanwhile
		END;
	END LOOP;
	RAISE EXCEPTION USING ERRCODE = 'lock_not_available',
		MESSAGE = 'could not lock the tables that have rules',
		DETAIL = format('Table %s was in use at each of 1000 attempts.', busy),
		HINT = 'Try again when fewer transactions write.';
END $$;

/*
 * Create what is missing and drop what is not needed, in logical mode.
 * strict: a rule that would lose changes is an error, else a warning.
 * create_missing: false keeps what there is in order, and no more.
 */
CREATE FUNCTION qsrepl._sync_triggers(strict boolean, create_missing boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off
SET qsrepl.at_work = on AS $$
DECLARE
	refusal record;
	t		record;
BEGIN
	IF NOT coalesce((SELECT logical FROM qsrepl.state), false) THEN
		RETURN;
	END IF;
	FOR refusal IN SELECT * FROM qsrepl._logical_refusals() WHERE create_missing LOOP
		IF strict THEN
			RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
				MESSAGE = refusal.message,
				DETAIL = (SELECT string_agg(initcap(left(r.message, 1)) || substr(r.message, 2) || '.', ' ')
					FROM qsrepl._logical_refusals() r),
				HINT = refusal.hint;
		END IF;
		RAISE WARNING USING MESSAGE = refusal.message, HINT = refusal.hint;
	END LOOP;
	PERFORM qsrepl._lock_tables('
		SELECT r.relid FROM qsrepl._ruled_columns r LEFT JOIN qsrepl._row_triggers x ON x.relid = r.relid
		WHERE x.tgenabled IS DISTINCT FROM ''R''
			AND (x.relid IS NOT NULL OR (' || create_missing || '
				AND NOT EXISTS (SELECT FROM qsrepl._logical_refusals() f WHERE f.relid = r.relid)))
		UNION ALL
		SELECT x.relid FROM qsrepl._row_triggers x
		WHERE NOT EXISTS (SELECT FROM qsrepl._ruled_columns r WHERE r.relid = x.relid)');
	FOR t IN
		SELECT DISTINCT r.relid::regclass AS relid FROM qsrepl._ruled_columns r
		WHERE create_missing
			AND NOT EXISTS (SELECT FROM qsrepl._row_triggers x WHERE x.relid = r.relid)
			AND NOT EXISTS (SELECT FROM qsrepl._logical_refusals() x WHERE x.relid = r.relid)
	LOOP
		EXECUTE format('CREATE TRIGGER "~qsrepl_rewrite" BEFORE INSERT OR UPDATE ON %s
			FOR EACH ROW EXECUTE FUNCTION qsrepl.rewrite_row()', t.relid);
	END LOOP;
	FOR t IN SELECT x.relid::regclass AS relid, x.tgname FROM qsrepl._row_triggers x WHERE x.tgenabled <> 'R' LOOP
		EXECUTE format('ALTER TABLE %s ENABLE REPLICA TRIGGER %I', t.relid, t.tgname);
	END LOOP;
	FOR t IN
		SELECT x.relid::regclass AS relid, x.tgname FROM qsrepl._row_triggers x
		WHERE NOT EXISTS (SELECT FROM qsrepl._ruled_columns r WHERE r.relid = x.relid)
	LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relid);
	END LOOP;
END $$;

-- One at a time writes the state: the localizer, localize(), enable().
CREATE FUNCTION qsrepl._lock_state() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	SELECT pg_advisory_xact_lock(('qsrepl.state'::regclass::oid::bigint - 2147483648)::integer, 0);
$$;

-- Write the state row: these rows are the local site's now.
CREATE FUNCTION qsrepl._set_state(is_logical boolean, changed bigint, left_over text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET qsrepl.at_work = on AS $$
DECLARE
	here	record;
	local	text := qsrepl._local_site();
	old		qsrepl.state;
BEGIN
	SELECT * INTO here FROM qsrepl._here();
	SELECT * INTO old FROM qsrepl._stored_state();
	DELETE FROM qsrepl.state;
	INSERT INTO qsrepl.state (site, system_identifier, database_oid, timeline, epoch, localized_at, lsn,
		rows_changed, residue, logical)
	VALUES (local, here.system_identifier, here.database_oid, here.timeline,
		coalesce(old.epoch + (old.site <> local)::integer, 0),
		CASE WHEN changed IS NULL THEN old.localized_at ELSE clock_timestamp() END,
		CASE WHEN changed IS NULL THEN old.lsn
			WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn() END,
		coalesce(changed, old.rows_changed, 0), coalesce(left_over, old.residue, '{}'),
		coalesce(is_logical, old.logical, false));
END $$;

CREATE FUNCTION qsrepl.enable() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
BEGIN
	PERFORM qsrepl._local_site();
	PERFORM qsrepl._lock_state();
	-- What is stored already is spelled as before: localize() changes that.
	UPDATE qsrepl.state SET logical = true;
	IF NOT FOUND THEN
		PERFORM qsrepl._set_state(true, NULL, NULL);
	END IF;
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(true);
	PERFORM qsrepl._note('enabled', qsrepl._local_site());
END $$;
COMMENT ON FUNCTION qsrepl.enable IS 'logical mode: rewrite what replication brings from now on';

CREATE FUNCTION qsrepl.disable() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
DECLARE
	t record;
BEGIN
	UPDATE qsrepl.state SET logical = false;
	PERFORM qsrepl._lock_tables('SELECT x.relid FROM qsrepl._row_triggers x');
	FOR t IN SELECT x.relid::regclass AS relid, x.tgname FROM qsrepl._row_triggers x LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relid);
	END LOOP;
	PERFORM qsrepl._note('disabled', NULL);
END $$;
COMMENT ON FUNCTION qsrepl.disable IS 'logical mode: remove the row triggers';

/*
 * Follow the application's own DDL: rules keep to what was renamed, profiles
 * cover what came later, and ruled tables get their trigger. It runs as the
 * extension's owner, since migrations run as a plain owner, and never makes
 * their commands fail.
 */
CREATE FUNCTION qsrepl._follow_ddl() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
DECLARE
	profile text;
	problem text;
	renamed record;
	-- A restore brings the row triggers itself, after constraints and the like.
	-- These settings are how every script of pg_dump begins.
	restoring CONSTANT boolean := qsrepl._state_word() = 'restored'
		OR (current_setting('check_function_bodies') = 'off' AND current_setting('row_security') = 'off');
BEGIN
	IF current_setting('qsrepl.at_work', true) = 'on'
		OR (NOT EXISTS (SELECT FROM qsrepl.rule) AND NOT EXISTS (SELECT FROM qsrepl._profile_offer))
		OR NOT EXISTS (SELECT FROM pg_event_trigger_ddl_commands() d WHERE d.schema_name IS DISTINCT FROM 'pg_temp') THEN
		RETURN;
	END IF;
	FOR renamed IN
		SELECT o.relation, o."column", qsrepl._relation_name(o.relid) AS new_relation, a.attname::text AS new_column
		FROM qsrepl._rule_object o
			JOIN pg_attribute a ON a.attrelid = o.relid AND a.attnum = o.attnum AND NOT a.attisdropped
		WHERE o.relation <> qsrepl._relation_name(o.relid) OR o."column" <> a.attname
	LOOP
		-- Where the rule is called so already, the rename was replicated.
		CONTINUE WHEN NOT EXISTS (SELECT FROM qsrepl.rule r
			WHERE r.relation = renamed.relation AND r."column" = renamed."column");
		-- Whatever had the new name before is gone.
		DELETE FROM qsrepl.rule r WHERE r.relation = renamed.new_relation AND r."column" = renamed.new_column;
		UPDATE qsrepl.rule r SET relation = renamed.new_relation, "column" = renamed.new_column
		WHERE r.relation = renamed.relation AND r."column" = renamed."column";
		UPDATE qsrepl.state s SET residue = array_replace(s.residue,
				format('%s.%I', renamed.relation, renamed."column"),
				format('%s.%I', renamed.new_relation, renamed.new_column))
		WHERE format('%s.%I', renamed.relation, renamed."column") = ANY (s.residue);
		DELETE FROM qsrepl._profile_offer f
		WHERE f.relation = renamed.relation AND f."column" = renamed."column";
	END LOOP;
	FOR profile IN SELECT DISTINCT o.profile FROM qsrepl._profile_offer o LOOP
		PERFORM qsrepl._apply_profile(profile, true);
	END LOOP;
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(false, NOT restoring);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT;
	RAISE WARNING USING MESSAGE = 'could not follow a change of the schema with the rules of qsrepl',
		DETAIL = problem, HINT = 'See qsrepl.check().';
END $$;

CREATE EVENT TRIGGER qsrepl_follow_ddl ON ddl_command_end
	WHEN TAG IN ('CREATE SCHEMA', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'ALTER SCHEMA')
	EXECUTE FUNCTION qsrepl._follow_ddl();
