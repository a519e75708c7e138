/*
 * peer.c
 *		The peer check: settings, what is known of the peer, and the writes
 *		that wait until it has answered.
 *
 * A server that starts as a primary does not know whether the other site has
 * taken over while it was down.  Until its peer has answered it holds the
 * writes of all but superusers; reads never wait.  The background worker
 * (peer_worker.c) ends the wait; where it cannot run, the wait ends by itself.
 *
 * IDENTIFICATION
 *		extension/peer.c
 */
#include "peer.h"

#include <libpq-fe.h>
#include <unistd.h>

#include "access/xlog.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "storage/condition_variable.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"

/* The writes' own patience beyond the worker's; ms. */
#define GRACE 2000

typedef struct Peer
{
	pg_atomic_uint32 hold;		/* 1: writes wait */
	pg_atomic_uint64 hold_since;	/* TimestampTz, 0: nobody has waited yet */
	ConditionVariable released;
	PeerState	state;			/* guarded by the lock, as is: */
	TimeLineID	timeline;		/* the peer's, where it is a primary */
} Peer;

static Peer *peer = NULL;
static LWLock *lock = NULL;		/* guards state and timeline */

char	   *qsrepl_peer_conninfo = NULL;
int			qsrepl_peer_wait = 5000;
int			qsrepl_peer_interval = 10000;
int			qsrepl_peer_unreachable = PEER_UNREACHABLE_ALLOW;

static const struct config_enum_entry unreachable_options[] = {
	{"allow", PEER_UNREACHABLE_ALLOW, false},
	{"fence", PEER_UNREACHABLE_FENCE, false},
	{NULL, 0, false}
};

PG_FUNCTION_INFO_V1(qsrepl_peer_state);

/* ---- settings ---- */

/* libpq marks what is secret with an asterisk. */
static const char *
find_secret(const PQconninfoOption * options)
{
	for (const PQconninfoOption * o = options; o->keyword != NULL; o++)
	{
		if (o->val != NULL && o->dispchar[0] == '*')
			return o->keyword;
	}
	return NULL;
}

static bool
check_conninfo(char **conninfo, void **extra, GucSource source)
{
	PQconninfoOption *options;
	const char *secret;
	char	   *error = NULL;

	if (*conninfo == NULL || **conninfo == '\0')
		return true;
	options = PQconninfoParse(*conninfo, &error);
	if (options == NULL)
	{
		GUC_check_errdetail("%s", error ? error : "out of memory");
		PQfreemem(error);
		return false;
	}
	secret = find_secret(options);
	if (secret != NULL)
	{
		GUC_check_errdetail("It contains \"%s\", which everybody could read who reads the configuration.",
							secret);
		GUC_check_errhint("Use a password file (passfile=...), whose lines are host:port:database:user:password.");
	}
	PQconninfoFree(options);
	return secret == NULL;
}

void
qsrepl_peer_define_settings(void)
{
	DefineCustomStringVariable("qsrepl.peer_conninfo",
							   "Connection to the other site's server, which is asked whether it has taken over.",
							   "Without a password: that belongs in a password file.",
							   &qsrepl_peer_conninfo, "", PGC_SIGHUP,
							   GUC_SUPERUSER_ONLY, check_conninfo, NULL, NULL);
	DefineCustomIntVariable("qsrepl.peer_wait",
							"How long the other site's server may take to answer.",
							NULL, &qsrepl_peer_wait, 5000, 1, 3600000,
							PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("qsrepl.peer_interval",
							"How often the other site's server is asked again; 0: never.",
							NULL, &qsrepl_peer_interval, 10000, 0, 86400000,
							PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomEnumVariable("qsrepl.peer_unreachable",
							 "What it means when the other site's server does not answer.",
							 NULL, &qsrepl_peer_unreachable,
							 PEER_UNREACHABLE_ALLOW, unreachable_options,
							 PGC_SIGHUP, 0, NULL, NULL, NULL);
}

/* ---- shared memory ---- */

Size
qsrepl_peer_size(void)
{
	return sizeof(Peer);
}

/* A standby that is promoted need not ask before it is written. */
static bool
starts_as_primary(void)
{
	return access("standby.signal", F_OK) != 0 &&
		access("recovery.signal", F_OK) != 0;
}

static bool
is_configured(void)
{
	return qsrepl_peer_conninfo != NULL && *qsrepl_peer_conninfo != '\0';
}

void
qsrepl_peer_init(LWLock *guard)
{
	bool		found;

	lock = guard;
	peer = ShmemInitStruct("qsrepl peer", sizeof(Peer), &found);
	if (found)
		return;
	memset(peer, 0, sizeof(Peer));
	pg_atomic_init_u32(&peer->hold, is_configured() && starts_as_primary());
	pg_atomic_init_u64(&peer->hold_since, 0);
	ConditionVariableInit(&peer->released);
	peer->state = PEER_NOT_ASKED;
}

static PeerState
get_state(TimeLineID * timeline)
{
	PeerState	state;

	LWLockAcquire(lock, LW_SHARED);
	state = peer->state;
	*timeline = peer->timeline;
	LWLockRelease(lock);
	return state;
}

PeerState
qsrepl_peer_state_is(void)
{
	TimeLineID	timeline;

	return get_state(&timeline);
}

void
qsrepl_peer_set_state(PeerState state, TimeLineID timeline)
{
	LWLockAcquire(lock, LW_EXCLUSIVE);
	peer->state = state;
	peer->timeline = timeline;
	LWLockRelease(lock);
}

TimeLineID
qsrepl_peer_supersedes(void)
{
	TimeLineID	timeline;

	if (peer == NULL || !is_configured() ||
		get_state(&timeline) != PEER_SUPERSEDES)
		return 0;
	return timeline;
}

/* ---- writes that wait ---- */

bool
qsrepl_peer_release(void)
{
	bool		held = pg_atomic_exchange_u32(&peer->hold, 0) != 0;

	if (held)
		ConditionVariableBroadcast(&peer->released);
	return held;
}

/*
 * Until when to wait: counted from the first write that has to, since recovery
 * may take its time.
 */
static TimestampTz
hold_end(void)
{
	uint64		since = 0;
	uint64		now = (uint64) GetCurrentTimestamp();

	if (pg_atomic_compare_exchange_u64(&peer->hold_since, &since, now))
		since = now;
	return TimestampTzPlusMilliseconds((TimestampTz) since,
									   (int64) qsrepl_peer_wait + GRACE);
}

/* The worker is not there, or hangs in a name server. */
static void
give_up(void)
{
	if (qsrepl_peer_unreachable == PEER_UNREACHABLE_FENCE)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("this server has not been able to ask its peer yet: it takes no changes"),
				 errhint("See the server's log. Where no background worker is free, increase max_worker_processes.")));
	ereport(WARNING,
			(errmsg("this server has not been able to ask its peer: writes go on"),
			 errhint("See the server's log. Where no background worker is free, increase max_worker_processes.")));
	(void) qsrepl_peer_release();
}

static void
wait_for_answer(void)
{
	TimestampTz end = hold_end();

	ConditionVariablePrepareToSleep(&peer->released);
	while (pg_atomic_read_u32(&peer->hold) != 0)
	{
		long		left = qsrepl_until(end);

		if (left == 0)
			break;
		(void) ConditionVariableTimedSleep(&peer->released, left,
										   PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	if (pg_atomic_read_u32(&peer->hold) != 0)
		give_up();
	/* The answer may have been that this server is superseded. */
	qsrepl_fence_statement();
}

static bool
holds(void)
{
	return peer != NULL && pg_atomic_read_u32(&peer->hold) != 0 &&
		!XactReadOnly && qsrepl_session_is_bound();
}

void
qsrepl_peer_hold_plan(PlannedStmt *plan, int eflags)
{
	if (holds() && (eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0 &&
		(plan->commandType != CMD_SELECT || plan->hasModifyingCTE ||
		 plan->rowMarks != NIL))
		wait_for_answer();
}

static bool
utility_writes(Node *statement)
{
	LogStmtLevel level;

	if (IsA(statement, TransactionStmt))
		return ((TransactionStmt *) statement)->kind ==
			TRANS_STMT_COMMIT_PREPARED;
	level = GetCommandLogLevel(statement);
	return level == LOGSTMT_DDL || level == LOGSTMT_MOD;
}

void
qsrepl_peer_hold_utility(Node *statement)
{
	if (!holds() || !utility_writes(statement))
		return;
	wait_for_answer();
	qsrepl_fence_utility(statement);
}

void
qsrepl_peer_hold_function(Oid function)
{
	if (holds() && qsrepl_writes_large_object(function))
		wait_for_answer();
}

/* ---- SQL ---- */

static const char *
describe(void)
{
	TimeLineID	timeline;

	if (peer == NULL)
		return "not preloaded";
	if (!is_configured())
		return "not configured";
	switch (get_state(&timeline))
	{
		case PEER_NOT_ASKED:
		case PEER_NOT_CONFIGURED:
			return RecoveryInProgress() ? "not asked" : "asking";
		case PEER_STANDBY:
			return "standby";
		case PEER_PRIMARY:
			return psprintf("primary on timeline %u", timeline);
		case PEER_EQUAL:
			return psprintf("primary on timeline %u, as this server", timeline);
		case PEER_SUPERSEDES:
			return psprintf("superseded by timeline %u", timeline);
		case PEER_SILENT:
			return "unreachable";
		case PEER_DIFFERENT:
			return "different system";
	}
	return "unreachable";		/* not reached */
}

/*
 * qsrepl._peer_state(OUT peer text)
 */
Datum
qsrepl_peer_state(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(describe()));
}
