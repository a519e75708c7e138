/*
 * peer_worker.c
 *		The background worker that asks the peer, and closes this server where
 *		the other site has taken over.
 *
 * It runs on primaries only and needs no database.  An error ends it, and the
 * postmaster starts it again.
 *
 * IDENTIFICATION
 *		extension/peer_worker.c
 */
#include "fence.h"
#include "peer.h"
#include "bgworker.h"

#include "access/xact.h"
#include "postmaster/interrupt.h"
#include "storage/latch.h"
#include "utils/timestamp.h"

#include "compat.h"

#define PEER_RESTART 5			/* s */

extern PGDLLEXPORT void qsrepl_peer_main(Datum unused);

void
qsrepl_peer_register(void)
{
	qsrepl_register_worker("qsrepl peer", "qsrepl_peer_main",
						   BgWorkerStart_RecoveryFinished, PEER_RESTART,
						   (Datum) 0);
}

static PeerState
judge(const PeerAnswer *answer)
{
	if (!answer->answered)
		return PEER_SILENT;
	if (answer->system_identifier != GetSystemIdentifier())
		return PEER_DIFFERENT;
	if (answer->in_recovery)
		return PEER_STANDBY;
	if (answer->timeline == qsrepl_timeline())
		return PEER_EQUAL;
	return answer->timeline > qsrepl_timeline() ? PEER_SUPERSEDES : PEER_PRIMARY;
}

static void
report_state(PeerState state, const PeerAnswer *answer)
{
	switch (state)
	{
		case PEER_SILENT:
			ereport(WARNING,
					(errmsg("the peer did not answer within %d ms",
							qsrepl_peer_wait),
					 errdetail("%s", answer->error),
					 qsrepl_peer_unreachable == PEER_UNREACHABLE_ALLOW ?
					 errhint("Writes go on. Check qsrepl.peer_conninfo, the peer's pg_hba.conf and the network.") :
					 errhint("Writes are refused. Check qsrepl.peer_conninfo, the peer's pg_hba.conf and the network.")));
			break;
		case PEER_DIFFERENT:
			ereport(WARNING,
					(errmsg("the peer is not a copy of this server: its system identifier is " UINT64_FORMAT,
							answer->system_identifier),
					 errhint("Check qsrepl.peer_conninfo. It serves physical replication only.")));
			break;
		case PEER_EQUAL:
			ereport(WARNING,
					(errmsg("the peer and this server are both primary servers on timeline %u",
							answer->timeline),
					 errdetail("Two servers with the same history take changes apart from each other."),
					 errhint("Stop one of them, and make it a standby of the other one.")));
			break;
		case PEER_SUPERSEDES:
			ereport(LOG,
					(errmsg("superseded: the peer is a primary server on timeline %u, this one is on timeline %u",
							answer->timeline, qsrepl_timeline()),
					 errhint("The other site is active. Make this server a standby of it.")));
			break;
		case PEER_PRIMARY:
			ereport(LOG,
					(errmsg("the peer is a primary server on timeline %u, this one on the later timeline %u",
							answer->timeline, qsrepl_timeline())));
			break;
		default:
			ereport(LOG, (errmsg("the peer is a standby server")));
			break;
	}
}

/*
 * Subscriptions are disabled where it is for good.  Where writes have been
 * held until now nobody has written: who waits is refused, and not ended.
 */
static void
close_server(FenceCause cause, const char *reason)
{
	qsrepl_fence_set(cause, reason, WARNING);
	StartTransactionCommand();
	if (!qsrepl_peer_release())
		qsrepl_end_writers();
	if (cause == FENCE_SUPERSEDED)
		qsrepl_disable_subscriptions();
	CommitTransactionCommand();
}

static void
open_server(void)
{
	if (qsrepl_fence_has_cause(FENCE_SILENCE))
		(void) qsrepl_fence_clear(WARNING);
}

static void
act(PeerState state, const PeerAnswer *answer)
{
	bool		fenced = qsrepl_fence_in_force();

	if (state == PEER_SUPERSEDES)
	{
		if (!fenced || qsrepl_fence_has_cause(FENCE_SILENCE))
			close_server(FENCE_SUPERSEDED,
						 psprintf("superseded: the peer is on timeline %u",
								  answer->timeline));
	}
	else if (state == PEER_SILENT &&
			 qsrepl_peer_unreachable == PEER_UNREACHABLE_FENCE)
	{
		if (!fenced)
			close_server(FENCE_SILENCE, "the peer did not answer");
	}
	else
		open_server();
}

static void
ask_and_act(void)
{
	PeerAnswer	answer;
	PeerState	state;

	qsrepl_peer_ask(qsrepl_peer_conninfo, qsrepl_peer_wait, &answer);
	/* Asked in vain for another reason than time: it is asked anew. */
	if (!answer.answered && (ShutdownRequestPending || ConfigReloadPending))
		return;
	state = judge(&answer);
	if (state != qsrepl_peer_state_is())
		report_state(state, &answer);
	qsrepl_peer_set_state(state, answer.timeline);
	act(state, &answer);
	(void) qsrepl_peer_release();
}

static void
not_configured(void)
{
	qsrepl_peer_set_state(PEER_NOT_CONFIGURED, 0);
	open_server();
	(void) qsrepl_peer_release();
}

static void
sleep_between(bool configured)
{
	bool		forever = !configured || qsrepl_peer_interval == 0;
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
												  qsrepl_peer_interval);

	while (!ShutdownRequestPending && !ConfigReloadPending &&
		   (forever || qsrepl_until(end) > 0))
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH |
						 (forever ? 0 : WL_TIMEOUT),
						 forever ? -1L : qsrepl_until(end), PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

void
qsrepl_peer_main(Datum unused)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	/* What the fence's file means is known, and in the log, from here on. */
	(void) qsrepl_fence_in_force();
	while (!ShutdownRequestPending)
	{
		bool		configured;

		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		configured = *qsrepl_peer_conninfo != '\0';
		if (configured)
			ask_and_act();
		else
			not_configured();
		sleep_between(configured);
	}
	/* Not for good: it is started again unless the server is stopping. */
	proc_exit(1);
}
