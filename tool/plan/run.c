/*
 * run.c
 *		Running a plan's steps, from the first one or from where it stopped.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "plan/internal.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"

/* A journal is some ten kB; a plan should not stop for want of them. */
#define FREE_BYTES (256 * 1024)

/* The step's error as the run's: which step, and what to do. */
static bool
step_failed(const Session *session, const PlanStep *step, Error *error)
{
	char	   *advice = session_advice(session);

	error_take_message(error, text_format("step \"%s\" failed: %s",
										  step->name, error->message != NULL ?
										  error->message : "no reason given"));
	if (error->hint != NULL)
		error_take_hint(error, text_format("%s %s", error->hint, advice));
	else
		error_take_hint(error, mem_strdup(advice));
	free(advice);
	return false;
}

static bool
write_end(Session *session, const PlanStep *step, const char *outcome,
		  int64_t ms, const Error *why, Error *error)
{
	json_t	   *entry = entry_of_step("end", step->name);

	json_object_set_new(entry, "outcome", json_string(outcome));
	if (ms >= 0)
		json_object_set_new(entry, "ms", json_integer((json_int_t) ms));
	if (why != NULL)
		entry_set_error(entry, why);
	return journal_append(session->journal, entry, error);
}

/*
 * The mirror first: from here on, this machine may be lost.  Where the step was
 * begun before, the mirror knows, and may be out of reach by now.
 */
static bool
write_begin(Session *session, const PlanStep *step, Error *error)
{
	json_t	   *entry = entry_of_step("begin", step->name);
	const PlanMirror *mirror = session->run->mirror;
	bool		first = journal_state(session->journal, step->name) !=
	STEP_BEGUN;

	journal_seal(session->journal, entry);
	if ((step->flags & PLAN_MIRRORED) != 0 && mirror != NULL && first &&
		!journal_mirror(session->journal, mirror, entry, error))
	{
		json_decref(entry);
		return false;
	}
	return journal_write(session->journal, entry, error);
}

static bool
call_hook(const Session *session, const PlanStep *step, bool after,
		  PlanProgress *progress, Error *error)
{
	const PlanRun *run = session->run;

	return run->hook == NULL ||
		run->hook(run->context, step->name, after, progress, error);
}

/*
 * found: it was interrupted, and is found done.  A hook in front of the step
 * is called before its "begin" is written: where the hook fails, nothing of the
 * step has been done, and a run that is past no return only by this step can
 * still be undone.
 */
static bool
execute(Session *session, const PlanStep *step, bool found, Error *error)
{
	const		json_t *header = journal_header(session->journal);
	const		json_t *parameters = json_object_get(header, "parameters");
	Error		unwritten = ERROR_NONE;
	PlanProgress progress;
	int64_t		ms;
	bool		called;
	bool		good = false;

	progress_begin(&progress, session->journal,
				   plan_fill(step->title, parameters));
	called = found || call_hook(session, step, false, &progress, error);
	if (called && !write_begin(session, step, error))
	{
		progress_end(&progress);
		return false;
	}
	if (called)
		good = (found ||
				step->run(session->run->context, &progress, error)) &&
			call_hook(session, step, true, &progress, error);
	ms = progress_end(&progress);
	if (good)
		return write_end(session, step, "done", found ? -1 : ms, NULL, error);
	/* The step's own error is the one to tell. */
	write_end(session, step, "failed", ms, error, &unwritten);
	error_free(&unwritten);
	return false;
}

/* Run a step unless it is done; false with its error. */
static bool
run_step(Session *session, const PlanStep *step, Error *error)
{
	StepState	state = journal_state(session->journal, step->name);
	PlanAnswer	done = PLAN_NO;

	if (state == STEP_DONE || state == STEP_FOUND)
		return true;
	if (step->done != NULL)
		done = step->done(session->run->context, error);
	if (done == PLAN_ERROR)
		return false;
	if (done == PLAN_YES && state != STEP_BEGUN)
		return write_end(session, step, "found", -1, NULL, error);
	return execute(session, step, done == PLAN_YES, error);
}

static PlanOutcome
cancelled(const Session *session, const PlanStep *step, Error *error)
{
	char	   *advice = session_advice(session);

	error_set(error, NULL, advice, "interrupted before step \"%s\"",
			  step->name);
	free(advice);
	return PLAN_CANCELLED;
}

/* All steps that are left; the session stays. */
static PlanOutcome
run_steps(Session *session, Error *error)
{
	const Plan *plan = session->run->plan;
	int64_t		started = plat_clock_ms();

	for (size_t i = 0; i < plan->n_steps; i++)
	{
		if (plat_cancelled())
			return cancelled(session, &plan->steps[i], error);
		if (!run_step(session, &plan->steps[i], error))
		{
			step_failed(session, &plan->steps[i], error);
			return plat_cancelled() ? PLAN_CANCELLED : PLAN_STOPPED;
		}
	}
	return session_finish(session, "finished", started, error) ?
		PLAN_FINISHED : PLAN_STOPPED;
}

static bool
is_idle(const PlanJournal *journal)
{
	return journal == NULL || journal_has(journal, "finish");
}

/*
 * End a run whose place this one takes.  The mirror is told when it can be
 * written again.
 */
static bool
supersede(Session *session, Error *error)
{
	const PlanRun *run = session->run;
	json_t	   *entry;
	PlanJournal *newest;
	bool		good;

	if (is_idle(session->journal) || run->supersedes == NULL ||
		strcmp(plan_journal_plan(session->journal), run->plan->name) == 0 ||
		!header_is_of_pair(session->journal, &run->pair) ||
		!run->supersedes(plan_journal_plan(session->journal)))
		return true;
	entry = entry_new("finish");
	json_object_set_new(entry, "outcome", json_string("superseded"));
	if (!journal_open(session->journal, error))
	{
		json_decref(entry);
		return false;
	}
	if (!journal_append(session->journal, entry, error))
		return false;
	session->superseded = session->journal;
	session->journal = NULL;
	/* It may have come from the mirror, with a number of another machine. */
	good = journal_newest(run->directory, &newest, &session->number, error);
	plan_journal_free(newest);
	return good;
}

static void
mirror_superseded(const Session *session)
{
	const PlanMirror *mirror = session->run->mirror;
	Error		ignored = ERROR_NONE;

	if (session->superseded == NULL || mirror == NULL)
		return;
	journal_mirror(session->superseded, mirror, NULL, &ignored);
	error_free(&ignored);
}

static bool
check_idle(const PlanJournal *journal, Error *error)
{
	if (is_idle(journal))
		return true;
	error_set(error, NULL, "Nothing was changed. Run \"qsrepl resume\" to go "
			  "on with it, or \"qsrepl abort\" to undo what it has done.",
			  "the run of plan \"%s\" that began at %s has not ended",
			  plan_journal_plan(journal), plan_journal_started(journal));
	error_take_detail(error, text_format("Its journal is \"%s/%s.jsonl\".",
										 journal->directory, journal->run));
	return false;
}

bool
plan_check_idle(const char *directory, const PlanMirror *mirror, Error *error)
{
	PlanJournal *journal = NULL;
	bool		good = plan_unfinished(directory, mirror, &journal, error) &&
	check_idle(journal, error);

	plan_journal_free(journal);
	return good;
}

static bool
check_space(const char *directory, Error *error)
{
	uint64_t	bytes;

	if (!plat_free_space(directory, &bytes, error))
		return false;
	if (bytes >= FREE_BYTES)
		return true;
	return error_set(error, NULL, "Nothing was changed. Make room there.",
					 "the file system of directory \"%s\" is full",
					 directory);
}

/*
 * 000017-switchover-20261123T005202123Z: a name of its own in the mirror, too,
 * which knows the runs of two machines.  Freed by the caller.
 */
static char *
new_run_name(unsigned long number, const char *plan)
{
	char		now[TIMESTAMP_SIZE];
	char		compact[TIMESTAMP_SIZE];

	timestamp_format(plat_wall_ms(), now);
	timestamp_compact(now, compact, sizeof(compact));
	/* Without the dot as well. */
	return text_format("%06lu-%s-%.15s%s", number, plan, compact,
					   compact + 16);
}

/* Make the journal with its first line, or leave nothing. */
static bool
create_journal(Session *session, Error *error)
{
	const PlanRun *run = session->run;
	char	   *name = new_run_name(session->number, run->plan->name);
	Error		ignored = ERROR_NONE;
	json_t	   *header;
	char	   *path;

	plan_journal_free(session->journal);
	session->journal = journal_new(run->directory, name);
	header = header_new(run);
	json_object_set_new(header, "run", json_string(name));
	free(name);
	if (!journal_create(session->journal, error))
	{
		json_decref(header);
		return false;
	}
	if (journal_append(session->journal, header, error))
		return true;
	path = journal_path(session->journal);
	plat_file_remove(path, &ignored);
	error_free(&ignored);
	free(path);
	return false;
}

PlanOutcome
plan_start(const PlanRun *run, Error *error)
{
	Session		session;
	PlanOutcome outcome;

	if (run->dry_run != NULL)
	{
		plan_print(run, NULL, false);
		return PLAN_FINISHED;
	}
	if (!session_begin(&session, run, error) ||
		!check_space(run->directory, error) ||
		!supersede(&session, error) || !check_idle(session.journal, error) ||
		!create_journal(&session, error))
		return session_refuse(&session);
	outcome = run_steps(&session, error);
	if (outcome == PLAN_FINISHED)
		mirror_superseded(&session);
	session_end(&session);
	return outcome;
}

PlanOutcome
plan_resume(const PlanRun *run, Error *error)
{
	Session		session;
	PlanOutcome outcome;

	if (!session_begin(&session, run, error) ||
		!session_take_up(&session, "resume", error))
		return session_refuse(&session);
	if (run->dry_run != NULL)
	{
		plan_print(run, session.journal, false);
		outcome = PLAN_FINISHED;
	}
	else
		outcome = run_steps(&session, error);
	session_end(&session);
	return outcome;
}
