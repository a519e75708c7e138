/*
 * client.h
 *		One client of the promotion's campaign: its connection, what it has
 *		seen, and what the server has acknowledged.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

#include "random.h"

/* Rows that are there before; the clients' own ids begin above. */
#define OWN_IDS 1000000
#define TAG_LEN 32

/* How a statement is sent. */
typedef enum Protocol
{
	SIMPLE,
	EXTENDED,
	PREPARED,
	PROTOCOLS
} Protocol;

typedef struct Counts
{
	long		reads;
	long		writes;			/* acknowledged */
	long		values;			/* looked at */
	long		foreign;		/* of them the other site's */
	long		read_only;		/* refused: still a standby */
	long		retries;		/* serialization failures */
	long		timeouts;		/* of the wait for the localizer */
	long		disconnects;
	long		failures;		/* all other errors */
	double		longest;		/* a write's, in milliseconds */
} Counts;

/* A list of texts that the server has acknowledged, or is about to. */
typedef struct Ledger
{
	char		(*tags)[TAG_LEN];
	size_t		n;
	size_t		room;
} Ledger;

typedef struct Client
{
	int			number;			/* from 1 */
	int			clients;		/* all of them */
	int			rows;			/* that were there before */
	const char *conninfo;
	PGconn	   *conn;
	Random		random;
	Counts		counts;
	long		sequence;		/* of the last tag */
	bool		own_rows;		/* rows no other transaction of several
								 * statements touches: no deadlocks */
	bool		in_transaction;
	Ledger		acked;			/* tags of rows that were written */
	Ledger		pending;		/* in the transaction */
	Ledger		deleted;		/* ids */
	Ledger		deleting;
	Ledger		inserted;		/* own ids that may be deleted */
	Ledger		inserting;
} Client;

/* Shall the clients end? */
extern bool client_stopping(void);
extern void client_stop(void);

/* Run until client_stopping(); a thread's function. */
extern void *client_main(void *client);

/* Look at all values of a result; what is foreign is told and counted. */
extern void client_look(Client *client, const char *what,
						const PGresult *result);

/*
 * client_run
 *		Run a statement and look at its result.
 *
 * in:     name: of the prepared statement; params: texts
 * out:    the result, which the caller frees; NULL: an error, which has been
 *         counted, and the transaction must be given up
 */
extern PGresult *client_run(Client *client, Protocol protocol,
							const char *name, const char *sql, int n,
							const char *const *params);

/* The same for one that has no parameters and gives nothing of interest. */
extern bool client_do(Client *client, const char *sql);

/* Count an error by its SQLSTATE; result NULL: of the connection. */
extern void client_failed(Client *client, const char *what,
						  const PGresult *result);

/* Note a tag; move all that one has behind another one's. */
extern void ledger_add(Ledger *ledger, const char *tag);
extern void ledger_move(Ledger *to, Ledger *from);

/* Wait a random time of at most so many milliseconds. */
extern void client_pause(Client *client, size_t ms);

/* ---- statements.c ---- */

/* Prepare what is run prepared; false: the connection is lost. */
extern bool statements_prepare(Client *client);

/* Run a random one; false: it failed. */
extern bool statements_read(Client *client);
extern bool statements_write(Client *client);

/* ---- verify.c ---- */

/*
 * verify
 *		What the database says of all that was acknowledged; number of faults.
 *
 * in:     crashes: more may have been done than was acknowledged
 */
extern int	verify(PGconn *conn, const Client *clients, int n, bool crashes);

#endif							/* CLIENT_H */
