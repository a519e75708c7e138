\echo Use "CREATE EXTENSION qsrepl" to load this file. \quit

--
-- Tables: what the sites are, what differs between them, and where the rows of
-- this database stand. CREATE EXTENSION puts no rows into them, so that all of
-- them can be dumped and restored.
--

CREATE TABLE qsrepl.site (
	name		text PRIMARY KEY CHECK (name <> '' AND pg_catalog.octet_length(name) <= 63),
	description	text
);

CREATE TABLE qsrepl.mapping (
	name		text PRIMARY KEY CHECK (name <> '' AND pg_catalog.octet_length(name) <= 63),
	kind		text NOT NULL CHECK (kind IN ('path', 'host', 'value'))
);

-- The cache reads these columns by position: append only.
CREATE TABLE qsrepl.mapping_value (
	mapping		text NOT NULL REFERENCES qsrepl.mapping ON DELETE CASCADE,
	site		text NOT NULL REFERENCES qsrepl.site,
	value		text NOT NULL,
	current		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (mapping, site, value)
);

CREATE UNIQUE INDEX mapping_value_current ON qsrepl.mapping_value (mapping, site) WHERE current;

-- By name, so that rules survive dump and restore.
CREATE TABLE qsrepl.rule (
	relation	text NOT NULL,
	"column"	text NOT NULL,
	form		text NOT NULL CHECK (form IN ('path', 'host', 'text', 'value')),
	profile		text,
	PRIMARY KEY (relation, "column")
);

-- Which objects the names of the rules mean here: renames are followed with
-- it. Not dumped and not replicated, since object identifiers differ.
CREATE TABLE qsrepl._rule_object (
	relation	text NOT NULL,
	"column"	text NOT NULL,
	relid		oid NOT NULL,
	attnum		int2 NOT NULL,
	PRIMARY KEY (relation, "column")
);

-- For which site the rows of this database are spelled; one row or none.
CREATE TABLE qsrepl.state (
	site				text PRIMARY KEY,
	system_identifier	bigint NOT NULL,
	database_oid		oid NOT NULL,
	timeline			integer NOT NULL,
	epoch				bigint NOT NULL DEFAULT 0,
	localized_at		timestamptz,
	lsn					pg_lsn,
	rows_changed		bigint NOT NULL DEFAULT 0,
	residue				text[] NOT NULL DEFAULT '{}',
	logical				boolean NOT NULL DEFAULT false
);

CREATE UNIQUE INDEX state_one_row ON qsrepl.state ((true));

CREATE TABLE qsrepl.fixup (
	name		text PRIMARY KEY,
	position	integer NOT NULL DEFAULT 100,
	sql			text NOT NULL
);

CREATE TABLE qsrepl.event (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	what		text NOT NULL,
	detail		text
);

SELECT pg_catalog.pg_extension_config_dump('qsrepl.site', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.mapping', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.mapping_value', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.rule', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.state', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.fixup', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.event', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.event_id_seq', '');
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

CREATE FUNCTION qsrepl._rewrite_any(value anyelement, form text)
RETURNS anyelement LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_rewrite_any';

CREATE FUNCTION qsrepl._find_any(value anyelement, form text, OUT mapping text, OUT site text)
LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'qsrepl_find_any';

CREATE FUNCTION qsrepl._suggest(value text, json boolean)
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
--
-- The extension's own tables under replication.
--
-- A change of rules or mappings reaches every backend, on standbys as they
-- replay: _invalidate() always fires.
--
-- A publication FOR ALL TABLES publishes these tables too. What describes the
-- sites is welcome and replaces what is here; what describes this database
-- (state, event, object identifiers) is not taken.
--

CREATE FUNCTION qsrepl._keep_local() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN NULL;
END $$;

CREATE FUNCTION qsrepl._replace_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	CASE TG_TABLE_NAME
		WHEN 'site' THEN
			DELETE FROM qsrepl.site t WHERE t.name = NEW.name;
		WHEN 'mapping' THEN
			DELETE FROM qsrepl.mapping t WHERE t.name = NEW.name;
		WHEN 'mapping_value' THEN
			DELETE FROM qsrepl.mapping_value t
			WHERE t.mapping = NEW.mapping AND t.site = NEW.site
				AND (t.value = NEW.value OR (t.current AND NEW.current));
		WHEN 'rule' THEN
			DELETE FROM qsrepl.rule t WHERE t.relation = NEW.relation AND t."column" = NEW."column";
		WHEN 'fixup' THEN
			DELETE FROM qsrepl.fixup t WHERE t.name = NEW.name;
	END CASE;
	RETURN NEW;
END $$;

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['site', 'mapping', 'mapping_value', 'rule'] LOOP
		EXECUTE format('CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE ON qsrepl.%I
			FOR EACH ROW EXECUTE FUNCTION qsrepl._invalidate()', t);
		EXECUTE format('CREATE TRIGGER invalidate_all AFTER TRUNCATE ON qsrepl.%I
			FOR EACH STATEMENT EXECUTE FUNCTION qsrepl._invalidate()', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE ALWAYS TRIGGER invalidate', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE ALWAYS TRIGGER invalidate_all', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['site', 'mapping', 'mapping_value', 'rule', 'fixup'] LOOP
		EXECUTE format('CREATE TRIGGER replace_row BEFORE INSERT ON qsrepl.%I
			FOR EACH ROW EXECUTE FUNCTION qsrepl._replace_row()', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE REPLICA TRIGGER replace_row', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['state', 'event', '_rule_object'] LOOP
		EXECUTE format('CREATE TRIGGER keep_local BEFORE INSERT OR UPDATE OR DELETE ON qsrepl.%I
			FOR EACH ROW EXECUTE FUNCTION qsrepl._keep_local()', t);
		EXECUTE format('ALTER TABLE qsrepl.%I ENABLE REPLICA TRIGGER keep_local', t);
	END LOOP;
END $$;
--
-- Sites and mappings.
--

-- Note what happened; old events make room.
CREATE FUNCTION qsrepl._note(what text, detail text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	INSERT INTO qsrepl.event (what, detail) VALUES (what, detail);
	DELETE FROM qsrepl.event WHERE id <= (SELECT max(id) - 1000 FROM qsrepl.event);
$$;

CREATE FUNCTION qsrepl._site_must_exist(site text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF site IS NULL OR NOT EXISTS (SELECT FROM qsrepl.site s WHERE s.name = site) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('site "%s" does not exist', site),
			HINT = 'Define it with qsrepl.set_site().';
	END IF;
END $$;

CREATE FUNCTION qsrepl.set_site(name text, description text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF name IS NULL OR octet_length(name) NOT BETWEEN 1 AND 63 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name',
			MESSAGE = format('name of a site has the wrong length: "%s"', name),
			HINT = 'Use 1 to 63 bytes.';
	END IF;
	INSERT INTO qsrepl.site AS s (name, description) VALUES (set_site.name, set_site.description)
	ON CONFLICT ON CONSTRAINT site_pkey DO UPDATE
		SET description = coalesce(excluded.description, s.description);
END $$;
COMMENT ON FUNCTION qsrepl.set_site IS 'define a site, or change its description';

-- One writer of mappings at a time: the set is checked as a whole. A table lock
-- would also keep apply waiting, which may bring mappings of its own.
CREATE FUNCTION qsrepl._lock_mappings() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	SELECT pg_advisory_xact_lock('qsrepl.mapping'::regclass::oid::bigint::integer, 0);
$$;

-- An error whose detail and hint may be null.
CREATE FUNCTION qsrepl._raise(code text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF detail IS NULL AND hint IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message;
	ELSIF detail IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint;
	ELSIF hint IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail;
	END IF;
	RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint;
END $$;

CREATE FUNCTION qsrepl._set_value(mapping text, kind text, site text, value text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	stored text := qsrepl._normalize(kind, coalesce(value, ''));
BEGIN
	PERFORM qsrepl._site_must_exist(site);
	-- The former value stays as an alias: rows may still hold it.
	UPDATE qsrepl.mapping_value v SET current = false
	WHERE v.mapping = _set_value.mapping AND v.site = _set_value.site AND v.current AND v.value <> stored;
	INSERT INTO qsrepl.mapping_value AS v (mapping, site, value, current)
	VALUES (_set_value.mapping, _set_value.site, stored, true)
	ON CONFLICT ON CONSTRAINT mapping_value_pkey DO UPDATE SET current = true WHERE NOT v.current;
END $$;

CREATE FUNCTION qsrepl.set_mapping(name text, kind text, VARIADIC site_value_pairs text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	pairs	text[] := site_value_pairs;
	n		integer := coalesce(array_length(site_value_pairs, 1), 0);
	old		text;
	given	text[] := '{}';
BEGIN
	IF name IS NULL OR octet_length(name) NOT BETWEEN 1 AND 63 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name',
			MESSAGE = format('name of a mapping has the wrong length: "%s"', name),
			HINT = 'Use 1 to 63 bytes.';
	END IF;
	IF kind IS NULL OR kind NOT IN ('path', 'host', 'value') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('kind of mapping "%s" is not recognized', kind),
			HINT = 'The kinds are path, host and value.';
	END IF;
	IF n = 0 OR n % 2 <> 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('mapping "%s" needs sites and values in turn', name),
			HINT = 'For example: set_mapping(''share'', ''path'', ''A'', ''\\fs-a\qlik'', ''B'', ''\\fs-b\qlik'').';
	END IF;
	PERFORM qsrepl._lock_mappings();
	SELECT m.kind INTO old FROM qsrepl.mapping m WHERE m.name = set_mapping.name;
	IF old <> kind THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('mapping "%s" is of kind %s', name, old),
			HINT = 'Drop it with qsrepl.drop_mapping() before it becomes another.';
	END IF;
	INSERT INTO qsrepl.mapping (name, kind) VALUES (set_mapping.name, set_mapping.kind)
	ON CONFLICT DO NOTHING;
	FOR i IN 1 .. n BY 2 LOOP
		IF pairs[i] = ANY (given) THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('mapping "%s" is given two values for site "%s"', name, pairs[i]),
				HINT = 'Further values of a site are added with qsrepl.add_alias().';
		END IF;
		given := given || pairs[i];
		PERFORM qsrepl._set_value(name, kind, pairs[i], pairs[i + 1]);
	END LOOP;
	PERFORM qsrepl._check_mappings(name);
	PERFORM qsrepl._note('mapping set', name);
END $$;
COMMENT ON FUNCTION qsrepl.set_mapping IS 'define a mapping, or change its values at some sites';

CREATE FUNCTION qsrepl._kind_of(mapping text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	kind text;
BEGIN
	SELECT m.kind INTO kind FROM qsrepl.mapping m WHERE m.name = mapping;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('mapping "%s" does not exist', mapping),
			HINT = 'See the table qsrepl.mapping.';
	END IF;
	RETURN kind;
END $$;

CREATE FUNCTION qsrepl.add_alias(mapping text, site text, value text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	stored text;
BEGIN
	PERFORM qsrepl._lock_mappings();
	stored := qsrepl._normalize(qsrepl._kind_of(mapping), coalesce(value, ''));
	PERFORM qsrepl._site_must_exist(site);
	INSERT INTO qsrepl.mapping_value (mapping, site, value, current)
	VALUES (add_alias.mapping, add_alias.site, stored, false)
	ON CONFLICT DO NOTHING;
	PERFORM qsrepl._check_mappings(mapping);
	PERFORM qsrepl._note('alias added', mapping);
END $$;
COMMENT ON FUNCTION qsrepl.add_alias IS 'add a further or former value of a mapping at a site, which is rewritten to the current one';

CREATE FUNCTION qsrepl.drop_mapping(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM qsrepl._lock_mappings();
	PERFORM qsrepl._kind_of(name);
	DELETE FROM qsrepl.mapping m WHERE m.name = drop_mapping.name;
	PERFORM qsrepl._note('mapping dropped', name);
END $$;
COMMENT ON FUNCTION qsrepl.drop_mapping IS 'drop a mapping with its values';

-- The local site, or an error that says how to set it.
CREATE FUNCTION qsrepl._local_site() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	site text := current_setting('qsrepl.local_site', true);
BEGIN
	IF site IS NULL OR site = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'the local site is not known',
			HINT = 'Set "qsrepl.local_site" in the server''s configuration and restart it.';
	END IF;
	PERFORM qsrepl._site_must_exist(site);
	RETURN site;
END $$;
--
-- Rules.
--

-- All stored columns that a rule covers, those of partitions and children too.
CREATE VIEW qsrepl._ruled_columns AS
	WITH RECURSIVE tree AS (
		SELECT r.relation, r."column", r.form, c.oid AS relid, 0 AS depth
		FROM qsrepl.rule r
			JOIN pg_catalog.pg_namespace n
				ON pg_catalog.starts_with(r.relation, pg_catalog.quote_ident(n.nspname) || '.')
			JOIN pg_catalog.pg_class c
				ON c.relnamespace = n.oid
					AND r.relation = pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
		UNION ALL
		SELECT t.relation, t."column", t.form, i.inhrelid, t.depth + 1
		FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.relid
	)
	SELECT DISTINCT ON (t.relid, a.attnum)
		t.relation, t."column", t.form, t.relid, a.attnum, a.atttypid, a.atttypmod
	FROM tree t
		JOIN pg_catalog.pg_class c ON c.oid = t.relid AND c.relkind = 'r'
		JOIN pg_catalog.pg_attribute a
			ON a.attrelid = t.relid AND a.attname = t."column" AND a.attnum > 0 AND NOT a.attisdropped
	ORDER BY t.relid, a.attnum, t.depth;

CREATE FUNCTION qsrepl._relation_name(relid oid) RETURNS text
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('%I.%I', n.nspname, c.relname)
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relid;
$$;

-- What a rule on a column of this type is about: text, json, or null.
CREATE FUNCTION qsrepl._type_class(atttypid oid) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE
		WHEN atttypid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype,
			'text[]'::regtype, 'varchar[]'::regtype, 'bpchar[]'::regtype) THEN 'text'
		WHEN atttypid IN ('json'::regtype, 'jsonb'::regtype) THEN 'json'
	END;
$$;

-- Why a rule cannot stand on a column: an errcode, message, detail, hint.
CREATE FUNCTION qsrepl._rule_refusal(relid oid, col text, form text,
	OUT code text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	rel	record;
	att	pg_attribute;
	class text;
BEGIN
	SELECT c.relkind, n.nspname, c.relname INTO rel
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relid;
	SELECT a.* INTO att FROM pg_attribute a
	WHERE a.attrelid = relid AND a.attname = col AND NOT a.attisdropped;
	class := qsrepl._type_class(att.atttypid);
	IF form IS NULL OR form NOT IN ('path', 'host', 'text', 'value') THEN
		code := 'invalid_parameter_value';
		message := format('form "%s" is not recognized', form);
		hint := 'The forms are path, host, text and value.';
	ELSIF rel.relkind NOT IN ('r', 'p') OR rel.nspname IN ('qsrepl', 'pg_catalog', 'information_schema') THEN
		code := 'wrong_object_type';
		message := format('"%s" cannot have rules', rel.relname);
		detail := 'Rules are for ordinary and partitioned tables of the application.';
	ELSIF att.attnum IS NULL OR att.attnum < 0 THEN
		code := 'undefined_column';
		message := format('column "%s" of table "%s" does not exist', col, rel.relname);
		hint := 'Names are case-sensitive: give the column as it is spelled in the table.';
	ELSIF att.attgenerated <> '' THEN
		code := 'invalid_column_definition';
		message := format('column "%s" of table "%s" is generated', col, rel.relname);
		hint := 'Add the rule to the column it is generated from.';
	ELSIF class IS NULL THEN
		code := 'datatype_mismatch';
		message := format('column "%s" of table "%s" has type %s, which cannot be rewritten', col, rel.relname,
			format_type(att.atttypid, att.atttypmod));
		detail := 'Rules are for text, character varying, character, arrays of these, json and jsonb.';
	ELSIF class = 'json' AND form <> 'text' THEN
		code := 'invalid_parameter_value';
		message := format('column "%s" of table "%s" needs form text', col, rel.relname);
		detail := format('Its type is %s.', format_type(att.atttypid, att.atttypmod));
	ELSIF EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = relid AND att.attnum = ANY (p.partattrs)) THEN
		code := 'feature_not_supported';
		message := format('column "%s" of table "%s" is part of the partition key', col, rel.relname);
		detail := 'A rewritten row would belong to another partition.';
	END IF;
END $$;

-- Which objects the rules mean now; see _follow_ddl().
CREATE FUNCTION qsrepl._remember_objects() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	DELETE FROM qsrepl._rule_object o
	WHERE NOT EXISTS (SELECT FROM qsrepl.rule r WHERE r.relation = o.relation AND r."column" = o."column");
	INSERT INTO qsrepl._rule_object AS o (relation, "column", relid, attnum)
	SELECT r.relation, r."column", c.oid, a.attnum
	FROM qsrepl.rule r
		JOIN pg_class c ON c.relkind IN ('r', 'p') AND qsrepl._relation_name(c.oid) = r.relation
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = r."column" AND NOT a.attisdropped
	ON CONFLICT (relation, "column") DO UPDATE SET relid = excluded.relid, attnum = excluded.attnum
		WHERE o.relid <> excluded.relid OR o.attnum <> excluded.attnum;
$$;

CREATE FUNCTION qsrepl.add_rule(relation regclass, "column" text, form text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	refusal record;
BEGIN
	IF relation IS NULL OR "column" IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'a rule needs a table and a column';
	END IF;
	SELECT * INTO refusal FROM qsrepl._rule_refusal(add_rule.relation, add_rule."column", add_rule.form);
	IF refusal.code IS NOT NULL THEN
		PERFORM qsrepl._raise(refusal.code, refusal.message, refusal.detail, refusal.hint);
	END IF;
	INSERT INTO qsrepl.rule AS r (relation, "column", form)
	VALUES (qsrepl._relation_name(add_rule.relation), add_rule."column", add_rule.form)
	ON CONFLICT ON CONSTRAINT rule_pkey DO UPDATE SET form = excluded.form, profile = NULL
		WHERE r.form <> excluded.form;
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(true);
	PERFORM qsrepl._note('rule added', format('%s.%I %s', add_rule.relation, add_rule."column", add_rule.form));
END $$;
COMMENT ON FUNCTION qsrepl.add_rule IS 'have a column rewritten, in this form';

-- By text, since the table may be gone: as it stands in qsrepl.rule, or
-- without its schema where that is unambiguous.
CREATE FUNCTION qsrepl.drop_rule(relation text, "column" text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	found_in text[];
BEGIN
	SELECT array_agg(r.relation) INTO found_in FROM qsrepl.rule r
	WHERE r."column" = drop_rule."column"
		AND (r.relation = drop_rule.relation
			OR right(r.relation, length(drop_rule.relation) + 1) = '.' || drop_rule.relation
			OR right(r.relation, length(quote_ident(drop_rule.relation)) + 1) = '.' || quote_ident(drop_rule.relation));
	IF found_in IS NULL THEN
		PERFORM qsrepl._raise('undefined_object',
			format('column "%s" of %s has no rule', "column", relation), NULL, 'See the table qsrepl.rule.');
	ELSIF cardinality(found_in) > 1 AND relation <> ALL (found_in) THEN
		PERFORM qsrepl._raise('ambiguous_alias',
			format('%s may mean several tables', relation), array_to_string(found_in, ', ') || '.',
			'Give the schema too.');
	END IF;
	DELETE FROM qsrepl.rule r
	WHERE r."column" = drop_rule."column"
		AND r.relation = CASE WHEN drop_rule.relation = ANY (found_in) THEN drop_rule.relation ELSE found_in[1] END;
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(true);
	PERFORM qsrepl._note('rule dropped', format('%s.%I', relation, "column"));
END $$;
COMMENT ON FUNCTION qsrepl.drop_rule IS 'leave a column alone again';
--
-- Profiles: shipped sets of rules.
--

-- Qlik Sense Enterprise on Windows, database QSR. Columns that are left alone
-- on purpose: DataConnections."Name" (lib:// names resolve through it), what is
-- encrypted (passwords, secrets), VirtualProxyConfigs."SamlEntityId" and other
-- identities, templates, histories of executions.
CREATE FUNCTION qsrepl._profile(name text, OUT relation text, OUT "column" text, OUT form text)
RETURNS SETOF record LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('public.%I', t), c, f
	FROM (VALUES
		('qlik-sense', 'ServiceClusterSettingsSharedPersistenceProperties', 'RootFolder', 'path'),
		('qlik-sense', 'ServiceClusterSettingsSharedPersistenceProperties', 'AppFolder', 'path'),
		('qlik-sense', 'ServiceClusterSettingsSharedPersistenceProperties', 'StaticContentRootFolder', 'path'),
		('qlik-sense', 'ServiceClusterSettingsSharedPersistenceProperties', 'ArchivedLogsRootFolder', 'path'),
		('qlik-sense', 'ServiceClusterSettingsSharedPersistenceProperties', 'Connector32RootFolder', 'path'),
		('qlik-sense', 'ServiceClusterSettingsSharedPersistenceProperties', 'Connector64RootFolder', 'path'),
		('qlik-sense', 'ServiceClusterSettingsSharedPersistenceProperties', 'DatabaseHost', 'host'),
		('qlik-sense', 'DataConnections', 'ConnectionString', 'text'),
		('qlik-sense', 'EngineServiceSettings', 'DocumentDirectory', 'path'),
		('qlik-sense', 'EngineServiceSettings', 'TableFilesDirectory', 'path'),
		('qlik-sense', 'ServerNodeConfigurations', 'Temporaryfilepath', 'path'),
		('qlik-sense', 'ServerNodeConfigurations', 'HostName', 'host'),
		('qlik-sense', 'LocalConfigs', 'HostName', 'host'),
		('qlik-sense', 'ExternalProgramTasks', 'Path', 'path'),
		('qlik-sense', 'ExternalProgramTasks', 'Parameters', 'text'),
		('qlik-sense', 'StaticContentReferences', 'DataLocation', 'path'),
		('qlik-sense', 'AnalyticConnections', 'CertificateFilePath', 'path'),
		('qlik-sense', 'AnalyticConnections', 'Host', 'host'),
		('qlik-sense', 'UserDirectorySettings', 'Value', 'text'),
		('qlik-sense', 'VirtualProxyConfigs', 'WebsocketCrossOriginWhiteListString', 'host'),
		('qlik-sense', 'VirtualProxyConfigs', 'AuthenticationModuleRedirectUri', 'text'),
		('qlik-sense', 'VirtualProxyConfigs', 'SessionModuleBaseUri', 'text'),
		('qlik-sense', 'VirtualProxyConfigs', 'LoadBalancingModuleBaseUri', 'text'),
		('qlik-sense', 'VirtualProxyConfigs', 'SamlHostUri', 'text'),
		('qlik-sense', 'VirtualProxyConfigs', 'MagicLinkHostUri', 'text'),
		('qlik-sense', 'VirtualProxyConfigs', 'SessionCookieDomain', 'host'),
		('qlik-sense', 'VirtualProxyConfigs', 'AdditionalResponseHeaders', 'text'),
		('qlik-sense', 'ProxyServiceSettings', 'SslBrowserCertificateThumbprint', 'value')
	) AS p (profile, t, c, f)
	WHERE profile = name;
$$;

-- Statements that go with a profile: what is true of the other site only.
CREATE FUNCTION qsrepl._profile_fixups(name text, OUT fixup text, OUT "position" integer, OUT relation text)
RETURNS SETOF record LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT f, p, r
	FROM (VALUES
		-- Stale heartbeats let a failover candidate take the central role.
		('qlik-sense', 'qlik-sense: node heartbeats', 10, 'public."ServerNodeHeartbeats"'),
		-- Call-back addresses of the other site's services.
		('qlik-sense', 'qlik-sense: change notifications', 20, 'public."MqChangeNotificationRegistrations"')
	) AS x (profile, f, p, r)
	WHERE profile = name;
$$;

-- Add the profile's rules whose columns exist; see load_profile().
CREATE FUNCTION qsrepl._apply_profile(name text)
RETURNS TABLE (relation text, "column" text, form text, action text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	wanted	record;
	refusal record;
	relid	oid;
BEGIN
	FOR wanted IN SELECT * FROM qsrepl._profile(_apply_profile.name) LOOP
		relation := wanted.relation;
		"column" := wanted."column";
		form := wanted.form;
		relid := to_regclass(wanted.relation);
		SELECT * INTO refusal FROM qsrepl._rule_refusal(relid, wanted."column", wanted.form);
		IF relid IS NULL OR refusal.code = 'undefined_column' THEN
			action := 'missing';
		ELSIF refusal.code IS NOT NULL THEN
			action := 'refused: ' || refusal.message;
		ELSE
			INSERT INTO qsrepl.rule (relation, "column", form, profile)
			VALUES (wanted.relation, wanted."column", wanted.form, _apply_profile.name)
			ON CONFLICT DO NOTHING;
			action := CASE WHEN FOUND THEN 'added' ELSE 'kept' END;
		END IF;
		RETURN NEXT;
	END LOOP;
	INSERT INTO qsrepl.fixup (name, position, sql)
	SELECT f.fixup, f.position, 'DELETE FROM ' || f.relation
	FROM qsrepl._profile_fixups(_apply_profile.name) f WHERE to_regclass(f.relation) IS NOT NULL
	ON CONFLICT DO NOTHING;
	PERFORM qsrepl._remember_objects();
END $$;

CREATE FUNCTION qsrepl.load_profile(name text DEFAULT 'qlik-sense')
RETURNS TABLE (relation text, "column" text, form text, action text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM qsrepl._profile(load_profile.name)) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('profile "%s" does not exist', load_profile.name),
			HINT = 'The shipped profile is "qlik-sense".';
	END IF;
	RETURN QUERY SELECT * FROM qsrepl._apply_profile(load_profile.name);
	PERFORM qsrepl._sync_triggers(true);
	PERFORM qsrepl._note('profile loaded', load_profile.name);
END $$;
COMMENT ON FUNCTION qsrepl.load_profile IS 'add the rules of a shipped profile whose columns exist';
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
		format('column "%s" of table %s belongs to its %s', r."column", r.relid::regclass,
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
 * query: gives the tables; run anew at each attempt
 */
CREATE FUNCTION qsrepl._lock_tables(query text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
			WHEN lock_not_available OR deadlock_detected THEN
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
 */
CREATE FUNCTION qsrepl._sync_triggers(strict boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	refusal record;
	t		record;
BEGIN
	IF NOT coalesce((SELECT logical FROM qsrepl.state), false) THEN
		RETURN;
	END IF;
	FOR refusal IN SELECT * FROM qsrepl._logical_refusals() LOOP
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
		SELECT r.relid FROM qsrepl._ruled_columns r
		WHERE NOT EXISTS (SELECT FROM qsrepl._row_triggers x WHERE x.relid = r.relid AND x.tgenabled = ''R'')
		UNION ALL
		SELECT x.relid FROM qsrepl._row_triggers x
		WHERE NOT EXISTS (SELECT FROM qsrepl._ruled_columns r WHERE r.relid = x.relid)');
	FOR t IN
		SELECT DISTINCT r.relid::regclass AS relid FROM qsrepl._ruled_columns r
		WHERE NOT EXISTS (SELECT FROM qsrepl._row_triggers x WHERE x.relid = r.relid)
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

-- What identifies this database on this server.
CREATE FUNCTION qsrepl._here(OUT system_identifier bigint, OUT timeline integer, OUT database_oid oid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT s.system_identifier, c.timeline_id, d.oid
	FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d
	WHERE d.datname = current_database();
$$;

-- Write the state row: these rows are the local site's now.
CREATE FUNCTION qsrepl._set_state(is_logical boolean, changed bigint, left_over text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	here	record;
	local	text := qsrepl._local_site();
	old		qsrepl.state;
BEGIN
	SELECT * INTO here FROM qsrepl._here();
	SELECT * INTO old FROM qsrepl.state;
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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM qsrepl._local_site();
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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t record;
BEGIN
	UPDATE qsrepl.state SET logical = false;
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
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	profile text;
	problem text;
BEGIN
	IF NOT EXISTS (SELECT FROM qsrepl.rule)
		OR NOT EXISTS (SELECT FROM pg_event_trigger_ddl_commands() d WHERE d.schema_name IS DISTINCT FROM 'pg_temp') THEN
		RETURN;
	END IF;
	UPDATE qsrepl.rule r SET relation = qsrepl._relation_name(o.relid), "column" = a.attname
	FROM qsrepl._rule_object o
		JOIN pg_attribute a ON a.attrelid = o.relid AND a.attnum = o.attnum AND NOT a.attisdropped
	WHERE r.relation = o.relation AND r."column" = o."column"
		AND (r.relation <> qsrepl._relation_name(o.relid) OR r."column" <> a.attname);
	FOR profile IN SELECT DISTINCT r.profile FROM qsrepl.rule r WHERE r.profile IS NOT NULL LOOP
		PERFORM qsrepl._apply_profile(profile);
	END LOOP;
	PERFORM qsrepl._remember_objects();
	PERFORM qsrepl._sync_triggers(false);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT;
	RAISE WARNING USING MESSAGE = 'could not follow a change of the schema with the rules of qsrepl',
		DETAIL = problem, HINT = 'See qsrepl.check().';
END $$;

CREATE EVENT TRIGGER qsrepl_follow_ddl ON ddl_command_end
	WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'ALTER SCHEMA')
	EXECUTE FUNCTION qsrepl._follow_ddl();
--
-- Stored rows: what localize() would change, does change, and left.
--

-- The ruled tables with what their queries are made of.
CREATE FUNCTION qsrepl._ruled_tables(only_relation oid)
RETURNS TABLE (relid regclass, columns text[], forms text[], kinds oid[], typmods integer[], key_json text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT r.relid::regclass, array_agg(r."column" ORDER BY r.attnum), array_agg(r.form ORDER BY r.attnum),
		array_agg(r.atttypid ORDER BY r.attnum), array_agg(r.atttypmod ORDER BY r.attnum),
		coalesce((SELECT 'jsonb_build_object(' || string_agg(format('%L, t.%I', a.attname, a.attname), ', '
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

-- Comparison that works for json, which has no equality.
CREATE FUNCTION qsrepl._changes(col text, form text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('(qsrepl._find_any(t.%I, %L)).mapping IS NOT NULL', col, form);
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
			FROM pg_index i, unnest(i.indkey::int2[]) AS k, pg_attribute a
			WHERE i.indrelid = relid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
				AND a.attrelid = i.indrelid AND a.attnum = k
			GROUP BY i.indexrelid
			HAVING bool_or(a.attname = col)) u
		), ', ') || '), '''')';
$$;

CREATE FUNCTION qsrepl.preview(target regclass DEFAULT NULL)
RETURNS TABLE (relation text, key jsonb, "column" text, before text, after text, problem text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t		record;
	columns text;
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
			RETURN QUERY EXECUTE format(
				'SELECT %1$L::text, x.key, %2$L::text, x.before, x.after, x.problem FROM (
					SELECT s."qsrepl key" AS key, s."qsrepl before" AS before, s.%3$I::text AS after, %4$s AS problem,
						s."qsrepl changes" AS changes
					FROM (SELECT %5$s, %6$s AS "qsrepl key", t.%3$I::text AS "qsrepl before", %7$s AS "qsrepl changes"
						FROM ONLY %1$s t) s) x
				WHERE x.changes',
				t.relid, t.columns[i], t.columns[i],
				qsrepl._problem(t.relid, t.columns[i], t.typmods[i], t.kinds[i]),
				columns, t.key_json, qsrepl._changes(t.columns[i], t.forms[i]));
		END LOOP;
	END LOOP;
END $$;
COMMENT ON FUNCTION qsrepl.preview IS 'what localize() would change, and what would go wrong';

CREATE FUNCTION qsrepl.leaks(target regclass DEFAULT NULL)
RETURNS TABLE (relation text, key jsonb, "column" text, value text, mapping text, site text, reason text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t		record;
	residue text[] := coalesce((SELECT s.residue FROM qsrepl.state s), '{}');
BEGIN
	PERFORM qsrepl._local_site();
	FOR t IN SELECT * FROM qsrepl._ruled_tables(leaks.target) LOOP
		FOR i IN 1 .. array_length(t.columns, 1) LOOP
			RETURN QUERY EXECUTE format(
				'SELECT %1$L::text, %2$s, %3$L::text, t.%3$I::text, f.mapping, f.site,
					coalesce((SELECT %4$s FROM (SELECT qsrepl._rewrite_any(t.%3$I, %5$L) AS %3$I) s), %6$L)
				FROM ONLY %1$s t, LATERAL qsrepl._find_any(t.%3$I, %5$L) f
				WHERE f.mapping IS NOT NULL',
				t.relid, t.key_json, t.columns[i],
				qsrepl._problem(0, t.columns[i], t.typmods[i], t.kinds[i]), t.forms[i],
				CASE WHEN format('%s.%I', t.relid, t.columns[i]) = ANY (residue)
					THEN 'refused by a constraint' ELSE 'not localized yet' END);
		END LOOP;
	END LOOP;
END $$;
COMMENT ON FUNCTION qsrepl.leaks IS 'stored values of other sites, as they are stored';

-- Rewrite these rows; bisect where a constraint or a length refuses some.
-- Returns how many were written; the rest is left as it is.
CREATE FUNCTION qsrepl._localize_rows(relid regclass, assignments text, rows tid[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n		bigint := array_length(rows, 1);
	half	bigint := n / 2;
BEGIN
	BEGIN
		EXECUTE format('UPDATE ONLY %s t SET %s WHERE t.ctid = ANY ($1)', relid, assignments) USING rows;
		RETURN n;
	EXCEPTION WHEN integrity_constraint_violation OR data_exception OR program_limit_exceeded THEN
		IF n = 1 THEN
			RETURN 0;
		END IF;
	END;
	RETURN qsrepl._localize_rows(relid, assignments, rows[1 : half])
		+ qsrepl._localize_rows(relid, assignments, rows[half + 1 : n]);
END $$;

CREATE FUNCTION qsrepl._localize_table(t record, OUT changed bigint, OUT left_over text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	batch		tid[];
	assignments text;
	conditions	text[];
	wrong		boolean;
BEGIN
	changed := 0;
	left_over := '{}';
	SELECT string_agg(format('%I = qsrepl._rewrite_any(t.%1$I, %L)', c, f), ', '), array_agg(qsrepl._changes(c, f))
	INTO assignments, conditions
	FROM unnest(t.columns, t.forms) AS x (c, f);
	FOR batch IN EXECUTE format(
		'SELECT array_agg(x.ctid) FROM (SELECT t.ctid, (row_number() OVER () - 1) / 1000 AS batch
			FROM ONLY %s t WHERE %s) x GROUP BY x.batch', t.relid, array_to_string(conditions, ' OR '))
	LOOP
		changed := changed + qsrepl._localize_rows(t.relid, assignments, batch);
		wrong := true;
	END LOOP;
	IF wrong THEN
		FOR i IN 1 .. array_length(t.columns, 1) LOOP
			EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s t WHERE %s)', t.relid, conditions[i]) INTO wrong;
			IF wrong THEN
				left_over := left_over || format('%s.%I', t.relid, t.columns[i]);
			END IF;
		END LOOP;
	END IF;
END $$;

-- One fixup; what fails is told and left, since the rows matter more.
CREATE FUNCTION qsrepl._run_fixup(name text, sql text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	problem text;
BEGIN
	EXECUTE sql;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT;
	RAISE WARNING USING MESSAGE = format('could not run fixup "%s"', name), DETAIL = problem;
	INSERT INTO qsrepl.event (what, detail) VALUES ('fixup failed', name || ': ' || problem);
END $$;

CREATE FUNCTION qsrepl.localize() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	role		text := current_setting('session_replication_role');
	total		bigint := 0;
	left_over	text[] := '{}';
	t			record;
	done		record;
BEGIN
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE EXCEPTION USING ERRCODE = 'active_sql_transaction',
			MESSAGE = format('localize() cannot run in a transaction at isolation level %s',
				current_setting('transaction_isolation')),
			DETAIL = 'It must see what apply writes until it has locked the tables.',
			HINT = 'Use READ COMMITTED.';
	END IF;
	PERFORM qsrepl._local_site();
	-- Should a wait close a circle with locks that this transaction holds from
	-- before, let it be this one that gives way.
	PERFORM set_config('deadlock_timeout', '20ms', true);
	PERFORM qsrepl._lock_tables('SELECT r.relid FROM qsrepl._ruled_columns r');
	-- The application's triggers stay out of it.
	PERFORM set_config('session_replication_role', 'replica', true);
	FOR t IN SELECT * FROM qsrepl._ruled_tables(NULL) LOOP
		SELECT * INTO done FROM qsrepl._localize_table(t);
		total := total + done.changed;
		left_over := left_over || done.left_over;
	END LOOP;
	FOR t IN SELECT f.name, f.sql FROM qsrepl.fixup f ORDER BY f.position, f.name LOOP
		PERFORM qsrepl._run_fixup(t.name, t.sql);
	END LOOP;
	PERFORM set_config('session_replication_role', role, true);
	PERFORM qsrepl._set_state(NULL, total, left_over);
	PERFORM qsrepl._note('localized', format('%s rows changed, %s rules left rows', total, cardinality(left_over)));
	IF cardinality(left_over) > 0 THEN
		RAISE WARNING USING MESSAGE = 'some rows could not be localized',
			DETAIL = array_to_string(left_over, ', '), HINT = 'See qsrepl.leaks().';
	END IF;
	RETURN total;
END $$;
COMMENT ON FUNCTION qsrepl.localize IS 'rewrite stored rows to the local site''s values; returns rows changed';
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
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t record;
BEGIN
	PERFORM qsrepl._local_site();
	FOR t IN
		SELECT c.oid::regclass AS relid, c.relkind,
			string_agg(format('(%L, qsrepl._suggest(t.%2$I::text, %3$L), left(t.%2$I::text, 200))',
				a.attname, a.attname, qsrepl._type_class(a.atttypid) = 'json'), ', ') AS columns
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
		RETURN QUERY EXECUTE format(
			'SELECT %1$L::text, s.col, (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
					WHERE a.attrelid = %2$L::oid AND a.attname = s.col),
				count(*), min(s.value),
				CASE WHEN bool_or(s.form = ''text'') OR count(DISTINCT s.form) > 1 THEN ''text'' ELSE min(s.form) END,
				(SELECT min(y.what || '' over ruled column '' || y.from_column || '' of '' || y.from_relid::regclass)
					FROM qsrepl._copies y WHERE y.relid = %2$L::oid AND y.attname = s.col)
			FROM ONLY %1$s t, LATERAL (VALUES %3$s) AS s (col, form, value)
			WHERE s.form IS NOT NULL GROUP BY s.col ORDER BY s.col',
			t.relid, t.relid::oid, t.columns);
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

-- Which line of the state table holds: none, local, foreign, restored.
CREATE FUNCTION qsrepl._state_word() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce((SELECT CASE
			WHEN s.system_identifier <> h.system_identifier OR s.database_oid <> h.database_oid THEN 'restored'
			WHEN s.site = current_setting('qsrepl.local_site', true) THEN 'local'
			ELSE 'foreign' END
		FROM qsrepl.state s, qsrepl._here() h), 'none');
$$;

CREATE VIEW qsrepl.status AS
	SELECT pg_catalog.current_setting('qsrepl.local_site', true) AS site,
		qsrepl._state_word() AS state,
		s.site AS stored_site,
		coalesce(s.logical, false) AS logical,
		(SELECT pg_catalog.count(*) FROM qsrepl.mapping) AS mappings,
		(SELECT pg_catalog.count(*) FROM qsrepl.rule) AS rules,
		(SELECT pg_catalog.count(*) FROM qsrepl._row_triggers t WHERE t.tgenabled = 'R') AS triggers,
		s.epoch, s.timeline, s.localized_at, s.rows_changed, s.residue
	FROM (SELECT) AS one LEFT JOIN qsrepl.state s ON true;
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
	FROM qsrepl.rule r
	WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE format('%I.%I', n.nspname, c.relname) = r.relation)
	UNION ALL
	SELECT 'warning', format('rule on %s', r.relation), format('column "%s" does not exist', r."column"),
		'Drop the rule, or add it to the column''s new name.'
	FROM qsrepl.rule r JOIN pg_namespace n ON starts_with(r.relation, quote_ident(n.nspname) || '.')
		JOIN pg_class c ON c.relnamespace = n.oid AND format('%I.%I', n.nspname, c.relname) = r.relation
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
			ELSE format('the rows are spelled for site "%s"', (SELECT site FROM qsrepl.state)) END,
		CASE w WHEN 'none' THEN 'Call qsrepl.enable() or qsrepl.localize().'
			ELSE 'Call qsrepl.localize().' END
	FROM qsrepl._state_word() w WHERE w <> 'local'
	UNION ALL
	SELECT 'warning', l.rule, 'localize() left rows as they were', 'qsrepl.leaks() lists the rows.'
	FROM qsrepl.state s, unnest(s.residue) AS l (rule)
	UNION ALL
	SELECT 'warning', 'event trigger qsrepl_follow_ddl', 'it is missing or disabled',
		'ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE'
	WHERE NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'qsrepl_follow_ddl' AND evtenabled IN ('O', 'A'));
$$;

CREATE FUNCTION qsrepl.check() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT x.* FROM (
		SELECT * FROM qsrepl._check_site()
		UNION ALL SELECT * FROM qsrepl._check_rules()
		UNION ALL SELECT * FROM qsrepl._check_logical()
		UNION ALL SELECT * FROM qsrepl._check_state()
	) x ORDER BY x.severity, x.object, x.problem;
$$;
COMMENT ON FUNCTION qsrepl.check IS 'everything that would make rewriting or replication go wrong here';
--
-- Privileges: everybody may read; definitions are the owner's, or of whom the
-- owner grants them to.
--

GRANT USAGE ON SCHEMA qsrepl TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA qsrepl TO PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA qsrepl FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	qsrepl.rewrite(text, text, text), qsrepl.check(), qsrepl.preview(regclass), qsrepl.leaks(regclass), qsrepl.scan(),
	qsrepl._rewrite_any(anyelement, text), qsrepl._find_any(anyelement, text), qsrepl._suggest(text, boolean),
	qsrepl._stats(), qsrepl._state_word(), qsrepl._here(), qsrepl._local_site(), qsrepl._site_must_exist(text),
	qsrepl._ruled_tables(oid), qsrepl._changes(text, text), qsrepl._problem(oid, text, integer, oid),
	qsrepl._type_class(oid), qsrepl._relation_name(oid)
	TO PUBLIC;
