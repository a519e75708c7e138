/*
 * peer_ask.c
 *		One question to the peer, by libpq, without ever waiting in it.
 *
 * IDENTIFICATION
 *		extension/peer_ask.c
 */
#include "peer.h"

#include <libpq-fe.h>

#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "storage/latch.h"
#include "utils/timestamp.h"

#include "compat.h"

#define PAUSE 500				/* ms between two attempts */

/*
 * The timeline of a primary out of the name of the file that it writes:
 * pg_control is behind after a promotion.
 */
static const char question[] =
"SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'standby' ELSE 'primary' END,"
" s.system_identifier,"
" CASE WHEN pg_catalog.pg_is_in_recovery() THEN '0' ELSE"
" pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) END"
" FROM pg_catalog.pg_control_system() AS s";

long
qsrepl_until(TimestampTz then)
{
	TimestampTz now = GetCurrentTimestamp();

	return then > now ? (long) ((then - now + 999) / 1000) : 0;
}

/* Somebody wants something of this worker: the question can be asked anew. */
static bool
is_called(void)
{
	return ShutdownRequestPending || ConfigReloadPending;
}

/* Wait for the socket; false when the time is over or the worker is called. */
static bool
wait_for_socket(PGconn *connection, int wanted, TimestampTz end)
{
	int			events = 0;

	while ((events & wanted) == 0)
	{
		long		left = qsrepl_until(end);

		if (left == 0 || is_called())
			return false;
		events = WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_TIMEOUT |
								   WL_EXIT_ON_PM_DEATH | wanted,
								   PQsocket(connection), left,
								   PG_WAIT_EXTENSION);
		if (events & WL_LATCH_SET)
			ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static bool
finish_connecting(PGconn *connection, TimestampTz end)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK)
	{
		int			wanted = WL_SOCKET_READABLE;

		if (status == PGRES_POLLING_FAILED)
			return false;
		if (PQstatus(connection) == CONNECTION_STARTED)
			wanted = WL_SOCKET_CONNECTED;
		else if (status == PGRES_POLLING_WRITING)
			wanted = WL_SOCKET_WRITEABLE;
		if (!wait_for_socket(connection, wanted, end))
			return false;
		status = PQconnectPoll(connection);
	}
	return true;
}

static PGresult *
query(PGconn *connection, TimestampTz end)
{
	if (!PQsendQuery(connection, question))
		return NULL;
	while (PQisBusy(connection))
	{
		if (!wait_for_socket(connection, WL_SOCKET_READABLE, end) ||
			!PQconsumeInput(connection))
			return NULL;
	}
	return PQgetResult(connection);
}

static void
read_answer(const PGresult *result, PeerAnswer *answer)
{
	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1 ||
		PQnfields(result) != 3)
		return;
	answer->answered = true;
	answer->in_recovery = strcmp(PQgetvalue(result, 0, 0), "standby") == 0;
	answer->system_identifier = strtoull(PQgetvalue(result, 0, 1), NULL, 10);
	answer->timeline = (TimeLineID) strtoul(PQgetvalue(result, 0, 2), NULL, 16);
}

/* libpq's message.  What it says of an attempt that was cut off is no error. */
static void
keep_error(PGconn *connection, TimestampTz end, PeerAnswer *answer)
{
	const char *message = PQerrorMessage(connection);
	size_t		length;

	if (qsrepl_until(end) == 0 || *message == '\0')
		message = "It did not answer in time.";
	strlcpy(answer->error, message, sizeof(answer->error));
	length = strlen(answer->error);
	while (length > 0 && answer->error[length - 1] == '\n')
		answer->error[--length] = '\0';
}

static void
ask_once(const char *conninfo, TimestampTz end, PeerAnswer *answer)
{
	const char *const keywords[] = {"dbname", "application_name", NULL};
	const char *const values[] = {conninfo, "qsrepl peer", NULL};
	PGconn	   *connection = PQconnectStartParams(keywords, values, 1);
	PGresult   *result = NULL;

	if (connection != NULL && PQstatus(connection) != CONNECTION_BAD &&
		finish_connecting(connection, end))
		result = query(connection, end);
	if (result != NULL)
		read_answer(result, answer);
	if (!answer->answered)
		keep_error(connection, end, answer);
	PQclear(result);
	PQfinish(connection);
}

static void
pause_until(TimestampTz end)
{
	long		left = Min(qsrepl_until(end), PAUSE);

	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 left, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

void
qsrepl_peer_ask(const char *conninfo, int wait, PeerAnswer *answer)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), wait);

	memset(answer, 0, sizeof(*answer));
	while (!answer->answered && qsrepl_until(end) > 0 && !is_called())
	{
		ask_once(conninfo, end, answer);
		if (!answer->answered && !is_called())
			pause_until(end);
	}
}
