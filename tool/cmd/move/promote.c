/*
 * promote.c
 *		Steps of a move at the site that becomes active: promotion, its rows
 *		localized, no value of the other site left.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/work.h"
#include "platform/clock.h"
#include "server/target.h"

PlanAnswer
move_promote_done(void *context, Error *error)
{
	return move_is_promoted(context, error);
}

/* pg_promote() itself would look each 100 ms only. */
static bool
wait_promoted(Move *move, PlanProgress *progress, Error *error)
{
	int64_t		end = plat_clock_ms() + move->config.promote_timeout;
	bool		standby;

	while (move_is_standby(move, move->to, &standby, error))
	{
		if (!standby)
			return true;
		plan_progress(progress, "it is still a standby");
		if (move_wait(end, "promotion", error))
			continue;
		error_take_hint(error, text_format("Look into the log of site %s's "
										   "server.", move->to->name));
		break;
	}
	return false;
}

bool
move_promote_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	PgConnection *server = move_server(move, move->to, error);
	const char *token = plan_noted(progress, "token");
	bool		promoted;

	if (server == NULL)
		return false;
	pg_set_deadline(server, (int) move->config.promote_timeout);
	/* Replay cannot have gone back; who promotes looks all the same. */
	if (token != NULL &&
		(!move_true(move, move->to, "SELECT pg_catalog."
					"pg_last_wal_replay_lsn() OPERATOR(pg_catalog.>) "
					"$1::pg_catalog.pg_lsn", PG_PARAMETERS(token), &promoted,
					error) || !promoted))
		return error->message == NULL ?
			error_set(error, NULL, NULL, "site \"%s\" has not replayed all of "
					  "site \"%s\"", move->to->name, move->from->name) : false;
	return move_sql(move, move->to, "SELECT pg_catalog.pg_promote(false)",
					PG_NONE, error) &&
		wait_promoted(move, progress, error);
}

/* Wait until a database is its site's. */
static bool
wait_local(Move *move, PgConnection *database, const char *name,
		   PlanProgress *progress, Error *error)
{
	int64_t		end = plat_clock_ms() + move->config.localize_timeout;
	char	   *state = NULL;
	bool		local = false;

	for (;;)
	{
		if (!pg_value(database, "SELECT CASE WHEN s.word = 'local' THEN "
					  "'local' ELSE s.word || ' ' || coalesce(l.phase, '') || "
					  "coalesce(': ' || l.problem, '') END FROM "
					  "qsrepl._state_word() AS s (word), qsrepl._localizer() "
					  "AS l", PG_NONE, &state, error))
			return false;
		local = state != NULL && strcmp(state, "local") == 0;
		if (local)
			break;
		plan_progress(progress, "database %s: %s", name, state);
		if (!move_wait(end, "rewriting the stored rows", error))
			break;
		free(state);
	}
	if (!local)
		error_take_detail(error, text_format("Database %s of site %s: %s.",
											 name, move->to->name, state));
	free(state);
	return local;
}

/* Rules whose rows could not be stored rewritten. */
static bool
note_residue(Move *move, PgConnection *database, const char *name,
			 Error *error)
{
	char	   *residue;

	if (!pg_value(database, "SELECT pg_catalog.array_to_string(residue, "
				  "', ') FROM qsrepl.status", PG_NONE, &residue, error))
		return false;
	if (residue != NULL && residue[0] != '\0')
		text_addf(&move->notes, "Warning: database %s: some rows could not be "
				  "stored rewritten (%s); SELECT * FROM qsrepl.leaks() says "
				  "why.\n", name, residue);
	free(residue);
	return true;
}

typedef bool (*EachDatabase) (Move *move, PgConnection *database,
							  const char *name, PlanProgress *progress,
							  Error *error);

static bool
each(Move *move, EachDatabase function, PlanProgress *progress, Error *error)
{
	bool		good = true;

	for (size_t i = 0; good && i < move->n_databases; i++)
	{
		PgConnection *database = move_connect(move, move->to,
											  move->databases[i], error);

		if (database == NULL)
			return false;
		pg_set_deadline(database, (int) move->config.localize_timeout);
		good = function(move, database, move->databases[i], progress, error);
		pg_close(database);
	}
	return good;
}

static bool
localize_one(Move *move, PgConnection *database, const char *name,
			 PlanProgress *progress, Error *error)
{
	return wait_local(move, database, name, progress, error) &&
		note_residue(move, database, name, error);
}

bool
move_localize_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	if (!each(move, localize_one, progress, error))
		return false;
	if (move->started)
		move->writable_ms = plat_clock_ms() - move->began;
	return true;
}

/* Residue is told already; what else is foreign would be a fault. */
static bool
count_leaks(Move *move, PgConnection *database, const char *name,
			PlanProgress *progress, Error *error)
{
	char	   *count;
	bool		good;

	plan_progress(progress, "database %s", name);
	if (!pg_value(database, "SELECT pg_catalog.count(*) FROM qsrepl.leaks() "
				  "AS l", PG_NONE, &count, error))
		return false;
	good = strcmp(count, "0") == 0;
	if (!good)
		text_addf(&move->notes, "Warning: database %s: %s stored values are "
				  "of another site; SELECT * FROM qsrepl.leaks() lists "
				  "them.\n", name, count);
	free(count);
	move->incomplete = move->incomplete || !good;
	return true;
}

bool
move_leaks_run(void *context, PlanProgress *progress, Error *error)
{
	return each(context, count_leaks, progress, error);
}
