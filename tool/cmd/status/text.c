/*
 * text.c
 *		The sites' status on one screen.
 */
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/dns.h"
#include "cmd/status/print.h"

#define EVENTS 5

static void
add_lag(const SiteDatabase *database, char *out, size_t size)
{
	char		bytes[UNITS_SIZE];
	char		seconds[UNITS_SIZE];

	units_bytes(database->lag_bytes, bytes);
	units_seconds(database->lag_seconds, seconds);
	if (database->lag_bytes < 0)
		snprintf(out, size, "-");
	else if (database->lag_seconds < 0)
		snprintf(out, size, "%s", bytes);
	else
		snprintf(out, size, "%s / %s", bytes, seconds);
}

static void
add_database(const SiteDatabase *database, Text *out)
{
	char		lag[2 * UNITS_SIZE + 4];

	if (database->error != NULL)
	{
		text_addf(out, "  %-16s error: %s\n", database->name,
				  database->error);
		return;
	}
	add_lag(database, lag, sizeof(lag));
	text_addf(out, "  %-16s %-9s %5lld  %-18s %-9s %7lld\n", database->name,
			  database->state, (long long) database->epoch, lag,
			  database->localized ? "yes" : "no",
			  (long long) database->residues);
	if (database->localizer != NULL &&
		strcmp(database->localizer, "idle") != 0)
		text_addf(out, "    localizer: %s\n", database->localizer);
}

/* When a standby has heard its primary */
static void
add_heard(const SiteDatabase *answer, Text *out)
{
	char		text[TIMESTAMP_SIZE];

	if (answer->primary || answer->heard < 0)
		return;
	timestamp_format((int64_t) (answer->heard * 1000), text);
	text_addf(out, ", primary last heard: %s", text);
}

/* What is the same in all databases of a server */
static void
add_server(const SiteStatus *status, const SiteDatabase *answer, Text *out)
{
	text_addf(out, ": %s, timeline %lld, peer: %s", site_role(answer),
			  (long long) answer->timeline,
			  answer->peer != NULL ? answer->peer : "unknown");
	add_heard(answer, out);
	text_add(out, "\n");
	if (answer->fenced)
		text_addf(out, "  FENCED: %s\n", answer->fence_reason != NULL ?
				  answer->fence_reason : "no reason is known");
	if (answer->site == NULL || strcmp(answer->site, status->site->name) != 0)
		text_addf(out, "  WRONG SITE: qsrepl.local_site is \"%s\"\n",
				  answer->site != NULL ? answer->site : "");
	text_addf(out, "  %-16s %-9s %5s  %-18s %-9s %7s\n", "database", "state",
			  "epoch", "lag", "localized", "residue");
}

static void
add_site(const SiteStatus *status, Text *out)
{
	const SiteDatabase *answer = site_answer(status);

	text_addf(out, "Site %s", status->site->name);
	if (status->site->description != NULL)
		text_addf(out, " (%s)", status->site->description);
	text_addf(out, ", %s:%d", status->site->host, status->site->port);
	if (status->error != NULL)
	{
		text_addf(out, ": NOT REACHABLE\n  %s\n", status->error);
		return;
	}
	if (answer != NULL)
		add_server(status, answer, out);
	else
		text_add(out, ": reachable, but no database could be read\n");
	for (size_t i = 0; i < status->n_databases; i++)
		add_database(&status->databases[i], out);
}

/* Events replicate: those of a primary are all there are. */
static const SiteStatus *
with_events(const SiteList *sites)
{
	const SiteStatus *best = NULL;

	for (size_t i = 0; i < sites->n; i++)
	{
		const SiteDatabase *answer = site_answer(&sites->list[i]);

		if (answer != NULL && (best == NULL || (answer->primary &&
												!site_answer(best)->primary)))
			best = &sites->list[i];
	}
	return best;
}

/* The database whose next event, behind those that were shown, is newest. */
static size_t
newest(const SiteStatus *status, const size_t *shown)
{
	size_t		best = status->n_databases;

	for (size_t i = 0; i < status->n_databases; i++)
	{
		const SiteDatabase *database = &status->databases[i];

		if (shown[i] < database->n_events &&
			(best == status->n_databases ||
			 strcmp(database->events[shown[i]].at,
					status->databases[best].events[shown[best]].at) > 0))
			best = i;
	}
	return best;
}

static void
add_events(const SiteStatus *status, Arena *arena, Text *out)
{
	size_t	   *shown = arena_alloc(arena, status->n_databases *
									sizeof(size_t));

	for (int n = 0; n < EVENTS; n++)
	{
		size_t		i = newest(status, shown);
		const SiteEvent *event;

		if (i == status->n_databases)
			return;
		event = &status->databases[i].events[shown[i]++];
		text_addf(out, "%s  %s  %s: %s%s%s\n",
				  n == 0 ? "Last events\n" : "",
				  event->at, status->databases[i].name, event->what,
				  event->detail != NULL ? ", " : "",
				  event->detail != NULL ? event->detail : "");
	}
}

void
status_as_text(const SiteList *sites, Text *out)
{
	const SiteStatus *source = with_events(sites);
	Arena		arena = {NULL};

	for (size_t i = 0; i < sites->n; i++)
		add_site(&sites->list[i], out);
	if (sites->alias.n > 0)
		dns_as_status(sites->config, &sites->alias, out);
	status_shares_as_text(sites, out);
	if (source != NULL)
		add_events(source, &arena, out);
	arena_free(&arena);
}
