/*
 * lsn.h
 *		Positions in the write-ahead log, and timelines.
 */
#ifndef PG_LSN_H
#define PG_LSN_H

#include <stdbool.h>
#include <stdint.h>

/* A byte's place in the log; 0 is none. */
typedef uint64_t PgLsn;
typedef uint32_t PgTimeline;

#define PG_LSN_SIZE 18

/*
 * pg_lsn_parse, pg_timeline_parse
 *		Read "16/B374D848", or a decimal number from 1 on.  False where the
 *		text, or NULL, is anything else.
 */
extern bool pg_lsn_parse(const char *text, PgLsn * lsn);
extern bool pg_timeline_parse(const char *text, PgTimeline * timeline);

/* As PostgreSQL writes it; out has room for PG_LSN_SIZE bytes. */
extern void pg_lsn_format(PgLsn lsn, char *out);

/* Bytes of log from one place to another; 0 where that lies before. */
extern uint64_t pg_lsn_distance(PgLsn from, PgLsn to);

#endif							/* PG_LSN_H */
