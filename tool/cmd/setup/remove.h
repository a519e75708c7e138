/*
 * remove.h
 *		The steps of "qsrepl setup remove"; private to the verb.
 */
#ifndef CMD_SETUP_REMOVE_H
#define CMD_SETUP_REMOVE_H

#include "cmd/setup/work.h"

/*
 * remove_prefix
 *		What the names of subscriptions, and of their slots, begin with: of all
 *		sites, or of one; in the arena.
 */
extern const char *remove_prefix(Setup *setup, const ConfigSite *site);

/* Is the extension in the connection's database? */
extern PlanAnswer remove_has_extension(PgConnection *connection,
									   Error *error);

/* In each database, in remove_database.c. */
extern PlanAnswer remove_subscriptions_done(void *context, Error *error);
extern bool remove_subscriptions_run(void *context, PlanProgress *progress,
									 Error *error);
extern PlanAnswer remove_publication_done(void *context, Error *error);
extern bool remove_publication_run(void *context, PlanProgress *progress,
								   Error *error);
extern PlanAnswer remove_triggers_done(void *context, Error *error);
extern bool remove_triggers_run(void *context, PlanProgress *progress,
								Error *error);
extern PlanAnswer remove_fence_done(void *context, Error *error);
extern bool remove_fence_run(void *context, PlanProgress *progress,
							 Error *error);
extern PlanAnswer remove_extension_done(void *context, Error *error);
extern bool remove_extension_run(void *context, PlanProgress *progress,
								 Error *error);

/* Of the servers, in remove_server.c. */
extern PlanAnswer remove_peer_slots_done(void *context, Error *error);
extern bool remove_peer_slots_run(void *context, PlanProgress *progress,
								  Error *error);
extern PlanAnswer remove_slots_done(void *context, Error *error);
extern bool remove_slots_run(void *context, PlanProgress *progress,
							 Error *error);
extern PlanAnswer remove_preload_done(void *context, Error *error);
extern bool remove_preload_run(void *context, PlanProgress *progress,
							   Error *error);
extern PlanAnswer remove_include_done(void *context, Error *error);
extern bool remove_include_run(void *context, PlanProgress *progress,
							   Error *error);
extern PlanAnswer remove_settings_done(void *context, Error *error);
extern bool remove_settings_run(void *context, PlanProgress *progress,
								Error *error);
extern PlanAnswer remove_restart_done(void *context, Error *error);
extern bool remove_restart_run(void *context, PlanProgress *progress,
							   Error *error);

/* Slots of the site's server that this would drop: $1, $2 of both queries. */
#define REMOVE_SLOTS "FROM pg_catalog.pg_replication_slots WHERE " \
	"((slot_type = 'physical' AND slot_name = ANY ($1::text::text[])) OR " \
	"(slot_type = 'logical' AND left(slot_name, length($2)) = $2)) "

/* The names for $1: the physical slots of all other sites, as an array. */
extern const char *remove_physical_slots(Setup *setup);

#endif							/* CMD_SETUP_REMOVE_H */
