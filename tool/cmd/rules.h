/*
 * rules.h
 *		The verbs of "qsrepl rules".
 */
#ifndef CMD_RULES_H
#define CMD_RULES_H

#include <stddef.h>

/* Run a case file; prints each mismatch and "N passed, N failed". */
extern int	cmd_rules_test(const char *path);

/* Rewrite the lines of standard input to standard output. */
extern int	cmd_rules_rewrite(const char *path, const char *site,
							  const char *form);

#endif							/* CMD_RULES_H */
