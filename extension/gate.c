/*
 * gate.c
 *		After a promotion writers wait until the rows are the local site's.
 *
 * Nobody may overwrite a row that is spelled for another site, or write one
 * beside it that is spelled for this one.  The wait is on a condition variable
 * that the localizer signals, not on a lock: sessions that survive a promotion
 * hold ROW EXCLUSIVE locks from parse analysis on, and so does whoever waits
 * here; the localizer takes nothing stronger.
 *
 * Statements wait before they are planned.  A plan that was made before, on
 * the standby, comes here with a snapshot from before too: it waits, and the
 * statement is to be run again.
 *
 * IDENTIFICATION
 *		extension/gate.c
 */
#include "localizer.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/plannodes.h"
#include "pgstat.h"
#include "storage/condition_variable.h"
#include "utils/timestamp.h"

#include "compat.h"

/* EXPLAIN without ANALYZE is planned, not run. */
int			qsrepl_explaining = 0;

/* Is the newest state another site's, here, where rows can be written? */
static bool
closed(bool fresh)
{
	return !qsrepl_at_work && qsrepl_active() && qsrepl_usable() &&
		qsrepl_newest_state(fresh) == STATE_FOREIGN && !RecoveryInProgress() &&
		qsrepl_site_known();
}

bool
qsrepl_gate_closed(void)
{
	return closed(false);
}

static void
refuse(void)
{
	char	   *why = qsrepl_localizer_problem();

	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("could not write: the rows of this database are not localized yet"),
			 errdetail("Waited %d ms (qsrepl.localize_wait) for them to become those of site \"%s\".%s%s",
					   qsrepl_localize_wait, qsrepl_local_site,
					   why != NULL ? "  " : "", why != NULL ? why : ""),
			 errhint("See qsrepl.check() and the server's log; qsrepl.localize() does it by hand.")));
}

bool
qsrepl_wait_for_localizer(void)
{
	LocalizerShared *shared = qsrepl_localizer_shared();
	TimestampTz deadline;

	if (shared == NULL || !closed(false) || !closed(true))
		return false;
	deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
										   qsrepl_localize_wait);
	qsrepl_ask_for_localizer();
	ConditionVariablePrepareToSleep(&shared->done);
	while (closed(true))
	{
		long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
														   deadline);

		if (left <= 0)
			refuse();
		/* It may have been signalled from within another database. */
		ConditionVariableTimedSleep(&shared->done, Min(left, 1000),
									PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	return true;
}

static bool
writes_ruled(const PlannedStmt *plan)
{
	ListCell   *lc;

	foreach(lc, plan->rtable)
	{
		const RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind == RTE_RELATION &&
			rte->rellockmode > AccessShareLock &&
			qsrepl_rules_by_oid(rte->relid) != NULL)
			return true;
	}
	return false;
}

void
qsrepl_gate_plan(const QueryDesc *query, int eflags)
{
	const PlannedStmt *plan = query->plannedstmt;

	if ((plan->commandType == CMD_SELECT && plan->rowMarks == NIL &&
		 !plan->hasModifyingCTE) || (eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0 ||
		XactReadOnly || IsParallelWorker() || !closed(false) ||
		!writes_ruled(plan))
		return;
	if (qsrepl_wait_for_localizer())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not run a plan from before the rows were localized"),
				 errhint("Run the transaction again.")));
}
