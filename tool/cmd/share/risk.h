/*
 * risk.h
 *		What a failover would lose of the content of file shares, as far as the
 *		site that takes over can tell.
 */
#ifndef CMD_SHARE_RISK_H
#define CMD_SHARE_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/config.h"

/* So many rows that lack their file are named. */
#define SHARE_RISK_EXAMPLES 3

/* Of a share at the site that is to take over. */
typedef struct ShareRisk
{
	const ConfigShare *share;
	int64_t		since_ms;		/* since 1970: what the other site has changed
								 * since then is not here; -1: not known */
	int64_t		behind_ms;		/* how long that is; -1: not known */
	bool		by_canary;		/* something else replicates it */
	bool		incomplete;		/* the last synchronization was */
	const char *problem;		/* why since_ms is not known; or NULL */
	size_t		missing;		/* rows without their file */
	size_t		older;			/* rows whose file is older */
	const char *examples[SHARE_RISK_EXAMPLES];	/* files of missing ones */
	const char *no_rows;		/* why that is not known; or NULL */
} ShareRisk;

/*
 * share_risks_read
 *		Ask the site; one element a share, in the arena.
 */
extern const ShareRisk *share_risks_read(const Config *config,
										 const ConfigSite *site,
										 Arena *arena);

/*
 * share_risk_describe
 *		Sentences for people, a line each, without a line break at the end.
 *
 * in: from: the other site
 */
extern void share_risk_describe(const ShareRisk *risk, const ConfigSite *from,
								const ConfigSite *site, Text *text);

/* Is no share behind for longer?  Not where that is not known. */
extern bool share_risks_covered(const Config *config, const ShareRisk *risks,
								int64_t ms);

/* An array of objects. */
extern json_t * share_risks_as_json(const Config *config,
									const ShareRisk *risks);

#endif							/* CMD_SHARE_RISK_H */
