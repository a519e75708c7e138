/*
 * logical_rejoin.c
 *		The verb "rejoin" in logical mode: what only the site has is saved, then
 *		it is set up as a subscriber anew; its databases are kept aside.
 *
 * A slot of the site tells what the other one has confirmed: what was committed
 * behind that is what it never got.
 */
#include <stdlib.h>

#include "base/exitcode.h"
#include "cmd/move/logical_work.h"
#include "cmd/move/rejoin_work.h"
#include "cmd/setup/setup.h"
#include "server/act.h"
#include "server/settings.h"
#include "server/target.h"

static PlanAnswer
is_subscriber(void *context, Error *error)
{
	Move	   *move = context;
	Error		silent = ERROR_NONE;
	bool		subscribes = false;

	(void) error;
	/* One that does not answer is none yet. */
	logical_subscribes(move, move->from, &subscribes, &silent);
	error_free(&silent);
	return subscribes ? PLAN_YES : PLAN_NO;
}

/* Where the other site has confirmed up to; 0: there is no slot. */
static bool
confirmed(Move *move, const ConfigSite *place, const char *database,
		  PgLsn * lsn, Error *error)
{
	PgConnection *server = server_connect(&move->config, place, database,
										  error);
	char	   *text = NULL;
	bool		good = server != NULL &&
	pg_value(server, "SELECT (SELECT confirmed_flush_lsn FROM pg_catalog."
			 "pg_replication_slots WHERE slot_name = $1)",
			 PG_PARAMETERS(server_subscription(&move->config, move->to,
											   database, &move->arena)),
			 &text, error);

	if (!pg_lsn_parse(text, lsn))
		*lsn = 0;
	free(text);
	pg_close(server);
	return good;
}

static bool
save_one(Move *move, const ConfigSite *place, const char *database,
		 Error *error)
{
	WalChanges	changes;
	PgTimeline	timeline;
	PgLsn		lsn;
	size_t		before;

	if (!confirmed(move, place, database, &lsn, error) ||
		!server_wal_timeline(move->from, &timeline, error))
		return false;
	if (lsn == 0 ||
		!server_wal_changes(move->from, lsn, timeline, &move->arena, &changes,
							error))
	{
		text_addf(&move->notes, "What only site %s had in database %s could "
				  "not be listed (%s); it is kept under another name.\n",
				  move->from->name, database, error->message != NULL ?
				  error->message : "its slot is gone");
		error_free(error);
		return true;
	}
	if (changes.n_transactions == 0)
		return true;
	text_addf(&move->notes, "Site %s, database %s: committed after what site "
			  "%s has confirmed:\n", move->from->name, database,
			  move->to->name);
	before = move->notes.len;
	if (!rejoin_save(move, place, database, &changes, error))
		return false;
	rejoin_tell_nothing(move, before);
	return true;
}

static bool
diverged_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	ConfigSite	place;

	if (!rejoin_open(move, &place, error))
		return false;
	for (size_t i = 0; i < move->n_databases; i++)
	{
		plan_progress(progress, "database %s", move->databases[i]);
		if (logical_replicates(&move->config, move->databases[i]) &&
			!save_one(move, &place, move->databases[i], error))
			return false;
	}
	return true;
}

static bool
start_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	return server_act(&move->config, move->from, "start", error);
}

/* They would hold the log back for databases that are not used any more. */
static bool
slots_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	PgConnection *server = move_server(move, move->from, error);
	bool		good = server != NULL;

	(void) progress;
	for (size_t i = 0; good && i < move->n_databases; i++)
		good = logical_drop_slot(server, server_subscription(
															 &move->config, move->to,
															 move->databases[i], &move->arena), error);
	return good;
}

static const PlanStep steps[] = {
	MOVE_STEP_BEFORE("rejoin"),
	{"fence", "Fence site ${from}, where its server runs",
		"At site ${from}: SELECT qsrepl.fence('rejoin');",
	is_subscriber, rejoin_fence_run, NULL, 0},
	MOVE_STEP_SERVICES_BAR,
	REJOIN_STEP_SALVAGE,
	{"diverged", "Save what site ${from} has committed and site ${to} never "
		"got",
		"pg_waldump from confirmed_flush_lsn of the slots on; SELECT the rows "
		"of those\ntransactions.",
	is_subscriber, diverged_run, NULL, 0},
	{"stop", "Stop the server of site ${from}",
		"At ${from_host}: pg_ctl -D \"${from_data}\" stop -m fast",
	is_subscriber, rejoin_stop_run, NULL, 0},
	{"start", "Start it again, fenced, as it is reached else",
		"At ${from_host}: pg_ctl -D \"${from_data}\" start",
	is_subscriber, start_run, NULL, 0},
	{"slots", "Drop the slots of site ${to} at site ${from}",
		"At site ${from}: SELECT pg_drop_replication_slot('qsrepl_...');",
	is_subscriber, slots_run, NULL, 0},
	REJOIN_STEP_SHARE,
	MOVE_STEP_AFTER("rejoin")
};

static const Plan plan = {
	"rejoin", "Prepare site ${from} to come back as a subscriber of site "
	"${to}", "", steps, sizeof(steps) / sizeof(steps[0])
};

static int
prepare(Move *move, Error *error)
{
	PlanAnswer	active = logical_is_turned(move, error);

	if (active == PLAN_ERROR)
		return EXIT_SERVER;
	if (active == PLAN_NO)
		error_set(error, NULL, "Nothing was changed. \"qsrepl status\" tells "
				  "which site is active.", "site \"%s\" is not active: it is "
				  "fenced", move->to->name);
	else if (!server_is_here(&move->config, move->from))
		error_set(error, NULL, "Run it at that site's machine. Nothing was "
				  "changed.", "the server of site \"%s\" is on another "
				  "machine", move->from->name);
	return error->message == NULL && rejoin_confirm(move, error) ? EXIT_OK :
		EXIT_REFUSED;
}

/* The databases are renamed, and copied from the active site. */
static int
finish(Move *move)
{
	const SetupRequest request = {
		.file = move->request->file,
		.site = move->from->name,
		.discard_site = move->from->name,
		.yes = true,
		.json = move->request->json,
		.document = move->document
	};

	return cmd_setup_subscriber(&request);
}

const MoveVerb logical_rejoin = {
	.plan = &plan,.prepare = prepare,.finish = finish,.returns = true,.supersedes = true
};
