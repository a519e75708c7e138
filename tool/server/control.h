/*
 * control.h
 *		Starting and stopping the server of this machine's site, and PostgreSQL's
 *		own programs.
 */
#ifndef SERVER_CONTROL_H
#define SERVER_CONTROL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"

/*
 * server_start, server_stop
 *		Start or stop a server as the configuration says (server_control), and
 *		wait until that is done.  Stopping one that does not run is no error.
 */
extern bool server_start(const Config *config, const ConfigSite *site,
						 Error *error);
extern bool server_stop(const Config *config, const ConfigSite *site,
						Error *error);

/* Does it run, as far as its data directory tells? */
extern bool server_runs(const ConfigSite *site, bool *runs, Error *error);

/* One of PostgreSQL's programs with its path; in the arena. */
extern const char *server_program(const ConfigSite *site, const char *name,
								  Arena *arena);

/*
 * server_argv
 *		An argument vector that is run as the server's user, where that is not
 *		ours; room for SERVER_AS_WORDS further words and a NULL.
 *
 * out: how many words have been put into argv
 */
#define SERVER_AS_WORDS 4
extern int	server_argv(const ConfigSite *site, const char *const *words,
						const char **argv);

#endif							/* SERVER_CONTROL_H */
