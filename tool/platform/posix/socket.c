/*
 * socket.c
 *		Waiting for a socket.
 */
#include "platform/posix/posix.h"

#include <poll.h>

#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/socket.h"

/* A signal between the look at the flag and the wait costs this at most. */
#define SLICE_MS 100

PlatWait
plat_socket_wait(int socket, bool for_write, int timeout_ms, bool cancellable)
{
	int64_t		end = plat_clock_ms() + (timeout_ms > 0 ? timeout_ms : 0);

	if (socket < 0)
		return PLAT_WAIT_FAILED;
	for (;;)
	{
		struct pollfd wait = {socket, for_write ? POLLOUT : POLLIN, 0};
		int64_t		left = timeout_ms < 0 ? SLICE_MS : end - plat_clock_ms();
		int			n;

		if (cancellable && plat_cancelled())
			return PLAT_WAIT_CANCELLED;
		left = left < 0 ? 0 : left;
		n = poll(&wait, 1, (int) (left < SLICE_MS ? left : SLICE_MS));
		if (n > 0)
			return PLAT_WAIT_READY;
		if (n < 0 && errno != EINTR)
			return PLAT_WAIT_FAILED;
		if (timeout_ms >= 0 && plat_clock_ms() >= end)
			return PLAT_WAIT_TIMED_OUT;
	}
}
