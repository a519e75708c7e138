\echo Use "CREATE EXTENSION qsrepl" to load this file. \quit

-- Whoever owns the schema could put functions of their own beside ours.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_catalog.pg_namespace n
		WHERE n.nspname = 'qsrepl' AND n.nspowner <> (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'schema "qsrepl" belongs to somebody else',
			HINT = 'Drop it, and let CREATE EXTENSION make it.';
	END IF;
END $$;

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

-- The cache reads these columns by position: append only. No foreign keys:
-- a parallel restore loads tables of extensions in any order.
CREATE TABLE qsrepl.mapping_value (
	mapping		text NOT NULL,
	site		text NOT NULL,
	value		text NOT NULL,
	current		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (mapping, site, value)
);

CREATE UNIQUE INDEX mapping_value_current ON qsrepl.mapping_value (mapping, site) WHERE current;

-- By name, so that rules survive dump and restore.
CREATE TABLE qsrepl.rule (
	relation	text NOT NULL CHECK (pg_catalog.cardinality(pg_catalog.parse_ident(relation)) = 2),
	"column"	text NOT NULL,
	form		text NOT NULL CHECK (form IN ('path', 'host', 'text', 'value')),
	profile		text,
	PRIMARY KEY (relation, "column")
);

-- Which columns and fixups of a profile were offered already: what was dropped
-- then stays so. A fixup has its own name as column.
CREATE TABLE qsrepl._profile_offer (
	profile		text NOT NULL,
	relation	text NOT NULL,
	"column"	text NOT NULL,
	PRIMARY KEY (profile, relation, "column")
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

-- Journals of the qsrepl command's runs, mirrored, a line a row: another
-- machine can end a run whose machine is lost. Not dumped: a run that has not
-- ended means nothing in another database.
CREATE TABLE qsrepl.journal (
	run			text NOT NULL,
	line		integer NOT NULL CHECK (line >= 0),
	entry		jsonb NOT NULL,
	PRIMARY KEY (run, line)
);

-- Start types and recovery actions that services had before their site became
-- passive: what gives them back may run at another machine, when the one that
-- took them away is lost. The database is what reaches both sites anyway.
CREATE TABLE qsrepl.service (
	node		text NOT NULL,
	service		text NOT NULL,
	start		text NOT NULL CHECK (start IN ('auto', 'delayed', 'manual')),
	recovery	text,
	recorded	timestamptz NOT NULL DEFAULT pg_catalog.statement_timestamp(),
	PRIMARY KEY (node, service)
);

SELECT pg_catalog.pg_extension_config_dump('qsrepl.site', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.mapping', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.mapping_value', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.rule', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl._profile_offer', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.state', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.fixup', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.event', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.service', '');
SELECT pg_catalog.pg_extension_config_dump('qsrepl.event_id_seq', '');
