/*
 * stats.c
 *		Counters of the rules, in shared memory.
 *
 * One entry a column with a rule.  The lock guards the table of entries; the
 * counters are atomics.  Entries are never removed while the server runs, so
 * that a backend may keep a pointer to one; a dropped table's stay unused.
 *
 * IDENTIFICATION
 *		extension/stats.c
 */
#include "qsrepl.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "compat.h"

#define MAX_ENTRIES 4096

typedef struct StatsKey
{
	Oid			database;
	Oid			relid;
	int32		attnum;			/* wide, so that the key has no padding */
} StatsKey;

typedef struct StatsEntry
{
	StatsKey	key;
	RuleStats	stats;
} StatsEntry;

static HTAB *entries = NULL;
static LWLock *lock = NULL;		/* guards entries */

PG_FUNCTION_INFO_V1(qsrepl_stats);

Size
qsrepl_stats_size(void)
{
	return hash_estimate_size(MAX_ENTRIES, sizeof(StatsEntry));
}

void
qsrepl_stats_init(LWLock *guard)
{
	HASHCTL		control;

	memset(&control, 0, sizeof(control));
	control.keysize = sizeof(StatsKey);
	control.entrysize = sizeof(StatsEntry);
	lock = guard;
	entries = ShmemInitHash("qsrepl rule counters", MAX_ENTRIES, MAX_ENTRIES,
							&control, HASH_ELEM | HASH_BLOBS);
}

static RuleStats *
add_entry(const StatsKey *key)
{
	StatsEntry *entry;
	bool		found;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	entry = hash_get_num_entries(entries) < MAX_ENTRIES ?
		hash_search(entries, key, HASH_ENTER_NULL, &found) :
		hash_search(entries, key, HASH_FIND, &found);
	if (entry != NULL && !found)
	{
		pg_atomic_init_u64(&entry->stats.seen, 0);
		pg_atomic_init_u64(&entry->stats.rewritten, 0);
		pg_atomic_init_u64(&entry->stats.refused, 0);
		pg_atomic_init_u64(&entry->stats.last, 0);
	}
	LWLockRelease(lock);
	return entry == NULL ? NULL : &entry->stats;
}

RuleStats *
qsrepl_stats_for(Oid relid, AttrNumber attnum)
{
	StatsKey	key;
	StatsEntry *entry;

	if (entries == NULL)
		return NULL;
	key.database = MyDatabaseId;
	key.relid = relid;
	key.attnum = attnum;
	LWLockAcquire(lock, LW_SHARED);
	entry = hash_search(entries, &key, HASH_FIND, NULL);
	LWLockRelease(lock);
	return entry != NULL ? &entry->stats : add_entry(&key);
}

/*
 * qsrepl._stats()
 *		The counters of this database's columns.
 */
Datum
qsrepl_stats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	HASH_SEQ_STATUS sequence;
	StatsEntry *entry;

	qsrepl_start_srf(fcinfo);
	if (entries == NULL)
		PG_RETURN_NULL();
	LWLockAcquire(lock, LW_SHARED);
	hash_seq_init(&sequence, entries);
	while ((entry = hash_seq_search(&sequence)) != NULL)
	{
		Datum		values[6];
		bool		nulls[6] = {false};
		TimestampTz last;

		if (entry->key.database != MyDatabaseId)
			continue;
		last = (TimestampTz) pg_atomic_read_u64(&entry->stats.last);
		values[0] = ObjectIdGetDatum(entry->key.relid);
		values[1] = Int16GetDatum((int16) entry->key.attnum);
		values[2] = Int64GetDatum((int64) pg_atomic_read_u64(&entry->stats.seen));
		values[3] = Int64GetDatum((int64) pg_atomic_read_u64(&entry->stats.rewritten));
		values[4] = Int64GetDatum((int64) pg_atomic_read_u64(&entry->stats.refused));
		values[5] = TimestampTzGetDatum(last);
		nulls[5] = last == 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	LWLockRelease(lock);
	PG_RETURN_NULL();
}
