/*
 * sides.c
 *		Both sites' connections: set up in the same way, asked at the same
 *		time, and begun anew where a standby's recovery has cut them off.
 */
#include <string.h>

#include "base/report.h"
#include "compare/internal.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "site/connect.h"

#define ATTEMPTS 20
#define PAUSE_MS 100

/* What texts look like, and no limit to time; as far as the server has it. */
static const char settings_query[] =
"SELECT set_config(s.name, v.value, false) FROM (VALUES"
" ('DateStyle', 'ISO, YMD'), ('IntervalStyle', 'postgres'),"
" ('TimeZone', 'UTC'), ('bytea_output', 'hex'), ('xmloption', 'content'),"
" ('extra_float_digits', '3'), ('lc_monetary', 'C'),"
" ('quote_all_identifiers', 'off'), ('client_encoding', 'UTF8'),"
" ('row_security', 'off'), ('jit', 'off'), ('qsrepl.raw', 'off'),"
" ('synchronous_commit', 'local'),"
" ('statement_timeout', '0'), ('lock_timeout', '0'),"
" ('transaction_timeout', '0'),"
" ('idle_in_transaction_session_timeout', '0')) v (name, value)"
" JOIN pg_settings s ON lower(s.name) = lower(v.name)";

static const char begin_query[] =
"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

static bool
open_side(Comparison *comparison, int side, Error *error)
{
	const Config *config = comparison->config;
	PgConnection *session;

	pg_close(comparison->sessions[side]);
	session = site_connect(config, comparison->sites[side],
						   comparison->database->name,
						   plat_clock_ms() + config->connect_timeout, error);
	comparison->sessions[side] = session;
	if (session == NULL)
		return false;
	pg_set_deadline(session, 0);
	return pg_run(session, settings_query, PG_NONE, error);
}

bool
sides_open(Comparison *comparison, Error *error)
{
	return open_side(comparison, ACTIVE, error) &&
		open_side(comparison, PASSIVE, error);
}

void
sides_close(Comparison *comparison)
{
	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		pg_close(comparison->sessions[side]);
		comparison->sessions[side] = NULL;
	}
}

bool
sides_begin(Comparison *comparison, Error *error)
{
	const char *const sql[2] = {begin_query, begin_query};
	void	   *const args[2] = {NULL, NULL};

	comparison->reading = true;
	return sides_ask(comparison, sql, PG_NONE, NULL, args, error);
}

static bool
is_lost(const PgConnection *session)
{
	return session == NULL || pg_is_broken(session);
}

void
sides_end(Comparison *comparison)
{
	Error		ignored = ERROR_NONE;

	comparison->reading = false;
	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		PgConnection *session = comparison->sessions[side];

		if (!is_lost(session))
			pg_run(session, "ROLLBACK", PG_NONE, &ignored);
	}
	error_free(&ignored);
}

/* A conflict with recovery, or what localizing readers are told. */
static bool
may_be_retried(const Comparison *comparison, const Error *error)
{
	if (plat_cancelled())
		return false;
	return strcmp(error->sqlstate, "40001") == 0 ||
		strcmp(error->sqlstate, "40P01") == 0 ||
		is_lost(comparison->sessions[ACTIVE]) ||
		is_lost(comparison->sessions[PASSIVE]);
}

/* A server that cuts sessions off may do so with new ones for a while. */
static bool
open_again(Comparison *comparison, int side, Error *error)
{
	int64_t		end = plat_clock_ms() + comparison->config->connect_timeout;

	while (!open_side(comparison, side, error))
	{
		if (plat_clock_ms() >= end || !plat_sleep_ms(PAUSE_MS))
			return false;
		error_free(error);
	}
	return true;
}

/*
 * sides_retry
 *		Make what failed possible again, with new snapshots; false where it is
 *		to fail with its error.
 */
bool
sides_retry(Comparison *comparison, int *attempts, Error *error)
{
	bool		reading = comparison->reading;

	if (!may_be_retried(comparison, error) || ++*attempts > ATTEMPTS)
		return false;
	report_info("reading again after: %s", error->message);
	error_free(error);
	comparison->database->retries++;
	sides_end(comparison);
	plat_sleep_ms(PAUSE_MS * (*attempts - 1));
	for (int side = ACTIVE; side <= PASSIVE; side++)
		if (is_lost(comparison->sessions[side]) &&
			!open_again(comparison, side, error))
			return false;
	return !reading || sides_begin(comparison, error);
}

/*
 * sides_ask
 *		Run a statement at each site, both at the same time.
 */
bool
sides_ask(Comparison *comparison, const char *const sql[2],
		  PgParameters parameters, PgRowFunction on_row,
		  void *const args[2], Error *error)
{
	Error		second = ERROR_NONE;
	bool		sent[2];
	bool		good = true;

	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		sent[side] = pg_send(comparison->sessions[side], sql[side],
							 parameters, good ? error : &second);
		good = good && sent[side];
	}
	for (int side = ACTIVE; side <= PASSIVE; side++)
		if (sent[side])
			good = pg_receive(comparison->sessions[side], on_row, args[side],
							  good ? error : &second) && good;
	error_free(&second);
	return good;
}

/*
 * sides_rows
 *		Run a statement at one site, and again where that helps: on_row may be
 *		called more than once for a row.
 */
bool
sides_rows(Comparison *comparison, int side, const char *sql,
		   PgParameters parameters, PgRowFunction on_row, void *arg,
		   Error *error)
{
	int			attempts = 0;

	while (!pg_rows(comparison->sessions[side], sql, parameters, on_row, arg,
					error))
		if (!sides_retry(comparison, &attempts, error))
			return false;
	return true;
}
