--
-- The fence: closing this server for all but superusers, for example because
-- the other site is active.
--

CREATE FUNCTION qsrepl._fence(reason text) RETURNS void
LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'qsrepl_fence';

CREATE FUNCTION qsrepl._unfence() RETURNS boolean
LANGUAGE C AS 'MODULE_PATHNAME', 'qsrepl_unfence';

CREATE FUNCTION qsrepl._disable_subscriptions() RETURNS void
LANGUAGE C AS 'MODULE_PATHNAME', 'qsrepl_disable_all_subscriptions';

CREATE FUNCTION qsrepl._fence_state(OUT fenced boolean, OUT reason text, OUT since timestamptz)
LANGUAGE C STABLE AS 'MODULE_PATHNAME', 'qsrepl_fence_state';

CREATE FUNCTION qsrepl._peer_state(OUT peer text)
LANGUAGE C STABLE AS 'MODULE_PATHNAME', 'qsrepl_peer_state';

/*
 * What is done outside of the transaction stays done when that is rolled back:
 * the fence itself, the sessions that were ended, and other databases'
 * subscriptions.
 */
CREATE FUNCTION qsrepl.fence(reason text, keep_subscriptions boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM qsrepl._fence(coalesce(nullif(reason, ''), 'none was given'));
	IF NOT coalesce(keep_subscriptions, false) THEN
		PERFORM qsrepl._disable_subscriptions();
	END IF;
	PERFORM qsrepl._note('fenced', reason);
END $$;
COMMENT ON FUNCTION qsrepl.fence IS 'close this server, all databases, for all but superusers';

CREATE FUNCTION qsrepl.unfence() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	disabled text;
BEGIN
	IF NOT qsrepl._unfence() THEN
		RAISE NOTICE 'this server is not fenced';
	ELSIF NOT pg_is_in_recovery() THEN
		PERFORM qsrepl._note('unfenced', NULL);
	END IF;
	SELECT string_agg(format('"%s" in database "%s"', s.subname, d.datname), ', ' ORDER BY d.datname, s.subname)
	INTO disabled FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE NOT s.subenabled;
	IF disabled IS NOT NULL THEN
		RAISE NOTICE USING MESSAGE = format('these subscriptions are disabled: %s', disabled),
			HINT = 'To go on with one, connect to its database and run ALTER SUBSCRIPTION ... ENABLE.';
	END IF;
END $$;
COMMENT ON FUNCTION qsrepl.unfence IS 'open this server again';

CREATE FUNCTION qsrepl._check_fence() RETURNS TABLE (severity text, object text, problem text, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT 'warning', 'fence', format('this server is fenced: %s', f.reason),
		'Only superusers can write. qsrepl.unfence() opens it again.'
	FROM qsrepl._fence_state() f WHERE f.fenced
	UNION ALL
	SELECT CASE WHEN p.peer = 'unreachable' THEN 'warning' ELSE 'error' END, 'peer',
		CASE WHEN p.peer = 'unreachable' THEN 'the peer does not answer'
			WHEN p.peer = 'different system' THEN 'the peer is not a copy of this server'
			WHEN p.peer LIKE 'superseded by %' THEN format('this server is superseded: the peer is on a later timeline, %s',
				substring(p.peer FROM '\d+'))
			ELSE 'the peer and this server are both primary servers on the same timeline' END,
		CASE WHEN p.peer LIKE 'superseded by %' THEN 'The other site is active: make this server a standby of it.'
			WHEN p.peer LIKE 'primary on %' THEN 'Stop one of them, and make it a standby of the other one.'
			ELSE 'Check qsrepl.peer_conninfo, the peer''s pg_hba.conf and the network; the server''s log says more.' END
	FROM qsrepl._peer_state() p
	WHERE p.peer IN ('unreachable', 'different system') OR p.peer LIKE 'superseded by %'
		OR p.peer LIKE 'primary on %, as this server'
	UNION ALL
	SELECT 'error', 'peer', 'the background worker that asks the peer does not run',
		'Increase max_worker_processes and restart the server.'
	FROM qsrepl._peer_state() p
	WHERE p.peer NOT IN ('not configured', 'not preloaded') AND NOT pg_is_in_recovery()
		AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'qsrepl peer');
$$;
