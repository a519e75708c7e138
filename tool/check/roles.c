/*
 * roles.c
 *		Concerns: the database roles of Qlik Sense and of replication.
 */
#include "check/internal.h"

void
check_role(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
	{
		const SiteServer *server = &run->servers[i];
		const char *object = check_site(run, server->site);

		if (server->error != NULL)
			continue;
		if (!server->qlik_exists)
			check_fail(run, CHECK_BOTH, object, "Correct \"qlik_role\" in "
					   "the configuration, or create the role.",
					   "role \"%s\" does not exist", server->site->qlik_role);
		else if (server->qlik_super)
			check_fail(run, CHECK_BOTH, object, "ALTER ROLE ... NOSUPERUSER",
					   "role \"%s\" is a superuser, whom a fence does not "
					   "stop", server->site->qlik_role);
		else
			check_pass(run, object, "role \"%s\" is no superuser",
					   server->site->qlik_role);
	}
}

/* Roles come along with a physical copy, passwords too. */
void
check_login(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
	{
		const SiteServer *server = &run->servers[i];
		const SiteLogin *login = &run->logins[i];
		const char *object = check_site(run, server->site);

		if (server->error != NULL || !server->qlik_exists)
			continue;
		if (login->error != NULL)
			check_fail(run, CHECK_BOTH, object,
					   "Qlik Sense at this site needs the password that the "
					   "active site's database has for the role, and this "
					   "tool needs it in the password file (\"passfile\").",
					   "role \"%s\" cannot log in to database %s: %s",
					   server->site->qlik_role, login->database,
					   login->error);
		else
			check_pass(run, object, "role \"%s\" can log in to database %s",
					   server->site->qlik_role, login->database);
	}
}

static void
check_one_replicator(CheckRun *run, const SiteServer *server,
					 const char *object)
{
	const char *role = run->config->replication_role;

	if (!server->replicator_exists)
		check_warn(run, object, "\"qsrepl setup primary\" makes it, or "
				   "correct \"replication_role\" in the configuration.",
				   "replication role \"%s\" does not exist", role);
	else if (server->replicator_super)
		check_warn(run, object, "ALTER ROLE ... NOSUPERUSER: it needs LOGIN "
				   "and REPLICATION only.",
				   "replication role \"%s\" is a superuser", role);
	else if (!server->replicator_may)
		check_fail(run, CHECK_BOTH, object, "ALTER ROLE ... LOGIN REPLICATION",
				   "replication role \"%s\" may not replicate", role);
	else
		check_pass(run, object, "replication role \"%s\" has what it needs "
				   "and no more", role);
}

void
check_replicator(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->servers[i].error == NULL)
			check_one_replicator(run, &run->servers[i],
								 check_site(run, run->servers[i].site));
}
