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
#include "executor/executor.h"
#include "tcop/utility.h"

#include "compat.h"

static ExecutorStart_hook_type prev_executor_start = NULL;
static ProcessUtility_hook_type prev_process_utility = NULL;

static void
executor_start(QueryDesc *query, int eflags)
{
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

void
qsrepl_install_hooks(void)
{
	prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = executor_start;
	prev_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
	qsrepl_install_reader();
}
