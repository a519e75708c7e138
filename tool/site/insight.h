/*
 * insight.h
 *		What the extension finds in a database.
 */
#ifndef SITE_INSIGHT_H
#define SITE_INSIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "pg/connection.h"

/* A row of qsrepl.check(). */
typedef struct SiteProblem
{
	const char *severity;		/* error or warning */
	const char *object;
	const char *problem;
	const char *hint;
} SiteProblem;

/* A row of qsrepl.scan(). */
typedef struct SiteScan
{
	const char *column;			/* relation.column */
	int64_t		count;			/* values */
} SiteScan;

/* What to ask besides qsrepl.check(). */
enum SiteInsightParts
{
	SITE_LEAKS = 1 << 0,		/* the server is a primary: count leaks */
	SITE_DEFINITIONS = 1 << 1,	/* the active site: mappings, keys, scan() */
};

typedef struct SiteInsight
{
	const ConfigSite *site;
	const char *database;
	const char *error;			/* NULL: all of it was read */
	SiteProblem *problems;
	size_t		n_problems;
	int64_t		leaks;			/* how many values; -1: not counted */
	/* of the active site */
	const char *needless;		/* mappings equal at all sites; NULL: none */
	const char *differing;		/* mappings that the configuration has, and
								 * the database has not or otherwise; NULL:
								 * none */
	int64_t		keyless;		/* tables without a primary key */
	const char *keyless_names;	/* some of them; or NULL */
	SiteScan   *scan;			/* columns that lack a rule */
	size_t		n_scan;
	int			scan_ms;		/* how long that took */
	bool		scan_cut;		/* too long */
	const char *scan_error;		/* or NULL */
} SiteInsight;

/*
 * site_insight_read
 *		Ask a database; counting leaks reads its ruled tables, scan() the
 *		others.
 *
 * in:     config: whose mappings the database should have
 *         parts: of enum SiteInsightParts
 *         scan_ms: how long scan() may take, more than 0
 * out:    *insight, in the arena; site and database are set by the caller.
 *         The connection is of no use afterwards.
 */
extern void site_insight_read(PgConnection *connection, const Config *config,
							  unsigned parts, int scan_ms, Arena *arena,
							  SiteInsight *insight);

#endif							/* SITE_INSIGHT_H */
