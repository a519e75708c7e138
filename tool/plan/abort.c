/*
 * abort.c
 *		Undoing what a run has begun, in reverse order.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "plan/internal.h"
#include "platform/cancel.h"
#include "platform/clock.h"

static bool
write_undone(Session *session, const PlanStep *step, int64_t ms,
			 const Error *why, Error *error)
{
	json_t	   *entry = entry_of_step("undone", step->name);

	json_object_set_new(entry, "outcome",
						json_string(why == NULL ? "done" : "failed"));
	json_object_set_new(entry, "ms", json_integer((json_int_t) ms));
	if (why != NULL)
		entry_set_error(entry, why);
	return journal_append(session->journal, entry, error);
}

static bool
undo_step(Session *session, const PlanStep *step, Error *error)
{
	const		json_t *header = journal_header(session->journal);
	const		json_t *parameters = json_object_get(header, "parameters");
	Error		unwritten = ERROR_NONE;
	PlanProgress progress;
	char	   *title;
	int64_t		ms;
	bool		good;

	if (!journal_append(session->journal, entry_of_step("undo", step->name),
						error))
		return false;
	title = plan_fill(step->title, parameters);
	progress_begin(&progress, session->journal,
				   text_format("Undo: %s", title));
	free(title);
	good = step->undo == NULL ||
		step->undo(session->run->context, &progress, error);
	ms = progress_end(&progress);
	if (good)
		return write_undone(session, step, ms, NULL, error);
	write_undone(session, step, ms, error, &unwritten);
	error_free(&unwritten);
	return false;
}

static bool
is_to_undo(const Session *session, const PlanStep *step)
{
	StepState	state = journal_state(session->journal, step->name);

	return state == STEP_BEGUN || state == STEP_DONE || state == STEP_UNDOING;
}

static PlanOutcome
stopped(const Session *session, const PlanStep *step, Error *error)
{
	if (error->message == NULL)
		error_set(error, NULL, NULL, "interrupted before undoing step \"%s\"",
				  step->name);
	else
		error_take_message(error, text_format("undoing step \"%s\" failed: %s",
											  step->name, error->message));
	error_take_hint(error, session_advice(session));
	return plat_cancelled() ? PLAN_CANCELLED : PLAN_STOPPED;
}

static PlanOutcome
undo_steps(Session *session, Error *error)
{
	const Plan *plan = session->run->plan;
	int64_t		started = plat_clock_ms();

	for (size_t i = plan->n_steps; i-- > 0;)
		if (is_to_undo(session, &plan->steps[i]) &&
			(plat_cancelled() ||
			 !undo_step(session, &plan->steps[i], error)))
			return stopped(session, &plan->steps[i], error);
	return session_finish(session, "aborted", started, error) ?
		PLAN_ABORTED : PLAN_STOPPED;
}

/* Refuse what cannot be undone, before anything is written. */
static bool
check_return(const Session *session, Error *error)
{
	if (session->journal == NULL ||
		journal_has(session->journal, "finish") ||
		!header_check(session->journal, session->run, error) ||
		!session_past_return(session))
		return error->message == NULL;
	error_set(error, "A step was begun that cannot be undone.", NULL,
			  "the run of plan \"%s\" cannot be aborted any more",
			  session->run->plan->name);
	error_take_hint(error, session_advice(session));
	return false;
}

PlanOutcome
plan_abort(const PlanRun *run, Error *error)
{
	Session		session;
	PlanOutcome outcome;

	if (!session_begin(&session, run, error) ||
		!check_return(&session, error) ||
		!session_take_up(&session, "abort", error))
		return session_refuse(&session);
	if (run->dry_run != NULL)
	{
		plan_print(run, session.journal, true);
		outcome = PLAN_FINISHED;
	}
	else
		outcome = undo_steps(&session, error);
	session_end(&session);
	return outcome;
}
