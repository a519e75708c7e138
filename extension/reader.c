/*
 * reader.c
 *		Readers see the local site's values, whatever is stored.
 *
 * The planner's hook decides whether a query is concerned, and has functions
 * put around what it reads (reader_wrap.c).
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

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "executor/execdesc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "optimizer/planner.h"
#include "replication/walsender.h"
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

	item->cacheId = PROCOID;
	item->hashValue = qsrepl_mark_hash();
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

		if (item->cacheId == PROCOID && item->hashValue == qsrepl_mark_hash())
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
	plan = plan_query(qsrepl_wrap_query(query, &reading), query_string,
					  options, params);
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
	qsrepl_register_read_functions();
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
