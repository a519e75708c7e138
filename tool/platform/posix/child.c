/*
 * child.c
 *		Running a child to its end.
 */
#include "platform/posix/posix.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

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

bool
plat_child_run(const PlatChild *child, PlatChildResult *result, Error *error)
{
	Running		running;
	void		(*old_pipe) (int);
	int			pause = 0;		/* ms, while no stream is open */
	bool		good;

	if (!running_start(&running, child, result, error))
		return false;
	old_pipe = signal(SIGPIPE, SIG_IGN);
	while (!running_has_ended(&running))
	{
		pump(&running, &pause);
		running_end_where_due(&running);
	}
	good = running_finish(&running, result, error);
	signal(SIGPIPE, old_pipe);
	return good;
}

void
plat_child_free(PlatChildResult *result)
{
	free(result->output);
	free(result->errors);
	memset(result, 0, sizeof(*result));
}
