/*
 * drain.c
 *		Steps of a switchover while the active site still works: a slot for its
 *		return, its tasks, a checkpoint.
 */
#include <string.h>

#include "cmd/move/work.h"
#include "pg/statements.h"
#include "platform/clock.h"
#include "server/settings.h"
#include "server/target.h"
#include "site/tasks.h"

/* Tasks are looked for this often. */
#define DRAIN_POLL_MS 500

static const char *
slot_of(Move *move, const ConfigSite *site)
{
	return server_slot(&move->config, site, &move->arena);
}

#define HAS_SLOT \
	"SELECT EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE " \
	"slot_name = $1 AND slot_type = 'physical' AND wal_status IS DISTINCT " \
	"FROM 'lost')"

/* A slot at the target, so that its log is kept for the other site. */
PlanAnswer
move_slot_done(void *context, Error *error)
{
	Move	   *move = context;
	bool		there;

	if (!move_true(move, move->to, HAS_SLOT,
				   PG_PARAMETERS(slot_of(move, move->from)), &there, error))
		return PLAN_ERROR;
	return there ? PLAN_YES : PLAN_NO;
}

bool
move_slot_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	const char *slot = slot_of(move, move->from);

	(void) progress;
	return move_sql(move, move->to, "SELECT pg_catalog."
					"pg_drop_replication_slot(slot_name) FROM "
					"pg_catalog.pg_replication_slots WHERE slot_name = $1",
					PG_PARAMETERS(slot), error) &&
		move_sql(move, move->to, "SELECT pg_catalog."
				 "pg_create_physical_replication_slot($1, true)",
				 PG_PARAMETERS(slot), error);
}

bool
move_slot_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	return move_sql(move, move->to, "SELECT pg_catalog."
					"pg_drop_replication_slot(slot_name) FROM "
					"pg_catalog.pg_replication_slots WHERE slot_name = $1 AND "
					"NOT active", PG_PARAMETERS(slot_of(move, move->from)),
					error);
}

/* The database with both tables; its connection is kept for the next time. */
static bool
find_tasks(Move *move, Error *error)
{
	for (size_t i = 0; i < move->n_databases && move->tasks == NULL; i++)
	{
		PgConnection *database = server_connect(&move->config, move->from,
												move->databases[i], error);
		bool		there = false;

		if (database == NULL || !site_tasks_there(database, &there, error))
		{
			pg_close(database);
			return false;
		}
		if (there)
			move->tasks = database;
		else
			pg_close(database);
	}
	return true;
}

bool
move_tasks(Move *move, const char **tasks, Error *error)
{
	bool		there;

	*tasks = NULL;
	if (move->tasks == NULL && !find_tasks(move, error))
		return false;
	return move->tasks == NULL ||
		site_tasks_read(move->tasks, &move->arena, &there, tasks, error);
}

/* What is left when the time is over is cut, and told. */
bool
move_drain_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	int64_t		end = plat_clock_ms() + move->drain_timeout;
	const char *tasks;

	for (;;)
	{
		if (!move_tasks(move, &tasks, error))
			return false;
		if (tasks == NULL || plat_clock_ms() >= end)
			break;
		plan_progress(progress, "running tasks: %s", tasks);
		if (!plat_sleep_ms(DRAIN_POLL_MS))
			return error_set(error, NULL, NULL, "interrupted");
	}
	if (tasks != NULL)
		text_addf(&move->notes, "These tasks of site %s were running and have "
				  "been cut: %s.\n", move->from->name, tasks);
	return true;
}

/* What is written now need not be when the server stops. */
bool
move_checkpoint_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	PgConnection *server = move_server(move, move->from, error);

	(void) progress;
	if (server == NULL)
		return false;
	pg_set_deadline(server, (int) move->config.stop_timeout);
	return pg_run(server, "CHECKPOINT", PG_NONE, error);
}
