/*
 * share.h
 *		The verbs of "qsrepl share".
 */
#ifndef CMD_SHARE_SHARE_H
#define CMD_SHARE_SHARE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

/* As on the command line; NULL where an option was not given. */
typedef struct ShareSyncRequest
{
	const char *file;
	const char **shares;		/* none: all */
	size_t		n_shares;
	const char *max_change;		/* percent */
	const char *accept_change;	/* files */
	const char *watch;			/* seconds */
	bool		initial;
	bool		dry_run;
	bool		yes;
	bool		json;
} ShareSyncRequest;

/*
 * share_names_known
 *		Are there shares, and those that were named?
 *
 * out: *code: where it is false, which was printed
 */
extern bool share_names_known(const Config *config, const char *const *names,
							  size_t n, int *code);

/* Once, or again and again with watch; the exit code. */
extern int	cmd_share_sync(const ShareSyncRequest *request);

#endif							/* CMD_SHARE_SHARE_H */
