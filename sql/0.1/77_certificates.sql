--
-- Certificates on their way: sealed sets, and the certificates of the keys
-- that they are sealed for. The database carries them; what they are worth is
-- found out by who opens them.
--

-- The private keys are at the sites' machines, never here. Each certificate
-- but a site's first comes with a statement signed by the key before it; one
-- without must be trusted by hand at the other site.
CREATE TABLE qsrepl.transport_key (
	site		text NOT NULL CHECK (site <> '' AND pg_catalog.octet_length(site) <= 63),
	serial		integer NOT NULL CHECK (serial > 0),
	certificate	text NOT NULL CHECK (pg_catalog.octet_length(certificate) <= 16384),
	statement	bytea CHECK (pg_catalog.octet_length(statement) <= 65536),
	at			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (site, serial)
);

CREATE TABLE qsrepl.sealed_set (
	site_from	text NOT NULL CHECK (site_from <> '' AND pg_catalog.octet_length(site_from) <= 63),
	site_to		text NOT NULL CHECK (site_to <> '' AND pg_catalog.octet_length(site_to) <= 63),
	counter		bigint NOT NULL CHECK (counter > 0),
	sealed		bytea NOT NULL CHECK (pg_catalog.octet_length(sealed) <= 6291456),
	at			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	installed	timestamptz,		-- when the other site has said so
	PRIMARY KEY (site_from, site_to, counter)
);

-- Compressing what is encrypted only costs time.
ALTER TABLE qsrepl.sealed_set ALTER COLUMN sealed SET STORAGE EXTERNAL;

SELECT pg_catalog.pg_extension_config_dump('qsrepl.transport_key', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.sealed_set', '');

-- In logical mode the tool writes them at both sites.
CREATE TRIGGER keep_local BEFORE INSERT OR UPDATE OR DELETE ON qsrepl.transport_key
	FOR EACH ROW EXECUTE FUNCTION qsrepl._keep_local();
CREATE TRIGGER keep_local BEFORE INSERT OR UPDATE OR DELETE ON qsrepl.sealed_set
	FOR EACH ROW EXECUTE FUNCTION qsrepl._keep_local();
ALTER TABLE qsrepl.transport_key ENABLE REPLICA TRIGGER keep_local;
ALTER TABLE qsrepl.sealed_set ENABLE REPLICA TRIGGER keep_local;

-- What happened to certificates on their way. Of those that are installed, the
-- set is told by its number, too.
CREATE FUNCTION qsrepl._note_certificates(what text, site_from text, site_to text, about text, number bigint DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF what IS NULL OR what NOT IN ('sealed', 'opened', 'installed', 'refused', 'rotated', 'trusted') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" does not happen to certificates', coalesce(what, 'null'));
	END IF;
	PERFORM qsrepl._note('certificates ' || what, concat_ws(': ',
		nullif(concat_ws(' to ', 'site ' || site_from, 'site ' || site_to), ''), about));
	IF what = 'installed' THEN
		UPDATE qsrepl.sealed_set s SET installed = clock_timestamp()
		WHERE s.site_from = _note_certificates.site_from AND s.site_to = _note_certificates.site_to
			AND s.counter = number AND s.installed IS NULL;
	END IF;
END $$;

/*
 * Make a certificate known as the one that a site is sealed for. Serials only
 * grow, from 1 on; in a database that was made anew it is not the first. The
 * same once more changes nothing.
 */
CREATE FUNCTION qsrepl.set_transport_key(site text, serial integer, certificate text, statement bytea DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	newest	integer;
BEGIN
	LOCK TABLE qsrepl.transport_key IN SHARE ROW EXCLUSIVE MODE;
	IF EXISTS (SELECT FROM qsrepl.transport_key t WHERE t.site = set_transport_key.site
			AND t.serial = set_transport_key.serial AND t.certificate = set_transport_key.certificate) THEN
		RETURN false;
	END IF;
	SELECT coalesce(max(t.serial), 0) INTO newest FROM qsrepl.transport_key t WHERE t.site = set_transport_key.site;
	IF serial IS NULL OR serial <= newest THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('transport key %s of site "%s" cannot follow number %s', coalesce(serial::text, 'null'), site,
				newest);
	END IF;
	INSERT INTO qsrepl.transport_key (site, serial, certificate, statement) VALUES (site, serial, certificate, statement);
	-- A site that has not looked for that long trusts anew by hand.
	DELETE FROM qsrepl.transport_key t WHERE t.site = set_transport_key.site AND t.serial <= set_transport_key.serial - 20;
	IF serial > 1 THEN
		PERFORM qsrepl._note_certificates('rotated', site, NULL, format('transport key %s%s', serial,
			CASE WHEN statement IS NULL THEN ', without a statement of the one before' END));
	END IF;
	RETURN true;
END $$;
COMMENT ON FUNCTION qsrepl.set_transport_key IS 'make the certificate of a site''s transport key known';

-- Store a sealed set; the newest ten of each pair of sites are kept.
CREATE FUNCTION qsrepl.add_sealed_set(site_from text, site_to text, counter bigint, sealed bytea)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	newest	bigint;
BEGIN
	LOCK TABLE qsrepl.sealed_set IN SHARE ROW EXCLUSIVE MODE;
	SELECT coalesce(max(s.counter), 0) INTO newest FROM qsrepl.sealed_set s
	WHERE s.site_from = add_sealed_set.site_from AND s.site_to = add_sealed_set.site_to;
	IF counter <= newest THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('sealed set %s of site "%s" for site "%s" is not newer than number %s', counter, site_from,
				site_to, newest);
	END IF;
	INSERT INTO qsrepl.sealed_set (site_from, site_to, counter, sealed) VALUES (site_from, site_to, counter, sealed);
	DELETE FROM qsrepl.sealed_set s
	WHERE s.site_from = add_sealed_set.site_from AND s.site_to = add_sealed_set.site_to
		AND s.counter < (SELECT min(k.counter) FROM (SELECT o.counter FROM qsrepl.sealed_set o
			WHERE o.site_from = add_sealed_set.site_from AND o.site_to = add_sealed_set.site_to
			ORDER BY o.counter DESC LIMIT 10) k);
	PERFORM qsrepl._note_certificates('sealed', site_from, site_to, format('number %s', counter));
END $$;
COMMENT ON FUNCTION qsrepl.add_sealed_set IS 'store a set of certificates that is sealed for another site';
