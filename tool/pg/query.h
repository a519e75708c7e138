/*
 * query.h
 *		Statements: parameters always apart from the text.
 *
 * Each returns false with the server's error in its parts, the message behind
 * the site's name.  A statement that has passed its deadline is cancelled; a
 * server that does not answer to that has its connection given up.
 */
#ifndef PG_QUERY_H
#define PG_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "pg/connection.h"

/* The values of $1, $2, ... as text; NULL is null. */
typedef struct PgParameters
{
	int			count;
	const char *const *values;
} PgParameters;

#define PG_NONE ((PgParameters) {0, NULL})
#define PG_PARAMETERS(...) \
	((PgParameters) { \
		(int) (sizeof((const char *const[]) {__VA_ARGS__}) / sizeof(char *)), \
		(const char *const[]) {__VA_ARGS__}})

/* A row, during a callback. */
typedef struct PgRow PgRow;

/* The value of a column from 0 on, NULL where it is null; gone afterwards. */
extern const char *pg_row_text(const PgRow *row, int column);
extern int	pg_row_columns(const PgRow *row);

/* One row; false with the error ends the query. */
typedef bool (*PgRowFunction) (void *arg, const PgRow *row, Error *error);

/* Run a statement and forget its rows. */
extern bool pg_run(PgConnection *connection, const char *sql,
				   PgParameters parameters, Error *error);

/*
 * pg_value
 *		The only column of the only row of a query.
 *
 * out:    *value: freed by the caller; NULL where it is null
 * errors: also another number of rows or columns
 */
extern bool pg_value(PgConnection *connection, const char *sql,
					 PgParameters parameters, char **value, Error *error);

/* Call a function for each row as it arrives: memory for one row. */
extern bool pg_rows(PgConnection *connection, const char *sql,
					PgParameters parameters, PgRowFunction on_row, void *arg,
					Error *error);

/*
 * pg_send, pg_receive
 *		pg_rows() in two halves, so that several servers work at the same time.
 *		What was sent is received before anything else is done with the
 *		connection; the deadline counts from pg_receive() on.
 */
extern bool pg_send(PgConnection *connection, const char *sql,
					PgParameters parameters, Error *error);
extern bool pg_receive(PgConnection *connection, PgRowFunction on_row,
					   void *arg, Error *error);

/*
 * pg_transaction
 *		Call a function between BEGIN and COMMIT; where it fails, or COMMIT
 *		does, everything is rolled back.
 */
extern bool pg_transaction(PgConnection *connection,
						   bool (*body) (void *arg, PgConnection *connection,
										 Error *error),
						   void *arg, Error *error);

#endif							/* PG_QUERY_H */
