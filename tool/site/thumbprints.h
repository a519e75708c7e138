/*
 * thumbprints.h
 *		Certificates that a site's databases name by thumbprint.
 */
#ifndef SITE_THUMBPRINTS_H
#define SITE_THUMBPRINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "pg/connection.h"

typedef struct SiteThumbprint
{
	const char *database;
	const char *relation;		/* as in SQL: public."ProxyServiceSettings" */
	const char *column;
	const char *value;			/* as it is stored, not empty */
	bool		encryption;		/* of apps at rest; else of a proxy's site */
} SiteThumbprint;

typedef struct SiteThumbprints
{
	SiteThumbprint *list;
	size_t		n;
	size_t		columns;		/* that could name one */
	const char *error;			/* a database that could not be asked; or NULL */
} SiteThumbprints;

/*
 * site_thumbprints_read
 *		Look into every column of the site's databases whose name ends in
 *		Thumbprint: which tables have one depends on Qlik Sense's release.
 *
 * in:  end: by plat_clock_ms()
 * out: *found: in the arena
 */
extern void site_thumbprints_read(const Config *config,
								  const ConfigSite *site, int64_t end,
								  Arena *arena, SiteThumbprints *found);

/*
 * site_thumbprints_look
 *		The same in one database by its connection, as of a drill's copy; adds
 *		to what was found.
 *
 * in:     database: its name, for messages; kept
 * errors: the server's
 */
extern bool site_thumbprints_look(PgConnection *connection,
								  const char *database, Arena *arena,
								  SiteThumbprints *found, Error *error);

#endif							/* SITE_THUMBPRINTS_H */
