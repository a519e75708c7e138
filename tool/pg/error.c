/*
 * error.c
 *		The server's errors in their parts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pg/internal.h"

/* As the server calls it */
#define CONNECTION_FAILURE "08006"

char *
pg_trimmed(const char *text)
{
	char	   *copy = mem_strdup(text);
	size_t		len = strlen(copy);

	while (len > 0 && (copy[len - 1] == '\n' || copy[len - 1] == ' '))
		len--;
	copy[len] = '\0';
	return copy;
}

/* libpq's own words: the first line is the message, the rest the detail. */
static bool
fail_locally(const PgConnection *connection, Error *error)
{
	char	   *text = pg_trimmed(PQerrorMessage(connection->conn));
	size_t		first = strcspn(text, "\n");
	const char *rest = text[first] != '\0' ? text + first + 1 : NULL;
	const char *hint = pg_advice(text);

	text[first] = '\0';
	error_set(error, rest, hint, "site \"%s\": %s", connection->site,
			  text[0] != '\0' ? text : "the connection is broken");
	memcpy(error->sqlstate, CONNECTION_FAILURE, sizeof(CONNECTION_FAILURE));
	free(text);
	return false;
}

/* The server's own hint, where it has one. */
static char *
hint_of(const PGresult *result, const char *sqlstate, const char *message)
{
	const char *own = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY);

	return own != NULL ? mem_strdup(own) :
		pg_state_advice(sqlstate, severity != NULL ? severity : "ERROR",
						message);
}

bool
pg_fail(const PgConnection *connection, const PGresult *result, Error *error)
{
	const char *message = result == NULL ? NULL :
	PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *sqlstate;

	if (message == NULL)
		return fail_locally(connection, error);
	sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (sqlstate == NULL)
		sqlstate = "";
	error_set(error, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL), NULL,
			  "site \"%s\": %s", connection->site, message);
	error_take_hint(error, hint_of(result, sqlstate, message));
	if (strlen(sqlstate) < sizeof(error->sqlstate))
		memcpy(error->sqlstate, sqlstate, strlen(sqlstate) + 1);
	return false;
}
