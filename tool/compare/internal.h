/*
 * internal.h
 *		What the files of this folder share.
 *
 * In pairs, [0] is the active site and [1] the passive one.
 */
#ifndef COMPARE_INTERNAL_H
#define COMPARE_INTERNAL_H

#include "base/text.h"
#include "compare/compare.h"
#include "pg/connection.h"
#include "pg/query.h"
#include "progress/progress.h"

#define ACTIVE 0
#define PASSIVE 1

/* Keys of more columns than PostgreSQL allows do not exist. */
#define KEY_COLUMNS 32

/* A database that is compared. */
typedef struct Comparison
{
	const Config *config;
	const CompareOptions *options;
	const ConfigSite *sites[2];
	PgConnection *sessions[2];
	CompareDatabase *database;
	Arena	   *arena;			/* the report's */
	Arena		scratch;		/* until the end of a table */
	bool	   *found;			/* which of options->tables */
	Progress   *progress;
	int64_t		done;			/* rows of the active site that were hashed */
	int64_t		expected;		/* about how many there are */
	bool		recoding;		/* the databases have not the same encoding */
	bool		reading;		/* between sides_begin() and sides_end() */
	const char *slots;			/* of the passive site's subscriptions, and
								 * their publications: arrays as text; or NULL */
	const char *publications;
	bool		standby;		/* the passive site is one */
} Comparison;

/* A column, as both sites have it. */
typedef struct Column
{
	const char *name;
	const char *quoted;
	const char *types[2];		/* NULL: it is not there */
	const char *collations[2];	/* with what tells it from others; or NULL */
	const char *expressions[2]; /* its value, at the active site rewritten */
	bool		ruled;
	bool		generated;
	bool		virtual;		/* never stored, so never compared */
	bool		custom;			/* of a type that somebody has made, whose
								 * casts are theirs: they are not run */
	int			keys[2];		/* its place in the key from 1 on; 0: none */
} Column;

/* A table under comparison. */
typedef struct Table
{
	CompareTable *result;
	const char *source[2];		/* behind FROM: "ONLY s.t t" */
	int64_t		estimate;
	Column	   *columns;
	size_t		n_columns;
	bool		partitioned;
	bool		ruled;
	const Column *key[KEY_COLUMNS];
	int			n_keys;
	/* SQL, a side each */
	const char *row[2];			/* the compared columns as one text */
	const char *hash[2];		/* of it, a bigint */
	const char *id[2];			/* the key as a JSON array of texts, or the
								 * hash */
} Table;

typedef enum CandidateFate
{
	CANDIDATE_OPEN,				/* not looked up, or it went on changing */
	CANDIDATE_SAME,
	CANDIDATE_DIFFERS
} CandidateFate;

/* A row that may differ. */
typedef struct Candidate
{
	const char *id;
	const char *was[2];			/* count:hash/versions; NULL: not there */
	const char *now[3];			/* active, passive, active site again */
	int			rounds;			/* that found the same difference */
	CandidateFate fate;
} Candidate;

/* Grows; the strings are in the arena, all else is freed at once. */
typedef struct Candidates
{
	Candidate  *list;
	size_t		n;
	size_t		capacity;
	Arena		arena;
} Candidates;

/* (id, hash) of the rows of a range at a site. */
typedef struct Pair
{
	const char *id;
	const char *hash;
} Pair;

typedef struct Pairs
{
	Pair	   *list;
	size_t		n;
	size_t		capacity;
	Arena		arena;
} Pairs;

/* How many rows, and the sum of their hashes. */
typedef struct Sum
{
	int64_t		rows;
	char		hashes[64];
} Sum;

/* sides.c: both sites' connections */
extern bool sides_open(Comparison *comparison, Error *error);
extern void sides_close(Comparison *comparison);
extern bool sides_begin(Comparison *comparison, Error *error);
extern void sides_end(Comparison *comparison);
extern bool sides_retry(Comparison *comparison, int *attempts,
						Error *error);
extern bool sides_ask(Comparison *comparison, const char *const sql[2],
					  PgParameters parameters, PgRowFunction on_row,
					  void *const args[2], Error *error);
extern bool sides_rows(Comparison *comparison, int side, const char *sql,
					   PgParameters parameters, PgRowFunction on_row,
					   void *arg, Error *error);

/* replay.c: how far the passive site is */
extern bool compare_replay_look(Comparison *comparison, CompareReplay *replay,
								Error *error);
extern bool compare_replay_wait(Comparison *comparison, Error *error);
extern bool compare_replay_begin(Comparison *comparison, Error *error);

/* catalog.c: the tables of both sites */
extern bool compare_catalog(Comparison *comparison, Table **tables, size_t *n,
							Error *error);

/* columns.c: their columns */
extern bool compare_columns(Comparison *comparison, Table *tables, size_t n,
							Error *error);

/* expression.c: what is compared, as SQL */
extern void expression_make(Comparison *comparison, Table *table);
extern const char *expression_hash(Comparison *comparison,
								   const char *text);
extern const char *expression_key(Comparison *comparison, const Table *table,
								  int side);
extern bool expression_is_compared(const Table *table, const Column *column);

/* ranges.c, buckets.c: which rows may differ */
extern bool ranges_sweep(Comparison *comparison, const Table *table,
						 Candidates *candidates, Error *error);
extern bool buckets_sweep(Comparison *comparison, const Table *table,
						  Candidates *candidates, Error *error);

/* pairs.c */
extern bool pairs_take(void *arg, const PgRow *row, Error *error);
extern void pairs_merge(Pairs pairs[2], Candidates *candidates);
extern void pairs_free(Pairs *pairs);

/* candidates.c */
extern void candidates_add(Candidates *candidates, const char *id);
extern void candidates_free(Candidates *candidates);

/* An array of texts as PostgreSQL writes it; ended before it is used. */
extern void id_array_add(Text *array, const char *element);
extern void id_array_end(Text *array);

/* lookup.c: rows by their ids, which are $1 */
extern const char *lookup_where(Comparison *comparison, const Table *table,
								int side);
extern bool lookup_states(Comparison *comparison, const Table *table,
						  Candidate **batch, size_t n, int which,
						  Error *error);

/* recheck.c: which candidates do differ; only those are left */
extern bool compare_recheck(Comparison *comparison, const Table *table,
							Candidates *candidates, Error *error);

/* rows.c: what is told of them */
extern bool compare_rows(Comparison *comparison, const Table *table,
						 const Candidates *candidates, Error *error);

#endif							/* COMPARE_INTERNAL_H */
