/*
 * print.h
 *		A sync in words, and as a document.
 */
#ifndef CMD_SHARE_PRINT_H
#define CMD_SHARE_PRINT_H

#include <jansson.h>

#include "base/error.h"
#include "share/sync.h"

/* What would be done, with the names that one should look at. */
extern void share_print_plan(const ShareSync *sync);

/* What was done. */
extern void share_print_done(const ShareSync *sync);

/* What everybody must know of, though it is no error. */
extern void share_print_warnings(const ShareSync *sync);

/* Both; error: its message, or none. */
extern json_t * share_as_json(const ShareSync *sync, ShareOutcome outcome,
							  const Error *error);

/* "synchronized", "partial", ... */
extern const char *share_outcome_word(ShareOutcome outcome);

#endif							/* CMD_SHARE_PRINT_H */
