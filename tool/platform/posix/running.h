/*
 * running.h
 *		A child between its start and its end.
 */
#ifndef PLATFORM_POSIX_RUNNING_H
#define PLATFORM_POSIX_RUNNING_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/child.h"
#include "platform/posix/capture.h"
#include "platform/posix/spawn.h"

/* How long a look for ends may be put off. */
#define RUNNING_POLL_MS 50

/* Descriptors that one waits for. */
#define RUNNING_WAITS 3

typedef struct Running
{
	const PlatChild *child;
	Spawned		spawned;
	Capture		captures[2];
	size_t		written;		/* bytes of input */
	int64_t		started;		/* by plat_clock_ms() */
	bool		answered;		/* it has written to standard output */
	PlatChildEnd end;			/* why it is being ended, or EXITED */
	int64_t		kill_at;		/* by plat_clock_ms(); 0: not asked to end */
} Running;

/*
 * running_start
 *		Start a child.  SIGPIPE must be ignored while it runs.
 *
 * errors: false, with *result and *error as plat_child_run() has them
 */
extern bool running_start(Running *running, const PlatChild *child,
						  PlatChildResult *result, Error *error);

/* Fill its RUNNING_WAITS waits; is one of its outputs open? */
extern bool running_waits(const Running *running, struct pollfd *waits);

/* After poll(): move what can be moved. */
extern void running_pump(Running *running, const struct pollfd *waits);

/* Ask it to end, as a cancel does. */
extern void running_ask_to_end(Running *running);

/* Ask it to end, or kill it, where that is due. */
extern void running_end_where_due(Running *running);

/* Whether the child itself has ended; it is not reaped. */
extern bool running_has_ended(const Running *running);

/* Reap it, and fill *result; false with the error unless it exited with 0. */
extern bool running_finish(Running *running, PlatChildResult *result,
						   Error *error);

#endif							/* PLATFORM_POSIX_RUNNING_H */
