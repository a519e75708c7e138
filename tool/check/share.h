/*
 * share.h
 *		What the parts of the concern "share" have in common; private to this
 *		folder.
 */
#ifndef CHECK_SHARE_H
#define CHECK_SHARE_H

#include "check/internal.h"
#include "share/access.h"
#include "share/direction.h"
#include "site/content.h"

/* A share under a check. */
typedef struct CheckShare
{
	CheckRun   *run;
	const ConfigShare *share;
	ShareRules	rules;
	ShareDirection direction;	/* from NULL: it is not known */
	const char *no_direction;	/* why; or NULL */
	ShareAccess *ways;			/* of each site */
	bool	   *open;			/* is the way there? */
} CheckShare;

/* "site A, share content", or "share content" where site is NULL */
extern const char *check_share_object(const CheckShare *check,
									  const ConfigSite *site);

/* A failed step as a finding; site may be NULL; the error is freed. */
extern void check_share_problem(const CheckShare *check,
								const ConfigSite *site, unsigned blocks,
								Error *error);

/* What a share replicates, markers and the age of the last sync. */
extern void check_share_markers(const CheckShare *check);

/* Of a share that something else replicates: the canary's age. */
extern void check_share_canary(const CheckShare *check);

/* The file systems of the roots that this machine has. */
extern void check_share_mounts(const CheckShare *check);

/* Lists, and rows with their files; contents: of each site. */
extern void check_share_files(const CheckShare *check,
							  const SiteContent *contents);

/* The service account at this machine's site. */
extern void check_share_accounts(CheckRun *run, const SiteContent *content);

#endif							/* CHECK_SHARE_H */
