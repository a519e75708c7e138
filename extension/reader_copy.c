/*
 * reader_copy.c
 *		COPY table TO, where readers must see something else than is stored.
 *
 * It becomes COPY of a query on the same columns, in the same order: the
 * planner's hook does the rest.  FROM ONLY, since COPY of a table leaves out
 * its children.
 *
 * IDENTIFICATION
 *		extension/reader_copy.c
 */
#include "qsrepl.h"

#include "access/relation.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"

static ResTarget *
target(const char *name)
{
	ColumnRef  *column = makeNode(ColumnRef);
	ResTarget  *result = makeNode(ResTarget);

	column->fields = list_make1(makeString(pstrdup(name)));
	column->location = -1;
	result->val = (Node *) column;
	result->location = -1;
	return result;
}

/* The columns that COPY takes of itself. */
static List *
default_targets(TupleDesc desc)
{
	List	   *targets = NIL;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && att->attgenerated == '\0')
			targets = lappend(targets, target(NameStr(att->attname)));
	}
	return targets;
}

/* The columns that it names; NIL where COPY itself must refuse one. */
static List *
named_targets(TupleDesc desc, List *names)
{
	List	   *targets = NIL;
	ListCell   *lc;

	foreach(lc, names)
	{
		bool		found = false;
		ListCell   *other;

		foreach(other, names)
			if (other != lc && equal(lfirst(other), lfirst(lc)))
			return NIL;
		for (int i = 0; i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			found |= !att->attisdropped && att->attgenerated == '\0' &&
				strcmp(NameStr(att->attname), strVal(lfirst(lc))) == 0;
		}
		if (!found)
			return NIL;
		targets = lappend(targets, target(strVal(lfirst(lc))));
	}
	return targets;
}

/* The columns to read of a table that has rules; else NIL. */
static List *
ruled_targets(Oid relid, List *names)
{
	Relation	relation = try_relation_open(relid, AccessShareLock);
	List	   *targets = NIL;

	if (relation == NULL)
		return NIL;
	if (relation->rd_rel->relkind == RELKIND_RELATION &&
		(relid == qsrepl_state_table() || qsrepl_rules_for(relation) != NULL))
		targets = names == NIL ? default_targets(RelationGetDescr(relation)) :
			named_targets(RelationGetDescr(relation), names);
	relation_close(relation, AccessShareLock);
	return targets;
}

PlannedStmt *
qsrepl_copy_query(PlannedStmt *planned)
{
	CopyStmt   *copy = (CopyStmt *) planned->utilityStmt;
	Oid			relid;
	List	   *targets;
	SelectStmt *select;
	Reading		reading;

	if (!IsA(copy, CopyStmt) || copy->is_from || copy->relation == NULL ||
		!qsrepl_concerned())
		return planned;
	relid = RangeVarGetRelid(copy->relation, NoLock, true);
	if (!OidIsValid(relid) || relid < FirstNormalObjectId)
		return planned;
	targets = ruled_targets(relid, copy->attlist);
	if (targets == NIL ||
		!qsrepl_reading(ActiveSnapshotSet() ? GetActiveSnapshot() : NULL,
						&reading))
		return planned;
	planned = copyObject(planned);
	copy = (CopyStmt *) planned->utilityStmt;
	select = makeNode(SelectStmt);
	select->targetList = targets;
	select->fromClause = list_make1(copy->relation);
	copy->relation->inh = false;
	copy->query = (Node *) select;
	copy->relation = NULL;
	copy->attlist = NIL;
	return planned;
}
