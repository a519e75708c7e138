/*
 * place.h
 *		The directory of a server of our own.
 */
#ifndef SCRATCH_PLACE_H
#define SCRATCH_PLACE_H

#include "scratch/scratch.h"

/* Where it is: filled in. */
extern bool scratch_place(Scratch *scratch, Error *error);

/* Take the lock; false where another run has it. */
extern bool scratch_lock(Scratch *scratch, Error *error);

/* Make the directory, with its marker. */
extern bool scratch_make(Scratch *scratch, Error *error);

/* Stop what runs there, and remove all of it; nothing where there is none. */
extern bool scratch_remove(Scratch *scratch, Error *error);

/* Run a program of PostgreSQL as the server's user. */
extern bool scratch_run(Scratch *scratch, const char *const *words,
						int deadline_ms, Error *error);

#endif							/* SCRATCH_PLACE_H */
