/*
 * active.h
 *		Which of the sites is the active one.
 */
#ifndef SITE_ACTIVE_H
#define SITE_ACTIVE_H

#include "config/config.h"
#include "site/server.h"
#include "site/status.h"

/*
 * site_active
 *		The server that takes the users' work: a primary that is not fenced, or
 *		else one that is; in logical mode one that subscribes to nothing.
 *
 * in:     servers, statuses: one element for each site of the configuration; a
 *         status is looked at only where the server answers
 * out:    one of servers; NULL: none answers
 */
extern const SiteServer *site_active(const Config *config,
									 const SiteServer *servers,
									 const SiteStatus *statuses);

/* May a server be the active one, as far as its own word tells? */
extern bool site_may_be_active(const Config *config,
							   const SiteServer *server);

#endif							/* SITE_ACTIVE_H */
