/*
 * reader_wrap.c
 *		Functions around what a query reads of ruled tables.
 *
 * One goes around every Var of a ruled column: a STABLE, STRICT one, so that
 * nothing is folded away and the null side of an outer join stays null; it keeps
 * type, typmod and collation: EXECUTE and CREATE TABLE AS want them.  A whole
 * row goes through one function that returns its rowtype; ROW(...) in its place
 * would make a row of nulls of an outer join's null row.
 *
 * IDENTIFICATION
 *		extension/reader_wrap.c
 */
#include "reader.h"

#include "access/sysattr.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"

/* One level of a query that is being wrapped. */
typedef struct Level
{
	Query	   *query;
	struct Level *outer;
} Level;

typedef struct Wrapping
{
	const Reading *reading;
	Level	   *level;
} Wrapping;

/* ---- the functions that are put around ---- */

typedef enum ReadFunction
{
	READ_COLUMN,
	READ_FORM,
	READ_ROW,
	READ_STATE,
	READ_MARK,					/* a trigger's: in no plan of itself */
	N_READ_FUNCTIONS
} ReadFunction;

static const struct
{
	const char *name;
	int			nargs;
	Oid			types[3];
}			read_functions[N_READ_FUNCTIONS] = {
	{"_read", 3, {ANYELEMENTOID, INT4OID, INT4OID}},
	{"_form_of", 2, {OIDOID, TEXTOID}},
	{"_read_row", 2, {ANYELEMENTOID, OIDOID}},
	{"_read_state", 1, {ANYELEMENTOID}},
	{"_invalidate", 0, {InvalidOid}},
};

/* Looked up once; forgotten when any function changes. */
static Oid	function_oids[N_READ_FUNCTIONS];

/* By which marked plans are known. */
static uint32 mark_hash;

static void
forget_functions(Datum arg, int cacheid, uint32 hash)
{
	memset(function_oids, 0, sizeof(function_oids));
}

/* Found whoever asks: readers need no rights on the schema. */
static Oid
function_oid(ReadFunction which)
{
	const char *name = read_functions[which].name;
	oidvector  *types;
	Oid			oid = function_oids[which];

	if (OidIsValid(oid))
		return oid;
	types = buildoidvector(read_functions[which].types,
						   read_functions[which].nargs);
	oid = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
						  CStringGetDatum(name), PointerGetDatum(types),
						  ObjectIdGetDatum(get_namespace_oid("qsrepl", true)));
	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function qsrepl.%s() is missing", name),
				 errdetail("Rows of another site cannot be shown rewritten without it."),
				 errhint("A superuser drops the extension and creates it again.")));
	function_oids[which] = oid;
	if (which == READ_MARK)
		mark_hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(oid));
	return oid;
}

uint32
qsrepl_mark_hash(void)
{
	(void) function_oid(READ_MARK);
	return mark_hash;
}

void
qsrepl_register_read_functions(void)
{
	CacheRegisterSyscacheCallback(PROCOID, forget_functions, (Datum) 0);
}

static Expr *
int_const(int32 value)
{
	return (Expr *) makeConst(INT4OID, -1, InvalidOid, sizeof(int32),
							  Int32GetDatum(value), false, true);
}

static Expr *
name_const(const char *name)
{
	return (Expr *) makeConst(TEXTOID, -1, InvalidOid, -1,
							  CStringGetTextDatum(name), false, false);
}

/* The table of the row that a Var belongs to, a child's or partition's too. */
static Expr *
table_of(const Var *var, Oid relid, bool mixed)
{
	Var		   *tableoid;

	if (!mixed)
		return (Expr *) makeConst(OIDOID, -1, InvalidOid, sizeof(Oid),
								  ObjectIdGetDatum(relid), false, true);
	tableoid = copyObject(unconstify(Var *, var));
	tableoid->varattno = TableOidAttributeNumber;
	tableoid->vartype = OIDOID;
	tableoid->vartypmod = -1;
	tableoid->varcollid = InvalidOid;
	tableoid->varattnosyn = 0;
	tableoid->varnosyn = 0;
	return (Expr *) tableoid;
}

/*
 * A call that gives what the Var gives, of the same type in all respects.
 *
 * A typmod is that of a call in the form of a cast whose second argument says
 * it.  A RelabelType around the call would say it too, but the planner drops it
 * under another one; then GROUP BY would not find its expression any more.
 */
static Node *
call_on(const Var *var, Oid function, List *args)
{
	return (Node *) makeFuncExpr(function, var->vartype, args,
								 var->varcollid, var->varcollid,
								 var->vartypmod >= 0 ? COERCE_EXPLICIT_CAST :
								 COERCE_EXPLICIT_CALL);
}

static Node *
read_call(Var *var, Expr *form)
{
	return call_on(var, function_oid(READ_COLUMN),
				   list_make3(var, int_const(var->vartypmod), form));
}

/* ---- what is wrapped ---- */

static bool
column_read(const RuleColumn *column, const Reading *reading)
{
	ListCell   *lc;

	if (reading->all)
		return true;
	foreach(lc, reading->residue)
		if (strcmp(lfirst(lc), column->rule) == 0)
		return true;
	return false;
}

static Node *
wrap_column(Var *var, Oid relid, const RuleTable *table, bool mixed,
			const Reading *reading)
{
	const RuleColumn *column = qsrepl_rule_column(table, var->varattno);

	if (mixed && bms_is_member(var->varattno, table->mixed))
	{
		Expr	   *name = name_const(get_attname(relid, var->varattno, false));

		return read_call(var, (Expr *)
						 makeFuncExpr(function_oid(READ_FORM), INT4OID,
									  list_make2(table_of(var, relid, true),
												 name),
									  InvalidOid, InvalidOid,
									  COERCE_EXPLICIT_CALL));
	}
	if (column == NULL || !column_read(column, reading))
		return (Node *) var;
	return read_call(var, int_const(column->form));
}

static bool
any_column_read(const RuleTable *table, const Reading *reading)
{
	for (int i = 0; i < table->n_columns; i++)
		if (column_read(&table->columns[i], reading))
			return true;
	return false;
}

static Node *
wrap_row(Var *var, Oid relid, const RuleTable *table, bool mixed,
		 const Reading *reading)
{
	if (!mixed && !any_column_read(table, reading))
		return (Node *) var;
	return call_on(var,
				   function_oid(READ_ROW),
				   list_make2(var, table_of(var, relid, mixed)));
}

Node *
qsrepl_wrap_var(Var *var, const RangeTblEntry *rte, const Reading *reading)
{
	const RuleTable *table;
	bool		mixed;

	if (rte->rtekind != RTE_RELATION ||
		(rte->relkind != RELKIND_RELATION &&
		 rte->relkind != RELKIND_PARTITIONED_TABLE) || var->varattno < 0)
		return (Node *) var;
	if (rte->relid == qsrepl_state_table())
	{
		if (!reading->all || var->varattno > 1)
			return (Node *) var;
		/* A dump of this database is one of this site. */
		return call_on(var,
					   function_oid(READ_STATE),
					   list_make1(var));
	}
	table = qsrepl_rules_by_oid(rte->relid);
	if (table == NULL)
		return (Node *) var;
	mixed = rte->inh && table->mixed != NULL;
#ifdef QSREPL_HAVE_VIRTUAL_COLUMNS
	if ((mixed || any_column_read(table, reading)) &&
		qsrepl_expand_virtual(&var, rte, reading))
		return (Node *) var;
#endif
	if (var->varattno == 0)
		return wrap_row(var, rte->relid, table, mixed, reading);
	return wrap_column(var, rte->relid, table, mixed, reading);
}

static Node *
wrap(Node *node, void *context)
{
	Wrapping   *wrapping = context;

	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		Var		   *var = copyObject((Var *) node);
		Level	   *level = wrapping->level;

		for (Index up = var->varlevelsup; up > 0 && level != NULL; up--)
			level = level->outer;
		if (level == NULL || var->varno > list_length(level->query->rtable))
			return (Node *) var;
		return qsrepl_wrap_var(var, rt_fetch(var->varno, level->query->rtable),
							   wrapping->reading);
	}
	if (IsA(node, OnConflictExpr))
	{
		/* What names an index must stay as the index has it. */
		OnConflictExpr *conflict = copyObject((OnConflictExpr *) node);

		conflict->onConflictSet = (List *)
			wrap((Node *) conflict->onConflictSet, context);
		conflict->onConflictWhere = wrap(conflict->onConflictWhere, context);
		return (Node *) conflict;
	}
	if (IsA(node, Query))
	{
		Query	   *query = (Query *) node;
		Level		level = {query, wrapping->level};
		Node	   *result;

		wrapping->level = &level;
		result = (Node *) query_tree_mutator(query, wrap, context, 0);
		wrapping->level = level.outer;
		return result;
	}
	return expression_tree_mutator(node, wrap, context);
}

Query *
qsrepl_wrap_query(Query *query, const Reading *reading)
{
	Wrapping	wrapping = {reading, NULL};

	return (Query *) wrap((Node *) query, &wrapping);
}
