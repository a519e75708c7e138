/*
 * print.c
 *		Dry runs: the steps, how to do them by hand, and how long they took.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/internal.h"

/* What a dry run is told of. */
typedef struct Print
{
	FILE	   *out;
	const		json_t *parameters;
	const PlanJournal *journal; /* to be resumed or aborted, or NULL */
	const PlanJournal *last;	/* where times are from, or NULL */
} Print;

static const char *
state_text(StepState state, bool abort)
{
	switch (state)
	{
		case STEP_UNTOUCHED:
			return abort ? "was not begun" : "to do";
		case STEP_BEGUN:
			return abort ? "to undo" : "was begun: to be looked at and done";
		case STEP_DONE:
			return abort ? "to undo" : "is done";
		case STEP_FOUND:
			return abort ? "was done before the run" : "is done";
		case STEP_UNDOING:
			return "undoing was begun: to undo";
		case STEP_UNDONE:
			break;
	}
	return "is undone";
}

/* Each line of the manual way, indented. */
static void
print_manual(FILE *out, const char *text)
{
	while (*text != '\0')
	{
		size_t		len = strcspn(text, "\n");

		fprintf(out, "       %.*s\n", (int) len, text);
		text += len + (text[len] == '\n' ? 1 : 0);
	}
}

/* Returns the step's time at the last run in ms, or -1. */
static int64_t
print_step(const Print *print, const PlanStep *step, size_t number,
		   bool abort)
{
	char	   *title = plan_fill(step->title, print->parameters);
	char	   *manual = plan_fill(step->manual, print->parameters);
	int64_t		ms = print->last != NULL ?
	journal_ms(print->last, step->name) : -1;

	fprintf(print->out, "%3lu. %s", (unsigned long) number, title);
	if (ms >= 0)
		fprintf(print->out, " (%" PRId64 " ms)", ms);
	if (print->journal != NULL)
		fprintf(print->out, " [%s]",
				state_text(journal_state(print->journal, step->name), abort));
	fputc('\n', print->out);
	if ((step->flags & PLAN_NO_RETURN) != 0)
		fputs("     From here on there is no way back but to go on.\n",
			  print->out);
	if (manual[0] != '\0')
	{
		fputs("     By hand:\n", print->out);
		print_manual(print->out, manual);
	}
	free(manual);
	free(title);
	return ms;
}

static void
print_total(const Print *print, int64_t total)
{
	if (print->last == NULL)
		fputs("No run of this plan has come to its end here, so no times are "
			  "known.\n", print->out);
	else
		fprintf(print->out, "Times are those of the run of %s: %" PRId64 " ms "
				"together.\n", plan_journal_started(print->last), total);
}

static void
print_text(const PlanRun *run, const PlanJournal *journal, bool abort)
{
	json_t	   *own = header_parameters(run);
	PlanJournal *last = journal_last_finished(run->directory,
											  run->plan->name);
	Print		print = {run->dry_run, own, journal, last};
	char	   *title;
	int64_t		total = 0;

	if (journal != NULL)
		print.parameters = json_object_get(journal_header(journal),
										   "parameters");
	title = plan_fill(run->plan->title, print.parameters);
	fprintf(print.out, "%s. Nothing is changed now.\n", title);
	for (size_t i = 0; i < run->plan->n_steps; i++)
	{
		int64_t		ms = print_step(&print, &run->plan->steps[i], i + 1, abort);

		total += ms > 0 ? ms : 0;
	}
	print_total(&print, total);
	free(title);
	plan_journal_free(last);
	json_decref(own);
}

void
plan_print(const PlanRun *run, const PlanJournal *journal, bool abort)
{
	if (run->document != NULL)
		*run->document = plan_document(run, journal, abort);
	else
		print_text(run, journal, abort);
}
