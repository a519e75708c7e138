/*
 * clock.c
 *		What time it is, and waiting.
 */
#include "platform/posix/posix.h"

#include <time.h>

#include "platform/cancel.h"
#include "platform/clock.h"

/* A signal between the look at the flag and the sleep costs this at most. */
#define SLICE_MS 50

static int64_t
read_clock(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
plat_clock_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
plat_wall_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

bool
plat_sleep_ms(int ms)
{
	int64_t		end = plat_clock_ms() + ms;
	int64_t		left;

	while (!plat_cancelled() && (left = end - plat_clock_ms()) > 0)
	{
		struct timespec slice = {0, 0};

		slice.tv_nsec = (left < SLICE_MS ? left : SLICE_MS) * 1000000;
		nanosleep(&slice, NULL);
	}
	return !plat_cancelled();
}
