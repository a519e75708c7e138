/*
 * compare.c
 *		Comparing the sites: database by database, table by table.
 */
#include "compare/compare.h"

#include <stdlib.h>
#include <string.h>

#include "compare/internal.h"
#include "platform/cancel.h"
#include "site/active.h"
#include "site/row.h"

static const char extension_query[] =
"SELECT to_regclass('qsrepl.rule') IS NOT NULL";

static const char definitions_query[] =
"SELECT concat((SELECT string_agg(concat_ws('|', r.relation, r.\"column\","
"  r.form), E'\\n' ORDER BY r.relation COLLATE \"C\","
"  r.\"column\" COLLATE \"C\") FROM qsrepl.rule r), '#',"
" (SELECT string_agg(concat_ws('|', v.mapping, m.kind, v.site, v.value,"
"  v.current), E'\\n' ORDER BY v.mapping COLLATE \"C\","
"  v.site COLLATE \"C\", v.value COLLATE \"C\")"
"  FROM qsrepl.mapping_value v"
"  JOIN qsrepl.mapping m ON m.name = v.mapping))";

bool
compare_table_differs(const CompareTable *table)
{
	if (table->left_out != NULL)
		return false;
	return table->absent[0] || table->absent[1] || table->n_notes > 0 ||
		table->totals[COMPARE_MISSING] > 0 ||
		table->totals[COMPARE_EXTRA] > 0 ||
		table->totals[COMPARE_DIFFERING] > 0;
}

static bool
sweep(Comparison *comparison, const Table *table, Candidates *candidates,
	  Error *error)
{
	bool		good = sides_begin(comparison, error);

	if (good && table->result->method == COMPARE_BY_RANGES)
		good = ranges_sweep(comparison, table, candidates, error);
	else if (good)
		good = buckets_sweep(comparison, table, candidates, error);
	sides_end(comparison);
	return good;
}

static bool
compare_table(Comparison *comparison, Table *table, Error *error)
{
	CompareTable *result = table->result;
	Candidates	candidates;
	bool		good;

	if (result->left_out != NULL || result->absent[ACTIVE] ||
		result->absent[PASSIVE])
		return true;
	expression_make(comparison, table);
	memset(&candidates, 0, sizeof(candidates));
	good = sweep(comparison, table, &candidates, error) &&
		compare_recheck(comparison, table, &candidates, error) &&
		compare_rows(comparison, table, &candidates, error);
	candidates_free(&candidates);
	arena_free(&comparison->scratch);
	return good;
}

/* The databases' encodings, and who the passive site's server says it is. */
static bool
look_around(Comparison *comparison, Error *error)
{
	char	   *encodings[2] = {NULL, NULL};
	char	   *name = NULL;
	bool		good = true;

	for (int side = ACTIVE; good && side <= PASSIVE; side++)
		good = pg_value(comparison->sessions[side],
						"SELECT current_setting('server_encoding')", PG_NONE,
						&encodings[side], error);
	good = good &&
		pg_value(comparison->sessions[PASSIVE],
				 "SELECT current_setting('qsrepl.local_site', true)", PG_NONE,
				 &name, error);
	if (good)
		comparison->recoding = strcmp(encodings[ACTIVE],
									  encodings[PASSIVE]) != 0;
	if (good && name != NULL && name[0] != '\0' &&
		strcmp(name, comparison->sites[PASSIVE]->name) != 0)
		good = error_set(error, NULL, "Set \"qsrepl.local_site\" there, or "
						 "correct the site's host and port in the "
						 "configuration.",
						 "site \"%s\": the server says that it is site \"%s\"",
						 comparison->sites[PASSIVE]->name, name);
	free(encodings[ACTIVE]);
	free(encodings[PASSIVE]);
	free(name);
	return good;
}

/*
 * In logical mode each site has rules and mappings of its own: the passive
 * one's made its rows, the active one's tell what they should be.
 */
static bool
check_definitions(Comparison *comparison, Error *error)
{
	char	   *texts[2] = {NULL, NULL};
	bool		good = true;
	bool		same;

	for (int side = ACTIVE; good && side <= PASSIVE; side++)
	{
		char	   *there = NULL;

		good = pg_value(comparison->sessions[side], extension_query, PG_NONE,
						&there, error);
		if (good && there[0] == 't')
			good = pg_value(comparison->sessions[side], definitions_query,
							PG_NONE, &texts[side], error);
		free(there);
	}
	same = good && (texts[ACTIVE] == texts[PASSIVE] ||
					(texts[ACTIVE] != NULL && texts[PASSIVE] != NULL &&
					 strcmp(texts[ACTIVE], texts[PASSIVE]) == 0));
	if (good && !same)
		error_set(error, "The active site's definitions tell what the passive "
				  "site's rows should be.", "Give both sites the same ones.",
				  "the sites do not have the same rules and mappings");
	free(texts[ACTIVE]);
	free(texts[PASSIVE]);
	return same;
}

/* All that is to be known before the first row is read. */
static bool
prepare(Comparison *comparison, Table **tables, size_t *n, Error *error)
{
	CompareDatabase *database = comparison->database;

	database->n_tables = 0;
	comparison->expected = 0;
	return look_around(comparison, error) &&
		compare_replay_begin(comparison, error) &&
		(comparison->standby || check_definitions(comparison, error)) &&
		compare_replay_look(comparison, &database->begin, error) &&
		compare_catalog(comparison, tables, n, error) &&
		compare_columns(comparison, *tables, *n, error);
}

static bool
compare_all(Comparison *comparison, Error *error)
{
	CompareDatabase *database = comparison->database;
	Table	   *tables;
	size_t		n;
	int			attempts = 0;

	if (!sides_open(comparison, error))
		return false;
	while (!prepare(comparison, &tables, &n, error))
		if (!sides_retry(comparison, &attempts, error))
			return false;
	for (size_t i = 0; i < n; i++)
	{
		if (!compare_table(comparison, &tables[i], error))
			return false;
		database->differs = database->differs ||
			compare_table_differs(tables[i].result);
	}
	return compare_replay_look(comparison, &database->end, error);
}

static void
compare_database(const Config *config, const CompareOptions *options,
				 CompareReport *report, CompareDatabase *database,
				 bool *found)
{
	Progress	progress;
	Error		error = ERROR_NONE;
	Comparison	comparison = {.config = config,.options = options,
		.database = database,.arena = &report->arena,
	.found = found,.progress = &progress};

	comparison.sites[ACTIVE] = config_site(config, report->active);
	comparison.sites[PASSIVE] = config_site(config, report->passive);
	database->begin.bytes = database->end.bytes = -1;
	database->begin.seconds = database->end.seconds = -1;
	progress_start(&progress, text_format("comparing %s", database->name));
	if (!compare_all(&comparison, &error))
		database->error = row_error(&report->arena, &error);
	progress_stop(&progress);
	sides_close(&comparison);
	report->differs = report->differs || database->differs;
	report->failed = report->failed || database->error != NULL;
}

/* Ask all servers which is the active one, and take the other. */
static bool
find_sites(const Config *config, CompareReport *report, Error *error)
{
	Arena	   *arena = &report->arena;
	SiteServer *servers = arena_alloc(arena, config->n_sites *
									  sizeof(SiteServer));
	SiteStatus *statuses = arena_alloc(arena, config->n_sites *
									   sizeof(SiteStatus));
	const SiteServer *active;

	for (size_t i = 0; i < config->n_sites; i++)
	{
		site_server_read(config, &config->sites[i], arena, &servers[i]);
		if (servers[i].error != NULL)
			return error_set(error, NULL, "A comparison needs both sites.",
							 "%s", servers[i].error);
		site_status_read(config, &config->sites[i],
						 (int) config->connect_timeout, arena, &statuses[i]);
	}
	active = site_active(config, servers, statuses);
	if (active == NULL)
		return error_set(error, NULL, "\"qsrepl status\" shows where the "
						 "sites stand.", "no site is active");
	report->active = active->site->name;
	for (size_t i = 0; i < config->n_sites; i++)
		if (&servers[i] != active && report->passive == NULL)
			report->passive = servers[i].site->name;
	return true;
}

/* The databases to compare: those of the options, or all. */
static bool
choose_databases(const Config *config, const CompareOptions *options,
				 CompareReport *report, Error *error)
{
	const ConfigWords *all = &config->databases;

	report->databases = arena_alloc(&report->arena,
									(all->n + options->n_databases) *
									sizeof(CompareDatabase));
	for (size_t i = 0; i < options->n_databases; i++)
	{
		size_t		j = 0;

		while (j < all->n && strcmp(all->words[j],
									options->databases[i]) != 0)
			j++;
		if (j == all->n)
			return error_set(error, NULL, "\"qsrepl config show\" lists the "
							 "databases.", "database \"%s\" is not in the "
							 "configuration", options->databases[i]);
		report->databases[report->n++].name = all->words[j];
	}
	for (size_t i = 0; options->n_databases == 0 && i < all->n; i++)
		report->databases[report->n++].name = all->words[i];
	return true;
}

/* Each table that was asked for is in one of the databases. */
static bool
check_tables(const CompareOptions *options, const bool *found,
			 Error *error)
{
	for (size_t i = 0; i < options->n_tables; i++)
		if (!found[i])
			return error_set(error, NULL, "Write it as SCHEMA.TABLE; a "
							 "partitioned table is named by itself, not by "
							 "its partitions.",
							 "table \"%s\" does not exist",
							 options->tables[i]);
	return true;
}

CompareResult
compare_run(const Config *config, const CompareOptions *options,
			CompareReport *report, Error *error)
{
	bool	   *found;

	memset(report, 0, sizeof(*report));
	found = arena_alloc(&report->arena, options->n_tables + 1);
	if (!choose_databases(config, options, report, error))
		return COMPARE_WRONG;
	if (!find_sites(config, report, error))
		return COMPARE_UNREACHABLE;
	for (size_t i = 0; i < report->n && !plat_cancelled(); i++)
		compare_database(config, options, report, &report->databases[i],
						 found);
	if (plat_cancelled())
	{
		error_set(error, NULL, NULL, "the comparison was interrupted");
		return COMPARE_UNREACHABLE;
	}
	return report->failed || check_tables(options, found, error) ?
		COMPARE_DONE : COMPARE_WRONG;
}

void
compare_free(CompareReport *report)
{
	arena_free(&report->arena);
}
