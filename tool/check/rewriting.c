/*
 * rewriting.c
 *		Concerns: what the extension says of the databases.
 */
#include "check/internal.h"

#include <string.h>

static void
check_active_state(CheckRun *run, const char *object,
				   const SiteDatabase *database)
{
	if (!database->localized)
		check_fail(run, CHECK_BOTH, object,
				   strcmp(database->state, "foreign") == 0 ?
				   "The localizer is at work, or qsrepl.check() says why "
				   "not." : "SELECT qsrepl.localize()",
				   "the active site's rows are not its own: state \"%s\"",
				   database->state);
	else if (database->residues > 0)
		check_warn(run, object, "qsrepl.leaks() lists the rows.",
				   "localize() left rows of %lld rules as they were",
				   (long long) database->residues);
	else
		check_pass(run, object, "localized");
}

static void
check_standby_state(CheckRun *run, const char *object,
					const SiteDatabase *database)
{
	if (strcmp(database->state, "foreign") == 0)
		check_pass(run, object, "the reader is on");
	else if (strcmp(database->state, "local") == 0)
		check_fail(run, CHECK_BOTH, object,
				   "Look at qsrepl.local_site at both sites.",
				   "a standby whose rows are already those of its site: "
				   "nothing would be rewritten");
	else
		check_fail(run, CHECK_BOTH, object,
				   "SELECT qsrepl.localize() at the active site.",
				   "the reader is off: state \"%s\"", database->state);
}

void
check_states(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
		for (size_t j = 0; j < run->statuses[i].n_databases; j++)
		{
			const SiteDatabase *database = &run->statuses[i].databases[j];
			const char *object = check_database(run, run->servers[i].site,
												database->name);

			if (database->error != NULL)
				continue;
			if (&run->servers[i] != run->active && !database->primary)
				check_standby_state(run, object, database);
			else if (&run->servers[i] == run->active ||
					 run->config->mode == CONFIG_LOGICAL)
				check_active_state(run, object, database);
		}
}

/* Objects as the report has them, behind the site and the database. */
static const char *
object_of(CheckRun *run, const SiteInsight *insight)
{
	return check_database(run, insight->site, insight->database);
}

static void
check_problems(CheckRun *run, const SiteInsight *insight)
{
	const char *object = object_of(run, insight);
	size_t		told = 0;

	for (size_t i = 0; i < insight->n_problems; i++)
	{
		const SiteProblem *problem = &insight->problems[i];

		/* A passive site is fenced, and that is told elsewhere. */
		if (insight->site != run->active->site &&
			strcmp(problem->object, "fence") == 0)
			continue;
		told++;
		if (strcmp(problem->severity, "error") == 0)
			check_fail(run, CHECK_BOTH, object, problem->hint, "%s: %s",
					   problem->object, problem->problem);
		else
			check_warn(run, object, problem->hint, "%s: %s",
					   problem->object, problem->problem);
	}
	if (told == 0 && insight->error == NULL)
		check_pass(run, object, "qsrepl.check() finds nothing");
}

void
check_extension(CheckRun *run)
{
	for (size_t i = 0; i < run->n_insights; i++)
	{
		const SiteInsight *insight = &run->insights[i];

		if (insight->error != NULL)
			check_fail(run, CHECK_BOTH, object_of(run, insight),
					   "Call qsrepl.check() and qsrepl.leaks() by hand.",
					   "%s", insight->error);
		check_problems(run, insight);
	}
}

void
check_leaks(CheckRun *run)
{
	for (size_t i = 0; i < run->n_insights; i++)
	{
		const SiteInsight *insight = &run->insights[i];

		if (insight->leaks > 0)
			check_warn(run, object_of(run, insight),
					   "qsrepl.leaks() lists them and says why they stay; "
					   "qsrepl.localize() rewrites the others.",
					   "values of other sites are stored: %lld",
					   (long long) insight->leaks);
		else if (insight->leaks == 0)
			check_pass(run, object_of(run, insight),
					   "no value of another site is stored");
	}
}

void
check_mappings(CheckRun *run)
{
	for (size_t i = 0; i < run->n_insights; i++)
	{
		const SiteInsight *insight = &run->insights[i];

		if (insight->needless != NULL)
			check_warn(run, object_of(run, insight),
					   "Give them the values that the sites have, or call "
					   "qsrepl.drop_mapping().",
					   "needless mappings, equal at all sites: %s",
					   insight->needless);
		else if (insight->error == NULL)
			check_pass(run, object_of(run, insight),
					   "each mapping differs between the sites");
	}
}
