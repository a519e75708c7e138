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
#include "access/xact.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"
#include "utils/resowner.h"

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
		expr = qsrepl_expand_generated(stringToNode(constr->check[i].ccbin),
									   relation);
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

static bool
all_hold(Relation relation, HeapTuple tuple, const ItemPointerData *old)
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

/* Is it an error about the value, not about the world? localize() judges by
 * the same classes. */
static bool
is_of_value(const ErrorData * error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_INVALID_TRANSACTION_STATE:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_SYSTEM_ERROR:
		case ERRCODE_INTERNAL_ERROR:
			return false;
		default:
			return true;
	}
}

/*
 * Expressions may raise an error instead of being false: in a subtransaction
 * they do not end the whole.
 */
bool
qsrepl_can_store(Relation relation, HeapTuple tuple,
				 const ItemPointerData *old)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool holds = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		holds = all_hold(relation, tuple, old);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (!is_of_value(error))
			ReThrowError(error);
		FreeErrorData(error);
	}
	PG_END_TRY();
	return holds;
}
