/*
 * switchover.c
 *		The verb "switchover": the active role moves to the other site, and
 *		nothing is lost.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "check/check.h"
#include "cmd/ask.h"
#include "cmd/move/work.h"
#include "config/value.h"
#include "server/act.h"
#include "server/settings.h"

static const PlanStep steps[] = {
	MOVE_STEP_BEFORE("switchover"),
	MOVE_STEP_CERTIFICATES,
	{"slot", "Create a replication slot for site ${from} at site ${to}",
		"At site ${to}: SELECT pg_create_physical_replication_slot("
		"'qsrepl_...', true);",
	move_slot_done, move_slot_run, move_slot_undo, 0},
	MOVE_STEP_SHARE_FIRST(move_fence_done),
	{"drain", "Wait for the running tasks of site ${from}",
		"Look into the QMC of site ${from}, and stop the schedulers.",
	move_fence_done, move_drain_run, NULL, 0},
	MOVE_STEP_SERVICES_DOWN,
	MOVE_STEP_SHARE(move_fence_done),
	{"checkpoint", "Write a checkpoint at site ${from}",
		"At site ${from}: CHECKPOINT;",
	move_fence_done, move_checkpoint_run, NULL, 0},
	{"fence", "Fence site ${from}: nothing is written there any more",
		"At site ${from}: SELECT qsrepl.fence('switchover');",
	move_fence_done, move_fence_run, move_fence_undo, PLAN_MIRRORED},
	{"follow", "Wait until site ${to} has all that was written",
		"At both: SELECT * FROM qsrepl.status;",
	move_follow_done, move_follow_run, NULL, 0},
	{"stop", "Stop the server of site ${from}",
		"At ${from_host}: pg_ctl -D \"${from_data}\" stop -m fast",
	move_stop_done, move_stop_run, move_stop_undo, PLAN_MIRRORED},
	{"standby", "Make it start as a standby, whenever it does",
		"At ${from_host}: touch \"${from_data}/standby.signal\"",
	move_standby_done, move_standby_run, move_standby_undo, 0},
	{"token", "Wait until site ${to} has replayed the last record of site "
		"${from}",
		"At site ${from}: pg_controldata -D \"${from_data}\" tells the latest "
		"checkpoint\nlocation; at site ${to}, SELECT pg_last_wal_replay_lsn() "
		"must be beyond it.",
	move_token_done, move_token_run, NULL, 0},
	{"promote", "Promote site ${to}",
		"At ${to_host}: pg_ctl -D \"${to_data}\" promote",
	move_promote_done, move_promote_run, NULL, PLAN_NO_RETURN},
	{"localize", "Wait until its rows are site ${to}'s",
		"In each database: SELECT state, localizer FROM qsrepl.status;",
	NULL, move_localize_run, NULL, 0},
	{"start", "Start site ${from} as its standby",
		"At ${from_host}: pg_ctl -D \"${from_data}\" start",
	move_start_done, move_start_run, NULL, 0},
	MOVE_STEP_SHARE_ROLE,
	MOVE_STEP_SERVICES_UP,
	MOVE_STEP_DNS,
	MOVE_STEP_LEAKS,
	{"slots", "Drop the slot at site ${from} that nobody needs any more",
		"At site ${from}: SELECT pg_drop_replication_slot('qsrepl_...');",
	NULL, move_slots_run, NULL, 0},
	MOVE_STEP_AFTER("switchover")
};

static const Plan plan = {
	"switchover", "Move the active role from site ${from} to site ${to}",
	"To go back, run \"qsrepl switchover --to ${from}\" when it has ended.",
	steps, sizeof(steps) / sizeof(steps[0])
};

bool
move_is_ready(Move *move, Error *error)
{
	CheckReport report;
	Text		failures = {NULL, 0, 0};

	check_run(&move->config, CHECK_BRIEF, &report);
	for (size_t i = 0; i < report.n; i++)
		if (report.findings[i].severity == CHECK_FAIL &&
			(report.findings[i].blocks & CHECK_SWITCHOVER) != 0)
			text_addf(&failures, "%s%s: %s", failures.len > 0 ? "\n" : "",
					  report.findings[i].object, report.findings[i].problem);
	if (failures.len > 0 && move->request->force)
		text_addf(&move->notes, "Passed over by --force:\n%s\n",
				  failures.bytes);
	else if (failures.len > 0)
		error_set(error, failures.bytes, "Nothing was changed. \"qsrepl "
				  "check\" tells what to do; --force passes over it.",
				  "the pair is not ready for a switchover");
	text_free(&failures);
	check_free(&report);
	return error->message == NULL;
}

/* The exit code. */
static int
check_roles(Move *move, Error *error)
{
	int			code = move_check_target(move, error);
	bool		standby;

	if (code != EXIT_OK)
		return code;
	if (!move_is_standby(move, move->from, &standby, error))
	{
		if (!move->wrong_server)
			error_take_hint(error, text_format("Nothing was changed. If site "
											   "%s is lost, run \"qsrepl "
											   "failover --to %s\".",
											   move->from->name,
											   move->to->name));
		return move_unasked(move);
	}
	if (!standby)
		return EXIT_OK;
	error_set(error, NULL, "Nothing was changed. If the active site is "
			  "lost, run \"qsrepl failover\".",
			  "site \"%s\" is not active either: its server is a standby",
			  move->from->name);
	return EXIT_REFUSED;
}

/* Can what is to be done at the machine of the active site be done? */
static bool
check_machine(Move *move, Error *error)
{
	ServerControlData data;

	if (!server_state(&move->config, move->from, &move->arena, &data, error))
		return false;
	if (!data.there || !data.running || data.standby)
		return error_set(error, NULL, "Nothing was changed. Look at "
						 "data_directory and bin_directory of the site.",
						 "the server of site \"%s\" does not run from \"%s\"",
						 move->from->name, move->from->data_directory);
	if (strcmp(data.system_identifier, move->system_identifier) != 0)
		return error_set(error, NULL, "Nothing was changed.",
						 "the data directory \"%s\" is of another system than "
						 "site \"%s\"", move->from->data_directory,
						 move->from->name);
	return server_act(&move->config, move->from, "reach", error);
}

#define OTHERS \
	"SELECT pg_catalog.string_agg(coalesce(nullif(r.application_name, ''), " \
	"host(r.client_addr), 'without a name'), ', ') FROM " \
	"pg_catalog.pg_stat_replication r WHERE r.state <> 'backup' AND NOT " \
	"EXISTS (SELECT FROM pg_catalog.pg_replication_slots s WHERE s.active_pid " \
	"= r.pid AND s.slot_name = $1)"

/* Standbys that the configuration does not know. */
static bool
tell_others(Move *move, Error *error)
{
	const char *others;

	if (!move_value(move, move->from, OTHERS,
					PG_PARAMETERS(server_slot(&move->config, move->to,
											  &move->arena)), &others, error))
		return false;
	if (others[0] == '\0')
		return true;
	fprintf(stderr, "Also receives the log of site %s: %s.\n",
			move->from->name, others);
	text_addf(&move->notes, "What else received the log of site %s (%s) gets "
			  "it through that site from now on, which is a standby; look "
			  "whether it does.\n", move->from->name, others);
	return true;
}

bool
move_confirm(Move *move, Error *error)
{
	const char *tasks;
	char	   *question;
	bool		confirmed;

	if (!move_tasks(move, &tasks, error))
		return false;
	if (tasks != NULL)
		fprintf(stderr, "Tasks that run at site %s now: %s.\n",
				move->from->name, tasks);
	if (move->request->yes || move->request->dry_run)
		return true;
	question = text_format("This stops the database server of site \"%s\" "
						   "(host %s) and makes site \"%s\" (host %s) the "
						   "active one.\nGo on? Type \"yes\": ",
						   move->from->name, move->from->host,
						   move->to->name, move->to->host);
	confirmed = ask_possible() && ask_confirmed(question);
	free(question);
	return confirmed ||
		error_set(error, NULL, "Answer \"yes\", or give --yes. Nothing was "
				  "changed.", "the switchover to site \"%s\" was not "
				  "confirmed", move->to->name);
}

static int
prepare(Move *move, Error *error)
{
	PlanMirror	mirror;
	int			code;

	/* Such a run, and nothing else, is in the way. */
	move_mirror(move, &mirror);
	if (!plan_check_idle(move->config.journal_directory, &mirror, error))
		return EXIT_REFUSED;
	code = check_roles(move, error);
	if (code != EXIT_OK)
		return code;
	if (!move_is_ready(move, error) || !check_machine(move, error) ||
		!tell_others(move, error) || !move_confirm(move, error))
		return EXIT_REFUSED;
	return EXIT_OK;
}

const MoveVerb move_switchover = {
	.plan = &plan,.logical = &logical_switchover,.prepare = prepare,
	.may_abort = move_may_abort
};

int
cmd_switchover(const MoveRequest *request)
{
	return move_run(&move_switchover, request, MOVE_START);
}
