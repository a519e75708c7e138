/*
 * move.c
 *		What all moves do around their plans.
 */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/printable.h"
#include "base/report.h"
#include "base/units.h"
#include "cmd/config.h"
#include "cmd/documents.h"
#include "cmd/move/work.h"
#include "cmd/restore/restore.h"
#include "platform/cancel.h"
#include "platform/clock.h"

static const MoveVerb *const verbs[] = {
	&move_switchover, &move_failover, &move_rejoin, &move_maintenance_begin,
	&move_maintenance_end
};

static const MoveVerb *
in_mode(const Config *config, const MoveVerb *verb)
{
	return config->mode == CONFIG_LOGICAL ? verb->logical : verb;
}

const MoveVerb *
move_verb(const Config *config, const char *plan)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i]->plan->name, plan) == 0)
			return in_mode(config, verbs[i]);
	return NULL;
}

static bool
is_move(const char *plan)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i]->plan->name, plan) == 0)
			return true;
	return false;
}

static int
code_of(PlanOutcome outcome, const Move *move)
{
	switch (outcome)
	{
		case PLAN_FINISHED:
		case PLAN_ABORTED:
			return move->incomplete ? EXIT_NOT_SO : EXIT_OK;
		case PLAN_REFUSED:
			return EXIT_REFUSED;
		default:
			return EXIT_STOPPED;
	}
}

static PlanOutcome
run_plan(const MoveVerb *verb, Move *move, MoveHow how, Error *error)
{
	const MoveRequest *request = move->request;
	const PlanParameter parameters[] = {
		{"drain", request->drain != NULL ? request->drain : ""},
		{"force_active", request->force_active != NULL ?
		request->force_active : ""},
		{"rebuild", request->rebuild ? "yes" : ""},
		{"force", request->force ? "yes" : ""},
		{"from", move->from->name}, {"to", move->to->name},
		{"from_host", move->from->host}, {"to_host", move->to->host},
		{"from_data", move->from->data_directory},
		{"to_data", move->to->data_directory}
	};
	PlanMirror	mirror;
	PlanOutcome outcome;
	json_t	   *document = NULL;
	PlanRun		run = {
		.plan = verb->plan,
		.context = move,
		.directory = move->config.journal_directory,
		.pair = {move->system_identifier, {move->config.sites[0].name,
		move->config.sites[1].name}},
		.parameters = parameters,
		.n_parameters = sizeof(parameters) / sizeof(parameters[0]),
		.mirror = &mirror,
		.hook = move_hook,
		.may_abort = verb->may_abort,
		.supersedes = verb->supersedes ? is_move : NULL,
		.dry_run = move->request->dry_run ? stdout : NULL,
		.document = move->request->json ? &document : NULL
	};

	move_mirror(move, &mirror);
	if (how == MOVE_START)
		outcome = plan_start(&run, error);
	else
		outcome = how == MOVE_RESUME ? plan_resume(&run, error) :
			plan_abort(&run, error);
	documents_add(move->document, document);
	return outcome;
}

/* What is known only when the servers have been asked; the exit code. */
static int
prepare(const MoveVerb *verb, Move *move, MoveHow how, Error *error)
{
	if (move->n_databases == 0 && !move_learn_any(move, error))
		return move_unasked(move);
	move->sites[move->from - move->config.sites].silent = verb->alone;
	if (!move->request->dry_run && !move_lock(move, error))
		return EXIT_REFUSED;
	if (how == MOVE_START)
		return verb->prepare(move, error);
	/* A site that was lost may have come back since. */
	if (how == MOVE_RESUME && verb->alone && !verb->may_abort(move, error))
	{
		if (error->sqlstate[0] != '\0')
			return EXIT_SERVER;
		error_free(error);
		return EXIT_OK;
	}
	return how == MOVE_ABORT || !verb->alone ||
		move_still_lost(move, error) ? EXIT_OK : EXIT_REFUSED;
}

/* Whoever waits for a lost site waits in vain. */
static void
advise_failover(Move *move, Error *error)
{
	Error		silent = ERROR_NONE;

	if (strcmp(move->plan, "switchover") == 0 && error->hint != NULL &&
		move_is_promoted(move, &silent) == PLAN_NO)
		error_take_hint(error, text_format("%s If site %s is lost, \"qsrepl "
										   "failover --to %s\" takes the place "
										   "of this run.", error->hint,
										   move->from->name, move->to->name));
	error_free(&silent);
}

/* What is left of the plan does not keep the rest from being done. */
static int
end(const MoveVerb *verb, Move *move, int code)
{
	int			end_code = verb->finish(move);

	return end_code != EXIT_OK ? end_code : code;
}

static int
go(const MoveVerb *verb, Move *move, MoveHow how)
{
	Error		error = ERROR_NONE;
	PlanOutcome outcome = PLAN_REFUSED;
	int			code = prepare(verb, move, how, &error);

	if (code == EXIT_OK && move->rebuild && !move->request->dry_run)
		return verb->finish(move);
	if (code == EXIT_OK)
	{
		plat_cancel_install();
		move->started = how == MOVE_START;
		outcome = run_plan(verb, move, how, &error);
		code = code_of(outcome, move);
		if (outcome == PLAN_STOPPED)
			advise_failover(move, &error);
	}
	if ((outcome == PLAN_FINISHED || outcome == PLAN_ABORTED) &&
		!move->request->dry_run)
		move_tell(move, outcome);
	/* The process that goes on does not know them. */
	else if (code == EXIT_STOPPED && move->notes.len > 0)
		printed_to(stderr, "%s", move->notes.bytes);
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	return outcome == PLAN_FINISHED && verb->finish != NULL &&
		!move->request->dry_run ? end(verb, move, code) : code;
}

/*
 * Whose run it is that has not ended, here or by the mirror; NULL with the exit
 * code where there is none to go on with.
 */
static const MoveVerb *
find_run(Move *move, int *code)
{
	const MoveVerb *verb = NULL;
	PlanJournal *journal = NULL;
	PlanMirror	mirror;
	Error		error = ERROR_NONE;

	*code = EXIT_REFUSED;
	move_mirror(move, &mirror);
	if (!move_learn_any(move, &error))
		*code = move_unasked(move);
	else if (plan_unfinished(move->config.journal_directory, &mirror,
							 &journal, &error))
	{
		if (journal == NULL)
			error_set(&error, NULL, "Nothing was changed.",
					  "there is no run that has not ended");
		else if ((verb = move_verb(&move->config,
								   plan_journal_plan(journal))) == NULL)
			error_set(&error, NULL, "Run that command again, or \"qsrepl "
					  "rejoin\" where it had begun it: it goes on where it "
					  "has stopped.", "the run that began at %s is of "
					  "\"%s\"", plan_journal_started(journal),
					  plan_journal_plan(journal));
		else
			*code = move_take_sites(move, journal);
	}
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	plan_journal_free(journal);
	return *code == EXIT_OK ? verb : NULL;
}

/* How long tasks are waited for; the exit code. */
static int
read_drain(Move *move)
{
	int64_t		ms = move->config.drain_timeout;

	if (move->request->drain != NULL &&
		(units_parse_duration(move->request->drain, &ms) != UNITS_GOOD ||
		 ms > 86400000))
	{
		report_errorf("Give a whole number and a unit, up to 1d: ms, s, min, "
					  "h or d.", "\"%s\" is not a duration",
					  arena_quote(&move->arena, move->request->drain));
		return EXIT_USAGE;
	}
	move->drain_timeout = (long) ms;
	return EXIT_OK;
}

/*
 * Is the run that has not ended a restore?  Its journal is at its own machine
 * only, and while it changes databases they cannot be connected to.
 */
static bool
is_restore(const Move *move)
{
	PlanJournal *journal = NULL;
	Error		ignored = ERROR_NONE;
	bool		is = plan_unfinished(move->config.journal_directory, NULL,
									 &journal, &ignored) && journal != NULL &&
	strcmp(plan_journal_plan(journal), RESTORE_PLAN) == 0;

	error_free(&ignored);
	plan_journal_free(journal);
	return is;
}

static int
take_up_restore(const MoveRequest *request, MoveHow how)
{
	const RestoreRequest restore = {
		.file = request->file,
		.yes = request->yes,
		.json = request->json,
		.dry_run = request->dry_run
	};

	return restore_take_up(&restore, how == MOVE_ABORT);
}

int
move_run(const MoveVerb *verb, const MoveRequest *request, MoveHow how)
{
	Move		move;
	json_t	   *own = NULL;
	int			code;

	memset(&move, 0, sizeof(move));
	move.request = request;
	move.document = request->document != NULL ? request->document : &own;
	move.began = plat_clock_ms();
	move.writable_ms = -1;
	code = cmd_load_config(request->file, &move.config);
	if (code != EXIT_OK)
		return code;
	if (verb == NULL && is_restore(&move))
	{
		move_free(&move);
		return take_up_restore(request, how);
	}
	move.sites = arena_alloc(&move.arena,
							 move.config.n_sites * sizeof(MoveSite));
	if (verb == NULL)
		verb = find_run(&move, &code);
	else
	{
		verb = in_mode(&move.config, verb);
		code = move_choose_sites(verb, &move);
		if (code != EXIT_OK)
			verb = NULL;
	}
	if (verb != NULL && (code = read_drain(&move)) == EXIT_OK)
	{
		move.plan = verb->plan->name;
		code = go(verb, &move, how);
	}
	move_free(&move);
	documents_print(own);
	return code;
}

int
cmd_resume(const MoveRequest *request)
{
	return move_run(NULL, request, MOVE_RESUME);
}

int
cmd_abort(const MoveRequest *request)
{
	return move_run(NULL, request, MOVE_ABORT);
}
