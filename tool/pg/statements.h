/*
 * statements.h
 *		Statements that a query makes: identifiers are quoted by the server's
 *		format(), never here.
 */
#ifndef PG_STATEMENTS_H
#define PG_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "pg/connection.h"
#include "pg/query.h"

/*
 * Of a column a in pg_catalog.pg_attribute: that it may be read by a superuser
 * although its table is somebody else's.  A view runs its owner's functions
 * with the rights of whoever reads, and so do the casts of a type that
 * somebody has made.
 */
#define PG_READABLE \
	"(a.atttypid < 16384 AND NOT a.attisdropped AND EXISTS (SELECT FROM " \
	"pg_catalog.pg_class AS relation WHERE relation.oid = a.attrelid AND " \
	"relation.relkind IN ('r', 'p', 'm')))"

/*
 * pg_collect
 *		Put the first column of a query's rows behind a list, each with its
 *		NUL: also for names.
 */
extern bool pg_collect(PgConnection *connection, const char *query,
					   PgParameters parameters, Text *list, Error *error);

/* Run such a list's statements one after another. */
extern bool pg_run_all(PgConnection *connection, const Text *list,
					   Error *error);

/*
 * pg_statements
 *		Both at one connection: the statements are run when the query that
 *		gives them has come to its end.
 *
 * out: *count: how many they were; may be NULL
 */
extern bool pg_statements(PgConnection *connection, const char *query,
						  PgParameters parameters, size_t *count,
						  Error *error);

/* Does a query give no row? */
extern bool pg_gives_nothing(PgConnection *connection, const char *query,
							 PgParameters parameters, bool *nothing,
							 Error *error);

/* A query's only value as a boolean; null is false. */
extern bool pg_ask(PgConnection *connection, const char *query,
				   PgParameters parameters, bool *yes, Error *error);

#endif							/* PG_STATEMENTS_H */
