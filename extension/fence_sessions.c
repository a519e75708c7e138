/*
 * fence_sessions.c
 *		Ending the sessions that have written when a fence comes into force.
 *
 * Who has written holds the lock of a transaction id; whose statement passed
 * the hooks before the fence holds, or waits for, the lock of the table that
 * it is going to write.  Both are in the lock table.  What slips through is
 * refused at its commit (fence.c): this is for promptness.  COMMIT PREPARED
 * has no transaction id of its own and takes a lock that stands for it.
 *
 * IDENTIFICATION
 *		extension/fence_sessions.c
 */
#include "fence.h"

#include <signal.h>

#include "catalog/pg_extension.h"
#include "lib/stringinfo.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/timestamp.h"

#include "compat.h"

#define WAIT_FOR_SESSIONS 10000 /* ms */

/* Of no object that anybody else would lock. */
static void
set_mark(LOCKTAG *tag)
{
	SET_LOCKTAG_OBJECT(*tag, InvalidOid, ExtensionRelationId, InvalidOid, 1);
}

void
qsrepl_mark_writer(void)
{
	LOCKTAG		tag;

	set_mark(&tag);
	(void) LockAcquire(&tag, RowExclusiveLock, false, false);
}

static bool
is_mark(const LOCKTAG *tag)
{
	LOCKTAG		mark;

	set_mark(&mark);
	return memcmp(tag, &mark, sizeof(mark)) == 0;
}

static bool
is_writers_lock(const LockInstanceData *lock)
{
	LOCKMASK	held = lock->holdMask;

	if (lock->locktag.locktag_type == LOCKTAG_TRANSACTION)
		return (held & LOCKBIT_ON(ExclusiveLock)) != 0;
	if (is_mark(&lock->locktag))
		return true;
	if (lock->locktag.locktag_type != LOCKTAG_RELATION)
		return false;
	if (lock->waitLockMode != NoLock)
		held |= LOCKBIT_ON(lock->waitLockMode);
	return held >= LOCKBIT_ON(RowExclusiveLock);
}

static bool
is_bound_session(int pid)
{
	PGPROC	   *proc = BackendPidGetProc(pid);

	return proc != NULL && pid != MyProcPid &&
		qsrepl_is_client_backend(proc) && OidIsValid(proc->roleId) &&
		!superuser_arg(proc->roleId);
}

static List *
find_writers(void)
{
	LockData   *locks = GetLockStatusData();
	List	   *pids = NIL;

	for (int i = 0; i < locks->nelements; i++)
	{
		const LockInstanceData *lock = &locks->locks[i];

		if (lock->pid != 0 && is_writers_lock(lock) &&
			!list_member_int(pids, lock->pid) && is_bound_session(lock->pid))
			pids = lappend_int(pids, lock->pid);
	}
	return pids;
}

static List *
still_there(const List *pids)
{
	List	   *result = NIL;
	ListCell   *cell;

	foreach(cell, pids)
	{
		if (BackendPidGetProc(lfirst_int(cell)) != NULL)
			result = lappend_int(result, lfirst_int(cell));
	}
	return result;
}

static void
warn_of(const List *pids)
{
	StringInfoData list;
	ListCell   *cell;

	initStringInfo(&list);
	foreach(cell, pids)
		appendStringInfo(&list, "%s%d", list.len > 0 ? ", " : "",
						 lfirst_int(cell));
	ereport(WARNING,
			(errmsg("%d sessions that have written could not be ended yet",
					list_length(pids)),
			 errdetail("Process numbers: %s.", list.data),
			 errhint("They cannot commit. See them in pg_stat_activity.")));
}

void
qsrepl_end_writers(void)
{
	TimestampTz end;
	List	   *pids = find_writers();
	ListCell   *cell;

	if (pids == NIL)
		return;
	foreach(cell, pids)
		kill(lfirst_int(cell), SIGTERM);
	ereport(LOG,
			(errmsg("fence: %d sessions that have written are ended",
					list_length(pids))));
	end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), WAIT_FOR_SESSIONS);
	while ((pids = still_there(pids)) != NIL && GetCurrentTimestamp() < end)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT |
						 WL_EXIT_ON_PM_DEATH, 20, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	if (pids != NIL)
		warn_of(pids);
}
