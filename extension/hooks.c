/*
 * hooks.c
 *		The extension's places in the way of statements: who is asked when.
 *
 * Only the chain is here; what is done stands with the parts.
 *
 * IDENTIFICATION
 *		extension/hooks.c
 */
#include "qsrepl.h"

#include "commands/defrem.h"
#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "executor/executor.h"
#include "tcop/utility.h"

#include "compat.h"

static ExecutorStart_hook_type prev_executor_start = NULL;
static ProcessUtility_hook_type prev_process_utility = NULL;
static object_access_hook_type prev_object_access = NULL;

static void
executor_start(QueryDesc *query, int eflags)
{
	qsrepl_fence_statement();
	qsrepl_peer_hold_plan(query->plannedstmt, eflags);
	qsrepl_gate_plan(query, eflags);
	qsrepl_check_plan(query);
	if (prev_executor_start)
		prev_executor_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
}

static void
next_utility(QSREPL_UTILITY_PARAMETERS)
{
	if (prev_process_utility)
		prev_process_utility(QSREPL_UTILITY_ARGUMENTS);
	else
		standard_ProcessUtility(QSREPL_UTILITY_ARGUMENTS);
}

static bool
explains_only(Node *statement)
{
	ListCell   *lc;

	if (!IsA(statement, ExplainStmt))
		return false;
	foreach(lc, ((ExplainStmt *) statement)->options)
		if (strcmp(((DefElem *) lfirst(lc))->defname, "analyze") == 0 &&
			defGetBoolean(lfirst(lc)))
		return false;
	return true;
}

static void
process_utility(QSREPL_UTILITY_PARAMETERS)
{
	qsrepl_fence_utility(planned->utilityStmt);
	qsrepl_peer_hold_utility(planned->utilityStmt);
	if (explains_only(planned->utilityStmt))
	{
		qsrepl_explaining++;
		PG_TRY();
		{
			next_utility(QSREPL_UTILITY_ARGUMENTS);
		}
		PG_FINALLY();
		{
			qsrepl_explaining--;
		}
		PG_END_TRY();
		return;
	}
	qsrepl_gate_utility(planned->utilityStmt);
	planned = qsrepl_copy_query(planned);
	next_utility(QSREPL_UTILITY_ARGUMENTS);
}

/* The only hook that functions called by the fastpath protocol meet. */
static void
object_access(ObjectAccessType access, Oid class, Oid object, int sub,
			  void *arg)
{
	if (prev_object_access)
		prev_object_access(access, class, object, sub, arg);
	if (access == OAT_FUNCTION_EXECUTE)
	{
		qsrepl_peer_hold_function(object);
		qsrepl_fence_function(object);
	}
}

void
qsrepl_install_hooks(void)
{
	prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = executor_start;
	prev_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
	qsrepl_install_reader();
	prev_object_access = object_access_hook;
	object_access_hook = object_access;
	RegisterXactCallback(qsrepl_fence_at_end, NULL);
}
