/*
 * define.h
 *		What the configuration says, in a database.
 */
#ifndef CMD_DEFINE_H
#define CMD_DEFINE_H

#include "config/config.h"
#include "pg/connection.h"

/* Create the extension, where it is not there. */
extern bool define_extension(PgConnection *connection, Error *error);

/*
 * define_mappings
 *		Sites and mappings, as a whole; values that were current before stay as
 *		former ones, which are rewritten, too.
 */
extern bool define_mappings(const Config *config, PgConnection *connection,
							Error *error);

/* Load the rules of the profile. */
extern bool define_profile(const Config *config, PgConnection *connection,
						   Error *error);

#endif							/* CMD_DEFINE_H */
