/*
 * insight.h
 *		What the extension finds in a database.
 */
#ifndef SITE_INSIGHT_H
#define SITE_INSIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"

/* A row of qsrepl.check(). */
typedef struct SiteProblem
{
	const char *severity;		/* error or warning */
	const char *object;
	const char *problem;
	const char *hint;
} SiteProblem;

typedef struct SiteInsight
{
	const ConfigSite *site;
	const char *database;
	const char *error;			/* NULL: all of it was read */
	SiteProblem *problems;
	size_t		n_problems;
	int64_t		leaks;			/* how many values; -1: not counted */
	const char *needless;		/* mappings equal at all sites; NULL: none */
} SiteInsight;

/*
 * site_insight_read
 *		Ask a database; counting leaks reads its ruled tables.
 *
 * out:    *insight, in the arena
 */
extern void site_insight_read(const Config *config, const ConfigSite *site,
							  const char *database, Arena *arena,
							  SiteInsight *insight);

#endif							/* SITE_INSIGHT_H */
