/*
 * reach.h
 *		Logging in as replication does.
 */
#ifndef SERVER_REACH_H
#define SERVER_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/config.h"

/* Who logs in where; read during the call. */
typedef struct ServerReach
{
	const Config *config;
	const ConfigSite *here;		/* this machine's: its programs, its server's
								 * user and password file */
	const ConfigSite *site;		/* where to */
	const ConfigSite *from;		/* the site that would replicate, for the hint */
	const char *const *databases;	/* in logical mode: those that are there */
	size_t		n_databases;
} ServerReach;

/*
 * server_reach
 *		Log in at a site as the replication role, by psql: for the whole server,
 *		or, in logical mode, to each database that is replicated.
 *
 * errors: the server's words, with the lines that pg_hba.conf needs
 */
extern bool server_reach(const ServerReach *reach, Error *error);

#endif							/* SERVER_REACH_H */
