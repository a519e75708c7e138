/*
 * closed.h
 *		A site's server started so that only this machine reaches it.
 */
#ifndef SERVER_CLOSED_H
#define SERVER_CLOSED_H

#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"

/* The site as server_connect() reaches it then; shares the site's strings. */
extern ConfigSite server_closed_place(const ConfigSite *site);

/*
 * server_start_closed
 *		Start a server on the drill's port and on the loopback address alone:
 *		to look at its data, or to fence it, before anybody else can.
 */
extern bool server_start_closed(const Config *config, const ConfigSite *site,
								Error *error);

#endif							/* SERVER_CLOSED_H */
