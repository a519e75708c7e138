/*
 * scripts.h
 *		The scripts' texts, which scripts/embed makes part of the tool.
 */
#ifndef POWERSHELL_SCRIPTS_H
#define POWERSHELL_SCRIPTS_H

#include <stddef.h>

typedef struct PowershellScript
{
	const char *name;			/* of the file, without ".ps1" */
	const unsigned char *text;	/* ASCII */
	size_t		len;			/* bytes */
} PowershellScript;

/* A NULL name ends them. */
extern const PowershellScript powershell_scripts[];

#endif							/* POWERSHELL_SCRIPTS_H */
