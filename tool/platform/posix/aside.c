/*
 * aside.c
 *		A call that might hang, in a process of its own.
 */
#include "platform/posix/posix.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "platform/aside.h"
#include "platform/clock.h"

/* What waits for a device that is gone does not end when it is killed; ms. */
#define KILLED_MS 500

/* Wait for a process until a time; false where it still runs. */
static bool
wait_until(pid_t pid, int64_t end, int *status)
{
	struct timespec pause = {0, 1000000};

	for (;;)
	{
		pid_t		done = waitpid(pid, status, WNOHANG);

		if (done == pid)
			return true;
		if (done < 0 && errno != EINTR)
			return false;
		if (plat_clock_ms() >= end)
			return false;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 16000000)
			pause.tv_nsec *= 2;
	}
}

bool
plat_aside(bool (*run) (void *arg), void *arg, int deadline_ms)
{
	int64_t		end = plat_clock_ms() + deadline_ms;
	int			status = 0;
	pid_t		pid = fork();

	if (pid < 0)
		return false;
	if (pid == 0)
		_exit(run(arg) ? 0 : 1);
	if (wait_until(pid, end, &status))
		return WIFEXITED(status) && WEXITSTATUS(status) == 0;
	kill(pid, SIGKILL);
	wait_until(pid, plat_clock_ms() + KILLED_MS, &status);
	return false;
}
