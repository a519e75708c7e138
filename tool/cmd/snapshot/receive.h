/*
 * receive.h
 *		The target's part of "snapshot copy": at this machine, or by "qsrepl
 *		snapshot receive" at the other one, which remote_command calls.
 *
 * What is asked and answered is a JSON document on standard input and output:
 * so no name of a snapshot has to be quoted.
 */
#ifndef CMD_SNAPSHOT_RECEIVE_H
#define CMD_SNAPSHOT_RECEIVE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "config/config.h"

/*
 * snapshot_receive_here
 *		Do what is asked for in a site's directory of snapshots:
 *
 *	{"act": "begin", "name": NAME, "from": SITE}
 *		make the directory for what is to come, where it is not there.
 *		Answer: {"former": name of a snapshot to link to, or null}
 *	{"act": "end", "name": NAME, "encrypted": true or false}
 *		remove what does not belong there, verify the whole, and give it its
 *		name.  Answer: {"good": true, "files": N, "bytes": N}, or {"good":
 *		false, "findings": [TEXT, ...]}
 *
 * in:  config: of this machine; site: not necessarily its own, where the
 *      directory is mounted here
 * out: *answer: owned by the caller
 */
extern bool snapshot_receive_here(const Config *config,
								  const ConfigSite *site,
								  const json_t * question, json_t * *answer,
								  Error *error);

/* The same, here or there, as the configuration says. */
extern bool snapshot_receive(const Config *config, const ConfigSite *site,
							 const json_t * question, json_t * *answer,
							 Error *error);

/* Is it done at another machine? */
extern bool snapshot_receive_is_there(const Config *config,
									  const ConfigSite *site);

#endif							/* CMD_SNAPSHOT_RECEIVE_H */
