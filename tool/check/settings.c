/*
 * settings.c
 *		Concerns: the servers' settings.
 */
#include "check/internal.h"

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
