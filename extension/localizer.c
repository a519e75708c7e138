/*
 * localizer.c
 *		What the localizer's processes and those that wait for it share.
 *
 * IDENTIFICATION
 *		extension/localizer.c
 */
#include "localizer.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(qsrepl_localizer_state);
PG_FUNCTION_INFO_V1(qsrepl_localizer_progress);

static LocalizerShared *shared = NULL;
static LWLock *guard = NULL;

static const char *const phase_names[] = {
	"idle", "asked", "running", "blocked", "failed", "done"
};

Size
qsrepl_localizer_size(void)
{
	return sizeof(LocalizerShared);
}

void
qsrepl_localizer_init(LWLock *my_guard)
{
	bool		found;

	guard = my_guard;
	shared = ShmemInitStruct("qsrepl localizer", sizeof(LocalizerShared),
							 &found);
	if (found)
		return;
	memset(shared, 0, sizeof(LocalizerShared));
	ConditionVariableInit(&shared->done);
}

LocalizerShared *
qsrepl_localizer_shared(void)
{
	return shared;
}

LWLock *
qsrepl_localizer_guard(void)
{
	return guard;
}

LocalizerDatabase *
qsrepl_localizer_database(Oid database)
{
	LocalizerDatabase *entry;

	for (int i = 0; i < shared->n_databases; i++)
		if (shared->databases[i].database == database)
			return &shared->databases[i];
	if (shared->n_databases == LOCALIZER_MAX_DATABASES)
		return NULL;
	entry = &shared->databases[shared->n_databases++];
	memset(entry, 0, sizeof(LocalizerDatabase));
	entry->database = database;
	return entry;
}

void
qsrepl_localizer_enter(Oid database, LocalizerPhase phase,
					   const char *problem)
{
	LocalizerDatabase *entry;

	LWLockAcquire(guard, LW_EXCLUSIVE);
	entry = qsrepl_localizer_database(database);
	if (entry != NULL)
	{
		entry->phase = phase;
		entry->since = GetCurrentTimestamp();
		if (phase == LOCALIZER_FAILED)
			entry->failures++;
		else if (phase != LOCALIZER_RUNNING)
			entry->failures = 0;
		if (phase == LOCALIZER_RUNNING)
		{
			entry->rows = 0;
			entry->table = InvalidOid;
		}
		else
			strlcpy(entry->problem, problem != NULL ? problem : "",
					LOCALIZER_PROBLEM_LEN);
	}
	LWLockRelease(guard);
}

void
qsrepl_localizer_leave(Oid database)
{
	LocalizerDatabase *entry;

	LWLockAcquire(guard, LW_EXCLUSIVE);
	entry = qsrepl_localizer_database(database);
	if (entry != NULL && entry->phase != LOCALIZER_ASKED)
	{
		entry->phase = LOCALIZER_IDLE;
		entry->since = GetCurrentTimestamp();
		entry->failures = 0;
		entry->problem[0] = '\0';
	}
	LWLockRelease(guard);
}

void
qsrepl_ask_for_localizer(void)
{
	LocalizerDatabase *entry;

	LWLockAcquire(guard, LW_EXCLUSIVE);
	entry = qsrepl_localizer_database(MyDatabaseId);
	if (entry != NULL && (entry->phase == LOCALIZER_IDLE ||
						  entry->phase == LOCALIZER_DONE))
	{
		entry->phase = LOCALIZER_ASKED;
		entry->since = GetCurrentTimestamp();
	}
	if (shared->launcher_proc != NULL)
		SetLatch(&shared->launcher_proc->procLatch);
	LWLockRelease(guard);
}

char *
qsrepl_localizer_problem(void)
{
	LocalizerDatabase *entry;
	char	   *result = NULL;

	if (shared == NULL)
		return NULL;
	LWLockAcquire(guard, LW_EXCLUSIVE);
	entry = qsrepl_localizer_database(MyDatabaseId);
	if (entry != NULL && entry->problem[0] != '\0')
		result = pstrdup(entry->problem);
	else if (shared->launcher == 0)
		result = pstrdup("The localizer is not running.");
	else if (shared->no_slot)
		result = pstrdup("No background worker slot is free.");
	LWLockRelease(guard);
	return result;
}

/*
 * qsrepl._localizer(OUT launcher boolean, OUT no_slot boolean,
 *					 OUT phase text, OUT since timestamptz, OUT "table" regclass,
 *					 OUT rows bigint, OUT problem text)
 *		What the localizer does in this database; all null where the library
 *		was not loaded with the server.
 */
Datum
qsrepl_localizer_state(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[7] = {0};
	bool		nulls[7] = {true, true, true, true, true, true, true};
	LocalizerDatabase entry;
	bool		known = false;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (shared != NULL)
	{
		LWLockAcquire(guard, LW_SHARED);
		values[0] = BoolGetDatum(shared->launcher != 0);
		values[1] = BoolGetDatum(shared->no_slot);
		nulls[0] = nulls[1] = false;
		for (int i = 0; i < shared->n_databases; i++)
			if (shared->databases[i].database == MyDatabaseId)
			{
				entry = shared->databases[i];
				known = true;
			}
		LWLockRelease(guard);
	}
	if (known)
	{
		values[2] = CStringGetTextDatum(phase_names[entry.phase]);
		values[3] = TimestampTzGetDatum(entry.since);
		values[4] = ObjectIdGetDatum(entry.table);
		values[5] = Int64GetDatum(entry.rows);
		values[6] = CStringGetTextDatum(entry.problem);
		nulls[2] = nulls[3] = nulls[5] = false;
		nulls[4] = !OidIsValid(entry.table);
		nulls[6] = entry.problem[0] == '\0';
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/*
 * qsrepl._progress(relation regclass, rows bigint)
 *		localize() tells where it is, and how many more rows it has written.
 */
Datum
qsrepl_localizer_progress(PG_FUNCTION_ARGS)
{
	LocalizerDatabase *entry;

	if (shared == NULL)
		PG_RETURN_VOID();
	LWLockAcquire(guard, LW_EXCLUSIVE);
	entry = qsrepl_localizer_database(MyDatabaseId);
	if (entry != NULL)
	{
		entry->table = PG_GETARG_OID(0);
		entry->rows += PG_GETARG_INT64(1);
	}
	LWLockRelease(guard);
	PG_RETURN_VOID();
}
