/*
 * constraint.c
 *		Would the table's constraints take a rewritten row?
 *
 * Asked only where a constraint stands on a ruled column and the row was
 * rewritten: a violation found later would stop apply.
 *
 * IDENTIFICATION
 *		extension/constraint.c
 */
#include "qsrepl.h"

#include "access/htup_details.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"

#include "compat.h"

static bool
checks_hold(Relation relation, EState *estate, TupleTableSlot *slot)
{
	TupleConstr *constr = RelationGetDescr(relation)->constr;
	ExprContext *econtext = GetPerTupleExprContext(estate);

	econtext->ecxt_scantuple = slot;
	for (int i = 0; constr != NULL && i < constr->num_check; i++)
	{
		Expr	   *expr;

		if (!qsrepl_check_enforced(&constr->check[i]))
			continue;
		expr = stringToNode(constr->check[i].ccbin);
		if (!ExecCheck(ExecPrepareExpr(expr, estate), econtext))
			return false;
	}
	return true;
}

/* Unique and exclusion constraints that are checked at once. */
static bool
indexes_hold(ResultRelInfo *result, EState *estate, TupleTableSlot *slot,
			 const ItemPointerData *old)
{
	ItemPointerData conflict;

	for (int i = 0; i < result->ri_NumIndices; i++)
	{
		Relation	index = result->ri_IndexRelationDescs[i];
		bool		hold;

		/* One that is being built is not asked yet. */
		if (index == NULL || !index->rd_index->indisready ||
			!index->rd_index->indimmediate ||
			!(index->rd_index->indisunique ||
			  index->rd_index->indisexclusion))
			continue;
		ItemPointerSetInvalid(&conflict);
		hold = qsrepl_check_indexes(result, slot, estate, &conflict,
									list_make1_oid(RelationGetRelid(index)));
		if (!hold && (old == NULL || !ItemPointerEquals(&conflict,
														(ItemPointer) unconstify(ItemPointerData *, old))))
			return false;
	}
	return true;
}

bool
qsrepl_can_store(Relation relation, HeapTuple tuple,
				 const ItemPointerData *old)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *result = makeNode(ResultRelInfo);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(relation),
													&TTSOpsHeapTuple);
	bool		holds;

	ExecStoreHeapTuple(tuple, slot, false);
	slot->tts_tableOid = RelationGetRelid(relation);
	InitResultRelInfo(result, relation, 1, NULL, 0);
	ExecOpenIndices(result, true);
	if (RelationGetDescr(relation)->constr != NULL &&
		RelationGetDescr(relation)->constr->has_generated_stored)
		qsrepl_compute_generated(result, slot, estate);
	holds = checks_hold(relation, estate, slot) &&
		indexes_hold(result, estate, slot, old);
	ExecCloseIndices(result);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
	return holds;
}
