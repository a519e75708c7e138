/*
 * socket.h
 *		Waiting for a socket that a library has opened.
 */
#ifndef PLATFORM_SOCKET_H
#define PLATFORM_SOCKET_H

#include <stdbool.h>

typedef enum PlatWait
{
	PLAT_WAIT_READY,
	PLAT_WAIT_TIMED_OUT,
	PLAT_WAIT_CANCELLED,
	PLAT_WAIT_FAILED			/* no socket, or the system does not let wait */
} PlatWait;

/*
 * plat_socket_wait
 *		Wait until a socket can be read, or written where for_write.
 *
 * in:  timeout_ms: at most; less than zero: without an end
 *      cancellable: plat_cancelled() ends the wait
 */
extern PlatWait plat_socket_wait(int socket, bool for_write, int timeout_ms,
								 bool cancellable);

#endif							/* PLATFORM_SOCKET_H */
