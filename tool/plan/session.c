/*
 * session.c
 *		What starting, resuming and aborting a run have in common: the lock,
 *		the journal, and what to advise.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/internal.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/system.h"

/* The lock, and a directory for it; a dry run leaves both. */
static bool
take_lock(Session *session, const PlanRun *run, Error *error)
{
	char	   *path = text_format("%s/lock", run->directory);
	bool		good = plat_directory_make(run->directory, error) &&
	plat_lock_take(path, &session->lock, NULL, error);

	free(path);
	if (!good)
		error_take_hint(error, mem_strdup("Nothing was changed. One run at a "
										  "time can be at work, and its "
										  "journal must be writable."));
	return good;
}

bool
session_begin(Session *session, const PlanRun *run, Error *error)
{
	memset(session, 0, sizeof(*session));
	session->run = run;
	if (run->dry_run == NULL && !take_lock(session, run, error))
		return false;
	if (!journal_find(run->directory, run->mirror, &session->journal,
					  &session->number, error))
		return false;
	if (run->dry_run == NULL)
		journal_mirror_end(session->journal, run->mirror);
	return true;
}

void
session_end(Session *session)
{
	plan_journal_free(session->journal);
	plan_journal_free(session->superseded);
	plat_lock_release(session->lock);
	memset(session, 0, sizeof(*session));
}

PlanOutcome
session_refuse(Session *session)
{
	session_end(session);
	return PLAN_REFUSED;
}

static json_t *
taken_up(const char *event)
{
	json_t	   *entry = entry_new(event);
	char	   *host = plat_host_name();

	json_object_set_new(entry, "host", json_string(host));
	json_object_set_new(entry, "process",
						json_integer((json_int_t) plat_process()));
	free(host);
	return entry;
}

/* The journal of a run that has not ended, and that may be taken up so. */
static bool
check_journal(const Session *session, const char *event, Error *error)
{
	const PlanJournal *journal = session->journal;

	if (journal == NULL || journal_has(journal, "finish"))
		return error_set(error, NULL, NULL, "there is no run to %s", event);
	if (!header_check(journal, session->run, error))
		return false;
	if (strcmp(event, "resume") == 0 && journal_has(journal, "abort"))
		return error_set(error, NULL,
						 "Run \"qsrepl abort\" to undo what is left.",
						 "the run is being aborted and cannot be resumed");
	return true;
}

/*
 * Check that a run may be resumed or aborted, and write that it is; in a dry
 * run nothing is written.
 */
bool
session_take_up(Session *session, const char *event, Error *error)
{
	Error		ignored = ERROR_NONE;

	if (!check_journal(session, event, error))
		return false;
	if (session->run->dry_run != NULL)
		return true;
	if (!journal_open(session->journal, error) ||
		!journal_append(session->journal, taken_up(event), error))
		return false;
	/* Where it can be told: what is being aborted is not to be resumed. */
	if (session->run->mirror != NULL && session->journal->mirrored > 0)
		journal_mirror(session->journal, session->run->mirror, NULL, &ignored);
	error_free(&ignored);
	return true;
}

/* Whether a step was begun that cannot be undone. */
bool
session_past_return(const Session *session)
{
	const Plan *plan = session->run->plan;

	for (size_t i = 0; i < plan->n_steps; i++)
	{
		StepState	state = journal_state(session->journal,
										  plan->steps[i].name);

		if ((plan->steps[i].flags & PLAN_NO_RETURN) != 0 &&
			(state == STEP_BEGUN || state == STEP_DONE))
			return true;
	}
	return false;
}

/* What to do with the run as it is; freed by the caller. */
char *
session_advice(const Session *session)
{
	const		json_t *parameters =
	json_object_get(journal_header(session->journal), "parameters");
	char	   *way_back;
	char	   *advice;

	if (journal_has(session->journal, "abort"))
		return mem_strdup("When the cause is gone, run \"qsrepl abort\" again "
						  "to undo what is left.");
	if (session->run->again != NULL)
		return text_format("When the cause is gone, %s.",
						   session->run->again);
	if (!session_past_return(session))
		return mem_strdup("When the cause is gone, run \"qsrepl resume\" to "
						  "go on, or \"qsrepl abort\" to undo what was done.");
	way_back = plan_fill(session->run->plan->way_back, parameters);
	advice = text_format("When the cause is gone, run \"qsrepl resume\" to go "
						 "on; the run is past the point of no return. %s",
						 way_back);
	free(way_back);
	return advice;
}

/* Write the last line; the mirror is told where it knows of the run. */
bool
session_finish(Session *session, const char *outcome, int64_t started,
			   Error *error)
{
	json_t	   *entry = entry_new("finish");

	json_object_set_new(entry, "outcome", json_string(outcome));
	json_object_set_new(entry, "ms",
						json_integer((json_int_t) (plat_clock_ms() - started)));
	if (!journal_append(session->journal, entry, error))
		return false;
	/* Without this, a resume elsewhere finds every step done. */
	journal_mirror_end(session->journal, session->run->mirror);
	return true;
}
