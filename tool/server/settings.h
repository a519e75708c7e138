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

/* Add a line "name = 'value'", quoted as PostgreSQL reads it. */
extern void server_setting_add(Text *text, const char *name,
							   const char *value);

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

/*
 * server_settings_write, server_include_write
 *		Bring the settings file, or postgresql.conf at config_file, into the
 *		state that the functions above give; a file that is so already is left.
 *
 * in:  look_only: write nothing
 * out: *same: it was so before
 */
extern bool server_settings_write(const Config *config,
								  const ConfigSite *site,
								  const ConfigSite *peer, bool look_only,
								  bool *same, Error *error);
extern bool server_include_write(const Config *config,
								 const ConfigSite *site,
								 const char *config_file, bool look_only,
								 bool *same, Error *error);

/* The settings file of a standby that is to get no log for now. */
extern bool server_settings_hold(const Config *config, const ConfigSite *site,
								 const ConfigSite *peer, Error *error);

/* The same: without the line that includes any site's settings file. */
extern bool server_include_remove(const Config *config,
								  const char *config_file, bool look_only,
								  bool *same, Error *error);

#endif							/* SERVER_SETTINGS_H */
