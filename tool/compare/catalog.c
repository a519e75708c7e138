/*
 * catalog.c
 *		The tables of both sites, matched by their names.
 *
 * A partitioned table is one table: its partitions may be others at the other
 * site.  Parents and children by INHERITS are compared each by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "compare/internal.h"
#include "pg/statements.h"
#include "site/row.h"

/*
 * $1: the publications that the passive site subscribes to, or null.
 * Temporary tables are none of what a site has.
 */
static const char tables_query[] =
"WITH published AS MATERIALIZED (SELECT format('%I.%I', p.schemaname,"
"  p.tablename) AS name FROM pg_publication_tables p"
"  WHERE p.pubname = ANY ($1::name[])),"
" tables AS (SELECT c.*, n.nspname, format('%I.%I', n.nspname, c.relname)"
"  AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
"  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition"
"  AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'"
"  AND n.nspname NOT IN ('information_schema', 'qsrepl')),"
" leaves AS (SELECT t.oid AS root, l.*, format('%I.%I', n.nspname, l.relname)"
"  AS name FROM tables t, pg_partition_tree(t.oid) p"
"  JOIN pg_class l ON l.oid = p.relid"
"  JOIN pg_namespace n ON n.oid = l.relnamespace"
"  WHERE t.relkind = 'p' AND p.isleaf"
"  UNION ALL SELECT t.oid, c.*, t.name FROM tables t"
"  JOIN pg_class c ON c.oid = t.oid WHERE t.relkind <> 'p')"
"SELECT t.name, format('%s.%s', t.nspname, t.relname), t.relkind = 'p',"
" CASE WHEN t.oid IN " PG_UNPLANNABLE " THEN 'its indexes, statistics or"
" partitions call functions of a role that is no superuser'"
"  WHEN t.relkind = 'm' THEN 'a materialized view'"
"  WHEN t.relkind = 'f' THEN 'a foreign table'"
"  WHEN t.relpersistence = 'u' THEN 'unlogged'"
"  WHEN bool_or(l.relpersistence <> 'p') THEN 'a partition is unlogged'"
"  WHEN bool_or(l.relkind = 'f') THEN 'a partition is a foreign table'"
"  WHEN $1::name[] IS NOT NULL AND NOT EXISTS (SELECT FROM published p"
"   WHERE p.name = t.name) AND NOT coalesce(bool_or(EXISTS (SELECT FROM"
"   published p WHERE p.name = l.name)), false) THEN 'not published' END,"
" coalesce(sum(CASE WHEN l.reltuples > 0 THEN l.reltuples::bigint"
"  WHEN l.relkind = 'r' THEN pg_relation_size(l.oid) / 100"
"  ELSE 0 END), 0)::bigint"
" FROM tables t LEFT JOIN leaves l ON l.root = t.oid"
" GROUP BY t.oid, t.name, t.nspname, t.relname, t.relkind, t.relpersistence";

/* A table as one site has it. */
typedef struct Found
{
	const char *name;
	const char *plain;			/* without quotes, as one may type it */
	bool		partitioned;
	const char *left_out;
	int64_t		estimate;
} Found;

typedef struct FoundList
{
	Arena	   *arena;
	Found	   *list;
	size_t		n;
} FoundList;

static bool
take_table(void *arg, const PgRow *row, Error *error)
{
	FoundList  *found = arg;
	Found	   *table;

	(void) error;
	found->list = row_room(found->arena, found->list, found->n,
						   sizeof(Found));
	table = &found->list[found->n++];
	table->name = row_copy(found->arena, row, 0);
	table->plain = row_copy(found->arena, row, 1);
	table->partitioned = row_is_true(row, 2);
	table->left_out = row_copy(found->arena, row, 3);
	table->estimate = row_integer(row, 4);
	return true;
}

static int
compare_names(const void *one, const void *other)
{
	return strcmp(((const Found *) one)->name, ((const Found *) other)->name);
}

static void
sort(FoundList *found)
{
	if (found->n > 1)
		qsort(found->list, found->n, sizeof(Found), compare_names);
}

/* Was it asked for?  By either spelling of its name. */
static bool
is_asked_for(const Comparison *comparison, const Found *found)
{
	const CompareOptions *options = comparison->options;
	bool		asked = options->n_tables == 0;

	for (size_t i = 0; i < options->n_tables; i++)
		if (strcmp(options->tables[i], found->name) == 0 ||
			strcmp(options->tables[i], found->plain) == 0)
			asked = comparison->found[i] = true;
	return asked;
}

/* Who asks for a table by name gets it, published or not. */
static const char *
left_out(const Comparison *comparison, const Found *a, const Found *b)
{
	const char *why = a != NULL ? a->left_out : NULL;

	if (why != NULL && comparison->options->n_tables > 0 &&
		strcmp(why, "not published") == 0)
		why = NULL;
	return why == NULL && b != NULL ? b->left_out : why;
}

static const char *
source_of(Arena *arena, const Found *found)
{
	if (found == NULL)
		return NULL;
	return arena_printf(arena, "%s%s t", found->partitioned ? "" : "ONLY ",
						found->name);
}

/* A table that one of the sites has, or both; NULL: it does not. */
static void
add_table(Comparison *comparison, const Found *a, const Found *b,
		  Table *table)
{
	CompareDatabase *database = comparison->database;
	CompareTable *result = &database->tables[database->n_tables++];

	result->left_out = left_out(comparison, a, b);
	result->absent[ACTIVE] = a == NULL;
	result->absent[PASSIVE] = b == NULL;
	table->result = result;
	table->source[ACTIVE] = source_of(comparison->arena, a);
	table->source[PASSIVE] = source_of(comparison->arena, b);
	if (a != NULL)
		table->estimate = a->estimate;
	if (result->left_out == NULL && b != NULL)
		comparison->expected += table->estimate;
}

static void
match(Comparison *comparison, const FoundList found[2], Table *tables)
{
	CompareDatabase *database = comparison->database;
	size_t		i = 0;
	size_t		j = 0;

	while (i < found[ACTIVE].n || j < found[PASSIVE].n)
	{
		const Found *a = &found[ACTIVE].list[i];
		const Found *b = &found[PASSIVE].list[j];
		int			order = i == found[ACTIVE].n ? 1 :
		j == found[PASSIVE].n ? -1 : strcmp(a->name, b->name);

		if (is_asked_for(comparison, order <= 0 ? a : b))
		{
			database->tables[database->n_tables].name =
				order <= 0 ? a->name : b->name;
			add_table(comparison, order <= 0 ? a : NULL,
					  order >= 0 ? b : NULL, &tables[database->n_tables]);
		}
		i += order <= 0 ? 1 : 0;
		j += order >= 0 ? 1 : 0;
	}
}

/*
 * compare_catalog
 *		out: *tables, as many as the database's result then has
 */
bool
compare_catalog(Comparison *comparison, Table **tables, size_t *n,
				Error *error)
{
	Arena	   *arena = comparison->arena;
	FoundList	found[2] = {{arena, NULL, 0}, {arena, NULL, 0}};
	size_t		most;

	/* The passive site's publications, if any, are for another direction. */
	if (!pg_rows(comparison->sessions[ACTIVE], tables_query,
				 PG_PARAMETERS(comparison->publications), take_table,
				 &found[ACTIVE], error) ||
		!pg_rows(comparison->sessions[PASSIVE], tables_query,
				 PG_PARAMETERS(NULL), take_table, &found[PASSIVE], error))
		return false;
	sort(&found[ACTIVE]);
	sort(&found[PASSIVE]);
	most = found[ACTIVE].n + found[PASSIVE].n + 1;
	*tables = arena_alloc(arena, most * sizeof(Table));
	comparison->database->tables = arena_alloc(arena, most *
											   sizeof(CompareTable));
	match(comparison, found, *tables);
	*n = comparison->database->n_tables;
	return true;
}
