/*
 * controldata.h
 *		What a data directory says of itself, with or without a running server.
 */
#ifndef SERVER_CONTROLDATA_H
#define SERVER_CONTROLDATA_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "pg/lsn.h"

typedef struct ServerControlData
{
	bool		there;			/* a complete data directory; else nothing
								 * below */
	bool		running;		/* its server runs */
	bool		standby;		/* standby.signal is there */
	bool		clean;			/* it was shut down, as a primary or a standby */
	bool		primary;		/* it runs, or was shut down or ended, as a
								 * primary */
	const char *system_identifier;
	PgTimeline	timeline;		/* of the latest checkpoint */
	PgLsn		checkpoint;		/* where its record begins */
} ServerControlData;

/*
 * server_controldata_read
 *		Read it with pg_controldata.
 *
 * out:    *data, in the arena
 * errors: the program could not be run, or says something else
 */
extern bool server_controldata_read(const ConfigSite *site, Arena *arena,
									ServerControlData *data, Error *error);

#endif							/* SERVER_CONTROLDATA_H */
