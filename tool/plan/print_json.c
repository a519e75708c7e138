/*
 * print_json.c
 *		A dry run as a JSON document.
 */
#include <stdlib.h>

#include "base/json.h"
#include "plan/internal.h"

/* In the order of StepState */
static const char *const states[] = {
	"untouched", "begun", "done", "found", "undoing", "undone"
};

/* Text with the run's parameters. */
static void
set_filled(json_t * object, const char *name, const char *text,
		   const json_t * parameters)
{
	char	   *filled = plan_fill(text, parameters);

	json_set_text(object, name, filled);
	free(filled);
}

static json_t *
step_document(const PlanStep *step, const json_t * parameters,
			  const PlanJournal *journal, int64_t ms)
{
	json_t	   *object = json_object();

	json_set_text(object, "name", step->name);
	set_filled(object, "title", step->title, parameters);
	set_filled(object, "manual", step->manual, parameters);
	json_object_set_new(object, "ms", ms < 0 ? json_null() :
						json_integer((json_int_t) ms));
	json_set_text(object, "state", journal != NULL ?
				  states[journal_state(journal, step->name)] : NULL);
	json_object_set_new(object, "no_return",
						json_boolean((step->flags & PLAN_NO_RETURN) != 0));
	return object;
}

/* Steps, and what they took together at the last run. */
static void
add_steps(json_t * document, const PlanRun *run, const json_t * parameters,
		  const PlanJournal *journal, const PlanJournal *last)
{
	json_t	   *steps = json_array();
	json_int_t	total = 0;

	for (size_t i = 0; i < run->plan->n_steps; i++)
	{
		const PlanStep *step = &run->plan->steps[i];
		int64_t		ms = last != NULL ? journal_ms(last, step->name) : -1;

		json_array_append_new(steps, step_document(step, parameters, journal,
												   ms));
		total += ms > 0 ? ms : 0;
	}
	json_object_set_new(document, "steps", steps);
	json_object_set_new(document, "total_ms", last != NULL ?
						json_integer(total) : json_null());
	json_set_text(document, "times_of", last != NULL ?
				  plan_journal_started(last) : NULL);
}

json_t *
plan_document(const PlanRun *run, const PlanJournal *journal, bool abort)
{
	json_t	   *document = json_object();
	json_t	   *own = header_parameters(run);
	PlanJournal *last = journal_last_finished(run->directory,
											  run->plan->name);
	const		json_t *parameters = journal == NULL ? own :
	json_object_get(journal_header(journal), "parameters");

	json_set_text(document, "plan", run->plan->name);
	set_filled(document, "title", run->plan->title, parameters);
	json_set_text(document, "outcome", "dry-run");
	json_set_text(document, "mode", journal == NULL ? "start" :
				  abort ? "abort" : "resume");
	add_steps(document, run, parameters, journal, last);
	plan_journal_free(last);
	json_decref(own);
	return document;
}
