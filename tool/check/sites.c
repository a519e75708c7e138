/*
 * sites.c
 *		Concerns: who answers, and who is what.
 */
#include "check/internal.h"

#include <string.h>

void
check_reachable(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
	{
		const SiteServer *server = &run->servers[i];
		const char *object = check_site(run, server->site);

		/* Without an active site, the silent one may be it: fail over. */
		if (server->error != NULL)
			check_fail(run, run->active != NULL ? CHECK_BOTH :
					   CHECK_SWITCHOVER, object,
					   "Look whether the server is up, and whether host, port "
					   "and password are right.", "%s", server->error);
		else
			check_pass(run, object, "%s:%d answers in %lld ms",
					   server->site->host, server->site->port,
					   (long long) server->answer_ms);
	}
}

static bool
check_one_database(CheckRun *run, const SiteServer *server,
				   const SiteDatabase *database)
{
	const char *object = check_database(run, server->site, database->name);

	if (database->error == NULL)
		return true;
	if (site_catalog(server, database->name) == NULL)
		check_fail(run, CHECK_BOTH, object, "Set it up, or take it out of "
				   "\"databases\" in the configuration.",
				   "the database does not exist");
	else
		check_fail(run, CHECK_BOTH, object, "Where the extension is missing: "
				   "CREATE EXTENSION qsrepl at the active site.", "%s",
				   database->error);
	return false;
}

void
check_databases(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
	{
		const SiteStatus *status = &run->statuses[i];
		size_t		good = 0;

		for (size_t j = 0; j < status->n_databases; j++)
			good += check_one_database(run, &run->servers[i],
									   &status->databases[j]) ? 1 : 0;
		if (good > 0)
			check_pass(run, check_site(run, run->servers[i].site),
					   "%lu databases are readable", (unsigned long) good);
	}
}

/* Two sites of the configuration lead to one server. */
static bool
is_same_server(const SiteServer *a, const SiteServer *b)
{
	return a->error == NULL && b->error == NULL &&
		strcmp(a->system_identifier, b->system_identifier) == 0 &&
		strcmp(a->started, b->started) == 0 &&
		strcmp(a->data_directory, b->data_directory) == 0 &&
		a->standby == b->standby;
}

static void
check_twins(CheckRun *run, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_same_server(&run->servers[i], &run->servers[j]))
			check_fail(run, CHECK_BOTH,
					   check_site(run, run->servers[i].site),
					   "Correct host and port in the configuration.",
					   "it is the same server as site %s",
					   run->servers[j].site->name);
}

/* -1: not known */
static long long
timeline_of(const CheckRun *run, const SiteServer *server)
{
	const SiteDatabase *answer =
	site_answer(&run->statuses[server - run->servers]);

	return answer != NULL ? (long long) answer->timeline : -1;
}

static void
check_one_role(CheckRun *run, const SiteServer *server)
{
	const char *object = check_site(run, server->site);

	if (server->error != NULL)
		return;
	if (server == run->active)
		check_pass(run, object, "the active site, %s",
				   server->standby ? "a standby" : "a primary");
	else if (run->config->mode == CONFIG_LOGICAL)
		check_pass(run, object, "a passive site, a subscriber");
	else if (server->standby)
		check_pass(run, object, "a passive site, a standby");
	else
		check_fail(run, CHECK_BOTH, object,
				   "Find out which of them the users write to, stop the "
				   "other one, and make it a standby again; what was "
				   "written there is lost then. The higher timeline is the "
				   "one that was promoted later.",
				   "it is a primary on timeline %lld, and so is site %s on "
				   "timeline %lld", timeline_of(run, server),
				   run->active->site->name, timeline_of(run, run->active));
}

void
check_roles(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
	{
		check_one_role(run, &run->servers[i]);
		check_twins(run, i);
	}
	if (run->active == NULL)
		check_fail(run, CHECK_SWITCHOVER, "all sites",
				   "Start the active site's server, or fail over.",
				   "no site that answers is active");
}

/* In logical mode a passive site's server would take writes. */
static bool
is_subscriber(const CheckRun *run, size_t i)
{
	return run->config->mode == CONFIG_LOGICAL &&
		&run->servers[i] != run->active;
}

static void
check_subscriber_fence(CheckRun *run, size_t i)
{
	const SiteDatabase *answer = site_answer(&run->statuses[i]);
	const char *object = check_site(run, run->servers[i].site);

	if (answer != NULL && answer->fenced)
		check_pass(run, object, "fenced, as a passive site should be");
	else if (answer != NULL)
		check_warn(run, object, "Run \"qsrepl setup subscriber\" there, or "
				   "SELECT qsrepl.fence('passive site', true).",
				   "not fenced: clients may write what replication stumbles "
				   "over");
}

void
check_fences(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
	{
		const SiteDatabase *answer = site_answer(&run->statuses[i]);

		if (is_subscriber(run, i))
			check_subscriber_fence(run, i);
		else if (answer != NULL && !answer->fenced)
			check_pass(run, check_site(run, run->servers[i].site),
					   "not fenced");
		else if (answer != NULL)
			check_fail(run, CHECK_BOTH,
					   check_site(run, run->servers[i].site),
					   "If this is to be the active site: SELECT "
					   "qsrepl.unfence(). Else make it a standby.",
					   "the server is fenced: %s",
					   answer->fence_reason != NULL ? answer->fence_reason :
					   "no reason is known");
	}
}
