/*
 * rule_table.c
 *		The rules that hold for a table, by those of the cache.
 *
 * Its parents' rules hold for it too, the nearest first; what could refuse a
 * rewritten row, and where children do something else, is found out here.
 *
 * IDENTIFICATION
 *		extension/rule_table.c
 */
#include "qsrepl.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "cache.h"
#include "compat.h"

List *
qsrepl_cache_parents(Oid relid)
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
	List	   *tables = qsrepl_cache_parents(RelationGetRelid(relation));
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
			const TableEntry *child;
			const RuleTable *rules;

			if (lfirst_oid(lc) == RelationGetRelid(relation))
				continue;
			child = qsrepl_cache_entry(from, lfirst_oid(lc));
			rules = child != NULL ? child->table : NULL;
			*below |= rules != NULL;
			compare_child(relation, table, lfirst_oid(lc), rules);
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

const TableEntry *
qsrepl_cache_entry(Cache *from, Oid relid)
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

const RuleTable *
qsrepl_cache_rules(Cache *from, Relation relation)
{
	TableEntry *entry = find_entry(from, RelationGetRelid(relation));

	return entry->valid ? entry->table : fill_valid(from, entry, relation);
}
