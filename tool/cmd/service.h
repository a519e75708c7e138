/*
 * service.h
 *		The verbs of "qsrepl service".
 */
#ifndef CMD_SERVICE_H
#define CMD_SERVICE_H

#include <stdbool.h>

/* What the command line says. */
typedef struct ServiceCall
{
	const char *file;			/* the configuration */
	const char *verb;			/* "list", "stop", ... */
	const char *site;			/* NULL: all sites, for what only looks */
	const char *node;			/* NULL: all of them */
	bool		force;
	bool		no_probe;
	bool		dry_run;
	bool		yes;
	bool		json;
} ServiceCall;

/* Look at services, or change them, and print a table; an exit code. */
extern int	cmd_service(const ServiceCall *call);

/* What a session of a node runs: "service work". */
extern int	cmd_service_work(const char *file, const char *node);

#endif							/* CMD_SERVICE_H */
