/*
 * launcher.c
 *		The background worker that sends a localizer into each database.
 *
 * It starts when recovery has ended: at a promotion, and at every start of a
 * primary, which may have been stopped before it was localized.  A worker that
 * failed or was held up is sent again.  A second one, of the same code, looks
 * once at a server's start, also of a standby, whether the local site is known.
 *
 * IDENTIFICATION
 *		extension/launcher.c
 */
#include "localizer.h"
#include "bgworker.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"

/* At the same time. */
#define MAX_WORKERS 4
/* Before a worker that was held up is sent again; one that failed waits twice
 * as long each time. */
#define RETRY_MS 500
#define LONGEST_RETRY_MS 10000
/* Before the lack of slots is reported. */
#define SLOT_MS 1000

typedef struct Running
{
	Oid			database;
	BackgroundWorkerHandle *handle; /* NULL: free */
} Running;

static Running running[MAX_WORKERS];

extern PGDLLEXPORT void qsrepl_launcher_main(Datum once);

void
qsrepl_register_launcher(void)
{
	qsrepl_register_worker("qsrepl launcher", "qsrepl_launcher_main",
						   BgWorkerStart_RecoveryFinished, 1,
						   BoolGetDatum(false));
	qsrepl_register_worker("qsrepl site check", "qsrepl_launcher_main",
						   BgWorkerStart_ConsistentState, BGW_NEVER_RESTART,
						   BoolGetDatum(true));
}

/* The databases one can connect to. */
static List *
databases(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *result = NIL;
	Relation	relation;
	TableScanDesc scan;
	HeapTuple	tuple;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	relation = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(relation, 0, NULL);
	while (HeapTupleIsValid(tuple = heap_getnext(scan, ForwardScanDirection)))
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);
		MemoryContext old = MemoryContextSwitchTo(context);

		if (database->datallowconn && qsrepl_database_valid(database))
			result = lappend_oid(result, database->oid);
		MemoryContextSwitchTo(old);
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	PopActiveSnapshot();
	CommitTransactionCommand();
	MemoryContextSwitchTo(context);
	return result;
}

/*
 * There was no slot for a worker, or there was one again.  One that has just
 * ended, perhaps one of ours, keeps its slot for a moment.
 */
static void
note_slots(bool none)
{
	LocalizerShared *shared = qsrepl_localizer_shared();
	static TimestampTz none_since = 0;

	if (!none || none_since == 0)
		none_since = none ? GetCurrentTimestamp() : 0;
	none = none && TimestampDifferenceExceeds(none_since,
											  GetCurrentTimestamp(), SLOT_MS);
	if (none && !shared->no_slot)
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("could not start a localizer: no background worker slot is free"),
				 errdetail("Rows of another site stay as they are, and statements that write to them wait."),
				 errhint("Increase \"max_worker_processes\" and restart the server, or call qsrepl.localize() in each database.")));
	shared->no_slot = none;
}

static bool
start_worker(Running *slot, Oid database)
{
	slot->handle = qsrepl_start_worker("qsrepl localizer",
									   "qsrepl_localizer_main",
									   ObjectIdGetDatum(database));
	slot->database = database;
	return slot->handle != NULL;
}

static bool
is_in_phase(Oid database, LocalizerPhase phase)
{
	LocalizerDatabase *entry;
	bool		result;

	LWLockAcquire(qsrepl_localizer_guard(), LW_EXCLUSIVE);
	entry = qsrepl_localizer_database(database);
	result = entry != NULL && entry->phase == phase;
	LWLockRelease(qsrepl_localizer_guard());
	return result;
}

/* A worker is gone without a word; perhaps its database is. */
static void
end_running(Oid database)
{
	List	   *there = databases();

	if (list_member_oid(there, database))
		qsrepl_localizer_enter(database, LOCALIZER_FAILED,
							   "The localizer was ended.");
	else
		qsrepl_localizer_leave(database);
	list_free(there);
}

/* Free the places of workers that have ended; true if any still runs. */
static bool
look_after_workers(void)
{
	bool		any = false;

	for (int i = 0; i < MAX_WORKERS; i++)
	{
		Running    *slot = &running[i];
		pid_t		pid;

		if (slot->handle == NULL)
			continue;
		if (GetBackgroundWorkerPid(slot->handle, &pid) != BGWH_STOPPED)
		{
			any = true;
			continue;
		}
		pfree(slot->handle);
		slot->handle = NULL;
		/* One that died could not say so. */
		if (is_in_phase(slot->database, LOCALIZER_RUNNING))
			end_running(slot->database);
	}
	return any;
}

static bool
is_running(Oid database)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (running[i].handle != NULL && running[i].database == database)
			return true;
	return false;
}

static int
retry_ms(const LocalizerDatabase *entry)
{
	int			ms = RETRY_MS;

	for (int i = 1; i < entry->failures && ms < LONGEST_RETRY_MS; i++)
		ms *= 2;
	return Min(ms, LONGEST_RETRY_MS);
}

/* A database that a worker is to be sent to now, or InvalidOid. */
static Oid
next_database(bool *more)
{
	LocalizerShared *shared = qsrepl_localizer_shared();
	TimestampTz now = GetCurrentTimestamp();
	Oid			result = InvalidOid;

	LWLockAcquire(qsrepl_localizer_guard(), LW_SHARED);
	for (int i = 0; i < shared->n_databases && !OidIsValid(result); i++)
	{
		const LocalizerDatabase *entry = &shared->databases[i];
		bool		again = entry->phase == LOCALIZER_FAILED ||
		entry->phase == LOCALIZER_BLOCKED;

		if ((!again && entry->phase != LOCALIZER_ASKED) ||
			is_running(entry->database))
			continue;
		*more = true;
		if (!again || TimestampDifferenceExceeds(entry->since, now,
												 retry_ms(entry)))
			result = entry->database;
	}
	LWLockRelease(qsrepl_localizer_guard());
	return result;
}

/*
 * Send workers where they are asked for; true: look again soon.
 *
 * in:     once: where there is no slot, leave it
 */
static bool
send_workers(bool once)
{
	bool		more = look_after_workers();
	bool		none = false;

	for (int i = 0; i < MAX_WORKERS; i++)
	{
		Oid			database;

		if (running[i].handle != NULL)
			continue;
		database = next_database(&more);
		if (!OidIsValid(database))
			break;
		qsrepl_localizer_enter(database, LOCALIZER_RUNNING, NULL);
		if (!start_worker(&running[i], database))
		{
			qsrepl_localizer_enter(database, LOCALIZER_ASKED, NULL);
			/* A slot must be free for the launcher's own, after a promotion. */
			if (once)
				return look_after_workers();
			none |= !look_after_workers();
			break;
		}
	}
	if (!once)
		note_slots(none);
	return more;
}

static void
ask_everywhere(void)
{
	ListCell   *lc;

	foreach(lc, databases())
		qsrepl_localizer_enter(lfirst_oid(lc), LOCALIZER_ASKED, NULL);
}

static void
leave(int code, Datum arg)
{
	LocalizerShared *shared = qsrepl_localizer_shared();

	LWLockAcquire(qsrepl_localizer_guard(), LW_EXCLUSIVE);
	shared->launcher = 0;
	shared->launcher_proc = NULL;
	LWLockRelease(qsrepl_localizer_guard());
}

static void
enter(void)
{
	LocalizerShared *shared = qsrepl_localizer_shared();

	before_shmem_exit(leave, (Datum) 0);
	LWLockAcquire(qsrepl_localizer_guard(), LW_EXCLUSIVE);
	shared->launcher = MyProcPid;
	shared->launcher_proc = MyProc;
	LWLockRelease(qsrepl_localizer_guard());
}

/* once: return when every database has been looked at. */
void
qsrepl_launcher_main(Datum once)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	/* On a primary the launcher proper looks everywhere too. */
	if (DatumGetBool(once) && !RecoveryInProgress())
		proc_exit(0);
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	if (!DatumGetBool(once))
		enter();
	ask_everywhere();
	for (;;)
	{
		bool		more = send_workers(DatumGetBool(once));

		/* After a promotion the launcher proper does it. */
		if (DatumGetBool(once) && (!more || !RecoveryInProgress()))
			proc_exit(0);
		WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH |
				  (more ? WL_TIMEOUT : 0), 100, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
	}
}
