/*
 * each.h
 *		Something done to each file by threads, of which the first error counts.
 */
#ifndef SNAPSHOT_EACH_H
#define SNAPSHOT_EACH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * snapshot_each
 *		Call a function for each number from 0 to n - 1, as plat_parallel()
 *		does.
 *
 * in:     run: false with its own error
 *         interrupted: the message where it was cancelled
 * errors: that of the lowest number that failed
 */
extern bool snapshot_each(size_t n,
						  bool (*run) (void *arg, size_t number,
									   Error *error),
						  void *arg, const char *interrupted, Error *error);

#endif							/* SNAPSHOT_EACH_H */
