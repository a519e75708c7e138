/*
 * target.h
 *		Connection strings for the sites' servers.
 */
#ifndef SERVER_TARGET_H
#define SERVER_TARGET_H

#include <stdbool.h>

#include "base/arena.h"
#include "config/config.h"
#include "pg/connection.h"

/*
 * server_conninfo
 *		A connection string for a site, in the arena, without a password.
 *
 * in:  role: who logs in; NULL: the site's superuser
 */
extern const char *server_conninfo(const Config *config,
								   const ConfigSite *site, const char *role,
								   Arena *arena);

/* The same with a database. */
extern const char *server_conninfo_of(const Config *config,
									  const ConfigSite *site,
									  const char *role, const char *database,
									  Arena *arena);

/*
 * server_connect
 *		Connect to a database of a site as its superuser.
 *
 * in:  dbname: NULL: the maintenance database
 */
extern PgConnection *server_connect(const Config *config,
									const ConfigSite *site,
									const char *dbname, Error *error);

#endif							/* SERVER_TARGET_H */
