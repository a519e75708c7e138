/*
 * server.h
 *		What a site's server says of itself, for checks.
 *
 * Numbers are -1 and strings NULL where the server does not say.
 */
#ifndef SITE_SERVER_H
#define SITE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"
#include "pg/lsn.h"

/* A row of pg_stat_replication. */
typedef struct SiteSender
{
	const char *name;			/* application_name */
	const char *state;
	const char *slot;
	const char *address;		/* NULL: a socket of that machine */
	const char *user;
	bool		super;			/* the user is a superuser */
	bool		physical;		/* by the slot; without one: assumed */
	double		flush_seconds;
	double		replay_seconds;
} SiteSender;

/* A row of pg_replication_slots. */
typedef struct SiteSlot
{
	const char *name;
	bool		physical;
	bool		active;
	const char *wal_status;
	int64_t		safe_bytes;		/* -1: without an end */
	int64_t		kept_bytes;		/* of log that it holds back */
	int64_t		behind_bytes;	/* of log that its subscriber has not yet; -1:
								 * a physical one */
} SiteSlot;

/* A row of pg_prepared_xacts. */
typedef struct SitePrepared
{
	const char *gid;
	const char *database;
	const char *since;
} SitePrepared;

/* A database of the configuration that exists. */
typedef struct SiteCatalog
{
	const char *name;
	const char *encoding;
	const char *collate;
	const char *ctype;
	const char *version;		/* the collation's, by the system; or NULL */
	const char *recorded;		/* the version it was made with; or NULL */
} SiteCatalog;

/* A setting that concerns compare, as pg_settings has it. */
typedef struct SiteSetting
{
	const char *name;
	const char *value;
} SiteSetting;

typedef struct SiteServer
{
	const ConfigSite *site;
	const char *error;			/* NULL: it answers, else nothing below */
	int64_t		answer_ms;		/* until it was connected */
	/* what it is */
	bool		standby;
	const char *system_identifier;
	int64_t		version_number; /* 150020 */
	const char *version;		/* with the system it was built for */
	const char *libc;			/* version of the system's locales; NULL: the
								 * server does not say */
	const char *started;
	const char *data_directory;
	/* settings */
	bool		hints;			/* wal_log_hints or data checksums */
	bool		full_page_writes;
	const char *preload;
	const char *local_site;
	bool		peer_set;		/* qsrepl.peer_conninfo */
	const char *peer_unreachable;
	int64_t		keep_megabytes; /* max_slot_wal_keep_size; -1: no limit */
	SiteSetting *settings;		/* others, for site_setting() */
	size_t		n_settings;
	/* space, in bytes */
	int64_t		wal_bytes;
	int64_t		data_bytes;		/* all databases */
	/* time, in seconds since 1970 */
	double		clock;
	double		host_clock;		/* this machine's, in the middle of asking */
	double		asking;			/* seconds that took */
	/* log */
	PgLsn		lsn;			/* written, or received */
	PgLsn		replayed;		/* on a standby */
	bool		paused;
	double		last_commit;	/* replayed */
	bool		held;			/* a standby that is told no primary */
	const char *receiver;		/* pg_stat_wal_receiver's status */
	const char *receiver_slot;
	double		last_heard;		/* from the sender */
	/* others */
	bool		qlik_exists;
	bool		qlik_super;
	bool		replicator_exists;
	bool		replicator_super;
	bool		replicator_may; /* LOGIN and REPLICATION */
	int64_t		subscriptions;	/* enabled ones, of all databases */
	SiteSender *senders;
	size_t		n_senders;
	SiteSlot   *slots;
	size_t		n_slots;
	SitePrepared *prepared;
	size_t		n_prepared;
	SiteCatalog *catalogs;
	size_t		n_catalogs;
} SiteServer;

/*
 * site_server_read
 *		Ask a site's server, by the maintenance database.
 *
 * out:    *server, in the arena
 */
extern void site_server_read(const Config *config, const ConfigSite *site,
							 Arena *arena, SiteServer *server);

/* A setting's value, or NULL. */
extern const char *site_setting(const SiteServer *server, const char *name);

/* What the server knows of a database, or NULL. */
extern const SiteCatalog *site_catalog(const SiteServer *server,
									   const char *name);

#endif							/* SITE_SERVER_H */
