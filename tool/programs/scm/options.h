/*
 * options.h
 *		The command line of qsrepl-scm.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_OPTIONS_H
#define SCM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The strings are the command line's. */
typedef struct Options
{
	const char *host;			/* address or name */
	uint16_t	port;			/* 445 */
	const char *credentials;	/* a file; or NULL, with Kerberos */
	const char *keytab;			/* or NULL */
	const char *principal;		/* with the keytab */
	bool		kerberos;
	int			timeout_ms;		/* to connect, and of each answer */
} Options;

/*
 * options_take
 *		Take the command line; false where it is wrong, which is printed, or
 *		where help was asked for and printed.
 *
 * out: *exit_code: where it is false
 */
extern bool options_take(int argc, char **argv, Options *options,
						 int *exit_code);

#endif							/* SCM_OPTIONS_H */
