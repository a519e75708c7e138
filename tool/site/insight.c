/*
 * insight.c
 *		What the extension finds in a database.
 */
#include "site/insight.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pg/query.h"
#include "platform/clock.h"
#include "rw.h"
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

/* Has it this value of the configuration, in the spelling that it is kept in? */
static const char value_query[] =
"SELECT EXISTS (SELECT FROM qsrepl.mapping m JOIN qsrepl.mapping_value v"
" ON v.mapping = m.name WHERE m.name = $1 AND m.kind = $2 AND v.site = $3"
" AND v.value = qsrepl._normalize($2, $4) AND v.current = $5)";

/* Of the application; partitions count as their table. */
static const char keyless_query[] =
"SELECT count(*), array_to_string((array_agg(x.name ORDER BY x.name))[1:3],"
" ', ') FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name"
" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
" WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
" AND c.relpersistence = 'p' AND n.nspname <> 'information_schema'"
" AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'qsrepl'"
" AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid"
"  AND i.indisprimary)) x";

static const char scan_query[] =
"SELECT s.relation || '.' || s.\"column\", s.count"
" FROM qsrepl.scan() s ORDER BY s.count DESC, 1";

static const char bound_query[] =
"SELECT pg_catalog.set_config('statement_timeout', $1, false)";

/* query_canceled: by statement_timeout */
#define CANCELED "57014"

static const char leaks_query[] = "SELECT count(*) FROM qsrepl.leaks()";

/* Where rows go. */
typedef struct Target
{
	const Config *config;
	Arena	   *arena;
	SiteInsight *insight;
	int			scan_ms;
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
take_answer(void *arg, const PgRow *row, Error *error)
{
	(void) error;
	*(bool *) arg = strcmp(pg_row_text(row, 0), "t") == 0;
	return true;
}

static bool
has_mapping(PgConnection *connection, const ConfigMapping *mapping,
			bool *has, Error *error)
{
	*has = true;
	for (size_t i = 0; *has && i < mapping->n_values; i++)
	{
		const ConfigMappingValue *value = &mapping->values[i];

		if (!pg_rows(connection, value_query,
					 PG_PARAMETERS(mapping->name,
								   rw_kind_name((RwKind) mapping->kind),
								   value->site, value->value,
								   value->current ? "t" : "f"),
					 take_answer, has, error))
			return false;
	}
	return true;
}

/* The names of those that are not as configured. */
static bool
read_differing(PgConnection *connection, Target *target, Error *error)
{
	const Config *config = target->config;
	Text		names = {NULL, 0, 0};
	bool		good = true;

	for (size_t i = 0; good && i < config->n_mappings; i++)
	{
		bool		has;

		good = has_mapping(connection, &config->mappings[i], &has, error);
		if (good && !has)
			text_addf(&names, "%s%s", names.len > 0 ? ", " : "",
					  config->mappings[i].name);
	}
	if (good && names.len > 0)
		target->insight->differing = arena_strdup(target->arena, names.bytes);
	text_free(&names);
	return good;
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
take_keyless(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;

	(void) error;
	target->insight->keyless = row_integer(row, 0);
	target->insight->keyless_names = row_copy(target->arena, row, 1);
	return true;
}

static bool
take_scan(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteInsight *insight = target->insight;
	SiteScan   *scan;

	(void) error;
	insight->scan = row_room(target->arena, insight->scan, insight->n_scan,
							 sizeof(SiteScan));
	scan = &insight->scan[insight->n_scan++];
	scan->column = row_copy(target->arena, row, 0);
	scan->count = row_integer(row, 1);
	return true;
}

/* The last thing to be asked: it may be cut short. */
static void
read_scan(PgConnection *connection, Target *target)
{
	SiteInsight *insight = target->insight;
	Error		error = ERROR_NONE;
	char		ms[16];

	snprintf(ms, sizeof(ms), "%d", target->scan_ms);
	if (pg_run(connection, bound_query, PG_PARAMETERS(ms), &error) &&
		pg_rows(connection, scan_query, PG_NONE, take_scan, target, &error))
		return;
	insight->scan_cut = strcmp(error.sqlstate, CANCELED) == 0;
	if (insight->scan_cut)
		error_free(&error);
	else
		insight->scan_error = row_error(target->arena, &error);
}

static bool
read_leaks(PgConnection *connection, Target *target, Error *error)
{
	pg_set_deadline(connection, READ_MS);
	return pg_rows(connection, leaks_query, PG_NONE, take_leaks, target,
				   error);
}

static bool
read_all(PgConnection *connection, unsigned parts, Target *target,
		 Error *error)
{
	if (!pg_rows(connection, check_query, PG_NONE, take_problem, target,
				 error))
		return false;
	if ((parts & SITE_DEFINITIONS) &&
		(!pg_rows(connection, needless_query, PG_NONE, take_needless, target,
				  error) ||
		 !read_differing(connection, target, error) ||
		 !pg_rows(connection, keyless_query, PG_NONE, take_keyless, target,
				  error)))
		return false;
	if ((parts & SITE_LEAKS) && !read_leaks(connection, target, error))
		return false;
	if (parts & SITE_DEFINITIONS)
	{
		int64_t		begin = plat_clock_ms();

		read_scan(connection, target);
		target->insight->scan_ms = (int) (plat_clock_ms() - begin);
	}
	return true;
}

void
site_insight_read(PgConnection *connection, const Config *config,
				  unsigned parts, int scan_ms, Arena *arena,
				  SiteInsight *insight)
{
	Error		error = ERROR_NONE;
	Target		target = {config, arena, insight, scan_ms};

	insight->leaks = -1;
	if (!read_all(connection, parts, &target, &error))
		insight->error = row_error(arena, &error);
}
