/*
 * stats.c
 *		Time, and the middle of several times.
 *
 * Time is what a process spent on a processor, so that whatever else runs on
 * the machine counts for little.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

static double
read_clock(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) != 0)
		return 0;
	return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

double
cpu_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double
cpu_ns_of(int pid)
{
	clockid_t	clock;

	return clock_getcpuclockid((pid_t) pid, &clock) == 0 ?
		read_clock(clock) : 0;
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
