/*
 * fence.c
 *		The fence: a server that is not the active site takes no changes.
 *
 * While it is in force each statement of a session whose session user is not
 * a superuser begins with its transaction made read-only; PostgreSQL then
 * refuses what writes.  The session user counts, so that no function with its
 * owner's rights is a way out.  A transaction that began before the fence may
 * have got past that: it is refused at its commit.
 *
 * The record holds only for the site, the system and the timeline for which
 * it was made: so it does not come with a base backup to the other site, and a
 * promotion ends it.  The timeline is known when recovery is over, therefore
 * what the file means is decided by the first statement after that.
 *
 * IDENTIFICATION
 *		extension/fence.c
 */
#include "fence.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "nodes/parsenodes.h"
#include "replication/logicalworker.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"

typedef enum FenceState
{
	FENCE_OFF,
	FENCE_ON,
	FENCE_UNDECIDED				/* there is a file; does it mean this server? */
} FenceState;

typedef struct Fence
{
	pg_atomic_uint32 state;		/* FenceState; changed with the lock held */
	FenceRecord record;			/* guarded by the lock; set unless FENCE_OFF */
} Fence;

static Fence *fence = NULL;
static LWLock *lock = NULL;		/* guards *fence and the file */

/* A statement of this transaction began when there was no fence. */
static bool ran_unfenced = false;

Size
qsrepl_fence_size(void)
{
	return sizeof(Fence);
}

bool
qsrepl_fence_is_possible(void)
{
	return fence != NULL;
}

void
qsrepl_fence_init(LWLock *guard)
{
	bool		found;

	lock = guard;
	fence = ShmemInitStruct("qsrepl fence", sizeof(Fence), &found);
	if (found)
		return;
	memset(fence, 0, sizeof(Fence));
	pg_atomic_init_u32(&fence->state, qsrepl_fence_read(&fence->record) ?
					   FENCE_UNDECIDED : FENCE_OFF);
}

/*
 * Copy text, printable and no longer than fits: it becomes part of a line of
 * the file.  utf8: it is UTF-8, else only its ASCII is kept.
 */
static void
copy_printable(char *target, size_t size, const char *text, bool utf8)
{
	size_t		length = strlen(text);

	if (length >= size)
		length = utf8 ?
			pg_encoding_mbcliplen(PG_UTF8, text, length, size - 1) : size - 1;
	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) text[i];

		if (c < ' ' || c == 0x7f)
			target[i] = ' ';
		else
			target[i] = c < 0x80 || utf8 ? text[i] : '?';
	}
	target[length] = '\0';
}

/* The record as one of this server would be now, but for the reason. */
static void
describe_server(FenceRecord *record)
{
	const char *site = qsrepl_local_site ? qsrepl_local_site : "";

	memset(record, 0, sizeof(*record));
	copy_printable(record->site, sizeof(record->site), site, true);
	record->system_identifier = GetSystemIdentifier();
	record->timeline = qsrepl_timeline();
	record->since = GetCurrentTimestamp();
	record->since -= record->since % USECS_PER_SEC;
}

static bool
means_this_server(const FenceRecord *record)
{
	FenceRecord here;

	describe_server(&here);
	return record->damaged ||
		(strcmp(record->site, here.site) == 0 &&
		 record->system_identifier == here.system_identifier &&
		 record->timeline == here.timeline);
}

static void
copy_record(FenceRecord *record)
{
	LWLockAcquire(lock, LW_SHARED);
	*record = fence->record;
	LWLockRelease(lock);
}

/* What the file means, once: recovery is over. */
static FenceState
decide(void)
{
	FenceRecord record;
	FenceState	state;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	state = (FenceState) pg_atomic_read_u32(&fence->state);
	if (state != FENCE_UNDECIDED)
	{
		LWLockRelease(lock);
		return state;
	}
	record = fence->record;
	state = means_this_server(&record) ? FENCE_ON : FENCE_OFF;
	pg_atomic_write_u32(&fence->state, state);
	LWLockRelease(lock);
	if (state == FENCE_ON)
		ereport(LOG,
				(errmsg("this server is fenced: only superusers can write"),
				 errdetail("Reason: %s.", record.reason)));
	else
		ereport(LOG,
				(errmsg("the fence in file \"%s\" is void", FENCE_FILE),
				 errdetail("It is for site \"%s\" on timeline %u, or for another system.",
						   record.site, record.timeline)));
	return state;
}

bool
qsrepl_fence_in_force(void)
{
	uint32		state;

	if (fence == NULL)
		return false;
	state = pg_atomic_read_u32(&fence->state);
	if (state == FENCE_OFF)
		return false;
	if (state == FENCE_UNDECIDED && !RecoveryInProgress())
		state = decide();
	return state == FENCE_ON;
}

bool
qsrepl_fence_has_cause(FenceCause cause)
{
	FenceRecord record;

	return qsrepl_fence_record(&record) && !record.damaged &&
		record.cause == cause;
}

/*
 * Apply is stopped by disabling its subscription, or is meant to go on; a
 * subscription's owner need not be a superuser.
 */
bool
qsrepl_session_is_bound(void)
{
	return IsTransactionState() && !IsLogicalWorker() &&
		!superuser_arg(GetSessionUserId());
}

bool
qsrepl_fence_record(FenceRecord *record)
{
	if (!qsrepl_fence_in_force())
		return false;
	copy_record(record);
	return true;
}

char *
qsrepl_fence_reason(void)
{
	FenceRecord record;
	char	   *shown = palloc(sizeof(record.reason));

	copy_record(&record);
	copy_printable(shown, sizeof(record.reason), record.reason,
				   GetDatabaseEncoding() == PG_UTF8);
	return shown;
}

static void
refuse(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
			 errmsg("this server is fenced: it takes no changes"),
			 errdetail("Reason: %s.", qsrepl_fence_reason()),
			 errhint("The other site is active: connect to it. A superuser ends this with qsrepl.unfence().")));
}

void
qsrepl_fence_statement(void)
{
	if (!qsrepl_fence_in_force())
		ran_unfenced = true;
	else if (!XactReadOnly && qsrepl_session_is_bound())
		XactReadOnly = true;
}

void
qsrepl_fence_utility(Node *statement)
{
	qsrepl_fence_statement();
	if (!IsA(statement, TransactionStmt) ||
		((TransactionStmt *) statement)->kind != TRANS_STMT_COMMIT_PREPARED ||
		!qsrepl_session_is_bound())
		return;
	qsrepl_mark_writer();		/* before looking: the fence looks for it */
	if (qsrepl_fence_in_force())
		refuse();
}

/*
 * By number: these never change, while the names of their macros did.
 */
bool
qsrepl_writes_large_object(Oid function)
{
	switch (function)
	{
		case 715:				/* lo_create */
		case 764:				/* lo_import */
		case 767:				/* lo_import with a number */
		case 955:				/* lowrite */
		case 957:				/* lo_creat */
		case 964:				/* lo_unlink */
		case 1004:				/* lo_truncate */
		case 3172:				/* lo_truncate64 */
		case 3457:				/* lo_from_bytea */
		case 3460:				/* lo_put */
			return true;
		default:
			return false;
	}
}

/* Before 16 these write in a read-only transaction too. */
void
qsrepl_fence_function(Oid function)
{
	qsrepl_fence_statement();
	if (qsrepl_writes_large_object(function) && qsrepl_fence_in_force() &&
		qsrepl_session_is_bound())
		refuse();
}

/*
 * A transaction that has a transaction id is looked for by
 * qsrepl_end_writers() when the flag is set already.  One that gets its id
 * after that sees the flag here.
 */
void
qsrepl_fence_at_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (TransactionIdIsValid(GetTopTransactionIdIfAny()) &&
				(ran_unfenced || !XactReadOnly) &&
				qsrepl_fence_in_force() && qsrepl_session_is_bound())
				refuse();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			ran_unfenced = false;
			break;
		default:
			break;
	}
}

void
qsrepl_fence_set(FenceCause cause, const char *reason, int elevel)
{
	FenceRecord record;

	describe_server(&record);
	record.cause = cause;
	copy_printable(record.reason, sizeof(record.reason), reason,
				   pg_verify_mbstr(PG_UTF8, reason, strlen(reason), true));
	LWLockAcquire(lock, LW_EXCLUSIVE);
	(void) qsrepl_fence_write(&record, elevel);
	fence->record = record;
	pg_atomic_write_u32(&fence->state, FENCE_ON);
	LWLockRelease(lock);
	pg_memory_barrier();		/* before the sessions are looked at */
	ereport(LOG,
			(errmsg("this server is fenced now: only superusers can write"),
			 errdetail("Reason: %s.", record.reason),
			 errhint("qsrepl.unfence() ends this.")));
}

bool
qsrepl_fence_clear(int elevel)
{
	bool		was = qsrepl_fence_in_force();

	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (qsrepl_fence_remove(elevel))
		pg_atomic_write_u32(&fence->state, FENCE_OFF);
	LWLockRelease(lock);
	if (was)
		ereport(LOG, (errmsg("this server is not fenced any more")));
	return was;
}
