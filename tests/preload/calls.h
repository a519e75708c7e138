/*
 * calls.h
 *		What the libraries share that count calls of the tool.
 *
 * Programs that the tool runs do not have them preloaded.
 */
#ifndef PRELOAD_CALLS_H
#define PRELOAD_CALLS_H

/* The function of this name that a library stands before. */
extern void *real(const char *name);

/*
 * Write a number into the file that a variable of the environment names, where
 * it is set: for the end, when all calls are counted.
 */
extern void calls_tell(const char *variable, long calls);

#endif							/* PRELOAD_CALLS_H */
