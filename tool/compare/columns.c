/*
 * columns.c
 *		The tables' columns at both sites, their keys and rules.
 */
#include <stdlib.h>
#include <string.h>

#include "compare/internal.h"
#include "site/row.h"

/* The key: the primary one, the replica identity, or another that fits. */
static const char columns_query[] =
"WITH keys AS (SELECT DISTINCT ON (i.indrelid) i.indrelid,"
"  i.indkey::int2[] AS columns, i.indnkeyatts FROM pg_index i"
"  JOIN pg_class x ON x.oid = i.indexrelid"
"  JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'"
"  WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL"
"  AND i.indexprs IS NULL AND NOT EXISTS (SELECT"
"   FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)"
"   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum"
"   WHERE k.n <= i.indnkeyatts AND NOT a.attnotnull)"
"  ORDER BY i.indrelid, NOT i.indisprimary, NOT i.indisreplident,"
"   x.relname COLLATE \"C\")"
"SELECT format('%I.%I', n.nspname, c.relname), a.attname,"
" format('t.%I', a.attname), format_type(a.atttypid, a.atttypmod),"
" CASE WHEN a.attcollation = 100 THEN (SELECT d.datcollate"
"  FROM pg_database d WHERE d.datname = current_database())"
"  ELSE o.collname::text || ' ' || o.collprovider::text END,"
" a.attgenerated <> '', a.attgenerated = 'v',"
" coalesce((SELECT k.n FROM unnest(keys.columns) WITH ORDINALITY"
"  AS k (attnum, n) WHERE k.attnum = a.attnum"
"  AND k.n <= keys.indnkeyatts), 0), a.atttypid >= 16384"
" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
" JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
"  AND NOT a.attisdropped"
" LEFT JOIN pg_collation o ON o.oid = a.attcollation"
" LEFT JOIN keys ON keys.indrelid = c.oid"
" WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
"  AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'"
"  AND n.nspname NOT IN ('information_schema', 'qsrepl')"
" ORDER BY 1, a.attnum";

/* What the passive site makes of a ruled column; partitions may have rules of
 * their own.  $1: that site. */
static const char rules_query[] =
"SELECT format('%I.%I', n.nspname, c.relname), x.\"column\","
" CASE WHEN count(*) = 1 AND bool_and(x.all_of_it) THEN min(x.call)"
"  ELSE format('CASE %s ELSE t.%I END', string_agg(format("
"   'WHEN t.tableoid IN (%s) THEN %s', x.oids, x.call), ' '), x.\"column\")"
"  END FROM (SELECT r.root, r.\"column\", format("
"   'qsrepl._rewrite_for(t.%I, %L, %s, %L)', r.\"column\", r.form,"
"   r.atttypmod, $1::text) AS call, string_agg(r.relid::text, ', ') AS oids,"
"   count(*) >= (SELECT count(*) FROM pg_partition_tree(r.root) p"
"    WHERE p.isleaf) AS all_of_it"
"  FROM (SELECT r.*, coalesce(pg_partition_root(r.relid), r.relid)::oid"
"   AS root FROM qsrepl._ruled_columns r"
"   WHERE qsrepl._type_class(r.atttypid) IS NOT NULL) r"
"  GROUP BY r.root, r.\"column\", r.form, r.atttypmod) x"
" JOIN pg_class c ON c.oid = x.root"
" JOIN pg_namespace n ON n.oid = c.relnamespace"
" GROUP BY n.nspname, c.relname, x.\"column\"";

/* Where rows go. */
typedef struct Target
{
	Comparison *comparison;
	Table	   *tables;
	size_t		n;
	int			side;
} Target;

static int
compare_names(const void *name, const void *table)
{
	const Table *other = table;

	return strcmp(name, other->result->name);
}

static Table *
find_table(const Target *target, const PgRow *row)
{
	return bsearch(pg_row_text(row, 0), target->tables, target->n,
				   sizeof(Table), compare_names);
}

/* The table's column of a name, or NULL. */
static Column *
find_column(const Table *table, const char *name)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

static Column *
add_column(Arena *arena, Table *table, const PgRow *row)
{
	Column	   *column;

	table->columns = row_room(arena, table->columns, table->n_columns,
							  sizeof(Column));
	column = &table->columns[table->n_columns++];
	memset(column, 0, sizeof(*column));
	column->name = row_copy(arena, row, 1);
	column->quoted = row_copy(arena, row, 2);
	return column;
}

static bool
take_column(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	Arena	   *arena = target->comparison->arena;
	Table	   *table = find_table(target, row);
	Column	   *column;

	(void) error;
	if (table == NULL)
		return true;
	column = find_column(table, pg_row_text(row, 1));
	if (column == NULL)
		column = add_column(arena, table, row);
	column->types[target->side] = row_copy(arena, row, 3);
	column->collations[target->side] = row_copy(arena, row, 4);
	column->generated = column->generated || row_is_true(row, 5);
	column->virtual = column->virtual || row_is_true(row, 6);
	column->keys[target->side] = (int) row_integer(row, 7);
	column->custom = column->custom || row_is_true(row, 8);
	column->expressions[target->side] = column->quoted;
	return true;
}

static bool
take_rule(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	Table	   *table = find_table(target, row);
	Column	   *column = table == NULL ? NULL :
	find_column(table, pg_row_text(row, 1));

	(void) error;
	if (column == NULL || column->types[ACTIVE] == NULL)
		return true;
	column->expressions[ACTIVE] = row_copy(target->comparison->arena, row, 2);
	column->ruled = true;
	table->ruled = true;
	return true;
}

bool
compare_columns(Comparison *comparison, Table *tables, size_t n, Error *error)
{
	Target		target = {comparison, tables, n, ACTIVE};
	char	   *ruled = NULL;
	bool		good;

	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		target.side = side;
		if (!pg_rows(comparison->sessions[side], columns_query, PG_NONE,
					 take_column, &target, error))
			return false;
	}
	good = pg_value(comparison->sessions[ACTIVE],
					"SELECT to_regclass('qsrepl._ruled_columns') IS NOT NULL",
					PG_NONE, &ruled, error);
	if (good && ruled != NULL && ruled[0] == 't')
		good = pg_rows(comparison->sessions[ACTIVE], rules_query,
					   PG_PARAMETERS(comparison->sites[PASSIVE]->name),
					   take_rule, &target, error);
	free(ruled);
	return good;
}
