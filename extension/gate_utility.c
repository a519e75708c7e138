/*
 * gate_utility.c
 *		Utility statements that change or lock ruled tables.
 *
 * A table's DDL needs a stronger lock than the localizer lets others wait
 * for: it waits like a write.  So does what does not name all the tables that
 * it will lock.
 *
 * IDENTIFICATION
 *		extension/gate_utility.c
 */
#include "qsrepl.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"

static bool is_ruled(Oid relid);

/* Does the query of a view read a ruled table? LOCK takes those too. */
static bool
query_is_ruled(Node *node, void *context)
{
	const Oid  *self = context;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		const RangeTblEntry *rte = (RangeTblEntry *) node;

		/* A view's own entries for OLD and NEW are the view itself. */
		return rte->rtekind == RTE_RELATION && rte->relid != *self &&
			is_ruled(rte->relid);
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, query_is_ruled, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, query_is_ruled, context);
}

static bool
view_is_ruled(Oid relid)
{
	Relation	view = try_relation_open(relid, AccessShareLock);
	bool		result;

	if (view == NULL)
		return false;
	result = query_is_ruled((Node *) get_view_query(view), &relid);
	relation_close(view, AccessShareLock);
	return result;
}

static bool
is_ruled(Oid relid)
{
	char		relkind = OidIsValid(relid) ? get_rel_relkind(relid) : '\0';

	if (relkind == RELKIND_INDEX || relkind == RELKIND_PARTITIONED_INDEX)
		relid = IndexGetRelation(relid, true);
	if (relkind == RELKIND_VIEW)
		return view_is_ruled(relid);
	return OidIsValid(relid) && qsrepl_any_rules(relid);
}

static bool
names_ruled(const RangeVar *name)
{
	return name != NULL && is_ruled(RangeVarGetRelid(name, NoLock, true));
}

/* A list of RangeVar or VacuumRelation. */
static bool
any_ruled(List *names)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		Node	   *one = lfirst(lc);

		if (IsA(one, VacuumRelation) ?
			names_ruled(((VacuumRelation *) one)->relation) :
			names_ruled((RangeVar *) one))
			return true;
	}
	return false;
}

/* DROP: the names are lists; of what hangs on a table the last is its own. */
static bool
drops_ruled(const DropStmt *drop)
{
	bool		of_table = drop->removeType == OBJECT_TRIGGER ||
	drop->removeType == OBJECT_RULE || drop->removeType == OBJECT_POLICY;
	ListCell   *lc;

	/* What else goes with it may be a ruled table's. */
	if (drop->behavior == DROP_CASCADE)
		return true;
	if (!of_table && drop->removeType != OBJECT_TABLE &&
		drop->removeType != OBJECT_INDEX)
		return false;
	foreach(lc, drop->objects)
	{
		List	   *name = list_copy(lfirst(lc));

		if (of_table)
			name = list_truncate(name, list_length(name) - 1);
		if (name != NIL && names_ruled(makeRangeVarFromNameList(name)))
			return true;
	}
	return false;
}

/* CREATE TABLE: a child, a partition, or one that refers to a ruled table. */
static bool
create_ruled(const CreateStmt *create)
{
	ListCell   *lc;

	foreach(lc, create->tableElts)
	{
		List	   *constraints = IsA(lfirst(lc), ColumnDef) ?
		((ColumnDef *) lfirst(lc))->constraints : list_make1(lfirst(lc));
		ListCell   *c;

		foreach(c, constraints)
			if (IsA(lfirst(c), Constraint) &&
				names_ruled(((Constraint *) lfirst(c))->pktable))
			return true;
	}
	return any_ruled(create->inhRelations);
}

/* ALTER TABLE: also where it refers to a ruled table or attaches one. */
static bool
alters_ruled(const AlterTableStmt *alter)
{
	ListCell   *lc;

	if (names_ruled(alter->relation))
		return true;
	foreach(lc, alter->cmds)
	{
		Node	   *def = ((AlterTableCmd *) lfirst(lc))->def;

		if (def == NULL)
			continue;
		if ((IsA(def, Constraint) && names_ruled(((Constraint *) def)->pktable)) ||
			(IsA(def, PartitionCmd) && names_ruled(((PartitionCmd *) def)->name)) ||
			(IsA(def, RangeVar) && names_ruled((RangeVar *) def)))
			return true;
	}
	return false;
}

static bool
changes_ruled(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CopyStmt:
			return ((CopyStmt *) statement)->is_from &&
				names_ruled(((CopyStmt *) statement)->relation);
		case T_LockStmt:
			return ((LockStmt *) statement)->mode > AccessShareLock &&
				any_ruled(((LockStmt *) statement)->relations);
		case T_TruncateStmt:
			return ((TruncateStmt *) statement)->behavior == DROP_CASCADE ||
				any_ruled(((TruncateStmt *) statement)->relations);
		case T_AlterTableStmt:
			return alters_ruled((AlterTableStmt *) statement);
		case T_RenameStmt:
			return names_ruled(((RenameStmt *) statement)->relation);
		case T_AlterObjectSchemaStmt:
			return names_ruled(((AlterObjectSchemaStmt *) statement)->relation);
		case T_IndexStmt:
			return names_ruled(((IndexStmt *) statement)->relation);
		case T_ReindexStmt:
			return names_ruled(((ReindexStmt *) statement)->relation);
		case T_ClusterStmt:
			return names_ruled(((ClusterStmt *) statement)->relation);
		case T_CreateTrigStmt:
			return names_ruled(((CreateTrigStmt *) statement)->relation) ||
				names_ruled(((CreateTrigStmt *) statement)->constrrel);
		case T_RuleStmt:
			return names_ruled(((RuleStmt *) statement)->relation);
		case T_CreatePolicyStmt:
			return names_ruled(((CreatePolicyStmt *) statement)->table);
		case T_AlterPolicyStmt:
			return names_ruled(((AlterPolicyStmt *) statement)->table);
		case T_CreateStatsStmt:
			return any_ruled(((CreateStatsStmt *) statement)->relations);
		case T_VacuumStmt:
			return any_ruled(((VacuumStmt *) statement)->rels);
		case T_CreateStmt:
			return create_ruled((CreateStmt *) statement);
		case T_DropStmt:
			return drops_ruled((DropStmt *) statement);
			/* These say nothing of the tables. */
		case T_DropOwnedStmt:
		case T_ReassignOwnedStmt:
		case T_AlterTableMoveAllStmt:
		case T_AlterDomainStmt:
			return true;
		default:
			return false;
	}
}

/* These take strong locks in read-only transactions too. */
static bool
runs_read_only(Node *statement)
{
	return IsA(statement, LockStmt) || IsA(statement, VacuumStmt) ||
		IsA(statement, ReindexStmt) || IsA(statement, ClusterStmt);
}

void
qsrepl_gate_utility(Node *statement)
{
	/* Whether a table has rules cannot be said where ours are damaged. */
	if (IsA(statement, CopyStmt) && qsrepl_concerned() && !qsrepl_usable())
		(void) changes_ruled(statement);
	if ((XactReadOnly && !runs_read_only(statement)) || !qsrepl_gate_closed() ||
		!changes_ruled(statement))
		return;
	qsrepl_wait_for_localizer();
}
