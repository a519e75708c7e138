/*
 * server.h
 *		The scratch server in which the SQL peers run.
 */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <libpq-fe.h>

#include "bench.h"

/*
 * server_open
 *		A connection to the database for n mappings, made at the first call:
 *		the corpora in tables named by their keys, the mappings in "mapping".
 *
 * out:    owned by this module
 * errors: NULL with a reason
 */
extern PGconn *server_open(const Pair *pairs, size_t n, char *reason);

/* Run a statement; false with a reason. */
extern bool server_do(PGconn *conn, const char *sql, char *reason);

/* Keep what the result complains of. */
extern void server_reason(const PGresult *result, char *reason);

#endif							/* BENCH_SERVER_H */
