/*
 * internal.h
 *		What the files of this folder share.
 */
#ifndef PG_INTERNAL_H
#define PG_INTERNAL_H

#include <libpq-fe.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "pg/connection.h"

struct PgConnection
{
	PGconn	   *conn;
	char	   *site;
	int			deadline_ms;	/* for a statement; 0: none */
	bool		cancellable;
	bool		given_up;		/* the server did not answer in time */
};

/*
 * pg_check_conninfo
 *		Refuse what is no connection string, or holds a password, without
 *		repeating any of it; also a password file that others may read.
 */
extern bool pg_check_conninfo(const char *site, const char *conninfo,
							  Error *error);

/* Fill an error from a result, or from the connection where it is NULL. */
extern bool pg_fail(const PgConnection *connection, const PGresult *result,
					Error *error);

/*
 * pg_advice, pg_state_advice
 *		What to do about an error: by libpq's text, and by the server's code,
 *		where that tells anything (else NULL).
 */
extern const char *pg_advice(const char *text);
extern const char *pg_state_advice(const char *sqlstate);

/* The text of libpq in one piece: trimmed; freed by the caller. */
extern char *pg_trimmed(const char *text);

#endif							/* PG_INTERNAL_H */
