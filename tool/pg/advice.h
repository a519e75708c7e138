/*
 * advice.h
 *		What to do about what a program of PostgreSQL has said.
 */
#ifndef PG_ADVICE_H
#define PG_ADVICE_H

#include "base/error.h"

/*
 * pg_advise
 *		Add a hint to the error of such a program (pg_dump, psql, ...), by what
 *		it has printed, which is the detail; one that is there stays.
 *
 * out: always false, for "return ... || pg_advise(error)"
 */
extern bool pg_advise(Error *error);

#endif							/* PG_ADVICE_H */
