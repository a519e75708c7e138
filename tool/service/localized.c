/*
 * localized.c
 *		What the databases of a site say about its services' start: are their
 *		rows the site's own, and which tasks do they call started?
 */
#include <string.h>

#include "platform/clock.h"
#include "service/internal.h"
#include "site/connect.h"
#include "site/status.h"
#include "site/tasks.h"

static bool
is_local(const SiteDatabase *database, const ConfigSite *site)
{
	return database->primary && !database->fenced &&
		strcmp(database->state, "local") == 0 && database->site != NULL &&
		strcmp(database->site, site->name) == 0;
}

/* The first one is the repository's; others may be without the extension. */
static bool
judge(const SiteStatus *status, Error *error)
{
	const ConfigSite *site = status->site;

	for (size_t i = 0; i < status->n_databases; i++)
	{
		const SiteDatabase *database = &status->databases[i];

		if (database->error != NULL && i == 0)
			return error_set(error, database->error, NULL,
							 "site \"%s\": database \"%s\" could not be read",
							 site->name, database->name);
		if (database->error == NULL && !is_local(database, site))
			return error_set(error, NULL, "\"qsrepl status\" shows where both "
							 "sites stand. Nothing was started.",
							 "site \"%s\": database \"%s\" is %s", site->name,
							 database->name, !database->primary ? "a standby" :
							 database->fenced ? "fenced" : "not localized");
	}
	return true;
}

bool
service_is_localized(const Config *config, const ConfigSite *site,
					 Error *error)
{
	Arena		arena = {NULL};
	SiteStatus	status;
	bool		good;

	memset(&status, 0, sizeof(status));
	site_status_read(config, site, (int) config->connect_timeout, &arena,
					 &status);
	if (status.error != NULL)
		good = error_set(error, status.error, "Services are started when the "
						 "site's databases are there. Nothing was started.",
						 "site \"%s\": its databases do not answer",
						 site->name);
	else
		good = judge(&status, error);
	arena_free(&arena);
	return good;
}

void
service_note_tasks(ServiceWork *work, const ConfigSite *site)
{
	const Config *config = work->config;
	int64_t		end = plat_clock_ms() + config->connect_timeout;
	Error		error = ERROR_NONE;

	for (size_t i = 0; i < config->databases.n; i++)
	{
		PgConnection *connection = site_connect(config, site,
												config->databases.words[i],
												end, &error);
		const char *tasks = NULL;
		bool		there = false;

		if (connection != NULL &&
			site_tasks_read(connection, &work->report->arena, &there, &tasks,
							&error) && tasks != NULL)
			service_note(work, "These tasks are still noted as started: %s. "
						 "They ran when the site was left.", tasks);
		pg_close(connection);
		error_free(&error);
		if (there)
			return;
	}
}
