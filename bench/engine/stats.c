/*
 * stats.c
 *		Time, and the middle of several times.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

double
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

double
median(const double *samples, size_t n)
{
	double		sorted[ROUNDS_MAX];

	if (n == 0)
		return 0;
	memcpy(sorted, samples, n * sizeof(double));
	qsort(sorted, n, sizeof(double), compare);
	return n % 2 == 1 ? sorted[n / 2] :
		(sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}
