/*
 * share.h
 *		A share whose content a restore replaces.
 */
#ifndef CMD_RESTORE_SHARE_H
#define CMD_RESTORE_SHARE_H

#include "cmd/restore/work.h"
#include "exchange/exchange.h"
#include "share/diff.h"

typedef struct RestoreShare
{
	const ConfigShare *share;
	const SnapshotShare *from;	/* NULL: the snapshot was not read */
	const char *prefix;			/* of its paths in the snapshot; "" or with a
								 * '/' at the end */
	const char *root;			/* at the site that is restored */
	ExchangePlace place;
} RestoreShare;

/* What is there, what is to be there, and what differs. */
typedef struct RestoreSurvey
{
	ShareRules	rules;
	ShareList	source;
	ShareList	target;
	ShareDiff	diff;
} RestoreSurvey;

/* Compare; freed with restore_survey_free(), also after an error. */
extern bool restore_survey(Restore *restore, const RestoreShare *share,
						   RestoreSurvey *survey, Error *error);
extern void restore_survey_free(RestoreSurvey *survey);

/*
 * restore_check_change
 *		Whether it would remove, or replace by older ones, more files than is in
 *		order.
 */
extern bool restore_check_change(Restore *restore, const RestoreShare *share,
								 const RestoreSurvey *survey, Error *error);

#endif							/* CMD_RESTORE_SHARE_H */
