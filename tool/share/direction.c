/*
 * direction.c
 *		Which site is the source: what both sites' databases say together.
 */
#include "share/direction.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "site/active.h"

typedef struct Judging
{
	const Config *config;
	const SiteServer *servers;
	const SiteStatus *statuses;
	Error	   *error;
} Judging;

static bool
is_fenced(const SiteStatus *status)
{
	const SiteDatabase *answer = site_answer(status);

	return answer != NULL && answer->fenced;
}

/* Each database of a site that there is; false with the error. */
static bool
answers(const Judging *judging, size_t i)
{
	const SiteServer *server = &judging->servers[i];
	const SiteStatus *status = &judging->statuses[i];
	const char *why = server->error != NULL ? server->error : status->error;

	if (why == NULL && site_answer(status) == NULL)
		why = status->n_databases > 0 && status->databases[0].error != NULL ?
			status->databases[0].error : "It has no database with qsrepl.";
	return why == NULL ||
		error_set(judging->error, why, "Both sites must tell which of them is "
				  "active. After a failover, content is copied back by "
				  "\"qsrepl rejoin\".",
				  "site \"%s\" does not answer: which site's share is the "
				  "source cannot be told", judging->config->sites[i].name);
}

static bool
is_itself(const Judging *judging, size_t i)
{
	const ConfigSite *site = &judging->config->sites[i];
	const char *name = judging->servers[i].local_site;

	if (name != NULL && strcmp(name, site->name) == 0)
		return true;
	return error_set(judging->error, NULL, "Correct host and port in the "
					 "site's section of the configuration, or "
					 "qsrepl.local_site of the server.",
					 "the server at %s, port %d, is site \"%s\", not \"%s\"",
					 site->host, site->port, name != NULL ? name : "",
					 site->name);
}

/* The only site that takes the users' work. */
static bool
find_active(const Judging *judging, size_t *active)
{
	const Config *config = judging->config;
	const char *fenced = NULL;
	size_t		found = config->n_sites;

	for (size_t i = 0; i < config->n_sites; i++)
	{
		if (!site_may_be_active(config, &judging->servers[i]))
			continue;
		if (is_fenced(&judging->statuses[i]))
			fenced = config->sites[i].name;
		else if (found == config->n_sites)
			found = i;
		else
			return error_set(judging->error, NULL, "One of them must be "
							 "fenced or stopped, and come back by \"qsrepl "
							 "rejoin\".", "sites \"%s\" and \"%s\" both claim "
							 "to be active", config->sites[found].name,
							 config->sites[i].name);
	}
	*active = found;
	if (found < config->n_sites)
		return true;
	if (fenced != NULL)
		return error_set(judging->error, NULL, "A move has begun and not "
						 "ended: \"qsrepl resume\" or \"qsrepl abort\".",
						 "no site is active: site \"%s\" is fenced", fenced);
	return error_set(judging->error, NULL, "\"qsrepl failover\" makes one "
					 "active.", "no site is active: all are standbys");
}

static bool
follows(const Judging *judging, size_t passive, size_t active)
{
	const SiteServer *server = &judging->servers[passive];
	const SiteServer *primary = &judging->servers[active];
	bool		same = server->system_identifier != NULL &&
	primary->system_identifier != NULL &&
	strcmp(server->system_identifier, primary->system_identifier) == 0;
	bool		logical = judging->config->mode == CONFIG_LOGICAL;

	if (server->held)
		return error_set(judging->error, NULL, "\"qsrepl maintenance end\" "
						 "lets it follow again.", "site \"%s\" is held as "
						 "the way back, with its content as it is",
						 judging->config->sites[passive].name);
	if (logical ? server->subscriptions > 0 : server->standby && same)
		return true;
	return error_set(judging->error, NULL, "\"qsrepl rejoin\" or \"qsrepl "
					 "setup\" makes it one.", "site \"%s\" is not site "
					 "\"%s\"'s %s", judging->config->sites[passive].name,
					 judging->config->sites[active].name,
					 logical ? "subscriber" : "standby");
}

/* The highest of a site's databases; one that came later may be behind. */
static int64_t
epoch_of(const SiteStatus *status)
{
	int64_t		epoch = -1;

	for (size_t i = 0; i < status->n_databases; i++)
		if (status->databases[i].error == NULL &&
			status->databases[i].state != NULL &&
			status->databases[i].epoch > epoch)
			epoch = status->databases[i].epoch;
	return epoch;
}

/* Until the rows are the site's own the epoch may still be the former one. */
static bool
is_localized(const Judging *judging, size_t active)
{
	const SiteStatus *status = &judging->statuses[active];

	for (size_t i = 0; i < status->n_databases; i++)
	{
		const SiteDatabase *database = &status->databases[i];

		if (database->error == NULL && database->state != NULL &&
			strcmp(database->state, "local") != 0)
			return error_set(judging->error, NULL, "Wait until it is "
							 "localized: \"qsrepl status\" tells.",
							 "database \"%s\" of site \"%s\" is not "
							 "localized: its state is \"%s\"", database->name,
							 judging->config->sites[active].name,
							 database->state);
	}
	return true;
}

/* In logical mode each site counts for itself. */
static bool
agree(const Judging *judging, size_t active, size_t passive, int64_t * epoch)
{
	int64_t		here = epoch_of(&judging->statuses[active]);
	int64_t		there = epoch_of(&judging->statuses[passive]);

	*epoch = here > there ? here : there;
	if (judging->config->mode == CONFIG_LOGICAL || here == there)
		return true;
	return error_set(judging->error, NULL, "Where the standby has only not "
					 "replayed it yet, wait; \"qsrepl status\" tells.",
					 "the sites' databases do not agree: epoch %" PRId64
					 " at site \"%s\", %" PRId64 " at site \"%s\"", here,
					 judging->config->sites[active].name, there,
					 judging->config->sites[passive].name);
}

ShareVerdict
share_direction_judge(const Config *config, const SiteServer *servers,
					  const SiteStatus *statuses, ShareDirection *direction,
					  Error *error)
{
	Judging		judging = {config, servers, statuses, error};
	size_t		active = 0;
	size_t		passive;

	for (size_t i = 0; i < config->n_sites; i++)
		if (!answers(&judging, i))
			return SHARE_SILENT;
	for (size_t i = 0; i < config->n_sites; i++)
		if (!is_itself(&judging, i))
			return SHARE_REFUSED;
	if (!find_active(&judging, &active))
		return SHARE_REFUSED;
	passive = active == 0 ? 1 : 0;
	if (!follows(&judging, passive, active) ||
		!is_localized(&judging, active) ||
		!agree(&judging, active, passive, &direction->epoch))
		return SHARE_REFUSED;
	direction->from = &config->sites[active];
	direction->to = &config->sites[passive];
	return SHARE_AGREED;
}

ShareVerdict
share_direction_find(const Config *config, Arena *arena,
					 ShareDirection *direction, Error *error)
{
	SiteServer *servers = arena_alloc(arena, config->n_sites *
									  sizeof(SiteServer));
	SiteStatus *statuses = arena_alloc(arena, config->n_sites *
									   sizeof(SiteStatus));

	for (size_t i = 0; i < config->n_sites; i++)
	{
		site_server_read(config, &config->sites[i], arena, &servers[i]);
		if (servers[i].error != NULL)
		{
			statuses[i].site = &config->sites[i];
			statuses[i].error = servers[i].error;
			continue;
		}
		site_status_read(config, &config->sites[i],
						 (int) config->connect_timeout, arena, &statuses[i]);
	}
	return share_direction_judge(config, servers, statuses, direction, error);
}
