/*
 * compare.h
 *		Both sites' databases, row by row, with the rules applied.
 *
 * The active site's values are rewritten as the passive site is to show or
 * store them; what differs then is a real difference.
 */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"

typedef struct CompareOptions
{
	const char *const *databases;	/* n_databases 0: all configured ones */
	size_t		n_databases;
	const char *const *tables;	/* n_tables 0: all */
	size_t		n_tables;
	int64_t		chunk;			/* rows a range, from 1 on */
	int64_t		limit;			/* rows to list a table */
} CompareOptions;

typedef enum CompareKind
{
	COMPARE_MISSING,			/* the passive site does not have it */
	COMPARE_EXTRA,				/* the active site does not have it */
	COMPARE_DIFFERING
} CompareKind;

/* A column of a row that differs; the values are shortened, NULL is null. */
typedef struct CompareValue
{
	const char *column;
	const char *active;			/* rewritten for the passive site */
	const char *passive;
} CompareValue;

typedef struct CompareRow
{
	CompareKind kind;
	const char *key;			/* a JSON object; NULL: the table has no key */
	const char *content;		/* the row, shortened, where it has none */
	int64_t		count;			/* of rows that are the same, else 1 */
	CompareValue *values;		/* of COMPARE_DIFFERING */
	size_t		n_values;
} CompareRow;

/* How the rows of a table were found. */
typedef enum CompareMethod
{
	COMPARE_BY_RANGES,			/* of keys, by an index */
	COMPARE_BY_BUCKETS,			/* of hashed keys, reading the whole table */
	COMPARE_BY_ROWS				/* no key: hashed rows, each as often as it is
								 * there */
} CompareMethod;

typedef struct CompareTable
{
	const char *name;			/* quoted where it has to be */
	const char *left_out;		/* why it was not compared; NULL: it was */
	bool		absent[2];		/* at the active, at the passive site: a
								 * difference, too */
	CompareMethod method;
	const char *why;			/* not by ranges; or NULL */
	const char **notes;			/* columns that differ: a difference, too */
	size_t		n_notes;
	int64_t		rows[2];
	int64_t		totals[3];		/* of each CompareKind */
	int64_t		changing;		/* rows that did not hold still */
	CompareRow *list;			/* the first ones, at most limit */
	size_t		n_list;
} CompareTable;

/* How far the passive site was. */
typedef struct CompareReplay
{
	const char *active;			/* LSN */
	const char *passive;		/* LSN, or NULL */
	int64_t		bytes;			/* behind; -1: unknown */
	double		seconds;		/* -1: unknown */
} CompareReplay;

typedef struct CompareDatabase
{
	const char *name;
	const char *error;			/* NULL: all of it was compared */
	const char *replication;	/* physical, logical, none */
	CompareReplay begin;
	CompareReplay end;
	bool		behind;			/* it did not catch up: differences may be in
								 * flight only */
	CompareTable *tables;
	size_t		n_tables;
	int64_t		retries;		/* ranges that were read again */
	bool		differs;
} CompareDatabase;

typedef struct CompareReport
{
	const char *active;			/* the sites' names */
	const char *passive;
	CompareDatabase *databases;
	size_t		n;
	bool		differs;
	bool		failed;			/* a database has an error */
	Arena		arena;
} CompareReport;

typedef enum CompareResult
{
	COMPARE_DONE,				/* perhaps with differences, or failed */
	COMPARE_WRONG,				/* an option names what does not exist */
	COMPARE_UNREACHABLE			/* no two sites to compare */
} CompareResult;

/*
 * compare_run
 *		Compare the sites.  Reads only, but for marks in the active site's log
 *		by which it is known what the passive one has replayed.
 *
 * out:    *report, to be freed with compare_free() whatever is returned
 * errors: unless COMPARE_DONE
 */
extern CompareResult compare_run(const Config *config,
								 const CompareOptions *options,
								 CompareReport *report, Error *error);
extern void compare_free(CompareReport *report);

/* Is anything in a table, or a table itself, not the same? */
extern bool compare_table_differs(const CompareTable *table);

#endif							/* COMPARE_COMPARE_H */
