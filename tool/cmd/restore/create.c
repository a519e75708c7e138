/*
 * create.c
 *		An empty database with the properties that the snapshot has recorded,
 *		or, where it has none, those of the database that is there.
 */
#include "cmd/restore/create.h"

#include "pg/statements.h"

/*
 * $1: the new name, $2: owner, $3: encoding, $4: collate, $5: ctype, $6:
 * provider, $7: its locale, $8: its rules, $9: limit of connections, $10: the
 * database that is there, $11: Qlik's role.  Majors have other columns; what is
 * null is left out by ||.
 */
static const char create_query[] =
"WITH d AS (SELECT d.*, to_jsonb(d) AS j FROM (SELECT) AS one LEFT JOIN"
" pg_database d ON d.datname = $10), "
"p AS (SELECT coalesce($2, CASE WHEN d.datname IS NOT NULL THEN"
"  pg_get_userbyid(d.datdba) END,"
"  (SELECT rolname FROM pg_roles WHERE rolname = $11), current_user) AS owner,"
" coalesce($3, pg_encoding_to_char(d.encoding), 'UTF8') AS encoding,"
" CASE WHEN $3 IS NULL THEN d.datcollate ELSE $4 END AS sorting,"
" CASE WHEN $3 IS NULL THEN d.datctype ELSE $5 END AS ctype,"
" CASE WHEN $3 IS NULL THEN CASE d.j ->> 'datlocprovider' WHEN 'i' THEN 'icu'"
"  WHEN 'b' THEN 'builtin' END ELSE nullif($6, 'libc') END AS provider,"
" CASE WHEN $3 IS NULL THEN coalesce(d.j ->> 'datlocale',"
"  d.j ->> 'daticulocale') ELSE $7 END AS locale,"
" CASE WHEN $3 IS NULL THEN d.j ->> 'daticurules' ELSE $8 END AS rules,"
" CASE WHEN $3 IS NULL THEN coalesce(d.datconnlimit, -1)"
"  ELSE $9::int END AS connections FROM d) "
"SELECT concat_ws(' ', format('CREATE DATABASE %I TEMPLATE template0 OWNER %I"
" ENCODING %L CONNECTION LIMIT %s', $1::text, owner, encoding, connections),"
" 'LC_COLLATE ' || quote_literal(sorting),"
" 'LC_CTYPE ' || quote_literal(ctype),"
" 'LOCALE_PROVIDER ' || provider,"
" CASE provider WHEN 'icu' THEN 'ICU_LOCALE ' || quote_literal(locale)"
"  WHEN 'builtin' THEN 'BUILTIN_LOCALE ' || quote_literal(locale) END,"
" CASE provider WHEN 'icu' THEN 'ICU_RULES ' || quote_literal(rules) END)"
" FROM p";

static bool
drop(PgConnection *server, const char *name, Error *error)
{
	return pg_statements(server, "SELECT pg_catalog.format('DROP DATABASE %I "
						 "WITH (FORCE)', d.datname) FROM pg_catalog.pg_database "
						 "d WHERE d.datname = $1", PG_PARAMETERS(name), NULL,
						 error);
}

bool
restore_create(Restore *restore, const RestoreDatabase *database,
			   Error *error)
{
	const SnapshotDatabase *from = database->from;
	PgConnection *server = restore_server(restore, error);
	const char *connections = arena_printf(&restore->move.arena, "%d",
										   from->connections);

	return server != NULL && drop(server, database->fresh, error) &&
		pg_statements(server, create_query,
					  PG_PARAMETERS(database->fresh, from->owner,
									from->encoding, from->collate,
									from->ctype, from->provider,
									from->locale, from->icu_rules,
									connections, database->name,
									restore->site->qlik_role), NULL, error);
}

/* $1: the new name, $2: the list, $3: the database that is there. */
static const char acl_query[] =
"WITH a AS (SELECT coalesce($2::aclitem[], (SELECT d.datacl FROM pg_database d"
" WHERE d.datname = $3 AND $4::bool)) AS list) "
"SELECT x.statement FROM ("
"SELECT 1, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $1::text) FROM a"
" WHERE a.list IS NOT NULL"
" UNION ALL "
"SELECT 2, format('GRANT %s ON DATABASE %I TO %s%s', e.privilege_type, $1,"
" CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE"
"  quote_ident(pg_get_userbyid(e.grantee)) END,"
" CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
" FROM a, aclexplode(a.list) e"
") AS x (place, statement) ORDER BY x.place, x.statement";

/*
 * A transaction: the value goes through the setting itself, so that lists stay
 * lists.
 */
typedef struct Setting
{
	const char *database;
	const SnapshotSetting *setting;
} Setting;

static bool
set_one(void *arg, PgConnection *server, Error *error)
{
	const Setting *work = arg;
	const SnapshotSetting *setting = work->setting;
	Text		statement = {NULL, 0, 0};

	/* Nothing is looked up where the value says that it is to be looked for. */
	bool		good = pg_collect(server, "SELECT CASE WHEN $1::text IS NULL "
								  "THEN pg_catalog.format('ALTER DATABASE %I "
								  "SET %I FROM CURRENT', $2::text, $3::text) "
								  "ELSE pg_catalog.format('ALTER ROLE %I IN "
								  "DATABASE %I SET %I FROM CURRENT', $1, $2, "
								  "$3) END",
								  PG_PARAMETERS(setting->role, work->database,
												setting->name), &statement,
								  error) &&
	pg_run(server, "SELECT pg_catalog.set_config($1, $2, true)",
		   PG_PARAMETERS(setting->name, setting->value), error) &&
	pg_run_all(server, &statement, error);

	text_free(&statement);
	return good;
}

bool
restore_dress(Restore *restore, const RestoreDatabase *database, Error *error)
{
	const SnapshotDatabase *from = database->from;
	PgConnection *server = restore_server(restore, error);

	if (server == NULL ||
		!pg_statements(server, acl_query,
					   PG_PARAMETERS(database->fresh, from->acl,
									 database->name,
									 from->owner == NULL ? "t" : "f"),
					   NULL, error))
		return false;
	for (size_t i = 0; i < from->n_settings; i++)
	{
		Setting		work = {database->fresh, &from->settings[i]};

		if (!pg_transaction(server, set_one, &work, error))
			return false;
	}
	return true;
}
