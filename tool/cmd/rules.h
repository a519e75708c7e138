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

/* What is asked of a site's databases. */
typedef struct RulesRequest
{
	const char *file;			/* the configuration */
	const char *view;			/* preview, scan or leaks */
	const char *site;			/* NULL: this machine's */
	const char *database;		/* NULL: all of the configuration */
	const char *relation;		/* as in SQL; NULL: all */
	bool		json;
} RulesRequest;

/* Print what the extension's function of that name finds. */
extern int	cmd_rules_view(const RulesRequest *request);

#endif							/* CMD_RULES_H */
