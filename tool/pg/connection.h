/*
 * connection.h
 *		Connections to a site's databases, by libpq, with deadlines.
 */
#ifndef PG_CONNECTION_H
#define PG_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

typedef struct PgConnection PgConnection;

/* Where to connect; read during the call. */
typedef struct PgTarget
{
	const char *site;			/* its name, for messages */
	const char *conninfo;		/* a connection string or URI, without a
								 * password */
	const char *dbname;			/* instead of the one in conninfo; or NULL */
	int			deadline_ms;	/* for the whole of it; 0: ten seconds */
	bool		cancellable;	/* plat_cancelled() ends connecting, and
								 * statements: see pg_set_cancellable() */
} PgTarget;

/*
 * pg_conninfo_add
 *		Add keyword='value' to a connection string, with quotes and backslashes
 *		escaped; nothing where the value is NULL.
 */
extern void pg_conninfo_add(Text *text, const char *keyword,
							const char *value);

/*
 * pg_connect
 *		Connect, with an empty search_path and the application's name.
 *
 * Passwords come from libpq's password file, a service file or PGPASSWORD; a
 * password in the connection string is refused, and so is a password file
 * named there that others may read, which libpq would pass over.
 *
 * out:    the connection, closed with pg_close(); NULL on an error
 * errors: libpq's words, with the site's name; nothing secret
 */
extern PgConnection *pg_connect(const PgTarget *target, Error *error);
extern void pg_close(PgConnection *connection);

/*
 * pg_set_deadline
 *		How long each statement from now on may take, in ms; 0: without an end
 *		(the default is 30 s).  Behind it the statement is cancelled.
 */
extern void pg_set_deadline(PgConnection *connection, int deadline_ms);

/*
 * Whether plat_cancelled() cancels statements: only where they may be torn,
 * so not by default.
 */
extern void pg_set_cancellable(PgConnection *connection, bool cancellable);

/* The connection is of no more use: broken, or given up at a deadline. */
extern bool pg_is_broken(const PgConnection *connection);

/* The site's name; the server's version as 150020. */
extern const char *pg_site(const PgConnection *connection);
extern int	pg_server_version(const PgConnection *connection);

#endif							/* PG_CONNECTION_H */
