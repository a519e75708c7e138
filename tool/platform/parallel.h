/*
 * parallel.h
 *		One work on many things, by several threads.
 */
#ifndef PLATFORM_PARALLEL_H
#define PLATFORM_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * plat_parallel
 *		Call a function for each number from 0 to n - 1, at several of them at
 *		the same time, in about that order.
 *
 * The function uses nothing but what is its number's, what nobody changes, and
 * functions that keep no state: memory, texts, errors, streams, libcrypto.
 * An arena is nobody's but one thread's.
 *
 * in:  run: false: no further number is begun
 *      tick: called now and then from the calling thread with how many are
 *      done; or NULL
 * out: whether all have returned true; plat_cancelled() ends it, too
 */
extern bool plat_parallel(size_t n, int threads,
						  bool (*run) (void *arg, size_t number),
						  void (*tick) (void *arg, size_t done), void *arg);

#endif							/* PLATFORM_PARALLEL_H */
