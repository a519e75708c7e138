/*
 * internal.h
 *		What the concerns share.
 *
 * A concern is a function that looks at what the sites have said and adds
 * findings, and one line in concerns.c.
 */
#ifndef CHECK_INTERNAL_H
#define CHECK_INTERNAL_H

#include "check/check.h"
#include "site/insight.h"
#include "site/logical.h"
#include "site/login.h"
#include "site/server.h"
#include "site/status.h"
#include "site/transport.h"

/*
 * How long qsrepl.scan() may take in all databases together, and in each one
 * even when that is over; ms.
 */
#define CHECK_SCAN_MS 250
#define CHECK_SCAN_LEAST_MS 25

/* In logical mode: a database at a passive site, and at the active one. */
typedef struct CheckPair
{
	const char *database;
	const char *subscription;	/* and slot; their name */
	const SiteServer *passive;
	const SiteLogical *own;		/* the passive site's */
	const SiteLogical *other;	/* the active site's; NULL: it is silent */
	bool		replicated;		/* its rows are */
} CheckPair;

/* A check under way: what was read, one element a site in each list. */
typedef struct CheckRun
{
	const Config *config;
	CheckReport *report;
	bool		brief;			/* CHECK_BRIEF */
	bool		under_way;		/* CHECK_UNDER_WAY */
	const char *concern;		/* the one that looks now */
	size_t		n;				/* sites */
	SiteServer *servers;
	SiteStatus *statuses;
	const SiteServer *active;	/* NULL: none answers */
	SiteLogin  *logins;
	SiteInsight *insights;		/* of all databases that were read */
	size_t		n_insights;
	SiteTransport *transports;	/* of the first database */
	int			scan_ms;		/* how long scan() has taken */
	CheckPair  *pairs;			/* in logical mode */
	size_t		n_pairs;
} CheckRun;

typedef struct CheckConcern
{
	const char *name;
	bool		physical;		/* in which modes it looks */
	bool		logical;
	bool		reads;			/* left out of a brief check */
	void		(*look) (CheckRun *run);
} CheckConcern;

/* In concerns.c; a NULL name ends it. */
extern const CheckConcern check_concerns[];

/* Add a finding.  object and hint are copied; a warning blocks both. */
extern void check_pass(CheckRun *run, const char *object,
					   const char *format,...) TEXT_PRINTF(3, 4);
extern void check_warn(CheckRun *run, const char *object, const char *hint,
					   const char *format,...) TEXT_PRINTF(4, 5);
extern void check_fail(CheckRun *run, unsigned blocks, const char *object,
					   const char *hint, const char *format,...)
			TEXT_PRINTF(5, 6);

/* "site A", "site A, database QSR"; in the report's arena. */
extern const char *check_site(CheckRun *run, const ConfigSite *site);
extern const char *check_database(CheckRun *run, const ConfigSite *site,
								  const char *database);

/* Data at risk; the most of it is kept.  Less than 0: unknown. */
extern void check_note_risk(CheckRun *run, int64_t bytes, double seconds);

/*
 * check_site_blocks
 *		What a fault of a site's own machines stands in the way of: a failover
 *		is for an active site that is lost, which may be one that is silent.
 *
 * out: CHECK_BOTH, or CHECK_SWITCHOVER alone
 */
extern unsigned check_site_blocks(const CheckRun *run,
								  const ConfigSite *site);

/* Does it answer, and is it a standby? */
extern bool check_is_standby(const SiteServer *server);

/* The concerns. */
extern void check_reachable(CheckRun *run);
extern void check_databases(CheckRun *run);
extern void check_roles(CheckRun *run);
extern void check_fences(CheckRun *run);
extern void check_system(CheckRun *run);
extern void check_versions(CheckRun *run);
extern void check_collations(CheckRun *run);
extern void check_streaming(CheckRun *run);
extern void check_lag(CheckRun *run);
extern void check_slots(CheckRun *run);
extern void check_subscriptions(CheckRun *run);
extern void check_logical_lag(CheckRun *run);
extern void check_tables(CheckRun *run);
extern void check_schemas(CheckRun *run);
extern void check_migrations(CheckRun *run);
extern void check_sequences(CheckRun *run);
extern void check_local_site(CheckRun *run);
extern void check_preload(CheckRun *run);
extern void check_rewind(CheckRun *run);
extern void check_peer(CheckRun *run);
extern void check_states(CheckRun *run);
extern void check_extension(CheckRun *run);
extern void check_leaks(CheckRun *run);
extern void check_mappings(CheckRun *run);
extern void check_prepared(CheckRun *run);
extern void check_role(CheckRun *run);
extern void check_login(CheckRun *run);
extern void check_replicator(CheckRun *run);
extern void check_senders(CheckRun *run);
extern void check_settings(CheckRun *run);
extern void check_keys(CheckRun *run);
extern void check_scan(CheckRun *run);
extern void check_clocks(CheckRun *run);
extern void check_disk(CheckRun *run);
extern void check_dns(CheckRun *run);
extern void check_hosts(CheckRun *run);
extern void check_services(CheckRun *run);
extern void check_certificates(CheckRun *run);
extern void check_transport(CheckRun *run);
extern void check_shares(CheckRun *run);

#endif							/* CHECK_INTERNAL_H */
