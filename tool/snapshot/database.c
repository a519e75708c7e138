/*
 * database.c
 *		What a server says of a database, for its re-creation.
 */
#include <stdlib.h>
#include <string.h>

#include "pg/query.h"
#include "pg/statements.h"
#include "server/target.h"
#include "snapshot/internal.h"

bool
snapshot_database_exists(const Config *config, const ConfigSite *site,
						 const char *name, bool *exists, Error *error)
{
	PgConnection *connection = server_connect(config, site, NULL, error);
	bool		good;

	*exists = false;
	if (connection == NULL)
		return false;
	good = pg_ask(connection, "SELECT EXISTS (SELECT FROM "
				  "pg_catalog.pg_database WHERE datname = $1)",
				  PG_PARAMETERS(name), exists, error);
	pg_close(connection);
	return good;
}

/* A column in the arena. */
static const char *
text_at(Arena *arena, const PgRow *row, int column)
{
	const char *value = pg_row_text(row, column);

	return value == NULL ? NULL : arena_strdup(arena, value);
}

/* What rows are put into. */
typedef struct Taking
{
	SnapshotDatabase *database;
	Arena	   *arena;
} Taking;

static bool
take_place(void *arg, const PgRow *row, Error *error)
{
	Taking	   *taking = arg;
	SnapshotDatabase *database = taking->database;

	(void) error;
	database->recovery = strcmp(pg_row_text(row, 0), "t") == 0;
	database->lsn = text_at(taking->arena, row, 1);
	database->timeline = strtoll(pg_row_text(row, 2), NULL, 10);
	return true;
}

bool
snapshot_database_place(PgConnection *connection, SnapshotDatabase *database,
						Arena *arena, Error *error)
{
	Taking		taking = {database, arena};

	database->server_version = pg_server_version(connection);
	/* Each function of the other role would be an error. */
	return pg_rows(connection, "SELECT r, CASE WHEN r THEN "
				   "pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, "
				   "coalesce(CASE WHEN r THEN (SELECT received_tli FROM "
				   "pg_stat_wal_receiver) END, CASE WHEN NOT r THEN ('x' || "
				   "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))"
				   "::bit(32)::integer END, (SELECT timeline_id FROM "
				   "pg_control_checkpoint())) FROM pg_is_in_recovery() AS r",
				   PG_NONE, take_place, &taking, error);
}

static bool
take_properties(void *arg, const PgRow *row, Error *error)
{
	Taking	   *taking = arg;
	Arena	   *arena = taking->arena;
	SnapshotDatabase *database = taking->database;

	(void) error;
	database->owner = text_at(arena, row, 0);
	database->encoding = text_at(arena, row, 1);
	database->collate = text_at(arena, row, 2);
	database->ctype = text_at(arena, row, 3);
	database->provider = text_at(arena, row, 4);
	database->locale = text_at(arena, row, 5);
	database->icu_rules = text_at(arena, row, 6);
	database->acl = text_at(arena, row, 7);
	database->connections = (int) strtol(pg_row_text(row, 8), NULL, 10);
	return true;
}

/* Columns that came, or changed their names, with later versions. */
#define PROPERTIES \
	"SELECT r.rolname, pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, " \
	"d.datctype, CASE j ->> 'datlocprovider' WHEN 'i' THEN 'icu' WHEN 'b' " \
	"THEN 'builtin' ELSE 'libc' END, coalesce(j ->> 'datlocale', " \
	"j ->> 'daticulocale'), j ->> 'daticurules', d.datacl, d.datconnlimit " \
	"FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = " \
	"d.datdba, LATERAL pg_catalog.to_jsonb(d) AS j WHERE d.datname = " \
	"pg_catalog.current_database()"

static bool
take_setting(void *arg, const PgRow *row, Error *error)
{
	Taking	   *taking = arg;
	SnapshotDatabase *database = taking->database;
	SnapshotSetting *old = database->settings;
	size_t		n = database->n_settings++;

	(void) error;
	if ((n & (n - 1)) == 0)
	{
		database->settings = arena_alloc(taking->arena, (n == 0 ? 1 : 2 * n) *
										 sizeof(SnapshotSetting));
		if (n > 0)
			memcpy(database->settings, old, n * sizeof(SnapshotSetting));
	}
	database->settings[n].role = text_at(taking->arena, row, 0);
	database->settings[n].name = text_at(taking->arena, row, 1);
	database->settings[n].value = text_at(taking->arena, row, 2);
	return true;
}

/* The value is all behind the first equals sign. */
#define SETTINGS \
	"SELECT r.rolname, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1) " \
	"FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON " \
	"d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = " \
	"s.setrole, unnest(s.setconfig) AS c WHERE d.datname = " \
	"pg_catalog.current_database() ORDER BY 1 NULLS FIRST, 2"

static bool
take_state(void *arg, const PgRow *row, Error *error)
{
	Taking	   *taking = arg;

	(void) error;
	taking->database->site = text_at(taking->arena, row, 0);
	taking->database->epoch = strtoll(pg_row_text(row, 1), NULL, 10);
	return true;
}

bool
snapshot_database_read(PgConnection *connection, SnapshotDatabase *database,
					   Arena *arena, Error *error)
{
	Taking		taking = {database, arena};
	bool		has_state;

	database->epoch = -1;
	return pg_rows(connection, PROPERTIES, PG_NONE, take_properties, &taking,
				   error) &&
		pg_rows(connection, SETTINGS, PG_NONE, take_setting, &taking, error) &&
		pg_ask(connection, "SELECT pg_catalog.to_regclass('qsrepl.state') IS "
			   "NOT NULL", PG_NONE, &has_state, error) &&
		(!has_state || pg_rows(connection, "SELECT site, epoch FROM "
							   "qsrepl.state", PG_NONE, take_state, &taking,
							   error));
}
