/*
 * init.h
 *		"qsrepl init": write a configuration file.
 */
#ifndef CMD_INIT_H
#define CMD_INIT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct InitRequest
{
	const char *file;			/* where it goes */
	const char *site;			/* the local one; NULL: not told */
	const char *sites;			/* all names, with blanks between */
	const char *mode;			/* NULL: not told */
	const char *const *sets;	/* "SECTION:KEY=VALUE" */
	size_t		n_sets;
	const char *recovery_key;	/* file for a new recovery key; or NULL */
	const char *passphrase_file;	/* for it; or NULL */
	bool		yes;			/* overwrite, and ask nothing */
	bool		dry_run;		/* print it instead */
	bool		json;
} InitRequest;

/* Ask for what is missing, and write the file; the exit code. */
extern int	cmd_init(const InitRequest *request);

#endif							/* CMD_INIT_H */
