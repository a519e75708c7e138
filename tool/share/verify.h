/*
 * verify.h
 *		Both shares against each other, and each site's rows against its files.
 *
 * Nothing is written.  What a site does not tell is told as that, and what can
 * be found out without it is.
 */
#ifndef SHARE_VERIFY_H
#define SHARE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "share/access.h"
#include "share/content.h"
#include "share/diff.h"
#include "share/direction.h"
#include "share/rows.h"
#include "site/content.h"

/* What is wanted; read during the call. */
typedef struct ShareVerifyOrder
{
	const Config *config;
	const ConfigShare *share;
	bool		hash;			/* compare content, too */
	int64_t		end;			/* by plat_clock_ms(); 0: no deadline */

	/* Of each site, in the configuration's order; NULL: to be read. */
	const SiteContent *contents;

	/* NULL: to be found; with site NULL: it is not known */
	const ShareDirection *direction;
} ShareVerifyOrder;

/* A site's share. */
typedef struct ShareSide
{
	const ConfigSite *site;
	ShareAccess access;
	ShareList	list;
	const char *problem;		/* why it could not be listed; NULL: it was */
	const char *hint;			/* or NULL */
	SiteContent content;
	bool		rows_known;		/* rows is filled */
	ShareRows	rows;
} ShareSide;

typedef enum ShareEquality
{
	SHARE_EQUAL,
	SHARE_DIFFERENT,
	SHARE_NOT_KNOWN				/* something could not be read, and what was
								 * does not differ */
} ShareEquality;

typedef struct ShareVerify
{
	const ConfigShare *share;
	ShareRules	rules;
	ShareDirection direction;	/* from NULL: it is not known */
	const char *no_direction;	/* why; or NULL */
	ShareSide	sides[2];		/* the active site's first */
	bool		compared;		/* diff is filled */
	ShareDiff	diff;			/* from sides[0] to sides[1] */
	size_t		twins;			/* names that cannot be at both, for their
								 * case */
	int64_t		age_ms;			/* of the newest difference; -1: there is
								 * none, or its time is not known */
	int64_t		oldest_ms;		/* of the oldest one */
	/* with hash */
	bool		hashed;			/* all that could be was */
	const char *no_hash;		/* why not; or NULL */
	SharePairs	pairs;
	size_t		unequal;		/* same size and time, other content */
	size_t		touched;		/* other time, same content: no difference */
	size_t		unreadable;		/* one of both could not be read */
	ShareEquality equality;
	int64_t		took_ms;
	Arena		arena;
} ShareVerify;

/* out: *verify: freed with share_verify_free() */
extern void share_verify(const ShareVerifyOrder *order, ShareVerify *verify);
extern void share_verify_free(ShareVerify *verify);

/*
 * share_root_of_rows
 *		A share's root as the rows of a site have it: the value of its mapping,
 *		or the site's root where that is none; NULL: neither.
 */
extern const char *share_root_of_rows(const Config *config,
									  const ConfigShare *share,
									  const ConfigSite *site);

/* Differences that a sync would mend, in files. */
extern size_t share_verify_differences(const ShareVerify *verify);

#endif							/* SHARE_VERIFY_H */
