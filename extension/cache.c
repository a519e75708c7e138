/*
 * cache.c
 *		Rules and mappings as this backend knows them.
 *
 * They are read with systable scans under a snapshot of their own (newest
 * committed and own changes), never under the query's and never through SPI,
 * so that apply, which has no query, can use them.  A row trigger on the
 * configuration tables sends relcache invalidations; the callback only sets
 * flags, since it may run where catalogs cannot be read.
 *
 * What was handed out stays valid until the end of the transaction: a cache
 * that was superseded is given to the transaction's memory context.
 *
 * IDENTIFICATION
 *		extension/cache.c
 */
#include "qsrepl.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "compat.h"

/* The configuration tables. */
enum
{
	TABLE_SITE,
	TABLE_MAPPING,
	TABLE_MAPPING_VALUE,
	TABLE_RULE,
	N_TABLES
};

static const char *const table_names[N_TABLES] = {
	"site", "mapping", "mapping_value", "rule"
};

typedef struct Rule
{
	char	   *schema;
	char	   *table;
	char	   *column;
	RwForm		form;
} Rule;

typedef struct SiteMatcher
{
	char	   *site;
	RwMatcher  *matcher;
} SiteMatcher;

typedef struct TableEntry
{
	Oid			relid;			/* hash key */
	bool		valid;
	RuleTable  *table;			/* NULL: no rule covers it */
} TableEntry;

/* All of it lives in its context. */
typedef struct Cache
{
	MemoryContext context;
	Oid			tables[N_TABLES];	/* invalid where the extension is absent */
	List	   *sites;			/* names */
	List	   *rules;			/* Rule */
	RwMappings *mappings;
	const RwMatcher *local;		/* the local site's; NULL: not made yet */
	List	   *matchers;		/* SiteMatcher */
	HTAB	   *entries;		/* TableEntry by relid */
	TableEntry *latest;			/* the entry looked up last, or NULL */
} Cache;

static Cache *cache = NULL;
static bool cache_valid = false;
static bool loading = false;	/* any invalidation may be of what is read */

static void
invalidate(Datum arg, Oid relid)
{
	TableEntry *entry;

	if (loading || !OidIsValid(relid))
		cache_valid = false;
	if (cache == NULL || !OidIsValid(relid))
		return;
	for (int i = 0; i < N_TABLES; i++)
		if (cache->tables[i] == relid || !OidIsValid(cache->tables[i]))
			cache_valid = false;
	entry = hash_search(cache->entries, &relid, HASH_FIND, NULL);
	if (entry != NULL)
		entry->valid = false;
}

void
qsrepl_register_cache(void)
{
	CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
}

/* Call take() for each row of a configuration table. */
static void
read_table(Oid relid, void (*take) (void *arg, const Datum *values,
									const bool *nulls), void *arg)
{
	Relation	relation = table_open(relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(relation);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL,
										  0, NULL);
	Datum	   *values = palloc(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		heap_deform_tuple(tuple, desc, values, nulls);
		take(arg, values, nulls);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
}

static bool
find_tables(Oid *tables)
{
	Oid			schema = get_namespace_oid("qsrepl", true);

	for (int i = 0; i < N_TABLES; i++)
	{
		tables[i] = OidIsValid(schema) ?
			get_relname_relid(table_names[i], schema) : InvalidOid;
		if (!OidIsValid(tables[i]))
		{
			memset(tables, 0, N_TABLES * sizeof(Oid));
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

	loading.mappings = rw_mappings_create(memory);
	loading.strict = strict;
	if (!find_tables(tables))
		return loading.mappings;
	memset(&control, 0, sizeof(control));
	control.keysize = RW_NAME_MAX + 1;
	control.entrysize = sizeof(KindEntry);
	control.hcxt = CurrentMemoryContext;
	loading.kinds = hash_create("qsrepl kinds", 256, &control,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	read_table(tables[TABLE_MAPPING], take_mapping, &loading);
	read_table(tables[TABLE_MAPPING_VALUE], take_value, &loading);
	return loading.mappings;
}

/* A row of rule(relation, column, form, profile). */
static void
take_rule(void *arg, const Datum *values, const bool *nulls)
{
	Cache	   *loading = arg;
	char	   *form_name = TextDatumGetCString(values[2]);
	MemoryContext old = MemoryContextSwitchTo(loading->context);
	Rule	   *rule = palloc(sizeof(Rule));

	List	   *names;

	if (rw_form_parse(form_name, &rule->form) &&
		SplitIdentifierString(TextDatumGetCString(values[0]), '.', &names) &&
		list_length(names) == 2)
	{
		rule->schema = linitial(names);
		rule->table = lsecond(names);
		rule->column = TextDatumGetCString(values[1]);
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

/* Read everything anew, into a context under the current one. */
static Cache *
load(void)
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
	if (find_tables(loaded->tables))
	{
		read_table(loaded->tables[TABLE_SITE], take_site, loaded);
		read_table(loaded->tables[TABLE_RULE], take_rule, loaded);
	}
	loaded->mappings = qsrepl_load_mappings(&memory, false);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return loaded;
}

static void
refresh(void)
{
	Cache	   *loaded;

	if (cache != NULL && cache_valid)
		return;

	/*
	 * An invalidation that arrives while the tables are read must not be
	 * lost: the flag is set first, and whoever comes next looks again.
	 */
	cache_valid = true;
	loading = true;
	PG_TRY();
	{
		loaded = load();
	}
	PG_CATCH();
	{
		loading = false;
		cache_valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	loading = false;
	MemoryContextSetParent(loaded->context, CacheMemoryContext);
	if (cache != NULL)
		MemoryContextSetParent(cache->context, TopTransactionContext);
	cache = loaded;
}

static bool
name_in_list(List *names, const char *name)
{
	ListCell   *lc;

	foreach(lc, names)
		if (strcmp(lfirst(lc), name) == 0)
		return true;
	return false;
}

bool
qsrepl_site_exists(const char *site)
{
	refresh();
	return name_in_list(cache->sites, site);
}

const RwMatcher *
qsrepl_matcher(const char *site)
{
	SiteMatcher *added;
	MemoryContext old;
	RwMemory	memory;
	ListCell   *lc;

	refresh();
	if (site == NULL)
	{
		const RwMatcher *local = cache->local;

		/* The call may put another cache in the place of this one. */
		if (local == NULL)
		{
			local = qsrepl_matcher(qsrepl_local_site);
			cache->local = local;
		}
		return local;
	}
	foreach(lc, cache->matchers)
	{
		SiteMatcher *known = lfirst(lc);

		if (strcmp(known->site, site) == 0)
			return known->matcher;
	}
	memory = qsrepl_memory_in(cache->context);
	old = MemoryContextSwitchTo(cache->context);
	added = palloc(sizeof(SiteMatcher));
	added->site = pstrdup(site);
	added->matcher = rw_matcher_create(cache->mappings, site, &memory);
	cache->matchers = lappend(cache->matchers, added);
	MemoryContextSwitchTo(old);
	return added->matcher;
}

static bool
rule_names(const Rule *rule, Oid relid)
{
	char	   *table = get_rel_name(relid);
	char	   *schema = get_namespace_name(get_rel_namespace(relid));

	return table != NULL && schema != NULL &&
		strcmp(table, rule->table) == 0 && strcmp(schema, rule->schema) == 0;
}

/* A table and all it is a partition or child of, the nearest first. */
static List *
with_parents(Oid relid)
{
	List	   *todo = list_make1_oid(relid);

	for (int i = 0; i < list_length(todo); i++)
	{
		Oid			one = list_nth_oid(todo, i);
		Relation	inherits;
		SysScanDesc scan;
		ScanKeyData key;
		HeapTuple	tuple;

		ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber,
					F_OIDEQ, ObjectIdGetDatum(one));
		inherits = table_open(InheritsRelationId, AccessShareLock);
		scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true,
								  NULL, 1, &key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
			todo = list_append_unique_oid(todo,
										  ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
		systable_endscan(scan);
		table_close(inherits, AccessShareLock);
	}
	return todo;
}

/* Fill in the column of a rule; false where it cannot be rewritten. */
static bool
find_column(Relation relation, const Rule *rule, RuleColumn *column)
{
	TupleDesc	desc = RelationGetDescr(relation);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || att->attgenerated != '\0' ||
			strcmp(NameStr(att->attname), rule->column) != 0)
			continue;
		column->attnum = att->attnum;
		column->form = rule->form;
		column->stats = NULL;
		column->indexed = false;
		return qsrepl_column_type(att->atttypid, att->atttypmod,
								  &column->type);
	}
	return false;
}

static int
by_attnum(const void *a, const void *b)
{
	return ((const RuleColumn *) a)->attnum - ((const RuleColumn *) b)->attnum;
}

/* What an index has to do with the ruled columns. */
static void
look_at_index(RuleTable *table, Relation index)
{
	Form_pg_index form = index->rd_index;
	bool		refuses = form->indisunique || form->indisexclusion;

	/* Predicates and expressions are not searched: they may be on one. */
	table->constrained |= refuses &&
		(RelationGetIndexPredicate(index) != NIL ||
		 RelationGetIndexExpressions(index) != NIL);
	for (int key = 0; key < form->indnkeyatts; key++)
		for (int i = 0; i < table->n_columns; i++)
			if (form->indkey.values[key] == table->columns[i].attnum)
			{
				table->constrained |= refuses;
				table->columns[i].indexed |= index->rd_rel->relam == BTREE_AM_OID;
			}
}

/* Find out what could refuse a rewritten row. */
static void
find_constraints(Relation relation, RuleTable *table)
{
	TupleConstr *constr = RelationGetDescr(relation)->constr;
	List	   *indexes = RelationGetIndexList(relation);
	ListCell   *lc;

	/* A generated column may be made of a ruled one. */
	table->constrained = constr != NULL &&
		(constr->num_check > 0 || constr->has_generated_stored);
	foreach(lc, indexes)
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		look_at_index(table, index);
		index_close(index, AccessShareLock);
	}
	list_free(indexes);
}

/* Add the column of one rule, unless a nearer table's rule has it. */
static void
add_column(RuleTable *table, Relation relation, const Rule *rule)
{
	RuleColumn	column;

	if (!find_column(relation, rule, &column))
		return;
	for (int i = 0; i < table->n_columns; i++)
		if (table->columns[i].attnum == column.attnum)
			return;
	column.stats = qsrepl_stats_for(RelationGetRelid(relation),
									column.attnum);
	table->columns[table->n_columns++] = column;
}

static RuleTable *
build_table(Relation relation)
{
	List	   *tables = with_parents(RelationGetRelid(relation));
	RuleTable  *table = palloc0(sizeof(RuleTable));
	ListCell   *t;
	ListCell   *r;

	table->columns = palloc(Max(list_length(cache->rules), 1) *
							sizeof(RuleColumn));
	foreach(t, tables)
		foreach(r, cache->rules)
		if (rule_names(lfirst(r), lfirst_oid(t)))
		add_column(table, relation, lfirst(r));
	if (table->n_columns == 0)
		return NULL;
	qsort(table->columns, table->n_columns, sizeof(RuleColumn), by_attnum);
	find_constraints(relation, table);
	return table;
}

const RuleTable *
qsrepl_rules_for(Relation relation)
{
	Oid			relid = RelationGetRelid(relation);
	MemoryContext old;
	TableEntry *entry;
	RuleTable  *table;
	bool		found;

	refresh();
	entry = cache->latest;
	if (entry == NULL || entry->relid != relid)
		entry = hash_search(cache->entries, &relid, HASH_FIND, NULL);
	cache->latest = entry;
	if (entry != NULL && entry->valid)
		return entry->table;

	/*
	 * Catalog reads may bring invalidations of this very table: the entry is
	 * made valid first, so that they are seen at the next call.
	 */
	entry = hash_search(cache->entries, &relid, HASH_ENTER, &found);
	entry->valid = true;
	entry->table = NULL;
	old = MemoryContextSwitchTo(cache->context);
	PG_TRY();
	{
		table = build_table(relation);
	}
	PG_CATCH();
	{
		entry->valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	entry->table = table;
	return table;
}
