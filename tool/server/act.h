/*
 * act.h
 *		What is done at the machine of a site's server: here, or by qsrepl at
 *		the other machine, which remote_command calls.
 *
 * Each act is idempotent.  A new one is a function and a line in act.c;
 * act_there.c has the way to the other machine.
 */
#ifndef SERVER_ACT_H
#define SERVER_ACT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "server/controldata.h"

/* The names of all acts, with blanks between. */
#define SERVER_ACTS "state start stop standby primary hold release fence reach"

/*
 * server_is_here
 *		Whether the site's server is on this machine, as far as the
 *		configuration tells.
 */
extern bool server_is_here(const Config *config, const ConfigSite *site);

/*
 * server_act
 *		Do something at a site's machine:
 *			start, stop		its server
 *			standby			what makes a server that does not run start as a
 *							standby: settings file, include line,
 *							standby.signal; verified
 *			primary			takes standby.signal away
 *			hold, release	the standby gets no log from its next reload on, or
 *							gets it again
 *			fence			close its server for all but superusers, started for
 *							that alone where it does not run
 *			reach			log in at the other site for replication
 *
 * errors: also where the machine cannot be reached, with the words of
 *         remote_command or of the qsrepl there
 */
extern bool server_act(const Config *config, const ConfigSite *site,
					   const char *act, Error *error);

/* The same for the act "state", which tells something. */
extern bool server_state(const Config *config, const ConfigSite *site,
						 Arena *arena, ServerControlData *data,
						 Error *error);

/*
 * server_there_argv
 *		What starts the qsrepl of the other machine: remote_command and further
 *		words, of which the last is NULL.
 *
 * out: freed by the caller with free(); the words are not
 */
extern const char **server_there_argv(const ConfigSite *site,
									  const char *const *words);

/*
 * server_act_there
 *		Have an act done by the qsrepl of the other machine, which
 *		remote_command leads to: also one that is not among SERVER_ACTS.
 *
 * out: *output: what it has printed, freed by the caller
 */
extern bool server_act_there(const Config *config, const ConfigSite *site,
							 const char *act, char **output, Error *error);

/*
 * server_act_here
 *		Do an act at this machine, and print what it tells as JSON on standard
 *		output: what remote_command ends at.
 */
extern bool server_act_here(const Config *config, const ConfigSite *site,
							const char *act, Error *error);

#endif							/* SERVER_ACT_H */
