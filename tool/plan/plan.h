/*
 * plan.h
 *		Plans: tables of steps that are run with a write-ahead journal, so that
 *		a run which was interrupted anywhere can be resumed or aborted.
 *
 * The journal is a file of JSON lines in a directory of its own, a file a run;
 * each line is on the disk before what it announces is done.  Each carries a
 * checksum over itself and all lines before it.  A line that a crash has torn
 * off announces nothing that was done, and is cut off.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "plan/mirror.h"

typedef struct PlanProgress PlanProgress;
struct json_t;

typedef enum PlanAnswer
{
	PLAN_NO,
	PLAN_YES,
	PLAN_ERROR					/* the Error is filled */
} PlanAnswer;

/* What is special about a step. */
enum PlanFlag
{
	PLAN_NO_RETURN = 1 << 0,	/* once begun, the plan is not aborted */
	PLAN_MIRRORED = 1 << 1		/* begun only when the mirror has all lines,
								 * so that another machine can go on */
};

/*
 * A step.  In title and manual, ${name} stands for a parameter of the run.
 *
 * run and undo are idempotent: each may be called again when it was
 * interrupted at any point, and then does what is left.  undo is called for
 * steps that were begun, whether they came to an end or not.  A step that done
 * found done before it was begun is neither run nor undone.
 */
typedef struct PlanStep
{
	const char *name;			/* one word; in the journal, so never changed */
	const char *title;			/* "Stop PostgreSQL at site ${from}" */
	const char *manual;			/* how one would do it by hand */
	PlanAnswer	(*done) (void *context, Error *error);	/* NULL: never */
	bool		(*run) (void *context, PlanProgress *progress, Error *error);
	bool		(*undo) (void *context, PlanProgress *progress, Error *error);	/* NULL: nothing to undo */
	unsigned	flags;			/* of enum PlanFlag */
} PlanStep;

typedef struct Plan
{
	const char *name;			/* one word: "switchover" */
	const char *title;
	const char *way_back;		/* a sentence: what to do instead of aborting
								 * behind the point of no return */
	const PlanStep *steps;
	size_t		n_steps;
} Plan;

/* Whose journal it is: one of another pair is refused. */
typedef struct PlanPair
{
	const char *system_identifier;	/* or what else tells the pair's data */
	const char *sites[2];		/* their names, in the order of the
								 * configuration */
} PlanPair;

/* What the run was asked for; in the journal, so never a secret. */
typedef struct PlanParameter
{
	const char *name;
	const char *value;
} PlanParameter;

/*
 * A run; everything is the caller's and read during the calls.
 *
 * hook is called before and after the run of each step, or is NULL; where it
 * fails, the step has failed.  A step that was interrupted has it called again.
 *
 * may_abort is asked before an abort, or is NULL: a journal that another
 * machine has from the mirror may be behind what was done.
 *
 * supersedes is asked at a start whether this plan takes the place of a run of
 * another plan that has not ended, or is NULL: never.  Of what a lost site
 * would be needed for, nobody can come to an end.
 */
typedef struct PlanRun
{
	const Plan *plan;
	void	   *context;		/* for the steps */
	const char *directory;		/* of the journals; made where it is missing */
	PlanPair	pair;
	const PlanParameter *parameters;	/* of a start */
	size_t		n_parameters;
	const PlanMirror *mirror;	/* or NULL */
	bool		(*hook) (void *context, const char *step, bool after,
						 PlanProgress *progress, Error *error); /* see below */
	bool		(*may_abort) (void *context, Error *error); /* see below */
	bool		(*supersedes) (const char *plan);	/* see below */
	FILE	   *dry_run;		/* not NULL: print there what would be done,
								 * and do nothing */
	struct json_t **document;	/* of a dry run: not NULL: nothing is printed,
								 * and this is set to what would be done as a
								 * JSON object, the caller's */
	const char *again;			/* how to go on with a run that has stopped,
								 * for the hint; NULL: by resume or abort */
} PlanRun;

typedef enum PlanOutcome
{
	PLAN_FINISHED,				/* all steps are done, or it was a dry run */
	PLAN_ABORTED,				/* all that was done is undone */
	PLAN_REFUSED,				/* nothing was changed */
	PLAN_STOPPED,				/* a step failed: to be resumed or aborted */
	PLAN_CANCELLED				/* plat_cancelled(); as PLAN_STOPPED */
} PlanOutcome;

/* A run that has begun and not ended, as its journal tells. */
typedef struct PlanJournal PlanJournal;

/*
 * plan_start
 *		Run a plan from its first step.  Refused where a run has not ended or
 *		another process is at one, and where the journal cannot be written.
 *
 * errors: filled unless PLAN_FINISHED; a step's own error with the step as a
 *         part of the message, and with what to do
 */
extern PlanOutcome plan_start(const PlanRun *run, Error *error);

/*
 * plan_unfinished
 *		The run that has begun and not ended: for the caller to choose the plan
 *		and to make the context from the parameters.
 *
 * in:     mirror: where to look, too; or NULL
 * out:    *journal: NULL where there is none; freed with plan_journal_free()
 * errors: the newest journal is damaged, or of another version
 */
extern bool plan_unfinished(const char *directory, const PlanMirror *mirror,
							PlanJournal **journal, Error *error);

/*
 * plan_check_idle
 *		Refuse, as plan_start() does, where a run has not ended: for callers who
 *		look at what such a run has changed.
 */
extern bool plan_check_idle(const char *directory, const PlanMirror *mirror,
							Error *error);
extern const char *plan_journal_plan(const PlanJournal *journal);
extern const char *plan_journal_started(const PlanJournal *journal);

/* NULL where the run has no such parameter. */
extern const char *plan_journal_parameter(const PlanJournal *journal,
										  const char *name);

/* What the run has noted under a name last, or NULL. */
extern const char *plan_journal_noted(const PlanJournal *journal,
									  const char *name);
extern void plan_journal_free(PlanJournal *journal);

/*
 * plan_resume, plan_abort
 *		Bring the run that has not ended to its end, or undo in reverse order
 *		what it has begun; the latter is refused from the point of no return
 *		on.  An abort that was interrupted is aborted again, not resumed.
 *
 * in:     run: the journal's plan, pair and directory; its parameters are
 *         those of the journal
 * errors: as plan_start()
 */
extern PlanOutcome plan_resume(const PlanRun *run, Error *error);
extern PlanOutcome plan_abort(const PlanRun *run, Error *error);

/*
 * plan_progress, plan_progress_amount
 *		Say on standard error how far a step is, where it has taken longer than
 *		two seconds; to be called as often as there is something new.  Of an
 *		amount, percentage and remaining time are told; total 0: not known.
 */
extern void plan_progress(PlanProgress *progress, const char *format,...)
			TEXT_PRINTF(2, 3);
extern void plan_progress_amount(PlanProgress *progress, uint64_t amount,
								 uint64_t total, const char *unit);

/*
 * plan_note, plan_noted
 *		Write something that later steps need, no secret, into the journal; and
 *		what the run has noted under a name last, or NULL.
 */
extern bool plan_note(PlanProgress *progress, const char *name,
					  const char *value, Error *error);
extern const char *plan_noted(const PlanProgress *progress, const char *name);

#endif							/* PLAN_PLAN_H */
