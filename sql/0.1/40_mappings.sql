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
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
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
	SELECT pg_advisory_xact_lock(('qsrepl.mapping'::regclass::oid::bigint - 2147483648)::integer, 0);
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
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
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
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
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
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
BEGIN
	PERFORM qsrepl._lock_mappings();
	PERFORM qsrepl._kind_of(name);
	DELETE FROM qsrepl.mapping_value v WHERE v.mapping = drop_mapping.name;
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
