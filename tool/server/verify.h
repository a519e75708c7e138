/*
 * verify.h
 *		What a server that does not run would read from its configuration.
 */
#ifndef SERVER_VERIFY_H
#define SERVER_VERIFY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"

/*
 * server_config_file
 *		Where the site's postgresql.conf is; in the arena.
 */
extern bool server_config_file(const ConfigSite *site, Arena *arena,
							   const char **path, Error *error);

/*
 * server_will_read
 *		The value of a setting that the server's own program would use.
 *
 * out: *value, in the arena
 */
extern bool server_will_read(const ConfigSite *site, const char *name,
							 Arena *arena, const char **value, Error *error);

/*
 * server_verify
 *		Whether the server would start as its site, with its port, by its slot
 *		and with the extension's library; else the error says what is wrong.
 */
extern bool server_verify(const Config *config, const ConfigSite *site,
						  Error *error);

#endif							/* SERVER_VERIFY_H */
