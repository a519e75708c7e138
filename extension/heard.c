/*
 * heard.c
 *		When a standby's primary was heard last, and how far it had written.
 *
 * The WAL receiver's shared memory tells it only while it is connected: one
 * that starts writes its own time over the last message's, before it has
 * reached anybody, and pg_stat_wal_receiver is empty without one.  So a
 * background worker looks once a second, takes only what a connected receiver
 * has, and keeps it here until the server ends: after a promotion it tells
 * what was lost.  The messages of the last second may be missing.
 *
 * IDENTIFICATION
 *		extension/heard.c
 */
#include "qsrepl.h"
#include "bgworker.h"

#include "access/transam.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "replication/walreceiver.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

#include "compat.h"

/* Between two looks, and between two samples that are kept; ms. */
#define LOOK_MS 1000
/* Of which time rates are; ms. */
#define RATE_MS 60000
#define N_SAMPLES (RATE_MS / LOOK_MS + 1)
/* Before the worker is started again, if it has failed; s. */
#define RESTART 5

typedef struct Sample
{
	TimestampTz at;				/* when the message came; 0: none */
	XLogRecPtr	end;			/* of the primary's WAL, as it said then */
	uint64		next;			/* transaction, as far as is replayed */
} Sample;

typedef struct Heard
{
	Sample		last;
	int			n;				/* how many have been put into the ring */
	Sample		ring[N_SAMPLES];	/* the oldest at n % N_SAMPLES, once full */
} Heard;

static Heard *heard = NULL;
static LWLock *lock = NULL;		/* guards all of it */

extern PGDLLEXPORT void qsrepl_heard_main(Datum unused);

PG_FUNCTION_INFO_V1(qsrepl_heard);

Size
qsrepl_heard_size(void)
{
	return sizeof(Heard);
}

void
qsrepl_heard_init(LWLock *guard)
{
	bool		found;

	lock = guard;
	heard = ShmemInitStruct("qsrepl heard", sizeof(Heard), &found);
	if (!found)
		memset(heard, 0, sizeof(Heard));
}

void
qsrepl_heard_register(void)
{
	qsrepl_register_worker("qsrepl heard", "qsrepl_heard_main",
						   BgWorkerStart_ConsistentState, RESTART, (Datum) 0);
}

/* What a connected receiver has heard; false: none is, or not yet. */
static bool
look(Sample *sample)
{
	bool		connected;

	SpinLockAcquire(&WalRcv->mutex);
	connected = WalRcv->ready_to_display;
	sample->at = WalRcv->lastMsgReceiptTime;
	sample->end = WalRcv->latestWalEnd;
	SpinLockRelease(&WalRcv->mutex);
	return connected && sample->at != 0 && !XLogRecPtrIsInvalid(sample->end);
}

/* The newest of the ring; n must not be 0. */
static Sample *
newest(void)
{
	return &heard->ring[(heard->n - 1) % N_SAMPLES];
}

static void
take(void)
{
	Sample		sample;

	if (!RecoveryInProgress() || !look(&sample))
		return;
	sample.next = U64FromFullTransactionId(ReadNextFullTransactionId());
	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (sample.at > heard->last.at)
	{
		heard->last = sample;
		if (heard->n == 0 ||
			TimestampDifferenceExceeds(newest()->at, sample.at, LOOK_MS))
			heard->ring[heard->n++ % N_SAMPLES] = sample;
		/* Keep it from growing without end: only this much matters of it. */
		if (heard->n == 2 * N_SAMPLES)
			heard->n = N_SAMPLES;
	}
	LWLockRelease(lock);
}

void
qsrepl_heard_main(Datum unused)
{
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	while (!ShutdownRequestPending)
	{
		/* Nothing is heard any more, or never was; 0: for good. */
		if (!RecoveryInProgress())
			proc_exit(0);
		take();
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 LOOK_MS, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	proc_exit(1);
}

/* The sample from which rates count: the oldest of the last minute heard. */
static const Sample *
rate_since(const Heard *from)
{
	const Sample *since = NULL;

	for (int i = 1; i <= Min(from->n, N_SAMPLES); i++)
	{
		const Sample *sample = &from->ring[(from->n - i) % N_SAMPLES];

		if (sample->at >= from->last.at)
			continue;
		if (since != NULL &&
			TimestampDifferenceExceeds(sample->at, from->last.at, RATE_MS))
			break;
		since = sample;
	}
	return since;
}

/* Received, or replayed from an archive; static after a promotion. */
static XLogRecPtr
here(void)
{
	return Max(GetWalRcvFlushRecPtr(NULL, NULL), GetXLogReplayRecPtr(NULL));
}

static void
set_rates(const Heard *from, Datum *values, bool *nulls)
{
	const Sample *since = rate_since(from);
	double		seconds;

	nulls[3] = nulls[4] = since == NULL;
	if (since == NULL)
		return;
	seconds = (double) (from->last.at - since->at) / USECS_PER_SEC;
	/* A new primary may have written less than the one before. */
	values[3] = Float8GetDatum(from->last.end > since->end ?
							   (double) (from->last.end - since->end) / seconds : 0);
	values[4] = Float8GetDatum((double) (from->last.next - since->next) / seconds);
}

/*
 * qsrepl._heard(OUT heard timestamptz, OUT lsn pg_lsn, OUT bytes bigint,
 *				 OUT wal_rate float8, OUT xact_rate float8)
 *		The last message of the primary, its end of WAL then, how much of that
 *		is not here, and what it wrote, in bytes and transactions a second, in
 *		the minute before.  Nulls where no primary was heard since the start.
 */
Datum
qsrepl_heard(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[5] = {0};
	bool		nulls[5] = {true, true, true, true, true};
	Heard		copy;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	memset(&copy, 0, sizeof(copy));
	if (heard != NULL)
	{
		take();
		LWLockAcquire(lock, LW_SHARED);
		copy = *heard;
		LWLockRelease(lock);
	}
	if (copy.last.at != 0)
	{
		XLogRecPtr	end = here();

		memset(nulls, 0, sizeof(nulls));
		values[0] = TimestampTzGetDatum(copy.last.at);
		values[1] = LSNGetDatum(copy.last.end);
		values[2] = Int64GetDatum(copy.last.end > end ?
								  (int64) (copy.last.end - end) : 0);
		set_rates(&copy, values, nulls);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}
