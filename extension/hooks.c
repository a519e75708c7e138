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

#include "executor/executor.h"
#include "tcop/utility.h"

#include "compat.h"

static ExecutorStart_hook_type prev_executor_start = NULL;
static ProcessUtility_hook_type prev_process_utility = NULL;

static void
executor_start(QueryDesc *query, int eflags)
{
	if (prev_executor_start)
		prev_executor_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
}

static void
process_utility(QSREPL_UTILITY_PARAMETERS)
{
	if (prev_process_utility)
		prev_process_utility(QSREPL_UTILITY_ARGUMENTS);
	else
		standard_ProcessUtility(QSREPL_UTILITY_ARGUMENTS);
}

void
qsrepl_install_hooks(void)
{
	prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = executor_start;
	prev_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
}
