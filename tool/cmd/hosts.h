/*
 * hosts.h
 *		The verbs of "qsrepl hosts".
 */
#ifndef CMD_HOSTS_H
#define CMD_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct HostsCall
{
	const char *file;			/* the configuration */
	const char *site;			/* show: whose; NULL: this machine's */
	const char *const *nodes;	/* only these; n_nodes 0: all */
	size_t		n_nodes;
	bool		force;
	bool		dry_run;
	bool		yes;
	bool		json;
} HostsCall;

/* Each returns the exit code. */
extern int	cmd_hosts_show(const HostsCall *call);
extern int	cmd_hosts_check(const HostsCall *call);
extern int	cmd_hosts_apply(const HostsCall *call);

#endif							/* CMD_HOSTS_H */
