/*
 * child.c
 *		Running a child to its end.
 */
#include "platform/posix/posix.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/child.h"
#include "platform/posix/running.h"

/* Sleep until a stream is ready, and move what can be moved. */
static void
pump(Running *running, int *pause)
{
	struct pollfd waits[RUNNING_WAITS];
	bool		open = running_waits(running, waits);

	if (!open && *pause < RUNNING_POLL_MS)
		*pause = *pause > 0 ? *pause * 2 : 1;
	if (poll(waits, RUNNING_WAITS, open ? RUNNING_POLL_MS : *pause) > 0)
		running_pump(running, waits);
}

/* A child that the caller has not waited for. */
struct PlatChildRunning
{
	PlatChild	child;
	Running		running;
};

static bool
finish(Running *running, PlatChildResult *result, Error *error)
{
	void		(*old_pipe) (int) = signal(SIGPIPE, SIG_IGN);
	int			pause = 0;		/* ms, while no stream is open */
	bool		good;

	while (!running_has_ended(running))
	{
		pump(running, &pause);
		running_end_where_due(running);
	}
	good = running_finish(running, result, error);
	signal(SIGPIPE, old_pipe);
	return good;
}

bool
plat_child_run(const PlatChild *child, PlatChildResult *result, Error *error)
{
	Running		running;

	return running_start(&running, child, result, error) &&
		finish(&running, result, error);
}

bool
plat_child_begin(const PlatChild *child, PlatChildRunning **begun,
				 Error *error)
{
	PlatChildRunning *running = mem_alloc(sizeof(*running));
	PlatChildResult result;

	running->child = *child;
	*begun = running;
	if (running_start(&running->running, &running->child, &result, error))
		return true;
	plat_child_free(&result);
	free(running);
	*begun = NULL;
	return false;
}

bool
plat_child_end(PlatChildRunning *running, bool stop, PlatChildResult *result,
			   Error *error)
{
	bool		good;

	if (stop)
		running_ask_to_end(&running->running);
	good = finish(&running->running, result, error);
	free(running);
	return good;
}

void
plat_child_free(PlatChildResult *result)
{
	free(result->output);
	free(result->errors);
	memset(result, 0, sizeof(*result));
}
