/*
 * run.c
 *		Running a restore's plan, undoing it at once where a step fails, and
 *		what is told at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/printable.h"
#include "cmd/documents.h"
#include "cmd/restore/work.h"
#include "platform/cancel.h"
#include "platform/clock.h"

static const char *
how_rows(Restore *restore)
{
	return restore->request->keep_values ?
		"Leave the rows as they are in the snapshot" :
		arena_printf(&restore->move.arena, "Make the rows those "
					 "of site %s", restore->site->name);
}

static const char *
yes(bool is)
{
	return is ? "yes" : "";
}

static const char *
text_or_none(const char *text)
{
	return text != NULL ? text : "";
}

static PlanOutcome
run_plan(Restore *restore, MoveHow how, json_t * *document, Error *error)
{
	const RestoreRequest *request = restore->request;
	const PlanParameter parameters[] = {
		{"site", restore->site->name}, {"from", restore->site->name},
		{"to", restore->site->name}, {"snapshot", restore->directory},
		{"manifest", restore->manifest},
		{"stamp", restore->stamp}, {"databases", restore->database_names},
		{"shares", restore->share_names},
		{"passive", restore->passive != NULL ? restore->passive->name : ""},
		{"how", how_rows(restore)},
		{"keep_values", yes(request->keep_values)},
		{"database_only", yes(request->database_only)},
		{"files_only", yes(request->files_only)},
		{"force", yes(request->force)},
		{"max_change", text_or_none(request->max_change)},
		{"accept_change", text_or_none(request->accept_change)}
	};
	Plan		plan;
	PlanRun		run = {
		.plan = &plan,
		.context = restore,
		.directory = restore->move.config.journal_directory,
		.pair = {restore->move.system_identifier,
			{restore->move.config.sites[0].name,
		restore->move.config.sites[1].name}},
		.parameters = parameters,
		.n_parameters = sizeof(parameters) / sizeof(parameters[0]),
		.hook = move_hook,
		.dry_run = request->dry_run ? stdout : NULL,
		.document = request->json ? document : NULL
	};

	restore_make_plan(restore, &plan);
	if (how == MOVE_START)
		return plan_start(&run, error);
	return how == MOVE_RESUME ? plan_resume(&run, error) :
		plan_abort(&run, error);
}

/* The advice at the hint's end is for plans that stay where they stop. */
static void
cut_advice(Error *error, const char *advice)
{
	char	   *at = error->hint != NULL ?
	strstr(error->hint, "When the cause is gone,") : NULL;

	if (at == NULL)
		return;
	*at = '\0';
	error_take_hint(error, text_format("%s%s", error->hint, advice));
}

/*
 * What failed is undone at once, so that the site works again.  The exit code.
 */
static int
undo_failed(Restore *restore, Error *error)
{
	Error		undo = ERROR_NONE;
	PlanOutcome outcome = run_plan(restore, MOVE_ABORT, NULL, &undo);
	int			code = EXIT_STOPPED;

	if (outcome == PLAN_ABORTED)
	{
		cut_advice(error, "Everything is as it was before: what the run had "
				   "done is undone. When the cause is gone, restore again.");
		code = EXIT_NOT_SO;
	}
	else if (outcome != PLAN_REFUSED)
	{
		cut_advice(error, "It could not be undone, either.");
		error_report(error);
		error_free(error);
		*error = undo;
		return code;
	}
	error_free(&undo);
	return code;
}

static int
code_of(Restore *restore, PlanOutcome outcome, MoveHow how, Error *error)
{
	switch (outcome)
	{
		case PLAN_FINISHED:
		case PLAN_ABORTED:
			return restore->move.incomplete ? EXIT_NOT_SO : EXIT_OK;
		case PLAN_REFUSED:
			return EXIT_REFUSED;
		case PLAN_STOPPED:
			return how == MOVE_ABORT ? EXIT_STOPPED :
				undo_failed(restore, error);
		default:
			return EXIT_STOPPED;
	}
}

static void
tell(const Restore *restore, PlanOutcome outcome)
{
	const Move *move = &restore->move;

	if (outcome == PLAN_ABORTED)
		printf("All that the run had done is undone. Site %s is as it was "
			   "before.\n", restore->site->name);
	else
		printf("Snapshot \"%s\" is restored at site %s, in %.1f s.\n",
			   restore->directory, restore->site->name,
			   (double) (plat_clock_ms() - move->began) / 1000);
	if (move->notes.len > 0)
		printed("%s", move->notes.bytes);
}

static void
tell_json(const Restore *restore, PlanOutcome outcome, json_t * *documents)
{
	const Move *move = &restore->move;
	json_t	   *document = json_object();

	json_set_text(document, "plan", RESTORE_PLAN);
	json_set_text(document, "site", restore->site->name);
	json_set_text(document, "snapshot", restore->directory);
	json_set_text(document, "outcome", outcome == PLAN_ABORTED ? "aborted" :
				  move->incomplete ? "incomplete" : "done");
	json_set_text(document, "held", restore->passive != NULL &&
				  move->config.mode == CONFIG_PHYSICAL ?
				  restore->passive->name : NULL);
	json_object_set_new(document, "ms", json_integer(
													 (json_int_t) (plat_clock_ms() - move->began)));
	json_set_text(document, "notes",
				  move->notes.len > 0 ? move->notes.bytes : "");
	documents_add(documents, document);
}

/* The site that was held before this run was gone on with. */
static void
tell_held(Restore *restore)
{
	const char *held = restore->held_before;

	if (held == NULL)
		return;
	text_addf(&restore->move.notes, "Site %s is held. It is the way back: "
			  "\"qsrepl failover --to %s --force-active %s\" makes it the "
			  "active one as it is now.\n\"qsrepl maintenance end\" brings it "
			  "along.\n", held, held, restore->site->name);
}

int
restore_go(Restore *restore, MoveHow how)
{
	bool		dry = restore->request->dry_run;
	Error		error = ERROR_NONE;
	json_t	   *documents = NULL;
	json_t	   *document = NULL;
	PlanOutcome outcome;
	int			code;

	plat_cancel_install();
	restore->move.started = how == MOVE_START;
	outcome = run_plan(restore, how, &document, &error);
	documents_add(&documents, document);
	code = code_of(restore, outcome, how, &error);
	if (outcome == PLAN_FINISHED)
		tell_held(restore);
	if ((outcome == PLAN_FINISHED || outcome == PLAN_ABORTED) && !dry)
	{
		if (restore->request->json)
			tell_json(restore, outcome, &documents);
		else
			tell(restore, outcome);
	}
	else if (restore->move.notes.len > 0)
		printed_to(stderr, "%s", restore->move.notes.bytes);
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	documents_print(documents);
	return code;
}
