/*
 * settings.c
 *		Concerns: the servers' settings.
 */
#include "check/internal.h"

#include <stdlib.h>
#include <string.h>

/* Call a function for each server that answers. */
static void
for_servers(CheckRun *run, void (*look) (CheckRun *run,
										 const SiteServer *server,
										 const char *object))
{
	for (size_t i = 0; i < run->n; i++)
		if (run->servers[i].error == NULL)
			look(run, &run->servers[i],
				 check_site(run, run->servers[i].site));
}

static void
look_at_site(CheckRun *run, const SiteServer *server, const char *object)
{
	const char *local = server->local_site != NULL ? server->local_site : "";

	if (strcmp(local, server->site->name) == 0)
		check_pass(run, object, "qsrepl.local_site is \"%s\"", local);
	else
		check_fail(run, CHECK_BOTH, object,
				   "Correct it in the file outside the data directory that "
				   "the server's configuration includes, and restart the "
				   "server; or correct host and port.",
				   "qsrepl.local_site is \"%s\" instead of \"%s\"", local,
				   server->site->name);
}

void
check_local_site(CheckRun *run)
{
	for_servers(run, look_at_site);
}

/* Is it among the words of a list with commas? */
static bool
lists(const char *list, const char *word)
{
	size_t		len = strlen(word);

	while (list != NULL && *list != '\0')
	{
		list += strspn(list, ", \"");
		if (strncmp(list, word, len) == 0 &&
			strchr(", \"", list[len]) != NULL)
			return true;
		list += strcspn(list, ", \"");
	}
	return false;
}

static void
look_at_preload(CheckRun *run, const SiteServer *server, const char *object)
{
	if (lists(server->preload, "qsrepl"))
		check_pass(run, object, "qsrepl is loaded with the server");
	else if (run->config->mode == CONFIG_PHYSICAL)
		check_fail(run, CHECK_BOTH, object,
				   "Add it to shared_preload_libraries and restart the "
				   "server.", "qsrepl is not loaded with the server: no "
				   "reader, no localizer, no fence");
	else
		check_warn(run, object, "Add it to shared_preload_libraries and "
				   "restart the server.",
				   "qsrepl is not loaded with the server: no fence");
}

void
check_preload(CheckRun *run)
{
	for_servers(run, look_at_preload);
}

static const char *
value_of(const SiteServer *server, const char *name)
{
	const char *value = site_setting(server, name);

	return value != NULL ? value : "";
}

static long
number_of(const SiteServer *server, const char *name)
{
	return strtol(value_of(server, name), NULL, 10);
}

/*
 * The launcher of subscriptions, the extension's three workers, and the first
 * localizer.
 */
#define WORKERS 5

/* A sender for each other site, and one for a base backup's log. */
static bool
look_at_numbers(CheckRun *run, const SiteServer *server, const char *object)
{
	long		senders = (long) run->n;

	if (number_of(server, "max_worker_processes") < WORKERS)
		check_fail(run, CHECK_BOTH, object, "Increase it to 8 or more, and "
				   "restart the server.", "max_worker_processes is %s: the "
				   "localizer needs a place after a promotion",
				   value_of(server, "max_worker_processes"));
	else if (number_of(server, "max_wal_senders") < senders ||
			 number_of(server, "max_replication_slots") < senders)
		check_fail(run, CHECK_BOTH, object, "Increase them to 10, the "
				   "default, and restart the server.",
				   "max_wal_senders is %s, max_replication_slots %s: too few "
				   "for this server to have standbys",
				   value_of(server, "max_wal_senders"),
				   value_of(server, "max_replication_slots"));
	else
		return true;
	return false;
}

/* A standby with less than its primary pauses its replay, or does not start. */
static bool
look_at_limits(CheckRun *run, const SiteServer *server, const char *object)
{
	static const char *const limits[] = {
		"max_connections", "max_worker_processes", "max_wal_senders",
		"max_prepared_transactions", "max_locks_per_transaction", NULL
	};
	bool		good = true;

	if (run->active == NULL || !server->standby)
		return true;
	for (size_t i = 0; limits[i] != NULL; i++)
		if (number_of(server, limits[i]) < number_of(run->active, limits[i]))
		{
			check_fail(run, CHECK_BOTH, object, "Set it to the active site's "
					   "value or more, and restart the server.",
					   "%s is %s, but %s at site %s: replay stops there",
					   limits[i], value_of(server, limits[i]),
					   value_of(run->active, limits[i]),
					   run->active->site->name);
			good = false;
		}
	return good;
}

static bool
look_at_log(CheckRun *run, const SiteServer *server, const char *object)
{
	bool		logical = run->config->mode == CONFIG_LOGICAL;
	const char *level = value_of(server, "wal_level");
	const char *names = value_of(server, "synchronous_standby_names");

	if (strcmp(level, "minimal") == 0 ||
		(logical && strcmp(level, "logical") != 0))
		check_fail(run, CHECK_BOTH, object, "Set it to \"replica\", in logical "
				   "mode to \"logical\", and restart the server.",
				   "wal_level is \"%s\"", level);
	else if (strcmp(value_of(server, "fsync"), "on") != 0)
		check_warn(run, object, "Set fsync = on.", "fsync is off: a crash "
				   "may damage the data");
	else if (!logical && names[0] != '\0')
		check_warn(run, object, "Empty it where commits are not to wait for "
				   "the other site.", "synchronous_standby_names is \"%s\": "
				   "after a failover every commit waits for the site that "
				   "is lost", names);
	else
		return true;
	return false;
}

static bool
look_at_standby(CheckRun *run, const SiteServer *server, const char *object)
{
	if (number_of(server, "recovery_min_apply_delay") > 0)
		check_warn(run, object, "Set recovery_min_apply_delay = 0.",
				   "recovery_min_apply_delay is %s ms: a switchover waits as "
				   "long", value_of(server, "recovery_min_apply_delay"));
	else
		return true;
	return false;
}

static void
look_at_settings(CheckRun *run, const SiteServer *server, const char *object)
{
	bool		good = look_at_numbers(run, server, object);

	good &= look_at_limits(run, server, object);
	good &= look_at_log(run, server, object);
	good &= look_at_standby(run, server, object);
	if (good)
		check_pass(run, object, "wal_level is \"%s\", and all numbers are "
				   "high enough", value_of(server, "wal_level"));
}

void
check_settings(CheckRun *run)
{
	for_servers(run, look_at_settings);
}

static void
look_at_rewind(CheckRun *run, const SiteServer *server, const char *object)
{
	if (!server->hints)
		check_warn(run, object, "Set wal_log_hints = on and restart the "
				   "server.", "neither wal_log_hints nor data checksums are "
				   "on: after a failover it needs a new base backup");
	else if (!server->full_page_writes)
		check_warn(run, object, "Set full_page_writes = on.",
				   "full_page_writes is off: pg_rewind and base backups "
				   "need it");
	else
		check_pass(run, object, "can come back by pg_rewind");
}

void
check_rewind(CheckRun *run)
{
	for_servers(run, look_at_rewind);
}

static void
look_at_peer(CheckRun *run, const SiteServer *server, const char *object)
{
	if (!server->peer_set)
		check_warn(run, object, "Set it to a connection to the other site.",
				   "qsrepl.peer_conninfo is not set: a server that comes "
				   "back does not notice that the other site has taken over");
	else if (server->peer_unreachable != NULL &&
			 strcmp(server->peer_unreachable, "allow") == 0)
		check_warn(run, object, "Set it to \"fence\" if that is worse than "
				   "an outage.", "qsrepl.peer_unreachable is \"allow\", a "
				   "split-brain risk: both sites may be written while they "
				   "do not see each other");
	else
		check_pass(run, object, "asks its peer, and is closed without an "
				   "answer");
}

void
check_peer(CheckRun *run)
{
	for_servers(run, look_at_peer);
}
