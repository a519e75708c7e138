/*
 * reach.h
 *		Logging in as a standby does.
 */
#ifndef SERVER_REACH_H
#define SERVER_REACH_H

#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"

/*
 * server_reach
 *		Log in at a site as the replication role, by psql and as the user of
 *		the server at this machine's site, whose password file is used.
 *
 * in:     from: the site whose standby would, for the hint
 * errors: the server's words, with the lines that pg_hba.conf needs
 */
extern bool server_reach(const Config *config, const ConfigSite *here,
						 const ConfigSite *site, const ConfigSite *from,
						 Error *error);

#endif							/* SERVER_REACH_H */
