/*
 * internal.h
 *		What the files of this folder share.
 */
#ifndef PLAN_INTERNAL_H
#define PLAN_INTERNAL_H

#include <jansson.h>

#include "plan/plan.h"
#include "platform/lock.h"
#include "platform/log.h"
#include "progress/progress.h"

/* The format of the lines */
#define JOURNAL_VERSION 1

/* Where a step is, by the journal. */
typedef enum StepState
{
	STEP_UNTOUCHED,
	STEP_BEGUN,					/* perhaps in part, perhaps wholly done */
	STEP_DONE,
	STEP_FOUND,					/* done before the run came to it */
	STEP_UNDOING,				/* perhaps in part, perhaps wholly undone */
	STEP_UNDONE
} StepState;

struct PlanJournal
{
	char	   *directory;
	char	   *run;			/* its name: the file's without ".jsonl" */
	json_t	   *lines;			/* an array of objects; [0] is the header */
	uint64_t	sum;			/* the last line's checksum */
	uint64_t	good_bytes;		/* of the file, before what is torn off */
	size_t		local;			/* lines that the file has */
	size_t		mirrored;		/* lines that the mirror has */
	bool		superseded;		/* the file goes another way: to be replaced */
	PlatLog    *log;			/* open for appending, or NULL */
};

/* entry.c: one line */
extern json_t * entry_new(const char *event);
extern json_t * entry_of_step(const char *event, const char *step);
extern void entry_set_error(json_t * entry, const Error *error);
extern void entry_seal(json_t * entry, size_t number, uint64_t *sum);
extern bool entry_check(const json_t * entry, size_t number, uint64_t *sum);
extern char *entry_dump(const json_t * entry);
extern const char *entry_text(const json_t * entry, const char *member);
extern bool entry_is(const json_t * entry, const char *event);

/* parse.c: a journal's text, as in the file or from the mirror */
extern bool journal_parse(PlanJournal *journal, const char *bytes, size_t len,
						  const char *where, Error *error);

/* journal.c: the file */
extern PlanJournal *journal_new(const char *directory, const char *run);
extern char *journal_path(const PlanJournal *journal);
extern bool journal_load(const char *directory, const char *run,
						 PlanJournal **journal, Error *error);
extern bool journal_create(PlanJournal *journal, Error *error);
extern bool journal_open(PlanJournal *journal, Error *error);
extern void journal_seal(PlanJournal *journal, json_t * entry);
extern bool journal_write(PlanJournal *journal, json_t * entry, Error *error);
extern bool journal_append(PlanJournal *journal, json_t * entry, Error *error);

/* state.c: what the lines tell */
extern const json_t *journal_header(const PlanJournal *journal);
extern bool journal_has(const PlanJournal *journal, const char *event);
extern StepState journal_state(const PlanJournal *journal, const char *step);
extern int64_t journal_ms(const PlanJournal *journal, const char *step);

/* find.c: which journals there are */
extern bool journal_newest(const char *directory, PlanJournal **journal,
						   unsigned long *number, Error *error);
extern PlanJournal *journal_last_finished(const char *directory,
										  const char *plan);

/* mirror.c */
extern bool journal_find(const char *directory, const PlanMirror *mirror,
						 PlanJournal **journal, unsigned long *number,
						 Error *error);
extern bool journal_mirror(PlanJournal *journal, const PlanMirror *mirror,
						   const json_t * next, Error *error);

/* Tell the mirror of an end that a killed run could not tell it. */
extern void journal_mirror_end(PlanJournal *journal,
							   const PlanMirror *mirror);

/* header.c: the first line */
extern json_t * header_new(const PlanRun *run);
extern bool header_check(const PlanJournal *journal, const PlanRun *run,
						 Error *error);
extern bool header_is_of_pair(const PlanJournal *journal,
							  const PlanPair *pair);
extern json_t * header_parameters(const PlanRun *run);

/* fill.c */
extern char *plan_fill(const char *text, const json_t * parameters);

/* print.c: dry runs */
extern void plan_print(const PlanRun *run, const PlanJournal *journal,
					   bool abort);

/* print_json.c: the same as a document */
extern json_t * plan_document(const PlanRun *run, const PlanJournal *journal,
							  bool abort);

/* progress.c */
struct PlanProgress
{
	PlanJournal *journal;		/* for notes */
	Progress	line;
};

/*
 * progress_begin, progress_end
 *		Around the call of a step: its title is shown where it takes long.  The
 *		title is freed; out: how long it took, in ms.
 */
extern void progress_begin(PlanProgress *progress, PlanJournal *journal,
						   char *title);
extern int64_t progress_end(PlanProgress *progress);

/* session.c: what start, resume and abort have in common */
typedef struct Session
{
	const PlanRun *run;
	PlatLock   *lock;
	PlanJournal *journal;
	PlanJournal *superseded;	/* the run whose place this one has taken, or
								 * NULL */
	unsigned long number;		/* for a new journal */
} Session;

/*
 * session_begin, session_end
 *		Lock the directory, and find the newest run; free both.
 */
extern bool session_begin(Session *session, const PlanRun *run, Error *error);
extern void session_end(Session *session);

/*
 * session_take_up
 *		Check that the run may be resumed or aborted, and write that it is, as
 *		event; in a dry run nothing is written.
 */
extern bool session_take_up(Session *session, const char *event,
							Error *error);

/* End the session, for a run that was refused; always PLAN_REFUSED. */
extern PlanOutcome session_refuse(Session *session);

/* Was a step begun that cannot be undone? */
extern bool session_past_return(const Session *session);

/* What to do with the run as it is; freed by the caller. */
extern char *session_advice(const Session *session);

/*
 * session_finish
 *		Write the last line; the mirror is told where it knows of the run.
 *
 * in: started: by plat_clock_ms()
 */
extern bool session_finish(Session *session, const char *outcome,
						   int64_t started, Error *error);

#endif							/* PLAN_INTERNAL_H */
