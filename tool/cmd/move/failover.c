/*
 * failover.c
 *		The verb "failover": the active site is lost, and this one takes over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cmd/ask.h"
#include "cmd/move/work.h"
#include "dns/dns.h"
#include "pg/ping.h"
#include "server/act.h"
#include "server/target.h"
#include "service/service.h"

static const PlanStep steps[] = {
	MOVE_STEP_BEFORE("failover"),
	{"fence", "Fence and stop site ${from}, where it was forced",
		"At site ${from}: SELECT qsrepl.fence('failover'); then stop its "
		"server.",
	NULL, move_force_run, move_force_undo, 0},
	{"slot", "Create a replication slot for site ${from} at site ${to}",
		"At site ${to}: SELECT pg_create_physical_replication_slot("
		"'qsrepl_...', true);",
	move_slot_done, move_slot_run, move_slot_undo, 0},
	MOVE_STEP_CERTIFICATES,
	{"promote", "Promote site ${to}",
		"At ${to_host}: pg_ctl -D \"${to_data}\" promote",
	move_promote_done, move_promote_run, NULL, PLAN_NO_RETURN},
	{"localize", "Wait until its rows are site ${to}'s",
		"In each database: SELECT state, localizer FROM qsrepl.status;",
	NULL, move_localize_run, NULL, 0},
	{"bar", "Make site ${from} start as a standby, where its machine answers",
		"At ${from_host}: touch \"${from_data}/standby.signal\"",
	NULL, move_bar_run, NULL, 0},
	MOVE_STEP_SHARE_ROLE,
	MOVE_STEP_SERVICES_UP,
	MOVE_STEP_DNS,
	MOVE_STEP_SERVICES_BAR,
	MOVE_STEP_LEAKS,
	MOVE_STEP_AFTER("failover")
};

static const Plan plan = {
	"failover", "Make site ${to} the active one in place of site ${from}, "
	"which is lost",
	"Site ${from} comes back by \"qsrepl rejoin ${from}\".",
	steps, sizeof(steps) / sizeof(steps[0])
};

/* ---- signs of life ---- */

static bool
server_answers(Move *move, const SiteRisk *risk)
{
	const PgTarget target = {
		.site = move->from->name,
		.conninfo = server_conninfo(&move->config, move->from, NULL,
									&move->arena),
		.deadline_ms = (int) move->config.connect_timeout
	};

	(void) risk;
	return pg_answers(&target);
}

static bool
is_streaming(Move *move, const SiteRisk *risk)
{
	(void) move;
	return risk->streaming;
}

/* A machine that cannot be reached says nothing. */
static bool
server_runs(Move *move, const SiteRisk *risk)
{
	ServerControlData data;
	Error		silent = ERROR_NONE;
	bool		runs = server_state(&move->config, move->from, &move->arena,
									&data, &silent) && data.running;

	(void) risk;
	error_free(&silent);
	return runs;
}

/* Nodes that do not answer say nothing. */
static bool
services_run(Move *move, const SiteRisk *risk)
{
	ServiceOptions options;
	ServiceReport report;
	Error		silent = ERROR_NONE;
	bool		runs = false;

	(void) risk;
	if (!service_has_nodes(&move->config, move->from))
		return false;
	memset(&options, 0, sizeof(options));
	service_site_running(&move->config, move->from, &options, &report, &runs,
						 &silent);
	service_report_free(&report);
	error_free(&silent);
	return runs;
}

/* Users still get through; not where the alias points elsewhere already. */
static bool
alias_serves(Move *move, const SiteRisk *risk)
{
	(void) risk;
	return dns_serves(&move->config, move->from,
					  (int) move->config.connect_timeout);
}

/* A further concern that can tell is a line here. */
static const struct
{
	const char *sign;
	bool		(*seen) (Move *move, const SiteRisk *risk);
}			probes[] =

{
	{"its database server answers", server_answers},
	{"the standby receives what it writes", is_streaming},
	{"the process of its database server runs", server_runs},
	{"services of Qlik Sense run on its nodes", services_run},
	{"what the public alias points to answers", alias_serves}
};

static bool
is_forced(const Move *move)
{
	const char *name = move->request->force_active;

	return name != NULL && strcmp(name, move->from->name) == 0;
}

static bool
check_dead(Move *move, const SiteRisk *risk, Error *error)
{
	Text		signs = {NULL, 0, 0};

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (probes[i].seen(move, risk))
			text_addf(&signs, "%s%s", signs.len > 0 ? "; " : "",
					  probes[i].sign);
	if (signs.len > 0 && is_forced(move))
		text_addf(&move->notes, "Site %s was passed over although it lives: "
				  "%s.\n", move->from->name, signs.bytes);
	else if (signs.len > 0)
		error_set(error, arena_printf(&move->arena, "Seen from here: %s.",
									  signs.bytes),
				  arena_printf(&move->arena, "Nothing was changed. Use \"qsrepl "
							   "switchover --to %s\", which loses nothing. "
							   "Where it must not be used any more although it "
							   "lives, give --force-active %s.",
							   move->to->name, move->from->name),
				  "site \"%s\" is alive", move->from->name);
	text_free(&signs);
	return error->message == NULL;
}

/* A switchover that has stopped knows a better way, where there is one. */
static bool
tell_unfinished(Move *move, Error *error)
{
	PlanMirror	mirror;
	PlanJournal *journal;

	move_mirror(move, &mirror);
	if (!plan_unfinished(move->config.journal_directory, &mirror, &journal,
						 error))
		return false;
	if (journal != NULL && strcmp(plan_journal_plan(journal), "failover") != 0)
		fprintf(stderr, "The run of \"%s\" that began at %s has not ended. If "
				"site %s can be brought back, \"qsrepl resume\" or \"qsrepl "
				"abort\" loses nothing; this failover takes its place.\n",
				plan_journal_plan(journal), plan_journal_started(journal),
				move->from->name);
	plan_journal_free(journal);
	return true;
}

bool
move_still_lost(Move *move, Error *error)
{
	SiteRisk	risk;

	site_risk_read(&move->config, move->to, &move->arena, &risk);
	if (risk.error != NULL)
		return error_set(error, NULL, NULL, "%s", risk.error);
	if (check_dead(move, &risk, error))
		return true;
	error_take_hint(error,
					text_format("Nothing was changed. \"qsrepl abort\" undoes "
								"the run. If that is refused, a promotion was "
								"asked for and may still come: stop the "
								"server of site %s, run \"qsrepl resume\", "
								"then \"qsrepl rejoin %s\".",
								move->from->name, move->from->name));
	return false;
}

int
move_check_lost(Move *move, Error *error)
{
	SiteRisk   *risk = arena_alloc(&move->arena, sizeof(SiteRisk));

	if (strcmp(move->config.site, move->to->name) != 0)
	{
		error_set(error, NULL, "Run it at that site's machine, which is the "
				  "one that will be needed. Nothing was changed.",
				  "this machine is at site \"%s\", not \"%s\"",
				  move->config.site, move->to->name);
		return EXIT_REFUSED;
	}
	if (move->request->force_active != NULL && !is_forced(move))
	{
		error_set(error, NULL, "Nothing was changed.",
				  "option \"--force-active\" names another site than \"%s\"",
				  move->from->name);
		return EXIT_USAGE;
	}
	site_risk_read(&move->config, move->to, &move->arena, risk);
	if (risk->error != NULL)
	{
		error_set(error, NULL, "Nothing was changed.", "%s", risk->error);
		return EXIT_SERVER;
	}
	return !check_dead(move, risk, error) ||
		!tell_unfinished(move, error) ? EXIT_REFUSED :
		move_accept(move, risk, error);
}

static int
prepare(Move *move, Error *error)
{
	int			code = move_check_target(move, error);

	return code != EXIT_OK ? code : move_check_lost(move, error);
}

const MoveVerb move_failover = {
	.plan = &plan,.logical = &logical_failover,.prepare = prepare,
	.may_abort = move_may_abort,.supersedes = true,.alone = true
};

int
cmd_failover(const MoveRequest *request)
{
	return move_run(&move_failover, request, MOVE_START);
}
