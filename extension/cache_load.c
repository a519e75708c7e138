/*
 * cache_load.c
 *		The configuration tables, read into a cache.
 *
 * They are read with systable scans under a snapshot of their own (newest
 * committed and own changes), never under the query's and never through SPI,
 * so that apply, which has no query, can use them.
 *
 * IDENTIFICATION
 *		extension/cache_load.c
 */
#include "qsrepl.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "cache.h"
#include "compat.h"

static const char *const table_names[N_TABLES] = {
	"site", "mapping", "mapping_value", "rule", "state"
};

/* The columns that are read, by position: a letter a type, capital: may be
 * null; X: any, not read. */
static const char *const table_shapes[N_TABLES] = {
	"tT", "tt", "tttb", "tttT", "tloXXXXXa"
};

/* Is the column at this place of a table's shape what it must be? */
static bool
column_fits(TupleDesc desc, int i, char letter)
{
	Form_pg_attribute att;

	if (i >= desc->natts)
		return false;
	att = TupleDescAttr(desc, i);
	if (letter == 'X')
		return true;
	if (att->attisdropped)
		return false;
	switch (letter)
	{
		case 'a':
			return att->atttypid == TEXTARRAYOID;
		case 't':
		case 'T':
			return att->atttypid == TEXTOID;
		case 'l':
			return att->atttypid == INT8OID;
		case 'o':
			return att->atttypid == OIDOID;
		default:
			return att->atttypid == BOOLOID;
	}
}

/* Somebody may have altered the extension's own tables. */
static bool
table_fits(Oid relid, const char *shape)
{
	Relation	relation = table_open(relid, AccessShareLock);
	bool		fits = relation->rd_rel->relkind == RELKIND_RELATION;

	for (int i = 0; shape[i] != '\0'; i++)
		fits = fits && column_fits(RelationGetDescr(relation), i, shape[i]);
	table_close(relation, AccessShareLock);
	return fits;
}

static bool
row_fits(const bool *nulls, const char *shape)
{
	for (int i = 0; shape[i] != '\0'; i++)
		if (nulls[i] && shape[i] >= 'a')
			return false;
	return true;
}

/*
 * Call take() for each row of a configuration table.  A row with nulls, which
 * its constraints refuse, is left out.
 */
static void
read_table(const Oid *tables, int which,
		   void (*take) (void *arg, const Datum *values, const bool *nulls),
		   void *arg)
{
	Relation	relation = table_open(tables[which], AccessShareLock);
	TupleDesc	desc = RelationGetDescr(relation);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL,
										  0, NULL);
	Datum	   *values = palloc(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		heap_deform_tuple(tuple, desc, values, nulls);
		if (row_fits(nulls, table_shapes[which]))
			take(arg, values, nulls);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
}

/*
 * Find the extension's tables; false where it is absent, or not complete yet.
 * *damaged says what is wrong with one, or is NULL.
 */
static bool
find_tables(Oid *tables, const char **damaged)
{
	Oid			schema = get_namespace_oid("qsrepl", true);

	*damaged = NULL;
	memset(tables, 0, N_TABLES * sizeof(Oid));
	if (!OidIsValid(schema) || creating_extension ||
		!OidIsValid(get_extension_oid("qsrepl", true)))
		return false;
	for (int i = 0; i < N_TABLES; i++)
	{
		tables[i] = get_relname_relid(table_names[i], schema);
		if (!OidIsValid(tables[i]) || !table_fits(tables[i], table_shapes[i]))
		{
			*damaged = table_names[i];
			return false;
		}
	}
	return true;
}

void
qsrepl_report_problem(int elevel, const RwProblem *problem)
{
	ereport(elevel,
			(errcode(problem->code == RW_PROBLEM_CONFLICT ?
					 ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION :
					 ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg_internal("%s", problem->message),
			 problem->detail[0] != '\0' ?
			 errdetail_internal("%s", problem->detail) : 0,
			 problem->hint[0] != '\0' ? errhint("%s", problem->hint) : 0));
}

typedef struct KindEntry
{
	char		name[RW_NAME_MAX + 1];	/* hash key */
	RwKind		kind;
} KindEntry;

typedef struct Loading
{
	HTAB	   *kinds;
	RwMappings *mappings;
	bool		strict;
} Loading;

/* A row of mapping(name, kind). */
static void
take_mapping(void *arg, const Datum *values, const bool *nulls)
{
	Loading    *loading = arg;
	char	   *name = TextDatumGetCString(values[0]);
	char	   *kind_name = TextDatumGetCString(values[1]);
	char		key[RW_NAME_MAX + 1] = {0};
	RwKind		kind;
	KindEntry  *entry;

	if (strlen(name) > RW_NAME_MAX || !rw_kind_parse(kind_name, &kind))
		return;					/* the table's constraints refuse these */
	memcpy(key, name, strlen(name));
	entry = hash_search(loading->kinds, key, HASH_ENTER, NULL);
	entry->kind = kind;
}

/* A row of mapping_value(mapping, site, value, current). */
static void
take_value(void *arg, const Datum *values, const bool *nulls)
{
	Loading    *loading = arg;
	char	   *name = TextDatumGetCString(values[0]);
	char		key[RW_NAME_MAX + 1] = {0};
	KindEntry  *entry;
	RwProblem	problem;

	if (strlen(name) > RW_NAME_MAX)
		return;
	memcpy(key, name, strlen(name));
	entry = hash_search(loading->kinds, key, HASH_FIND, NULL);
	if (entry == NULL)
		return;
	if (!rw_mappings_add(loading->mappings, name, entry->kind,
						 TextDatumGetCString(values[1]),
						 TextDatumGetCString(values[2]),
						 DatumGetBool(values[3]), &problem) &&
		loading->strict)
		qsrepl_report_problem(ERROR, &problem);
}

RwMappings *
qsrepl_load_mappings(const RwMemory *memory, bool strict)
{
	Loading		loading;
	HASHCTL		control;
	Oid			tables[N_TABLES];
	const char *damaged;

	loading.mappings = rw_mappings_create(memory);
	loading.strict = strict;
	if (!find_tables(tables, &damaged))
		return loading.mappings;
	memset(&control, 0, sizeof(control));
	control.keysize = RW_NAME_MAX + 1;
	control.entrysize = sizeof(KindEntry);
	control.hcxt = CurrentMemoryContext;
	loading.kinds = hash_create("qsrepl kinds", 256, &control,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	read_table(tables, TABLE_MAPPING, take_mapping, &loading);
	read_table(tables, TABLE_MAPPING_VALUE, take_value, &loading);
	return loading.mappings;
}

/* quote_ident(), whatever the session's setting for it is. */
static const char *
quoted(const char *name)
{
	bool		all = quote_all_identifiers;
	const char *result;

	quote_all_identifiers = false;
	result = quote_identifier(name);
	quote_all_identifiers = all;
	return result;
}

/* A row of rule(relation, column, form, profile). */
static void
take_rule(void *arg, const Datum *values, const bool *nulls)
{
	Cache	   *loading = arg;
	char	   *form_name = TextDatumGetCString(values[2]);
	MemoryContext old = MemoryContextSwitchTo(loading->context);
	Rule	   *rule = palloc(sizeof(Rule));
	char	   *relation = TextDatumGetCString(values[0]);
	List	   *names;

	if (rw_form_parse(form_name, &rule->form) &&
		SplitIdentifierString(pstrdup(relation), '.', &names) &&
		list_length(names) == 2)
	{
		rule->schema = linitial(names);
		rule->table = lsecond(names);
		rule->column = TextDatumGetCString(values[1]);
		rule->name = psprintf("%s.%s", relation, quoted(rule->column));
		loading->rules = lappend(loading->rules, rule);
	}
	MemoryContextSwitchTo(old);
}

/* A row of site(name, description). */
static void
take_site(void *arg, const Datum *values, const bool *nulls)
{
	Cache	   *loading = arg;
	MemoryContext old = MemoryContextSwitchTo(loading->context);

	loading->sites = lappend(loading->sites, TextDatumGetCString(values[0]));
	MemoryContextSwitchTo(old);
}

Cache *
qsrepl_cache_load(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "qsrepl rules",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "qsrepl reading",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Cache	   *loaded = MemoryContextAllocZero(context, sizeof(Cache));
	RwMemory	memory = qsrepl_memory_in(context);
	HASHCTL		control;

	loaded->context = context;
	memset(&control, 0, sizeof(control));
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(TableEntry);
	control.hcxt = context;
	loaded->entries = hash_create("qsrepl tables", 64, &control,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	if (find_tables(loaded->tables, &loaded->damaged))
	{
		read_table(loaded->tables, TABLE_SITE, take_site, loaded);
		read_table(loaded->tables, TABLE_RULE, take_rule, loaded);
	}
	loaded->mappings = qsrepl_load_mappings(&memory, false);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return loaded;
}
