/*
 * passive.c
 *		The fence of a passive site in logical mode.
 *
 * A fence is the server's and is kept in a file, so a transaction that is
 * rolled back leaves it: so no database has to keep the extension for it.
 */
#include "server/logical.h"

#include "pg/statements.h"

/* Call something of the extension, which is there for that long only. */
static bool
with_extension(PgConnection *server, const char *query, bool *yes,
			   Error *error)
{
	Error		ignored = ERROR_NONE;
	bool		good;

	if (!pg_run(server, "BEGIN", PG_NONE, error))
		return false;
	good = pg_run(server, "SET LOCAL client_min_messages = error", PG_NONE,
				  error) &&
		pg_run(server, "CREATE EXTENSION IF NOT EXISTS qsrepl", PG_NONE,
			   error) &&
		(yes != NULL ? pg_ask(server, query, PG_NONE, yes, error) :
		 pg_run(server, query, PG_NONE, error));
	if (!pg_is_broken(server))
		pg_run(server, "ROLLBACK", PG_NONE, good ? error : &ignored);
	error_free(&ignored);
	return good;
}

bool
logical_fence(PgConnection *server, Error *error)
{
	return with_extension(server, "SELECT qsrepl.fence('passive site', "
						  "keep_subscriptions => true)", NULL, error);
}

bool
logical_is_fenced(PgConnection *server, bool *fenced, Error *error)
{
	return with_extension(server, "SELECT f.fenced FROM "
						  "qsrepl._fence_state() f", fenced, error);
}
