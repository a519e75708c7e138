--
-- Privileges: everybody may read; definitions are the owner's, or of whom the
-- owner grants them to.
--

GRANT USAGE ON SCHEMA qsrepl TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA qsrepl TO PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA qsrepl FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	qsrepl.rewrite(text, text, text), qsrepl.check(), qsrepl.preview(regclass), qsrepl.leaks(regclass), qsrepl.scan(),
	qsrepl._rewrite_any(anyelement, text, integer), qsrepl._rewrite_for(anyelement, text, integer, text), qsrepl._need(anyelement, text, integer),
	qsrepl._read(anyelement, integer, integer), qsrepl._form_of(oid, text), qsrepl._read_row(anyelement, oid),
	qsrepl._read_state(anyelement), qsrepl._stored_state(), qsrepl._localizer(), qsrepl._find_any(anyelement, text), qsrepl._suggest(text, boolean),
	qsrepl._stats(), qsrepl._state_word(), qsrepl._here(), qsrepl._lag(), qsrepl._local_site(), qsrepl._site_must_exist(text),
	qsrepl._ruled_tables(oid), qsrepl._is_foreign(text, text), qsrepl._stored(text, text, integer), qsrepl._problem(oid, text, integer, oid),
	qsrepl._type_class(oid), qsrepl._relation_name(oid), qsrepl._fence_state(), qsrepl._peer_state(), qsrepl._heard()
	TO PUBLIC;

-- No secret, but of no use to anybody else.
REVOKE SELECT ON qsrepl.transport_key, qsrepl.sealed_set FROM PUBLIC;
