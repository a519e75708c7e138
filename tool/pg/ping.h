/*
 * ping.h
 *		Does a server answer at all?
 */
#ifndef PG_PING_H
#define PG_PING_H

#include <stdbool.h>

#include "pg/connection.h"

/*
 * pg_answers
 *		Whether a server answers within the deadline, be it that it starts,
 *		stops, is full, or takes connections; nobody logs in.
 *
 * in:  target: its conninfo in keywords; dbname and cancellable are not used
 */
extern bool pg_answers(const PgTarget *target);

#endif							/* PG_PING_H */
