/*
 * rules.h
 *		The verbs of "qsrepl rules".
 */
#ifndef CMD_RULES_H
#define CMD_RULES_H

#include <stdbool.h>

/*
 * Run a case file; prints each mismatch and "N passed, N failed", or one JSON
 * document.
 */
extern int	cmd_rules_test(const char *path, bool json);

/* Rewrite the lines of standard input to standard output. */
extern int	cmd_rules_rewrite(const char *path, const char *site,
							  const char *form);

#endif							/* CMD_RULES_H */
