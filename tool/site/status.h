/*
 * status.h
 *		What qsrepl.status says in each database of each site.
 */
#ifndef SITE_STATUS_H
#define SITE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "pg/connection.h"

typedef struct SiteEvent
{
	const char *at;				/* 2026-11-23T00:52:02Z */
	const char *what;
	const char *detail;			/* or NULL */
} SiteEvent;

/* The row of qsrepl.status, and the newest events. */
typedef struct SiteDatabase
{
	const char *name;
	const char *error;			/* NULL: it was read, else nothing below */
	bool		primary;
	const char *site;			/* qsrepl.local_site; or NULL */
	const char *state;			/* none, local, foreign, restored */
	int64_t		timeline;
	int64_t		epoch;
	int64_t		lag_bytes;		/* -1: unknown */
	double		lag_seconds;	/* -1: unknown */
	bool		localized;
	const char *residue;		/* a JSON array */
	int64_t		residues;		/* how many are in it */
	bool		fenced;
	const char *fence_reason;	/* or NULL */
	const char *peer;
	const char *stored_site;	/* or NULL */
	const char *localizer;		/* or NULL */
	/* of a standby, or of one that was promoted; -1: unknown */
	double		heard;			/* when its primary was; seconds since 1970 */
	int64_t		heard_bytes;	/* what that had written and is not here */
	double		wal_rate;		/* bytes a second, in the minute before */
	double		xact_rate;		/* transactions a second */
	SiteEvent  *events;			/* the newest first */
	size_t		n_events;
} SiteDatabase;

typedef struct SiteStatus
{
	const ConfigSite *site;
	const char *error;			/* NULL: the server answers */
	SiteDatabase *databases;	/* in the configuration's order */
	size_t		n_databases;
} SiteStatus;

/*
 * site_status_read
 *		Ask a site's databases.
 *
 * in:     deadline_ms: for all of it, whatever the site does
 * out:    *status, in the arena
 */
extern void site_status_read(const Config *config, const ConfigSite *site,
							 int deadline_ms, Arena *arena,
							 SiteStatus *status);

/*
 * What is asked of a site, and what else of its databases: visit is called for
 * each that was read, with its connection, and may take its time.
 */
typedef struct SiteVisit
{
	const Config *config;
	const ConfigSite *site;
	int			deadline_ms;	/* for all but the visits */
	Arena	   *arena;
	void		(*visit) (void *arg, PgConnection *connection,
						  const SiteDatabase *database);
	void	   *arg;
} SiteVisit;

/* As site_status_read(), with the visits. */
extern void site_status_visit(const SiteVisit *how, SiteStatus *status);

/* The same of one database, by a connection. */
extern bool site_database_read(PgConnection *connection, Arena *arena,
							   SiteDatabase *database, Error *error);

/* The first database that was read, or NULL. */
extern const SiteDatabase *site_answer(const SiteStatus *status);

/* How a database's server serves: "primary" or "standby". */
extern const char *site_role(const SiteDatabase *database);

#endif							/* SITE_STATUS_H */
