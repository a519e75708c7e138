/*
 * settings.h
 *		The file with what differs between the sites' servers, which lies
 *		outside of the data directory, and the line that includes it.
 */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"

/* The name of the slot that a site's server takes; in the arena. */
extern const char *server_slot(const Config *config, const ConfigSite *site,
							   Arena *arena);

/*
 * server_subscription
 *		In logical mode: the name of a site's subscription in a database, which
 *		is that of its slot at the publisher, too; in the arena.
 */
extern const char *server_subscription(const Config *config,
									   const ConfigSite *site,
									   const char *database, Arena *arena);

/*
 * server_settings_add
 *		The content of a site's settings file: its name and port; in physical
 *		mode also its peer, and where it gets the log from while it is a
 *		standby.
 *
 * in:  peer: the other site
 */
extern void server_settings_add(Text *text, const Config *config,
								const ConfigSite *site,
								const ConfigSite *peer);

/*
 * server_include_add
 *		The content of postgresql.conf, with the line behind it that includes
 *		the site's settings file, and without those that include another
 *		site's.
 */
extern void server_include_add(Text *text, const char *content,
							   const Config *config, const ConfigSite *site);

/* Is the file there with this content? */
extern bool server_file_is(const char *path, const Text *content,
						   bool *same, Error *error);

#endif							/* SERVER_SETTINGS_H */
