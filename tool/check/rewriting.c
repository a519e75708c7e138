/*
 * rewriting.c
 *		Concerns: what the extension says of the databases.
 */
#include "check/internal.h"

#include <string.h>

#include "base/text.h"

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

/* Only the active site's says what is the same everywhere. */
static bool
is_active(const CheckRun *run, const SiteInsight *insight)
{
	return run->active != NULL && insight->site == run->active->site;
}

static bool
has_problem(const SiteInsight *insight, const SiteProblem *problem)
{
	for (size_t i = 0; i < insight->n_problems; i++)
		if (strcmp(insight->problems[i].object, problem->object) == 0 &&
			strcmp(insight->problems[i].problem, problem->problem) == 0)
			return true;
	return false;
}

/* Has the active site's copy of the database been blamed for it? */
static bool
is_told(const CheckRun *run, const SiteInsight *insight,
		const SiteProblem *problem)
{
	for (size_t i = 0; i < run->n_insights; i++)
		if (is_active(run, &run->insights[i]) && !is_active(run, insight) &&
			strcmp(run->insights[i].database, insight->database) == 0 &&
			has_problem(&run->insights[i], problem))
			return true;
	return false;
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
		if (is_told(run, insight, problem) ||
			(run->config->mode == CONFIG_LOGICAL &&
			 !is_active(run, insight) &&
			 strcmp(problem->object, "fence") == 0))
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

		if (!is_active(run, insight))
			continue;
		if (insight->needless != NULL)
			check_warn(run, object_of(run, insight),
					   "Give them the values that the sites have, or call "
					   "qsrepl.drop_mapping().",
					   "needless mappings, equal at all sites: %s",
					   insight->needless);
		if (insight->differing != NULL)
			check_warn(run, object_of(run, insight),
					   "The database's values count for rewriting. Correct the "
					   "configuration, or run \"qsrepl setup\" of this site "
					   "again, which defines them as configured.",
					   "mappings that are not as the configuration has them: %s",
					   insight->differing);
		if (insight->needless == NULL && insight->differing == NULL &&
			insight->error == NULL)
			check_pass(run, object_of(run, insight),
					   "each mapping differs between the sites");
	}
}

/* How many columns are named */
#define NAMED 3

/* One finding a database, with the columns that hold the most. */
static void
warn_of_columns(CheckRun *run, const SiteInsight *insight)
{
	Text		names = {NULL, 0, 0};
	int64_t		values = 0;

	for (size_t i = 0; i < insight->n_scan; i++)
	{
		values += insight->scan[i].count;
		if (i < NAMED)
			text_addf(&names, "%s%s %lld", i > 0 ? ", " : "",
					  insight->scan[i].column,
					  (long long) insight->scan[i].count);
	}
	check_warn(run, object_of(run, insight), "SELECT * FROM qsrepl.scan() "
			   "shows them all with examples. qsrepl.add_rule() has a column "
			   "rewritten.", "columns without a rule that hold paths or hosts: "
			   "%lu, with %lld values (%s%s)",
			   (unsigned long) insight->n_scan, (long long) values,
			   names.bytes,
			   insight->n_scan > NAMED ? ", ..." : "");
	text_free(&names);
}

static void
look_at_scan(CheckRun *run, const SiteInsight *insight)
{
	const char *object = object_of(run, insight);

	if (insight->scan_error != NULL)
		check_warn(run, object, "Call qsrepl.scan() by hand.", "%s",
				   insight->scan_error);
	else if (insight->scan_cut)
		check_pass(run, object, "qsrepl.scan() takes longer than this check "
				   "may, and was cut short: call it by hand to see columns "
				   "without a rule that hold paths or hosts");
	else if (insight->n_scan > 0)
		warn_of_columns(run, insight);
	else
		check_pass(run, object, "no column without a rule holds paths or "
				   "hosts");
}

void
check_scan(CheckRun *run)
{
	for (size_t i = 0; i < run->n_insights; i++)
		if (is_active(run, &run->insights[i]) &&
			run->insights[i].error == NULL)
			look_at_scan(run, &run->insights[i]);
}

static void
look_at_keys(CheckRun *run, const SiteInsight *insight)
{
	const char *object = object_of(run, insight);
	const char *more = insight->keyless > 3 ? ", ..." : "";
	const char *names = insight->keyless_names != NULL ?
	insight->keyless_names : "";

	if (insight->keyless <= 0)
		check_pass(run, object, "every table has a primary key");
	else
		/* The whole server is copied: nothing depends on keys. */
		check_pass(run, object, "tables without a primary key: %lld (%s%s)",
				   (long long) insight->keyless, names, more);
}

void
check_keys(CheckRun *run)
{
	for (size_t i = 0; i < run->n_insights; i++)
		if (is_active(run, &run->insights[i]) &&
			run->insights[i].error == NULL)
			look_at_keys(run, &run->insights[i]);
}
