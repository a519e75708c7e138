/*
 * words.h
 *		The numbers of the service control manager in words, and back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_WORDS_H
#define SCM_WORDS_H

#include "programs/scm/scmr.h"

/* "running", or NULL where it is no state. */
extern const char *words_state(uint32_t state);

/* "auto", "delayed", or NULL. */
extern const char *words_start(uint32_t start, bool delayed);

/* The start type that a word means; false: none. */
extern bool words_take_start(const char *word, ScmrStart *start,
							 bool *delayed);

/*
 * words_error
 *		The name of a Win32 error code, as "ERROR_SERVICE_DISABLED"; an
 *		unlisted one is "ERROR".
 */
extern const char *words_error(uint32_t code);

#endif							/* SCM_WORDS_H */
