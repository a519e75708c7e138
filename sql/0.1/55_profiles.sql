--
-- Profiles: shipped sets of rules.
--

-- Qlik Sense Enterprise on Windows, database QSR. Columns that are left alone
-- on purpose: DataConnections."Name" (lib:// names resolve through it), what is
-- encrypted (passwords, secrets), VirtualProxyConfigs."SamlEntityId" and other
-- identities, templates, histories of executions.
CREATE FUNCTION qsrepl._profile(name text, OUT relation text, OUT "column" text, OUT form text)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
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

-- Delete the rows of a table, if there is one, with its owner's rights: its
-- triggers are not ours.
CREATE FUNCTION qsrepl._empty(relation text) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	SELECT qsrepl._run_as_owner(t, format('DELETE FROM %s', t)) FROM to_regclass(relation) AS t;
$$;

-- Statements that go with a profile: what is true of the other site only.
CREATE FUNCTION qsrepl._profile_fixups(name text, OUT fixup text, OUT "position" integer, OUT relation text)
RETURNS SETOF record LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT f, p, r
	FROM (VALUES
		-- Stale heartbeats let a failover candidate take the central role.
		('qlik-sense', 'qlik-sense: node heartbeats', 10, 'public."ServerNodeHeartbeats"'),
		-- Call-back addresses of the other site's services.
		('qlik-sense', 'qlik-sense: change notifications', 20, 'public."MqChangeNotificationRegistrations"'),
		-- What the other site's services said of themselves last.
		('qlik-sense', 'qlik-sense: service states', 30, 'public."ServiceStatus"')
	) AS x (profile, f, p, r)
	WHERE profile = name;
$$;

-- Add the profile's rules whose columns exist; see load_profile().
-- only_new: but not those that were offered before.
CREATE FUNCTION qsrepl._apply_profile(name text, only_new boolean)
RETURNS TABLE (relation text, "column" text, form text, action text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	name	text := _apply_profile.name;
	wanted	record;
	refusal record;
	relid	oid;
BEGIN
	FOR wanted IN SELECT * FROM qsrepl._profile(_apply_profile.name) LOOP
		relation := wanted.relation;
		"column" := wanted."column";
		form := wanted.form;
		CONTINUE WHEN only_new AND EXISTS (SELECT FROM qsrepl._profile_offer o
			WHERE o.profile = name AND o.relation = wanted.relation AND o."column" = wanted."column");
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
			-- A rule that was kept may have another form.
			SELECT r.form INTO form FROM qsrepl.rule r
			WHERE r.relation = wanted.relation AND r."column" = wanted."column";
			INSERT INTO qsrepl._profile_offer (profile, relation, "column")
			VALUES (_apply_profile.name, wanted.relation, wanted."column")
			ON CONFLICT DO NOTHING;
		END IF;
		RETURN NEXT;
	END LOOP;
	WITH offered AS (
		INSERT INTO qsrepl._profile_offer (profile, relation, "column")
		SELECT _apply_profile.name, f.relation, f.fixup
		FROM qsrepl._profile_fixups(_apply_profile.name) f WHERE to_regclass(f.relation) IS NOT NULL
		ON CONFLICT DO NOTHING
		RETURNING "column" AS fixup
	)
	INSERT INTO qsrepl.fixup (name, position, sql)
	SELECT f.fixup, f.position,
		format('SELECT qsrepl._empty(%L)', f.relation)
	FROM qsrepl._profile_fixups(_apply_profile.name) f
	WHERE to_regclass(f.relation) IS NOT NULL AND (NOT only_new OR f.fixup IN (SELECT o.fixup FROM offered o))
	ON CONFLICT DO NOTHING;
	PERFORM qsrepl._remember_objects();
END $$;

CREATE FUNCTION qsrepl.load_profile(name text DEFAULT 'qlik-sense')
RETURNS TABLE (relation text, "column" text, form text, action text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET session_replication_role = origin SET quote_all_identifiers = off AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM qsrepl._profile(load_profile.name)) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object',
			MESSAGE = format('profile "%s" does not exist', load_profile.name),
			HINT = 'The shipped profile is "qlik-sense".';
	END IF;
	-- A profile whose tables come later is remembered too.
	INSERT INTO qsrepl._profile_offer VALUES (load_profile.name, '', '') ON CONFLICT DO NOTHING;
	RETURN QUERY SELECT * FROM qsrepl._apply_profile(load_profile.name, false);
	PERFORM qsrepl._sync_triggers(true);
	PERFORM qsrepl._note('profile loaded', load_profile.name);
END $$;
COMMENT ON FUNCTION qsrepl.load_profile IS 'add the rules of a shipped profile whose columns exist';
