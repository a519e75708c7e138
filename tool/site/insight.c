/*
 * insight.c
 *		What the extension finds in a database.
 */
#include "site/insight.h"

#include <string.h>

#include "platform/clock.h"
#include "site/connect.h"
#include "site/row.h"

/* For reading a large database's ruled tables. */
#define READ_MS 60000

static const char check_query[] =
"SELECT c.severity, c.object, c.problem, c.hint FROM qsrepl.check() c";

static const char needless_query[] =
"SELECT string_agg(x.mapping, ', ' ORDER BY x.mapping) FROM ("
" SELECT v.mapping FROM qsrepl.mapping_value v WHERE v.current"
" GROUP BY v.mapping"
" HAVING count(*) > 1 AND count(DISTINCT v.value) = 1) x";

static const char leaks_query[] = "SELECT count(*) FROM qsrepl.leaks()";

/* Where rows go. */
typedef struct Target
{
	Arena	   *arena;
	SiteInsight *insight;
} Target;

static bool
take_problem(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteInsight *insight = target->insight;
	SiteProblem *problem;

	(void) error;
	insight->problems = row_room(target->arena, insight->problems,
								 insight->n_problems, sizeof(SiteProblem));
	problem = &insight->problems[insight->n_problems++];
	problem->severity = row_copy(target->arena, row, 0);
	problem->object = row_copy(target->arena, row, 1);
	problem->problem = row_copy(target->arena, row, 2);
	problem->hint = row_copy(target->arena, row, 3);
	return true;
}

static bool
take_needless(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;

	(void) error;
	target->insight->needless = row_copy(target->arena, row, 0);
	return true;
}

static bool
take_leaks(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;

	(void) error;
	target->insight->leaks = row_integer(row, 0);
	return true;
}

static bool
read_all(PgConnection *connection, Target *target, Error *error)
{
	if (!pg_rows(connection, check_query, PG_NONE, take_problem, target,
				 error) ||
		!pg_rows(connection, needless_query, PG_NONE, take_needless, target,
				 error))
		return false;
	pg_set_deadline(connection, READ_MS);
	return pg_rows(connection, leaks_query, PG_NONE, take_leaks, target,
				   error);
}

void
site_insight_read(const Config *config, const ConfigSite *site,
				  const char *database, Arena *arena, SiteInsight *insight)
{
	Error		error = ERROR_NONE;
	Target		target = {arena, insight};
	PgConnection *connection;

	memset(insight, 0, sizeof(*insight));
	insight->site = site;
	insight->database = database;
	insight->leaks = -1;
	connection = site_connect(config, site, database,
							  plat_clock_ms() + config->connect_timeout,
							  &error);
	if (connection == NULL || !read_all(connection, &target, &error))
		insight->error = row_error(arena, &error);
	pg_close(connection);
}
