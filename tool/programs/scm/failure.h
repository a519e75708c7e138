/*
 * failure.h
 *		Why a node cannot be worked with: what ends a run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_FAILURE_H
#define SCM_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef enum FailureKind
{
	FAILURE_NONE,
	FAILURE_LOGON,				/* the account; trying again may lock it */
	FAILURE_UNREACHABLE,		/* no connection, or no answer in time */
	FAILURE_DENIED,				/* logged on, but not allowed */
	FAILURE_PROTOCOL			/* the answer makes no sense */
} FailureKind;

/* Begins as {FAILURE_NONE, 0, NULL}. */
typedef struct Failure
{
	FailureKind kind;
	uint32_t	code;			/* NT status of a logon, Win32 code of a
								 * denial, fault of a call, errno; or 0 */
	char	   *text;			/* its own: failure_free() */
} Failure;

/*
 * failure_set
 *		Fill a failure, unless there is one already: the first tells the cause.
 *
 * out: always false, for "return failure_set(...)"
 */
extern bool failure_set(Failure *failure, FailureKind kind, uint32_t code,
						const char *format,...) TEXT_PRINTF(4, 5);

/* "logon", "unreachable", "denied", "protocol" */
extern const char *failure_word(FailureKind kind);
extern void failure_free(Failure *failure);

#endif							/* SCM_FAILURE_H */
