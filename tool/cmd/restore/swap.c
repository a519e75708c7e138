/*
 * swap.c
 *		The step that puts the restored databases into place, all of them in one
 *		transaction, and the one that drops the old ones.
 *
 * Nobody is let into a database before the transaction, since a rename does not
 * wait for whoever comes back at once.  A database of this run is known by its
 * comment, which goes with it.
 */
#include <string.h>

#include "cmd/restore/work.h"
#include "pg/statements.h"
#include "platform/clock.h"

#define OBJECT_IN_USE "55006"
#define POLL_MS 100

/* Let sessions into a database, or end those that are there for good. */
static bool
set_open(PgConnection *server, const char *name, bool open, Error *error)
{
	return pg_statements(server, "SELECT pg_catalog.format('ALTER DATABASE %I "
						 "ALLOW_CONNECTIONS %s', d.datname, $2::text) FROM "
						 "pg_catalog.pg_database d WHERE d.datname = $1 AND "
						 "d.datallowconn <> $2::bool",
						 PG_PARAMETERS(name, open ? "true" : "false"), NULL,
						 error) &&
		(open || pg_run(server, "SELECT pg_catalog.pg_terminate_backend(a.pid)"
						" FROM pg_catalog.pg_stat_activity a WHERE a.datname "
						"= $1", PG_PARAMETERS(name), error));
}

static bool
rename_database(PgConnection *server, const char *from, const char *to,
				Error *error)
{
	return pg_statements(server, "SELECT pg_catalog.format('ALTER DATABASE %I "
						 "RENAME TO %I', d.datname, $2::text) FROM "
						 "pg_catalog.pg_database d WHERE d.datname = $1",
						 PG_PARAMETERS(from, to), NULL, error);
}

/* A transaction: what has a name gives it up, what is to have it gets it. */
typedef struct Turn
{
	Restore    *restore;
	bool		back;
} Turn;

static bool
turn_all(void *arg, PgConnection *server, Error *error)
{
	const Turn *turn = arg;
	const Restore *restore = turn->restore;
	bool		good = true;

	for (size_t i = 0; good && i < restore->n_databases; i++)
	{
		const RestoreDatabase *database = &restore->databases[i];
		const char *out = turn->back ? database->fresh : database->aside;
		const char *in = turn->back ? database->aside : database->fresh;

		good = rename_database(server, database->name, out, error) &&
			rename_database(server, in, database->name, error) &&
			set_open(server, database->name, true, error);
	}
	return good;
}

static bool
close_all(const Restore *restore, PgConnection *server, Error *error)
{
	for (size_t i = 0; i < restore->n_databases; i++)
		if (!set_open(server, restore->databases[i].name, false, error))
			return false;
	return true;
}

static bool
open_all(const Restore *restore, PgConnection *server, Error *error)
{
	for (size_t i = 0; i < restore->n_databases; i++)
		if (!set_open(server, restore->databases[i].name, true, error))
			return false;
	return true;
}

/* The server itself waits five seconds for sessions to leave. */
static bool
turn_around(Restore *restore, bool back, PlanProgress *progress, Error *error)
{
	PgConnection *server = restore_server(restore, error);
	int64_t		end = plat_clock_ms() + restore->move.config.stop_timeout;
	Turn		turn = {restore, back};

	if (server == NULL)
		return false;
	for (;;)
	{
		if (!close_all(restore, server, error))
			return false;
		if (pg_transaction(server, turn_all, &turn, error))
			return true;
		if (strcmp(error->sqlstate, OBJECT_IN_USE) != 0 ||
			plat_clock_ms() > end || !plat_sleep_ms(POLL_MS))
			return false;
		plan_progress(progress, "waiting for sessions to end");
		error_free(error);
	}
}

/* They have changed places all at once: one tells. */
static bool
is_swapped(Restore *restore, bool *swapped, Error *error)
{
	RestoreFound found = {.exists = false};

	if (!restore_look(restore, restore->databases[0].name, &found, error))
		return false;
	*swapped = found.ours;
	return true;
}

PlanAnswer
restore_swap_done(void *context, Error *error)
{
	bool		swapped;

	if (!is_swapped(context, &swapped, error))
		return PLAN_ERROR;
	return swapped ? PLAN_YES : PLAN_NO;
}

bool
restore_swap_run(void *context, PlanProgress *progress, Error *error)
{
	return turn_around(context, false, progress, error);
}

bool
restore_swap_undo(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	bool		swapped;

	if (!is_swapped(restore, &swapped, error))
		return false;
	if (swapped)
		return turn_around(restore, true, progress, error);
	return open_all(restore, restore_server(restore, error), error);
}

/* A logical slot of it would keep it. */
static bool
drop_slots(PgConnection *server, const char *name, Error *error)
{
	return pg_run(server, "SELECT pg_catalog.pg_drop_replication_slot("
				  "s.slot_name) FROM pg_catalog.pg_replication_slots s WHERE "
				  "s.database = $1 AND NOT s.active", PG_PARAMETERS(name),
				  error);
}

static bool
drop_old(PgConnection *server, const char *name, Error *error)
{
	return drop_slots(server, name, error) &&
		pg_statements(server, "SELECT pg_catalog.format('DROP DATABASE %I "
					  "WITH (FORCE)', d.datname) FROM pg_catalog.pg_database "
					  "d WHERE d.datname = $1", PG_PARAMETERS(name), NULL,
					  error);
}

/* The comment has served, and the snapshot's own takes its place. */
static bool
comment(PgConnection *server, const RestoreDatabase *database, Error *error)
{
	return pg_statements(server, "SELECT pg_catalog.format('COMMENT ON "
						 "DATABASE %I IS NULL', $1::text)",
						 PG_PARAMETERS(database->name), NULL, error);
}

bool
restore_clean_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	PgConnection *server = restore_server(restore, error);

	if (server == NULL)
		return false;
	pg_set_deadline(server, 0);
	for (size_t i = 0; i < restore->n_databases; i++)
	{
		plan_progress(progress, "database %s", restore->databases[i].aside);
		if (!drop_old(server, restore->databases[i].aside, error) ||
			!comment(server, &restore->databases[i], error))
			return false;
	}
	return true;
}
