/*
 * journal.h
 *		A plan's journal, mirrored into a database: qsrepl.journal(run text,
 *		line integer, entry jsonb), with the primary key (run, line).
 *
 * The functions fit the members of PlanMirror (plan/mirror.h); arg is the
 * PgConnection.
 */
#ifndef PG_JOURNAL_H
#define PG_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/*
 * Store lines of a run, from a number on, in one transaction.  With a run's
 * first line all but the newest 50 runs are deleted.
 */
extern bool pg_journal_store(void *arg, const char *run, size_t first,
							 const char *const *entries, size_t count,
							 Error *error);

/*
 * The lines of a run (NULL: of the one that was begun last), a line feed behind
 * each.
 */
extern bool pg_journal_load(void *arg, const char *run, Text *lines,
							Error *error);

#endif							/* PG_JOURNAL_H */
