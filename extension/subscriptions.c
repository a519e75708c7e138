/*
 * subscriptions.c
 *		Disabling the subscriptions of all databases.
 *
 * ALTER SUBSCRIPTION works in its own database only: for the other ones a
 * background worker is started, one after another, so that one free place is
 * enough.  The extension need not be there.
 *
 * IDENTIFICATION
 *		extension/subscriptions.c
 */
#include "fence.h"
#include "bgworker.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_subscription.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "postmaster/interrupt.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "compat.h"

#define WAIT_FOR_WORKER 15000	/* ms */

typedef struct EnabledSubscription
{
	Oid			database;
	NameData	name;
} EnabledSubscription;

extern PGDLLEXPORT void qsrepl_disable_subscriptions_main(Datum database);

/* The enabled ones of all databases; the catalog is shared. */
static List *
enabled_subscriptions(void)
{
	Relation	catalog = table_open(SubscriptionRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(catalog, 0, NULL);
	List	   *result = NIL;
	HeapTuple	tuple;

	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_subscription form = (Form_pg_subscription) GETSTRUCT(tuple);
		EnabledSubscription *one;

		if (!form->subenabled)
			continue;
		one = palloc(sizeof(EnabledSubscription));
		one->database = form->subdbid;
		one->name = form->subname;
		result = lappend(result, one);
	}
	table_endscan(scan);
	table_close(catalog, AccessShareLock);
	return result;
}

/* Those of the database that this process is connected to. */
static void
disable_here(void)
{
	List	   *all = enabled_subscriptions();
	ListCell   *cell;

	SPI_connect();
	foreach(cell, all)
	{
		EnabledSubscription *one = lfirst(cell);
		char	   *command;

		if (one->database != MyDatabaseId)
			continue;
		command = psprintf("ALTER SUBSCRIPTION %s DISABLE",
						   quote_identifier(NameStr(one->name)));
		if (SPI_execute(command, false, 0) != SPI_OK_UTILITY)
			elog(ERROR, "could not execute: %s", command);
	}
	SPI_finish();
}

/* The background worker of one database. */
void
qsrepl_disable_subscriptions_main(Datum database)
{
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(database),
											  InvalidOid,
											  BGWORKER_BYPASS_ALLOWCONN);
	SetConfigOption("lock_timeout", "10s", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("search_path", "pg_catalog", PGC_USERSET, PGC_S_OVERRIDE);
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	disable_here();
	PopActiveSnapshot();
	CommitTransactionCommand();
}

static void
wait_for_worker(BackgroundWorkerHandle *handle)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
												  WAIT_FOR_WORKER);
	pid_t		pid;

	while (GetBackgroundWorkerPid(handle, &pid) != BGWH_STOPPED &&
		   GetCurrentTimestamp() < end && !ShutdownRequestPending)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT |
						 WL_EXIT_ON_PM_DEATH, 50, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

static void
disable_in(Oid database)
{
	BackgroundWorkerHandle *handle;

	handle = qsrepl_start_worker("qsrepl subscriptions",
								 "qsrepl_disable_subscriptions_main",
								 ObjectIdGetDatum(database));
	/* Without a free place the caller finds the subscription still enabled. */
	if (handle != NULL)
		wait_for_worker(handle);
}

static void
warn_of_enabled(void)
{
	ListCell   *cell;

	foreach(cell, enabled_subscriptions())
	{
		EnabledSubscription *one = lfirst(cell);
		char	   *database = get_database_name(one->database);

		ereport(WARNING,
				(errmsg("subscription \"%s\" in database \"%s\" could not be disabled",
						NameStr(one->name), database ? database : "?"),
				 errdetail("It goes on writing what it receives."),
				 errhint("Connect to that database and run ALTER SUBSCRIPTION ... DISABLE; the server's log may say more. If no background worker is free, increase max_worker_processes.")));
	}
}

void
qsrepl_disable_subscriptions(void)
{
	List	   *databases = NIL;
	ListCell   *cell;

	foreach(cell, enabled_subscriptions())
	{
		EnabledSubscription *one = lfirst(cell);

		databases = list_append_unique_oid(databases, one->database);
	}
	foreach(cell, databases)
	{
		if (lfirst_oid(cell) != MyDatabaseId)
			disable_in(lfirst_oid(cell));
	}
	if (list_member_oid(databases, MyDatabaseId))
	{
		disable_here();
		CommandCounterIncrement();
	}
	/* What the workers have done is to be seen. */
	InvalidateCatalogSnapshot();
	warn_of_enabled();
}
