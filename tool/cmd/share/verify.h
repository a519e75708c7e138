/*
 * verify.h
 *		The verb "share verify".
 */
#ifndef CMD_SHARE_VERIFY_H
#define CMD_SHARE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "share/verify.h"

typedef struct ShareVerifyOptions
{
	const char *const *shares;	/* names */
	size_t		n_shares;		/* 0: all */
	bool		hash;
	size_t		limit;			/* differences that are named, a share */
	bool		json;
} ShareVerifyOptions;

/*
 * cmd_share_verify
 *		Compare the shares of both sites, and with what the databases say.
 *
 * in: limit: as on the command line, NULL: not given; options->limit is filled
 */
extern int	cmd_share_verify(const char *file, ShareVerifyOptions *options,
							 const char *limit);

/* What a child of "share verify --hash" does; started by the program alone. */
extern int	cmd_share_hash(const char *source, const char *target);

/* In verify_text.c and verify_json.c. */
extern void share_verify_print_text(const ShareVerify *verify, size_t limit);
extern void share_verify_print_json(const ShareVerify *verifies, size_t n,
									size_t limit);

/*
 * share_verify_items
 *		The differences to be named: those that a sync would mend, then those
 *		of content alone.
 *
 * in:  each: called with a word, a path and the entry at either side, which
 *      may be NULL; not more than limit times
 */
extern void share_verify_items(const ShareVerify *verify, size_t limit,
							   void (*each) (void *arg, const char *word,
											 const char *path,
											 const ShareEntry *source,
											 const ShareEntry *target),
							   void *arg);

#endif							/* CMD_SHARE_VERIFY_H */
