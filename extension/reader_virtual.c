/*
 * reader_virtual.c
 *		Virtual generated columns over ruled ones.
 *
 * The planner puts their expressions in only after its hook has seen the query:
 * they would be computed from what is stored.  So it is done here.  On the null
 * side of an outer join they must be null whatever the expression says; the
 * table's OID is null there, and nowhere else.
 *
 * IDENTIFICATION
 *		extension/reader_virtual.c
 */
#include "reader.h"

#ifdef QSREPL_HAVE_VIRTUAL_COLUMNS

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "utils/rel.h"

typedef struct Expanding
{
	const Var  *var;			/* the one that is replaced */
	const RangeTblEntry *rte;
	const Reading *reading;
} Expanding;

/* Another column of the row that var belongs to. */
static Var *
sibling(const Var *var, AttrNumber attnum, Oid type, int32 typmod,
		Oid collation)
{
	Var		   *result = copyObject(unconstify(Var *, var));

	result->varattno = attnum;
	result->vartype = type;
	result->vartypmod = typmod;
	result->varcollid = collation;
	result->varnosyn = 0;
	result->varattnosyn = 0;
	return result;
}

/* Columns of the same table in a generation expression. */
static Node *
expand(Node *node, void *context)
{
	Expanding  *expanding = context;
	const Var  *column;

	if (node == NULL)
		return NULL;
	if (!IsA(node, Var))
		return expression_tree_mutator(node, expand, context);
	column = (const Var *) node;
	return qsrepl_wrap_var(sibling(expanding->var, column->varattno,
								   column->vartype, column->vartypmod,
								   column->varcollid),
						   expanding->rte, expanding->reading);
}

/* value, or null where the row is an outer join's null row */
static Node *
unless_null_row(const Var *var, Node *value)
{
	CaseExpr   *result = makeNode(CaseExpr);
	CaseWhen   *when = makeNode(CaseWhen);
	NullTest   *test = makeNode(NullTest);

	test->arg = (Expr *) sibling(var, TableOidAttributeNumber, OIDOID, -1,
								 InvalidOid);
	test->nulltesttype = IS_NOT_NULL;
	test->location = -1;
	when->expr = (Expr *) test;
	when->result = (Expr *) value;
	when->location = -1;
	result->casetype = var->vartype;
	result->casecollid = var->varcollid;
	result->args = list_make1(when);
	result->defresult = (Expr *) makeNullConst(var->vartype, var->vartypmod,
											   var->varcollid);
	result->location = -1;
	/* It has the value's typmod if both have the same. */
	if (exprTypmod((Node *) result) == var->vartypmod)
		return (Node *) result;
	return (Node *) makeRelabelType((Expr *) result, var->vartype,
									var->vartypmod, var->varcollid,
									COERCE_IMPLICIT_CAST);
}

static Node *
one_column(Relation relation, AttrNumber attnum, Expanding *expanding)
{
	return expand(build_generation_expression(relation, attnum), expanding);
}

static Node *
whole_row(Relation relation, Expanding *expanding)
{
	RowExpr    *row = makeNode(RowExpr);
	TupleDesc	desc = RelationGetDescr(relation);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Node	   *value;

		if (att->attisdropped)
			value = (Node *) makeNullConst(INT4OID, -1, InvalidOid);
		else if (att->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
			value = one_column(relation, i + 1, expanding);
		else
			value = qsrepl_wrap_var(sibling(expanding->var, i + 1,
											att->atttypid, att->atttypmod,
											att->attcollation),
									expanding->rte, expanding->reading);
		row->args = lappend(row->args, value);
	}
	row->row_typeid = expanding->var->vartype;
	row->row_format = COERCE_IMPLICIT_CAST;
	row->location = -1;
	return (Node *) row;
}

bool
qsrepl_expand_virtual(Var **var, const RangeTblEntry *rte,
					  const Reading *reading)
{
	Relation	relation = table_open(rte->relid, NoLock);
	TupleDesc	desc = RelationGetDescr(relation);
	Expanding	expanding = {*var, rte, reading};
	Node	   *value = NULL;

	if (desc->constr != NULL && desc->constr->has_generated_virtual)
	{
		if ((*var)->varattno == 0)
			value = whole_row(relation, &expanding);
		else if (TupleDescAttr(desc, (*var)->varattno - 1)->attgenerated ==
				 ATTRIBUTE_GENERATED_VIRTUAL)
			value = one_column(relation, (*var)->varattno, &expanding);
	}
	table_close(relation, NoLock);
	if (value == NULL)
		return false;
	*var = (Var *) unless_null_row(*var, value);
	return true;
}

#endif							/* QSREPL_HAVE_VIRTUAL_COLUMNS */
