/*
 * rejoin.c
 *		The verb "rejoin": a site that was active before a failover comes back
 *		as a standby.
 *
 * By pg_rewind where that is possible, which brings its data directory to what
 * the active site has; else by a new base backup, with the old data kept.  What
 * it committed and the active site never got is written to files first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cmd/ask.h"
#include "cmd/move/rejoin_work.h"
#include "cmd/setup/setup.h"
#include "server/act.h"

static const PlanStep steps[] = {
	MOVE_STEP_BEFORE("rejoin"),
	{"fence", "Fence site ${from}, where its server runs",
		"At site ${from}: SELECT qsrepl.fence('rejoin');",
	rejoin_done, rejoin_fence_run, NULL, 0},
	MOVE_STEP_SERVICES_BAR,
	REJOIN_STEP_SALVAGE,
	{"diverged", "Save what site ${from} has committed and site ${to} never "
		"got",
		"pg_waldump from the place where the timelines part; SELECT the rows "
		"of those\ntransactions.",
	rejoin_done, rejoin_diverged_run, NULL, 0},
	{"stop", "Stop the server of site ${from}",
		"At ${from_host}: pg_ctl -D \"${from_data}\" stop -m fast",
	rejoin_done, rejoin_stop_run, NULL, 0},
	{"slot", "Create a replication slot for site ${from} at site ${to}",
		"At site ${to}: SELECT pg_create_physical_replication_slot("
		"'qsrepl_...', true);",
	move_slot_done, move_slot_run, NULL, 0},
	{"copy", "Copy its own configuration files aside",
		"cp \"${from_data}/\"*.conf to another place",
	rejoin_done, rejoin_copy_run, NULL, 0},
	{"rewind", "Bring its data to those of site ${to}",
		"At ${from_host}: pg_rewind -D \"${from_data}\" --source-server=...",
	rejoin_done, rejoin_rewind_run, rejoin_rewind_undo, 0},
	{"keep", "Copy its own configuration files back",
		"cp the files back into \"${from_data}\"",
	rejoin_done, rejoin_keep_run, NULL, 0},
	{"standby", "Make it a standby, and verify what its server will read",
		"At ${from_host}: touch \"${from_data}/standby.signal\"",
	rejoin_done, rejoin_standby_run, NULL, 0},
	{"start", "Start it, and wait until it streams",
		"At ${from_host}: pg_ctl -D \"${from_data}\" start",
	rejoin_done, rejoin_start_run, NULL, 0},
	{"slots", "Drop the slot at site ${from} that nobody needs any more",
		"At site ${from}: SELECT pg_drop_replication_slot('qsrepl_...');",
	NULL, rejoin_slots_run, NULL, 0},
	REJOIN_STEP_SHARE,
	{"after", "Run your programs after the rejoin", "",
	NULL, rejoin_after_run, NULL, 0}
};

static const Plan plan = {
	"rejoin", "Bring site ${from} back as a standby of site ${to}",
	"",
	steps, sizeof(steps) / sizeof(steps[0])
};

/* The exit code. */
static int
check_active(Move *move, Error *error)
{
	bool		standby;
	bool		fenced = false;

	if (!move_is_standby(move, move->to, &standby, error))
		return move_unasked(move);
	if (standby)
		error_set(error, NULL, "Nothing was changed. \"qsrepl status\" tells "
				  "which site is active.", "site \"%s\" is not active: its "
				  "server is a standby", move->to->name);
	else if (!move_true(move, move->to, "SELECT fenced FROM qsrepl.status",
						PG_NONE, &fenced, error))
		return EXIT_SERVER;
	else if (fenced)
		error_set(error, NULL, "Nothing was changed. \"qsrepl status\" tells "
				  "which site is active. If it is to be this one, run "
				  "\"SELECT qsrepl.unfence()\" there first.",
				  "site \"%s\" is not active: its server is fenced",
				  move->to->name);
	return standby || fenced ? EXIT_REFUSED : EXIT_OK;
}

/* A run that has stopped explains it better; the exit code. */
static int
name_unfinished(Move *move, int code, Error *error)
{
	PlanMirror	mirror;
	Error		unfinished = ERROR_NONE;

	move_mirror(move, &mirror);
	if (plan_check_idle(move->config.journal_directory, &mirror, &unfinished))
		return code;
	error_free(error);
	*error = unfinished;
	return EXIT_REFUSED;
}

static bool
check_own(Move *move, Error *error)
{
	ServerControlData data;

	if (!server_state(&move->config, move->from, &move->arena, &data, error))
		return false;
	if (!data.there)
		return error_set(error, NULL,
						 arena_printf(&move->arena, "Nothing was changed. Run "
									  "\"qsrepl setup standby --site %s\".",
									  move->from->name),
						 "there are no data of site \"%s\" in \"%s\"",
						 move->from->name, move->from->data_directory);
	if (strcmp(data.system_identifier, move->system_identifier) == 0)
		return true;
	return error_set(error, NULL,
					 arena_printf(&move->arena, "Nothing was changed. Run "
								  "\"qsrepl setup standby --site %s\", which "
								  "moves them aside.", move->from->name),
					 "the data in \"%s\" are of another system than site "
					 "\"%s\"", move->from->data_directory, move->to->name);
}

bool
rejoin_confirm(const Move *move, Error *error)
{
	char	   *question;
	bool		confirmed;

	if (move->request->yes || move->request->dry_run)
		return true;
	question = text_format("This stops the server of site \"%s\" (host %s) "
						   "and replaces its data by those of site "
						   "\"%s\".\nGo on? Type \"yes\": ",
						   move->from->name, move->from->host,
						   move->to->name);
	confirmed = ask_possible() && ask_confirmed(question);
	free(question);
	return confirmed ||
		error_set(error, NULL, "Answer \"yes\", or give --yes. Nothing was "
				  "changed.", "the rejoin of site \"%s\" was not confirmed",
				  move->from->name);
}

/* Has an earlier rejoin come to the base backup, and no further? */
static bool
find_backup(Move *move, Error *error)
{
	PlanJournal *journal;
	const char *site;

	if (!plan_unfinished(move->config.journal_directory, NULL, &journal,
						 error))
		return false;
	if (journal == NULL)
		return true;
	site = plan_journal_parameter(journal, "site");
	move->rebuild = strcmp(plan_journal_plan(journal), "setup-standby") == 0 &&
		site != NULL && strcmp(site, move->from->name) == 0;
	plan_journal_free(journal);
	return true;
}

static int
prepare(Move *move, Error *error)
{
	int			code = check_active(move, error);

	if (code != EXIT_OK)
		return move->wrong_server ? code : name_unfinished(move, code, error);
	if (!server_is_here(&move->config, move->from))
	{
		error_set(error, NULL, "Run it at that site's machine. Nothing was "
				  "changed.", "the server of site \"%s\" is on another "
				  "machine", move->from->name);
		return EXIT_REFUSED;
	}
	return find_backup(move, error) &&
		(move->rebuild || check_own(move, error)) &&
		rejoin_confirm(move, error) ? EXIT_OK : EXIT_REFUSED;
}

/* Where pg_rewind could not do it. */
static int
finish(Move *move)
{
	const SetupRequest request = {
		.file = move->request->file,
		.site = move->from->name,
		.discard_site = move->from->name,
		.rebuild = true,
		.yes = true,
		.json = move->request->json,
		.document = move->document
	};

	return move->rebuild ? cmd_setup_standby(&request) : EXIT_OK;
}

const MoveVerb move_rejoin = {
	.plan = &plan,.logical = &logical_rejoin,.prepare = prepare,
	.finish = finish,.supersedes = true,.returns = true
};

int
cmd_rejoin(const MoveRequest *request)
{
	return move_run(&move_rejoin, request, MOVE_START);
}
