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
#include "access/relation.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "compat.h"

/* The configuration tables. */
enum
{
	TABLE_SITE,
	TABLE_MAPPING,
	TABLE_MAPPING_VALUE,
	TABLE_RULE,
	TABLE_STATE,
	N_TABLES
};

static const char *const table_names[N_TABLES] = {
	"site", "mapping", "mapping_value", "rule", "state"
};

/* The columns that are read, by position: a letter a type, capital: may be
 * null; X: any, not read. */
static const char *const table_shapes[N_TABLES] = {
	"tT", "tt", "tttb", "tttT", "tloXXXXXa"
};

typedef struct Rule
{
	char	   *schema;
	char	   *table;
	char	   *column;
	char	   *name;			/* as state.residue has it */
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
	MemoryContext context;		/* of the table; NULL: none */
	RuleTable  *table;			/* NULL: no rule covers it */
	bool		below;			/* a child or partition has rules */
} TableEntry;

/* All of it lives in its context. */
typedef struct Cache
{
	MemoryContext context;
	Oid			tables[N_TABLES];	/* invalid where the extension is absent */
	const char *damaged;		/* what is wrong with a table; NULL: nothing */
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

bool
qsrepl_any_site(void)
{
	refresh();
	return cache->sites != NIL;
}

static Cache *usable(void);

const RwMatcher *
qsrepl_matcher(const char *site)
{
	SiteMatcher *added;
	MemoryContext old;
	RwMemory	memory;
	ListCell   *lc;

	usable();
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
		column->rule = rule->name;
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

/* The columns of a table that its own and its parents' rules name. */
static void
find_columns(Cache *from, Relation relation, RuleTable *table)
{
	List	   *tables = with_parents(RelationGetRelid(relation));
	ListCell   *t;
	ListCell   *r;

	table->columns = palloc(Max(list_length(from->rules), 1) *
							sizeof(RuleColumn));
	foreach(t, tables)
	{
		char	   *name = get_rel_name(lfirst_oid(t));
		char	   *schema = get_namespace_name(get_rel_namespace(lfirst_oid(t)));

		foreach(r, from->rules)
		{
			const Rule *rule = lfirst(r);

			if (name != NULL && schema != NULL &&
				strcmp(name, rule->table) == 0 &&
				strcmp(schema, rule->schema) == 0)
				add_column(table, relation, rule);
		}
	}
	qsort(table->columns, table->n_columns, sizeof(RuleColumn), by_attnum);
}

const RuleColumn *
qsrepl_rule_column(const RuleTable *table, AttrNumber attnum)
{
	for (int i = 0; table != NULL && i < table->n_columns; i++)
		if (table->columns[i].attnum == attnum)
			return &table->columns[i];
	return NULL;
}

/*
 * Add the columns to which a child's rules do something else than the
 * parent's, or may do when only the rules of state.residue are read.
 */
static void
compare_child(Relation relation, RuleTable *table, Oid childid,
			  const RuleTable *child)
{
	TupleDesc	desc = RelationGetDescr(relation);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const RuleColumn *here;
		const RuleColumn *there;

		if (att->attisdropped)
			continue;
		here = qsrepl_rule_column(table, att->attnum);
		there = qsrepl_rule_column(child, get_attnum(childid,
													 NameStr(att->attname)));
		if ((here == NULL) != (there == NULL) ||
			(here != NULL && (here->form != there->form ||
							  strcmp(here->rule, there->rule) != 0)))
			table->mixed = bms_add_member(table->mixed, att->attnum);
	}
}

static RuleTable *rules_by_oid(Cache *from, Oid relid);

/* *below: does a child or partition have rules? */
static RuleTable *
build_table(Cache *from, Relation relation, bool *below)
{
	RuleTable  *table = palloc0(sizeof(RuleTable));
	char		relkind = relation->rd_rel->relkind;
	bool		ordinary = relkind == RELKIND_RELATION ||
	relkind == RELKIND_PARTITIONED_TABLE;

	if (from->rules == NIL)
		return NULL;
	if (ordinary)
		find_columns(from, relation, table);
	if (relation->rd_rel->relhassubclass)
	{
		List	   *children = find_all_inheritors(RelationGetRelid(relation),
												   NoLock, NULL);
		ListCell   *lc;

		foreach(lc, children)
		{
			const RuleTable *child;

			if (lfirst_oid(lc) == RelationGetRelid(relation))
				continue;
			child = rules_by_oid(from, lfirst_oid(lc));
			*below |= child != NULL;
			compare_child(relation, table, lfirst_oid(lc), child);
		}
	}
	if (table->n_columns > 0)
		find_constraints(relation, table);
	return ordinary && (table->n_columns > 0 || table->mixed != NULL) ?
		table : NULL;
}

/* Make the entry's table, in a context that it owns. */
static void
fill_entry(Cache *from, TableEntry *entry, Relation relation)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "qsrepl rules of a table",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	bool		below = false;
	RuleTable  *table = build_table(from, relation, &below);

	MemoryContextSwitchTo(old);
	entry->table = table;
	entry->below = below;
	if (table == NULL)
		MemoryContextDelete(context);
	else
	{
		MemoryContextSetParent(context, from->context);
		entry->context = context;
	}
}

/* The entry of a table, which may have to be filled in yet. */
static TableEntry *
find_entry(Cache *from, Oid relid)
{
	TableEntry *entry = from->latest;
	bool		found = true;

	if (entry == NULL || entry->relid != relid)
		entry = hash_search(from->entries, &relid, HASH_ENTER, &found);
	if (!found)
	{
		entry->valid = false;
		entry->context = NULL;
	}
	from->latest = entry;
	return entry;
}

static RuleTable *
fill_valid(Cache *from, TableEntry *entry, Relation relation)
{
	/*
	 * Catalog reads may bring invalidations of this very table: the entry is
	 * made valid first, so that they are seen at the next call.  Somebody may
	 * still use the former table.
	 */
	if (entry->context != NULL)
		MemoryContextSetParent(entry->context, TopTransactionContext);
	entry->context = NULL;
	entry->table = NULL;
	entry->below = false;
	entry->valid = true;
	PG_TRY();
	{
		fill_entry(from, entry, relation);
	}
	PG_CATCH();
	{
		entry->valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	return entry->table;
}

/* The entry of a table, filled in; NULL where there is no such table. */
static const TableEntry *
valid_entry(Cache *from, Oid relid)
{
	TableEntry *entry = find_entry(from, relid);
	Relation	relation;

	if (entry->valid)
		return entry;
	relation = try_relation_open(relid, AccessShareLock);
	if (relation == NULL)
		return NULL;
	fill_valid(from, entry, relation);
	relation_close(relation, AccessShareLock);
	return entry;
}

static RuleTable *
rules_by_oid(Cache *from, Oid relid)
{
	const TableEntry *entry = valid_entry(from, relid);

	return entry != NULL ? entry->table : NULL;
}

/* The cache, which must be in order. */
static Cache *
usable(void)
{
	refresh();
	if (cache->damaged != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"qsrepl.%s\" is damaged", cache->damaged),
				 errdetail("It is missing, or its columns are not those that the extension made."),
				 errhint("A superuser restores the table from a dump, or drops the extension and creates it again.")));
	return cache;
}

const RuleTable *
qsrepl_rules_for(Relation relation)
{
	Cache	   *from = usable();
	TableEntry *entry = find_entry(from, RelationGetRelid(relation));

	return entry->valid ? entry->table : fill_valid(from, entry, relation);
}

const RuleTable *
qsrepl_rules_by_oid(Oid relid)
{
	return rules_by_oid(usable(), relid);
}

bool
qsrepl_any_rules(Oid relid)
{
	const TableEntry *entry = valid_entry(usable(), relid);

	return entry != NULL && (entry->table != NULL || entry->below);
}

bool
qsrepl_present(void)
{
	refresh();
	return OidIsValid(cache->tables[TABLE_SITE]) || cache->damaged != NULL;
}

bool
qsrepl_usable(void)
{
	refresh();
	return cache->damaged == NULL && OidIsValid(cache->tables[TABLE_STATE]);
}

Oid
qsrepl_state_table(void)
{
	return usable()->tables[TABLE_STATE];
}

List *
qsrepl_ruled_relations(void)
{
	Cache	   *from = usable();
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, from->rules)
	{
		const Rule *rule = lfirst(lc);
		Oid			schema = get_namespace_oid(rule->schema, true);
		Oid			relid = OidIsValid(schema) ?
		get_relname_relid(rule->table, schema) : InvalidOid;

		if (OidIsValid(relid))
			result = list_append_unique_oid(result, relid);
	}
	return result;
}

void
qsrepl_invalidate_tree(Oid relid)
{
	List	   *tree = list_concat(find_all_inheritors(relid, NoLock, NULL),
								   with_parents(relid));
	ListCell   *lc;

	foreach(lc, tree)
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(lc))))
		CacheInvalidateRelcacheByRelid(lfirst_oid(lc));
}
