/*
 * maintenance.c
 *		The verbs "maintenance begin" and "maintenance end": the passive site
 *		is held where it is while Qlik Sense is upgraded at the active one, as
 *		the way back, and brought along afterwards.
 *
 * The standby gets no log at all meanwhile: what it has received it would
 * replay when it is promoted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cmd/move/work.h"
#include "platform/clock.h"
#include "server/act.h"

static bool
reload(Move *move, Error *error)
{
	return move_sql(move, move->to, "SELECT pg_catalog.pg_reload_conf()",
					PG_NONE, error);
}

#define RECEIVES \
	"SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver)"

static bool
wait_receiver(Move *move, bool wanted, PlanProgress *progress, Error *error)
{
	int64_t		end = plat_clock_ms() + move->config.replay_timeout;
	bool		receives;

	while (move_true(move, move->to, RECEIVES, PG_NONE, &receives, error))
	{
		if (receives == wanted)
			return true;
		plan_progress(progress, "waiting for the WAL receiver");
		if (!move_wait(end, wanted ? "the start of the WAL receiver" :
					   "the end of the WAL receiver", error))
			break;
	}
	return false;
}

static bool
is_lost(const Move *move)
{
	const MoveSite *to = &move->sites[move->to - move->config.sites];

	return to->server != NULL && pg_is_broken(to->server);
}

/*
 * Everything that the active site has written up to now.  Where a restore has
 * replaced the database that is connected to, its end is among it.
 */
bool
move_catch_up_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	int64_t		end = plat_clock_ms() + move->config.replay_timeout;
	const char *lsn;

	if (!move_value(move, move->from, "SELECT pg_catalog."
					"pg_current_wal_flush_lsn()", PG_NONE, &lsn, error))
		return false;
	while (!move_wait_replayed(move, lsn, ">=", progress, error))
	{
		if (!is_lost(move) || plat_clock_ms() > end)
			return false;
		error_free(error);
	}
	return true;
}

PlanAnswer
move_hold_done(void *context, Error *error)
{
	Move	   *move = context;
	bool		held;

	if (!move_true(move, move->to, "SELECT pg_catalog.current_setting("
				   "'primary_conninfo') = '' AND NOT EXISTS (SELECT FROM "
				   "pg_catalog.pg_stat_wal_receiver)", PG_NONE, &held, error))
		return PLAN_ERROR;
	return held ? PLAN_YES : PLAN_NO;
}

bool
move_hold_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	const char *lsn;

	if (!server_act(&move->config, move->to, "hold", error) ||
		!reload(move, error) ||
		!wait_receiver(move, false, progress, error) ||
		!move_value(move, move->to, "SELECT pg_catalog."
					"pg_last_wal_replay_lsn()", PG_NONE, &lsn, error))
		return false;
	text_addf(&move->notes, "Site %s is held at %s. It is the way back: "
			  "\"qsrepl failover --to %s --force-active %s\" makes it the "
			  "active one as it is now.\n\"qsrepl maintenance end\" brings it "
			  "along.\n", move->to->name, lsn, move->to->name,
			  move->from->name);
	return true;
}

bool
move_hold_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return server_act(&move->config, move->to, "release", error) &&
		reload(move, error) && wait_receiver(move, true, progress, error);
}

static const PlanStep begin_steps[] = {
	{"follow", "Wait until site ${to} has all that was written",
		"At both: SELECT * FROM qsrepl.status;",
	move_hold_done, move_catch_up_run, NULL, 0},
	{"hold", "Hold site ${to} where it is",
		"At ${to_host}: set primary_conninfo = '' in the settings file, and "
		"reload.",
	move_hold_done, move_hold_run, move_hold_undo, 0}
};

static const Plan begin_plan = {
	"maintenance-begin", "Hold site ${to} as the way back, while site ${from} "
	"is upgraded",
	"", begin_steps, sizeof(begin_steps) / sizeof(begin_steps[0])
};

static const PlanStep end_steps[] = {
	{"release", "Let site ${to} follow again",
		"At ${to_host}: set primary_conninfo in the settings file, and reload.",
	NULL, move_hold_undo, NULL, PLAN_NO_RETURN},
	{"follow", "Wait until site ${to} has all that was written",
		"At both: SELECT * FROM qsrepl.status;",
	NULL, move_catch_up_run, NULL, 0}
};

static const Plan end_plan = {
	"maintenance-end", "Bring site ${to} along with site ${from} again",
	"\"qsrepl maintenance begin\" holds it again.", end_steps, sizeof(end_steps) / sizeof(end_steps[0])
};

static int
prepare(Move *move, Error *error)
{
	bool		standby;

	if (!move_is_standby(move, move->from, &standby, error))
		return move_unasked(move);
	if (!standby)
		return EXIT_OK;
	error_set(error, NULL, "Nothing was changed.",
			  "site \"%s\" is not active: its server is a standby",
			  move->from->name);
	return EXIT_REFUSED;
}

const MoveVerb move_maintenance_begin = {
	.plan = &begin_plan,.logical = &logical_maintenance_begin,
	.prepare = prepare
};

const MoveVerb move_maintenance_end = {
	.plan = &end_plan,.logical = &logical_maintenance_end,
	.prepare = prepare
};

int
cmd_maintenance_begin(const MoveRequest *request)
{
	return move_run(&move_maintenance_begin, request, MOVE_START);
}

int
cmd_maintenance_end(const MoveRequest *request)
{
	return move_run(&move_maintenance_end, request, MOVE_START);
}
