--
-- The extension's own tables under replication.
--
-- A change of rules or mappings reaches every backend, on standbys as they
-- replay: _invalidate() always fires.
--
-- A publication FOR ALL TABLES publishes these tables too. What describes the
-- sites is welcome and replaces what is here; what describes this database
-- (state, event, journal, services' start types, object identifiers) is not taken.
--
-- The triggers that replication fires ask whether it does: pg_restore
-- --disable-triggers leaves them enabled for everybody.
--

CREATE FUNCTION qsrepl._keep_local() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF current_setting('session_replication_role') = 'replica' THEN
		RETURN NULL;
	END IF;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- What arrives makes room for itself, or apply would stop at a duplicate key.
CREATE FUNCTION qsrepl._replace_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	own tid;					-- the row that is updated
BEGIN
	IF current_setting('session_replication_role') <> 'replica' THEN
		RETURN NEW;
	END IF;
	IF TG_OP = 'UPDATE' THEN
		EXECUTE format('SELECT t.ctid FROM %s t WHERE t = $1', TG_RELID::regclass) INTO own USING OLD;
	END IF;
	CASE TG_TABLE_NAME
		WHEN 'site' THEN
			DELETE FROM qsrepl.site t WHERE t.name = NEW.name AND t.ctid IS DISTINCT FROM own;
		WHEN 'mapping' THEN
			DELETE FROM qsrepl.mapping t WHERE t.name = NEW.name AND t.ctid IS DISTINCT FROM own;
		WHEN 'mapping_value' THEN
			DELETE FROM qsrepl.mapping_value t
			WHERE t.mapping = NEW.mapping AND t.site = NEW.site AND t.value = NEW.value
				AND t.ctid IS DISTINCT FROM own;
			-- Rows may still hold the value that is current here.
			UPDATE qsrepl.mapping_value t SET current = false
			WHERE t.mapping = NEW.mapping AND t.site = NEW.site AND t.current AND NEW.current
				AND t.ctid IS DISTINCT FROM own;
		WHEN 'rule' THEN
			DELETE FROM qsrepl.rule t
			WHERE t.relation = NEW.relation AND t."column" = NEW."column" AND t.ctid IS DISTINCT FROM own;
		WHEN 'fixup' THEN
			DELETE FROM qsrepl.fixup t WHERE t.name = NEW.name AND t.ctid IS DISTINCT FROM own;
	END CASE;
	RETURN NEW;
END $$;

/*
 * A state row that comes in any other way than through our own functions was
 * restored, perhaps into the very database it was dumped from: it says nothing
 * of the rows that are here.
 */
CREATE FUNCTION qsrepl._mark_restored() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF current_setting('qsrepl.at_work') <> 'on' THEN
		NEW.system_identifier := 0;
	END IF;
	RETURN NEW;
END $$;

CREATE TRIGGER mark_restored BEFORE INSERT ON qsrepl.state
	FOR EACH ROW EXECUTE FUNCTION qsrepl._mark_restored();

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['site', 'mapping', 'mapping_value', 'rule', 'state'] LOOP
		EXECUTE format('CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE ON qsrepl.%I
			FOR EACH ROW EXECUTE FUNCTION qsrepl._invalidate()', t);
		EXECUTE format('CREATE TRIGGER invalidate_all AFTER TRUNCATE ON qsrepl.%I
			FOR EACH STATEMENT EXECUTE FUNCTION qsrepl._invalidate()', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE ALWAYS TRIGGER invalidate', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE ALWAYS TRIGGER invalidate_all', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['site', 'mapping', 'mapping_value', 'rule', 'fixup'] LOOP
		EXECUTE format('CREATE TRIGGER replace_row BEFORE INSERT OR UPDATE ON qsrepl.%I
			FOR EACH ROW EXECUTE FUNCTION qsrepl._replace_row()', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE REPLICA TRIGGER replace_row', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['state', 'event', 'journal', 'service', '_rule_object', '_profile_offer'] LOOP
		EXECUTE format('CREATE TRIGGER keep_local BEFORE INSERT OR UPDATE OR DELETE ON qsrepl.%I
			FOR EACH ROW EXECUTE FUNCTION qsrepl._keep_local()', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE REPLICA TRIGGER keep_local', t);
	END LOOP;
END $$;

-- Put them in order again after a restore.
CREATE FUNCTION qsrepl._order_own_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t record;
BEGIN
	FOR t IN
		SELECT x.tgrelid::regclass AS relid, x.tgname, y.mode
		FROM pg_trigger x JOIN (VALUES ('invalidate', 'ALWAYS'), ('invalidate_all', 'ALWAYS'), ('replace_row', 'REPLICA'),
				('keep_local', 'REPLICA')) AS y (name, mode) ON y.name = x.tgname
		WHERE x.tgrelid IN (SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'qsrepl'::regnamespace)
			AND x.tgenabled <> left(y.mode, 1)
		ORDER BY x.tgrelid, x.tgname
	LOOP
		EXECUTE format('ALTER TABLE %s ENABLE %s TRIGGER %I', t.relid, t.mode, t.tgname);
	END LOOP;
END $$;
