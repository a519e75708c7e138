/*
 * return.c
 *		Steps of a switchover behind the promotion: the site that was active
 *		comes back as a standby.
 *
 * The role has moved; what goes wrong here is told, and does not stop the run.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/work.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "server/act.h"
#include "server/settings.h"
#include "server/target.h"

/* Does the target's server send to the other site's slot? */
static bool
is_streaming(Move *move, bool *streams, Error *error)
{
	return move_true(move, move->to, "SELECT EXISTS (SELECT FROM "
					 "pg_catalog.pg_stat_replication r JOIN "
					 "pg_catalog.pg_replication_slots s ON s.active_pid = "
					 "r.pid WHERE s.slot_name = $1 AND r.state = 'streaming')",
					 PG_PARAMETERS(server_slot(&move->config, move->from,
											   &move->arena)), streams, error);
}

PlanAnswer
move_start_done(void *context, Error *error)
{
	bool		streams;

	if (!is_streaming(context, &streams, error))
		return PLAN_ERROR;
	return streams ? PLAN_YES : PLAN_NO;
}

bool
move_bring_back(Move *move, PlanProgress *progress, Error *error)
{
	int64_t		end;
	bool		streams = false;

	if (!server_act(&move->config, move->from, "start", error))
		return false;
	end = plat_clock_ms() + move->config.replay_timeout;
	while (is_streaming(move, &streams, error) && !streams)
	{
		plan_progress(progress, "waiting until it streams");
		if (!move_wait(end, "streaming", error))
			return false;
	}
	return streams;
}

bool
move_start_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	if (move_bring_back(move, progress, error))
		return true;
	if (plat_cancelled())
		return false;
	text_addf(&move->notes, "Warning: site %s is not back as a standby: %s. "
			  "When the cause is gone, run \"qsrepl rejoin %s\".\n",
			  move->from->name, error->message, move->from->name);
	if (error->detail != NULL)
		text_addf(&move->notes, "%s\n", error->detail);
	error_free(error);
	move->incomplete = move->away = true;
	return true;
}

/*
 * A standby's own slots would hold its log back for nobody: the slot of the
 * site that is active now.
 */
bool
move_slots_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	const char *slot = server_slot(&move->config, move->to, &move->arena);

	(void) progress;
	if (move_sql(move, move->from, "SELECT pg_catalog."
				 "pg_drop_replication_slot(slot_name) FROM pg_catalog."
				 "pg_replication_slots WHERE slot_name = $1 AND NOT active",
				 PG_PARAMETERS(slot), error))
		return true;
	if (plat_cancelled())
		return false;
	/* One that is not back comes by a rejoin, which sees to the slot, too. */
	if (!move->away)
		text_addf(&move->notes, "Warning: slot \"%s\" at site %s could not be "
				  "dropped: %s. It keeps the log there. When the cause is "
				  "gone, run \"qsrepl rejoin %s\".\n", slot,
				  move->from->name, error->message, move->from->name);
	error_free(error);
	move->incomplete = true;
	return true;
}

/* Where the former active site lives and was forced: it must not go on. */
bool
move_force_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	Error		silent = ERROR_NONE;
	PgConnection *server;

	(void) progress;
	(void) error;
	if (move->request->force_active == NULL)
		return true;
	server = move_connect(move, move->from, move->databases[0], &silent);
	if (server == NULL ||
		!pg_run(server, "SELECT qsrepl.fence($1)",
				PG_PARAMETERS("failover"), &silent))
		text_addf(&move->notes, "Warning: site %s could not be fenced: %s.\n",
				  move->from->name, silent.message);
	pg_close(server);
	error_free(&silent);
	if (!server_act(&move->config, move->from, "stop", &silent))
		text_addf(&move->notes, "Warning: site %s could not be stopped: %s.\n",
				  move->from->name, silent.message);
	error_free(&silent);
	return true;
}

/* As it was before, but for its clients, who have been cut. */
bool
move_force_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	PgConnection *server;
	bool		good;

	(void) progress;
	if (move->request->force_active == NULL)
		return true;
	if (!move_may_abort(move, error) ||
		!server_act(&move->config, move->from, "start", error))
		return false;
	server = move_connect(move, move->from, move->databases[0], error);
	good = server != NULL &&
		pg_run(server, "SELECT qsrepl.unfence()", PG_NONE, error);
	pg_close(server);
	return good;
}

/* Has it gone on, fenced or not? */
static bool
still_runs(Move *move)
{
	ServerControlData data;
	Error		silent = ERROR_NONE;
	bool		runs = server_state(&move->config, move->from, &move->arena,
									&data, &silent) && data.running &&
	!data.standby;

	error_free(&silent);
	return runs;
}

/*
 * Its machine may be out of reach: then its server asks this one when it
 * returns, and fences itself.
 */
bool
move_bar_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	Error		silent = ERROR_NONE;

	(void) progress;
	(void) error;
	if (server_act(&move->config, move->from, "standby", &silent))
		text_addf(&move->notes, "Site %s will start as a standby; \"qsrepl "
				  "rejoin %s\" brings it back.\n", move->from->name,
				  move->from->name);
	else if (still_runs(move))
	{
		text_addf(&move->notes, "Warning: the server of site %s still runs as "
				  "a primary. Stop it, and run \"qsrepl rejoin %s\".\n",
				  move->from->name, move->from->name);
		move->incomplete = true;
	}
	else
		text_addf(&move->notes, "Site %s was not reached (%s). When it starts, "
				  "its server asks site %s first, and fences itself; then run "
				  "\"qsrepl rejoin %s\".\n", move->from->name,
				  silent.message, move->to->name, move->from->name);
	error_free(&silent);
	return true;
}
