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

/* What an error says, or its code, and what to do about it. */
typedef struct PgAdvice
{
	const char *of;
	const char *hint;
} PgAdvice;

/* The first one ends with "", the second one with NULL. */
extern const PgAdvice pg_advice_words[];
extern const PgAdvice pg_advice_states[];

/* What to do about an error by libpq's text: never NULL. */
extern const char *pg_advice(const char *text);

/*
 * pg_state_advice
 *		What to do about a server's error by its code: where that alone does
 *		not tell, where it stands in the server's log.
 *
 * out: never NULL; freed by the caller
 */
extern char *pg_state_advice(const char *sqlstate, const char *severity,
							 const char *message);

/* The text of libpq in one piece: trimmed; freed by the caller. */
extern char *pg_trimmed(const char *text);

#endif							/* PG_INTERNAL_H */
