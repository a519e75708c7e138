/*
 * localizer.h
 *		What the localizer's processes and those that wait for it share.
 *
 * IDENTIFICATION
 *		extension/localizer.h
 */
#ifndef QSREPL_LOCALIZER_H
#define QSREPL_LOCALIZER_H

#include "qsrepl.h"

#include "storage/condition_variable.h"
#include "storage/lwlock.h"
#include "storage/proc.h"

#define LOCALIZER_MAX_DATABASES 512
#define LOCALIZER_PROBLEM_LEN 200

typedef enum LocalizerPhase
{
	LOCALIZER_IDLE,				/* nothing to do there */
	LOCALIZER_ASKED,			/* a worker is to look at it */
	LOCALIZER_RUNNING,
	LOCALIZER_BLOCKED,			/* by what stands in problem */
	LOCALIZER_FAILED,			/* with the error in problem */
	LOCALIZER_DONE
} LocalizerPhase;

/* One database. */
typedef struct LocalizerDatabase
{
	Oid			database;
	LocalizerPhase phase;
	TimestampTz since;			/* begin of this phase */
	int			failures;		/* one after the other */
	bool		announced;		/* plans from before are not used any more */
	Oid			table;			/* at which the worker is */
	int64		rows;			/* that it has written */
	char		problem[LOCALIZER_PROBLEM_LEN];
} LocalizerDatabase;

typedef struct LocalizerShared
{
	ConditionVariable done;		/* a database has become local */
	pid_t		launcher;		/* 0: not running */
	PGPROC	   *launcher_proc;
	bool		no_slot;		/* no worker could be started */
	bool		warned;			/* of a local site that is not known */
	int			n_databases;
	LocalizerDatabase databases[LOCALIZER_MAX_DATABASES];
} LocalizerShared;

/* NULL where the library was not loaded with the server. */
extern LocalizerShared *qsrepl_localizer_shared(void);

/* Guards all but the condition variable. */
extern LWLock *qsrepl_localizer_guard(void);

/* This database's entry, made if need be; NULL: the table is full. The guard
 * must be held. */
extern LocalizerDatabase *qsrepl_localizer_database(Oid database);

/* Enter a phase of a database, with the problem if there is one. */
extern void qsrepl_localizer_enter(Oid database, LocalizerPhase phase,
								   const char *problem);

/* There is nothing to be done there, unless it was asked again meanwhile. */
extern void qsrepl_localizer_leave(Oid database);

/* Have the launcher look at this database. */
extern void qsrepl_ask_for_localizer(void);

/* Why this database is not localized yet, or NULL; palloc'd. */
extern char *qsrepl_localizer_problem(void);

#endif							/* QSREPL_LOCALIZER_H */
