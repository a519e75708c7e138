/*
 * query.c
 *		Statements under a deadline.
 *
 * All go the same way: sent, rows taken one at a time (single-row mode), the
 * end awaited.  The first error is kept; what follows it is drained, so that
 * the connection can be used again.
 */
#include "pg/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pg/internal.h"
#include "platform/aside.h"
#include "platform/clock.h"
#include "platform/socket.h"

/* For the server to take a cancel, and then for the statement to end. */
#define CANCEL_MS 2000

/* The longest wait for a socket in one piece */
#define WAIT_MS 3600000

struct PgRow
{
	const PGresult *result;
};

/* A statement under way. */
typedef struct Statement
{
	PgConnection *connection;
	PgRowFunction on_row;
	void	   *arg;
	int64_t		end;			/* by plat_clock_ms(); 0: none */
	bool		cancelled;		/* it was asked to end */
	bool		lost;			/* the connection broke */
	bool		failed;			/* *error is filled */
	Error	   *error;
} Statement;

const char *
pg_row_text(const PgRow *row, int column)
{
	if (PQgetisnull(row->result, 0, column))
		return NULL;
	return PQgetvalue(row->result, 0, column);
}

int
pg_row_columns(const PgRow *row)
{
	return PQnfields(row->result);
}

static bool
send_cancel(void *arg)
{
	char		why[256];

	return PQcancel(arg, why, sizeof(why)) == 1;
}

/* Ask the server to end the statement: a connection that may hang, too. */
static void
cancel(Statement *statement)
{
	PGcancel   *request = PQgetCancel(statement->connection->conn);

	statement->cancelled = true;
	statement->end = plat_clock_ms() + CANCEL_MS;
	if (request == NULL)
		return;
	plat_aside(send_cancel, request, CANCEL_MS);
	PQfreeCancel(request);
}

/* The deadline is over, or the user wants an end. */
static void
interrupt(Statement *statement, PlatWait why)
{
	PgConnection *connection = statement->connection;

	if (!statement->failed && why == PLAT_WAIT_CANCELLED)
		error_set(statement->error, NULL, NULL,
				  "site \"%s\": the statement was interrupted",
				  connection->site);
	else if (!statement->failed)
		error_set(statement->error, NULL, "Look what the server is busy with "
				  "(pg_stat_activity), and who holds locks (pg_locks).",
				  "site \"%s\": the statement did not end within %d ms",
				  connection->site, connection->deadline_ms);
	statement->failed = true;
	if (statement->cancelled)
		connection->given_up = true;
	else
		cancel(statement);
}

static int
time_left(const Statement *statement)
{
	int64_t		left;

	if (statement->end == 0)
		return WAIT_MS;
	left = statement->end - plat_clock_ms();
	if (left < 0)
		return 0;
	return left < WAIT_MS ? (int) left : WAIT_MS;
}

/* Wait until libpq can go on; false where the connection is of no more use. */
static bool
wait_for(Statement *statement, bool for_write)
{
	PgConnection *connection = statement->connection;
	PlatWait	wait = plat_socket_wait(PQsocket(connection->conn), for_write,
										time_left(statement),
										connection->cancellable &&
										!statement->cancelled);

	if (wait == PLAT_WAIT_CANCELLED ||
		(wait == PLAT_WAIT_TIMED_OUT && statement->end != 0))
		interrupt(statement, wait);
	return wait != PLAT_WAIT_FAILED && !connection->given_up;
}

/* Put everything on the wire; what arrives meanwhile is taken in. */
static bool
flush(Statement *statement)
{
	PGconn	   *conn = statement->connection->conn;
	int			left;

	while ((left = PQflush(conn)) > 0)
		if (!wait_for(statement, true) || PQconsumeInput(conn) == 0)
			break;
	statement->lost = left != 0;
	return left == 0;
}

/* The next result, NULL behind the last or where the connection is lost. */
static PGresult *
next_result(Statement *statement)
{
	PGconn	   *conn = statement->connection->conn;

	while (PQisBusy(conn))
		if (!wait_for(statement, false) || PQconsumeInput(conn) == 0)
		{
			statement->lost = true;
			return NULL;
		}
	return PQgetResult(conn);
}

static void
take_row(Statement *statement, const PGresult *result)
{
	PgRow		row = {result};

	if (statement->failed || statement->on_row == NULL)
		return;
	if (statement->on_row(statement->arg, &row, statement->error))
		return;
	statement->failed = true;
	cancel(statement);
}

/* One result, which is freed. */
static void
take_result(Statement *statement, PGresult *result)
{
	switch (PQresultStatus(result))
	{
		case PGRES_SINGLE_TUPLE:
			take_row(statement, result);
			break;
		case PGRES_TUPLES_OK:
		case PGRES_COMMAND_OK:
		case PGRES_EMPTY_QUERY:
			break;
		case PGRES_COPY_IN:
		case PGRES_COPY_OUT:
		case PGRES_COPY_BOTH:
			/* Nothing here speaks it: the connection cannot go on. */
			statement->connection->given_up = true;
			if (!statement->failed)
				error_set(statement->error, NULL, NULL,
						  "site \"%s\": COPY is not supported here",
						  statement->connection->site);
			statement->failed = true;
			break;
		default:
			if (!statement->failed)
				pg_fail(statement->connection, result, statement->error);
			statement->failed = true;
	}
	PQclear(result);
}

static bool
send_statement(PgConnection *connection, const char *sql,
			   PgParameters parameters)
{
	return PQsetnonblocking(connection->conn, 1) == 0 &&
		PQsendQueryParams(connection->conn, sql, parameters.count, NULL,
						  parameters.values, NULL, NULL, 0) == 1 &&
		PQsetSingleRowMode(connection->conn) == 1;
}

bool
pg_send(PgConnection *connection, const char *sql, PgParameters parameters,
		Error *error)
{
	if (connection->given_up)
		return error_set(error, NULL, "Run the command again when the server "
						 "answers.",
						 "site \"%s\": the connection was given up",
						 connection->site);
	/* What does not go out at once is flushed by pg_receive(). */
	return send_statement(connection, sql, parameters) ||
		pg_fail(connection, NULL, error);
}

bool
pg_receive(PgConnection *connection, PgRowFunction on_row, void *arg,
		   Error *error)
{
	Statement	receiving = {connection, on_row, arg, 0, false, false, false,
	error};
	Statement  *statement = &receiving;
	PGresult   *result;

	if (connection->deadline_ms > 0)
		statement->end = plat_clock_ms() + connection->deadline_ms;
	if (flush(statement))
		while (!connection->given_up &&
			   (result = next_result(statement)) != NULL)
			take_result(statement, result);
	if (!statement->failed &&
		(statement->lost || PQstatus(connection->conn) != CONNECTION_OK))
		statement->failed = !pg_fail(connection, NULL, statement->error);
	return !statement->failed;
}

bool
pg_run(PgConnection *connection, const char *sql, PgParameters parameters,
	   Error *error)
{
	return pg_rows(connection, sql, parameters, NULL, NULL, error);
}

bool
pg_rows(PgConnection *connection, const char *sql, PgParameters parameters,
		PgRowFunction on_row, void *arg, Error *error)
{
	return pg_send(connection, sql, parameters, error) &&
		pg_receive(connection, on_row, arg, error);
}

/* What pg_value() has seen. */
typedef struct Value
{
	char	   *text;
	int			rows;
	int			columns;
} Value;

static bool
take_value(void *arg, const PgRow *row, Error *error)
{
	Value	   *value = arg;
	const char *text = pg_row_text(row, 0);

	(void) error;
	value->columns = pg_row_columns(row);
	if (value->rows++ == 0 && text != NULL)
		value->text = mem_strdup(text);
	return true;
}

bool
pg_value(PgConnection *connection, const char *sql, PgParameters parameters,
		 char **text, Error *error)
{
	Value		value = {NULL, 0, 0};

	if (!pg_rows(connection, sql, parameters, take_value, &value, error))
	{
		free(value.text);
		return false;
	}
	if (value.rows == 1 && value.columns == 1)
	{
		*text = value.text;
		return true;
	}
	free(value.text);
	return error_set(error, sql, NULL,
					 "site \"%s\": the query gave %d rows of %d columns "
					 "instead of one value", connection->site, value.rows,
					 value.columns);
}

bool
pg_transaction(PgConnection *connection,
			   bool (*body) (void *arg, PgConnection *connection,
							 Error *error),
			   void *arg, Error *error)
{
	Error		ignored = ERROR_NONE;
	bool		good;

	if (!pg_run(connection, "BEGIN", PG_NONE, error))
		return false;
	good = body(arg, connection, error);
	/* COMMIT of a failed transaction would roll back and call it success. */
	if (good && PQtransactionStatus(connection->conn) == PQTRANS_INERROR)
		good = error_set(error, NULL, NULL,
						 "site \"%s\": the transaction has failed",
						 connection->site);
	if (good && pg_run(connection, "COMMIT", PG_NONE, error))
		return true;
	if (!pg_is_broken(connection))
		pg_run(connection, "ROLLBACK", PG_NONE, &ignored);
	error_free(&ignored);
	return false;
}
