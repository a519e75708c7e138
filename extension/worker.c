/*
 * worker.c
 *		The localizer: makes the rows of one database the local site's, once.
 *
 * qsrepl.localize() does it, in one transaction; a crash leaves the state as it
 * was, and the launcher sends another worker.
 *
 * IDENTIFICATION
 *		extension/worker.c
 */
#include "localizer.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"

/* Fixups whose locks were not to be had are tried again so often, each second. */
#define LATE_TRIES 60

extern PGDLLEXPORT void qsrepl_localizer_main(Datum database);

/* What users set for their sessions must not stop it. */
static void
set_up(void)
{
	static const char *const settings[][2] = {
		{"application_name", "qsrepl localizer"},
		/* What a database's owner may have set, he has set for sessions. */
		{"role", "none"},
		{"search_path", "pg_catalog, pg_temp"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_isolation", "read committed"},
		{"statement_timeout", "0"},
		{"lock_timeout", "0"},
		{"idle_in_transaction_session_timeout", "0"},
		/* The other site, which may be a synchronous standby, is gone. */
		{"synchronous_commit", "local"},
		{"session_replication_role", "origin"},
		{"standard_conforming_strings", "on"},
		{"quote_all_identifiers", "off"},
		{"exit_on_error", "off"},
		QSREPL_NEWER_TIMEOUTS
	};

	for (int i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET,
						PGC_S_OVERRIDE);
}

static void
begin(const char *activity)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	pgstat_report_activity(STATE_RUNNING, activity);
}

static void
commit(void)
{
	PopActiveSnapshot();
	SPI_finish();
	CommitTransactionCommand();
	pgstat_report_activity(STATE_IDLE, NULL);
}

/* A text that the query gives, in the current context, or NULL. */
static char *
query_text(const char *query)
{
	if (SPI_execute(query, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not run \"%s\"", query);
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* The server was told a local site that nobody has defined. */
static void
warn_of_site(void)
{
	LocalizerShared *shared = qsrepl_localizer_shared();
	bool		first;

	if (!qsrepl_usable() || !qsrepl_any_site())
		return;
	LWLockAcquire(qsrepl_localizer_guard(), LW_EXCLUSIVE);
	first = !shared->warned;
	shared->warned = true;
	LWLockRelease(qsrepl_localizer_guard());
	if (!first)
		return;
	if (qsrepl_local_site[0] == '\0')
		ereport(WARNING,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("setting \"qsrepl.local_site\" is empty: nothing is rewritten"),
				 errhint("Set it to the name of the site where this server is, and restart the server.")));
	else
		ereport(WARNING,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("setting \"qsrepl.local_site\" names a site that does not exist: \"%s\"",
						qsrepl_local_site),
				 errdetail("Database \"%s\" does not have it.  Nothing is rewritten there.",
						   get_database_name(MyDatabaseId)),
				 errhint("Correct the setting and restart the server, or define the site with qsrepl.set_site().")));
}

/* What is to be done here? Reports and returns false where nothing can be. */
static bool
has_work(void)
{
	if (!qsrepl_present())
		return false;
	if (!qsrepl_site_known())
	{
		warn_of_site();
		return false;
	}
	return !RecoveryInProgress() &&
		qsrepl_newest_state(true) == STATE_FOREIGN;
}

static bool
is_blocked(void)
{
	char	   *blocker = query_text("SELECT qsrepl._blocker()");
	char	   *problem;

	if (blocker == NULL)
		return false;
	problem = psprintf("Prepared transaction \"%s\" has written to tables that have rules.",
					   blocker);
	qsrepl_localizer_enter(MyDatabaseId, LOCALIZER_BLOCKED, problem);
	return true;
}

static void
run_utility(const char *statement)
{
	if (SPI_execute(statement, false, 0) < 0)
		elog(ERROR, "could not run \"%s\"", statement);
}

/*
 * Plans of ruled tables that were made before the promotion are made again, so
 * that who uses them waits before and not with them.  Once.
 */
static void
announce(void)
{
	LocalizerDatabase *entry;
	bool		first;
	ListCell   *lc;

	LWLockAcquire(qsrepl_localizer_guard(), LW_EXCLUSIVE);
	entry = qsrepl_localizer_database(MyDatabaseId);
	first = entry != NULL && !entry->announced;
	if (first)
		entry->announced = true;
	LWLockRelease(qsrepl_localizer_guard());
	if (!first)
		return;
	foreach(lc, qsrepl_ruled_relations())
		qsrepl_invalidate_tree(lfirst_oid(lc));
	commit();
	begin("qsrepl: localize");
}

/* Wait for another one, or for localize(), and look whether it is done then. */
static bool
still_foreign(void)
{
	run_utility("SELECT qsrepl._lock_state()");
	return qsrepl_newest_state(true) == STATE_FOREIGN;
}

/* Returns the names of fixups that are still to be done, NULL: none. */
static char *
localize(void)
{
	TimestampTz start = GetCurrentTimestamp();
	MemoryContext outer = CurrentMemoryContext;
	char	   *rows;
	char	   *late;

	rows = query_text("SELECT changed || ' ' || coalesce(late::text, '') FROM qsrepl._localize()");
	rows = MemoryContextStrdup(TopMemoryContext, rows);
	MemoryContextSwitchTo(outer);
	commit();
	ConditionVariableBroadcast(&qsrepl_localizer_shared()->done);
	late = strchr(rows, ' ');
	*late++ = '\0';
	ereport(LOG,
			(errmsg("database localized for site \"%s\": %s rows changed in %ld ms",
					qsrepl_local_site, rows,
					TimestampDifferenceMilliseconds(start,
													GetCurrentTimestamp()))));
	return *late != '\0' ? late : NULL;
}

static void
run_late_fixups(const char *names)
{
	for (int i = 0; i < LATE_TRIES && names != NULL; i++)
	{
		Datum		argument;
		Oid			type = TEXTOID;

		WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
				  1000, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		begin("qsrepl: fixups");
		argument = CStringGetTextDatum(names);
		if (SPI_execute_with_args("SELECT qsrepl._late_fixups($1::text[])", 1,
								  &type, &argument, NULL, false,
								  1) != SPI_OK_SELECT || SPI_processed != 1)
			elog(ERROR, "could not run fixups");
		names = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		if (names != NULL)
			names = MemoryContextStrdup(TopMemoryContext, names);
		commit();
	}
	if (names != NULL)
		ereport(WARNING,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("could not run fixups: %s", names),
				 errdetail("Tables were in use at each of %d attempts.",
						   LATE_TRIES),
				 errhint("Run their statements, which are in qsrepl.fixup, by hand.")));
}

static void
work(void)
{
	char	   *late;

	begin("qsrepl: localize");
	if (!has_work())
	{
		commit();
		qsrepl_localizer_leave(MyDatabaseId);
		return;
	}
	announce();
	if (is_blocked())
	{
		commit();
		return;
	}
	if (!still_foreign())
	{
		commit();
		qsrepl_localizer_leave(MyDatabaseId);
		return;
	}

	/*
	 * What owners have made deferred must not wait for the commit: it would
	 * be run with other rights than theirs.
	 */
	run_utility("SET CONSTRAINTS ALL IMMEDIATE");
	late = localize();
	qsrepl_localizer_enter(MyDatabaseId, LOCALIZER_DONE, NULL);
	run_late_fixups(late);
}

void
qsrepl_localizer_main(Datum database)
{
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(database),
											  InvalidOid, 0);
	set_up();
	PG_TRY();
	{
		work();
	}
	PG_CATCH();
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
		ErrorData  *error = CopyErrorData();

		MemoryContextSwitchTo(old);
		qsrepl_localizer_enter(MyDatabaseId, LOCALIZER_FAILED, error->message);
		PG_RE_THROW();
	}
	PG_END_TRY();
	proc_exit(0);
}
