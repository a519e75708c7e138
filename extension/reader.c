/*
 * reader.c
 *		Readers see the local site's values, whatever is stored.
 *
 * The planner's hook puts a function around every Var of a ruled column.  A
 * STABLE, STRICT one, so that nothing is folded away and the null side of an
 * outer join stays null; it keeps type, typmod and collation: EXECUTE and CREATE
 * TABLE AS want them.  A whole row goes through one function that returns its
 * rowtype; ROW(...) in its place would make a row of nulls of an outer join's
 * null row.
 *
 * A plan that was made so is marked by a function of ours among the objects it
 * depends on, one that no query can call; qsrepl_check_plan() lets any other
 * read a ruled table only where the rows that its snapshot sees are the local
 * site's.  Rewriting twice, or what is local already, does no harm.
 *
 * Set-returning SQL functions are inlined after this hook has seen the query,
 * so that is prevented while the reader is on: they are planned on their own.
 *
 * IDENTIFICATION
 *		extension/reader.c
 */
#include "reader.h"

#include "access/sysattr.h"
#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/execdesc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
#include "replication/walsender.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"

static planner_hook_type prev_planner = NULL;
static needs_fmgr_hook_type prev_needs_fmgr = NULL;

/* The planner is at work; functions are looked at for inlining. */
static int	planning = 0;

/* What a query of several levels has to do with rules. */
typedef struct Concern
{
	bool		reads;			/* a table that the reader may rewrite */
	bool		locks;			/* a ruled table, above ACCESS SHARE */
} Concern;

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

/* ---- what concerns the reader ---- */

static bool
look_at_table(const RangeTblEntry *rte, Concern *concern)
{
	if (rte->rtekind != RTE_RELATION ||
		(rte->relkind != RELKIND_RELATION &&
		 rte->relkind != RELKIND_PARTITIONED_TABLE))
		return false;
	if (rte->relid == qsrepl_state_table())
		concern->reads = true;
	else if (rte->inh ? qsrepl_any_rules(rte->relid) :
			 qsrepl_rules_by_oid(rte->relid) != NULL)
	{
		concern->reads = true;
		concern->locks |= rte->rellockmode > AccessShareLock;
	}
	return false;
}

static bool
look(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
		return look_at_table((RangeTblEntry *) node, context);
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, look, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, look, context);
}

/* Does the query read anything but system catalogs and our own tables? */
static bool
reads_users_tables(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = (RangeTblEntry *) node;
		char	   *schema;

		if (rte->rtekind != RTE_RELATION || rte->relid < FirstNormalObjectId)
			return false;
		schema = get_namespace_name(get_rel_namespace(rte->relid));
		return schema != NULL && strcmp(schema, "qsrepl") != 0;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, reads_users_tables, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, reads_users_tables, context);
}

bool
qsrepl_active(void)
{
	return qsrepl_local_site[0] != '\0' && IsTransactionState() &&
		qsrepl_present();
}

/* A walsender gives what is stored. */
bool
qsrepl_concerned(void)
{
	return !am_walsender && qsrepl_active();
}

/*
 * Is it a query of a foreign key, which compares what is stored?  It gives no
 * value away.  The operators tell it from queries of triggers that it fires,
 * which run as it does.
 */
static bool
compares_keys(const char *text)
{
	static const char *const begins[] = {
		"SELECT 1 FROM ", "DELETE FROM ONLY \"", "UPDATE ONLY \"",
		"DELETE FROM \"", "UPDATE \""
	};

	if (!InNoForceRLSOperation() || text == NULL ||
		strstr(text, " OPERATOR(") == NULL)
		return false;
	for (int i = 0; i < lengthof(begins); i++)
		if (strncmp(text, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static Snapshot
active_snapshot(void)
{
	return ActiveSnapshotSet() ? GetActiveSnapshot() : NULL;
}

/* ---- the hooks ---- */

/* Mark a plan in which everything is rewritten that must be. */
static void
mark(PlannedStmt *plan, bool passing)
{
	PlanInvalItem *item = makeNode(PlanInvalItem);

	(void) function_oid(READ_MARK);
	item->cacheId = PROCOID;
	item->hashValue = mark_hash;
	plan->invalItems = lappend(plan->invalItems, item);
	plan->transientPlan |= passing;
}

static bool
is_marked(const PlannedStmt *plan)
{
	ListCell   *lc;

	foreach(lc, plan->invalItems)
	{
		const PlanInvalItem *item = lfirst(lc);

		if (item->cacheId != PROCOID)
			continue;
		(void) function_oid(READ_MARK);
		if (item->hashValue == mark_hash)
			return true;
	}
	return false;
}

static PlannedStmt *
plan_query(Query *query, const char *query_string, int options,
		   ParamListInfo params)
{
	PlannedStmt *result;

	planning++;
	PG_TRY();
	{
		result = prev_planner ?
			prev_planner(query, query_string, options, params) :
			standard_planner(query, query_string, options, params);
	}
	PG_FINALLY();
	{
		planning--;
	}
	PG_END_TRY();
	return result;
}

static PlannedStmt *
read_planner(Query *query, const char *query_string, int options,
			 ParamListInfo params)
{
	Concern		concern = {false, false};
	Reading		reading;
	Wrapping	wrapping = {&reading, NULL};
	PlannedStmt *plan;

	if (!qsrepl_active())
		return plan_query(query, query_string, options, params);
	if (!qsrepl_usable() && !reads_users_tables((Node *) query, NULL))
		return plan_query(query, query_string, options, params);
	look((Node *) query, &concern);
	/* A read-only transaction is refused by PostgreSQL itself. */
	if (concern.locks && !XactReadOnly && qsrepl_explaining == 0)
		qsrepl_wait_for_localizer();
	if (am_walsender || compares_keys(query_string) || !concern.reads ||
		!qsrepl_reading(active_snapshot(), &reading))
		return plan_query(query, query_string, options, params);
	query = (Query *) wrap((Node *) query, &wrapping);
	plan = plan_query(query, query_string, options, params);
	if (reading.all)
		mark(plan, reading.passing);
	return plan;
}

/* Is it a function whose body would become part of the query? */
static bool
needs_fmgr(Oid function)
{
	HeapTuple	tuple;
	Form_pg_proc proc;
	bool		sql_set;
	Reading		reading;

	if (prev_needs_fmgr && prev_needs_fmgr(function))
		return true;
	if (planning == 0 || function < FirstNormalObjectId ||
		!qsrepl_concerned() || !qsrepl_usable())
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return false;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	sql_set = proc->prolang == SQLlanguageId && proc->proretset;
	ReleaseSysCache(tuple);
	return sql_set && qsrepl_reading(active_snapshot(), &reading);
}

void
qsrepl_install_reader(void)
{
	prev_planner = planner_hook;
	planner_hook = read_planner;
	prev_needs_fmgr = needs_fmgr_hook;
	needs_fmgr_hook = needs_fmgr;
	CacheRegisterSyscacheCallback(PROCOID, forget_functions, (Datum) 0);
}

/* Not relationOids, which has constants of type regclass too. */
static bool
reads_ruled(const PlannedStmt *plan)
{
	ListCell   *lc;

	foreach(lc, plan->rtable)
	{
		const RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind == RTE_RELATION && rte->relid >= FirstNormalObjectId &&
			(rte->relid == qsrepl_state_table() ||
			 qsrepl_rules_by_oid(rte->relid) != NULL))
			return true;
	}
	return false;
}

void
qsrepl_check_plan(const QueryDesc *query)
{
	const PlannedStmt *plan = query->plannedstmt;

	if (plan->rtable == NIL || query->snapshot == InvalidSnapshot ||
		IsParallelWorker() || !qsrepl_concerned() || !qsrepl_usable() ||
		compares_keys(query->sourceText) || !reads_ruled(plan) ||
		is_marked(plan) || qsrepl_reads_raw(query->snapshot))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not run a plan under a snapshot that it was not made for"),
			 errdetail("The snapshot sees rows of another site, which the plan would show as they are stored."),
			 errhint("Run the transaction again.")));
}
