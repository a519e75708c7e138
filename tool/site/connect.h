/*
 * connect.h
 *		Connections to the sites of the configuration.
 */
#ifndef SITE_CONNECT_H
#define SITE_CONNECT_H

#include <stdint.h>

#include "base/error.h"
#include "config/config.h"
#include "pg/connection.h"

/*
 * site_connect
 *		Connect to a database of a site as its superuser.
 *
 * in:     end: by plat_clock_ms(), for connecting and for each statement
 * out:    the connection, closed with pg_close(); NULL on an error.  Ctrl-C
 *         ends what is under way: only for what reads.
 */
extern PgConnection *site_connect(const Config *config,
								  const ConfigSite *site, const char *dbname,
								  int64_t end, Error *error);

/*
 * site_connect_as
 *		The same as another role.
 */
extern PgConnection *site_connect_as(const Config *config,
									 const ConfigSite *site,
									 const char *user, const char *dbname,
									 int64_t end, Error *error);

#endif							/* SITE_CONNECT_H */
