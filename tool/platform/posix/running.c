/*
 * running.c
 *		A child between its start and its end.
 *
 * No handler for SIGCHLD, which would be the whole program's: one sleeps in
 * poll() for as long as its streams are open, and looks for its end between
 * two sleeps of at most RUNNING_POLL_MS.
 */
#include "platform/posix/posix.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/memory.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/posix/running.h"

#define DEFAULT_GRACE_MS 2000
#define DEFAULT_OUTPUT_LIMIT (1024 * 1024)
#define ERRORS_LIMIT (8 * 1024)


static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
write_input(Running *running)
{
	const PlatChild *child = running->child;
	ssize_t		n = write(running->spawned.input,
						  child->input + running->written,
						  child->input_len - running->written);

	if (n >= 0)
		running->written += (size_t) n;
	else if (errno == EINTR || errno == EAGAIN)
		return;
	/* A child that does not read its input (EPIPE) tells so itself. */
	if (n < 0 || running->written == child->input_len)
		close_fd(&running->spawned.input);
}

static void
read_stream(Running *running, PlatStream stream)
{
	int		   *fd = &running->spawned.streams[stream];

	if (*fd >= 0 && !capture_read(&running->captures[stream], *fd))
		close_fd(fd);
	if (running->captures[PLAT_STDOUT].kept.len > 0)
		running->answered = true;
}

bool
running_waits(const Running *running, struct pollfd *waits)
{
	const Spawned *spawned = &running->spawned;
	struct pollfd all[RUNNING_WAITS] = {
		{spawned->input, POLLOUT, 0},
		{spawned->streams[PLAT_STDOUT], POLLIN, 0},
		{spawned->streams[PLAT_STDERR], POLLIN, 0}
	};

	memcpy(waits, all, sizeof(all));
	return all[1].fd >= 0 || all[2].fd >= 0;
}

void
running_pump(Running *running, const struct pollfd *waits)
{
	if (waits[0].revents != 0)
		write_input(running);
	if (waits[1].revents != 0)
		read_stream(running, PLAT_STDOUT);
	if (waits[2].revents != 0)
		read_stream(running, PLAT_STDERR);
}

static void
ask_to_end(Running *running, PlatChildEnd why, int64_t now)
{
	int			grace = running->child->grace_ms;

	running->end = why;
	running->kill_at = now + (grace > 0 ? grace : DEFAULT_GRACE_MS);
	kill(-running->spawned.pid, SIGTERM);
}

void
running_ask_to_end(Running *running)
{
	ask_to_end(running, PLAT_CHILD_CANCELLED, plat_clock_ms());
}

static bool
is_over(int deadline_ms, const Running *running, int64_t now)
{
	return deadline_ms > 0 && now - running->started >= deadline_ms;
}

void
running_end_where_due(Running *running)
{
	const PlatChild *child = running->child;
	int64_t		now = plat_clock_ms();

	if (running->kill_at > 0)
	{
		if (now >= running->kill_at)
			kill(-running->spawned.pid, SIGKILL);
	}
	else if (child->cancellable && plat_cancelled())
		ask_to_end(running, PLAT_CHILD_CANCELLED, now);
	else if (is_over(child->deadline_ms, running, now) ||
			 (!running->answered &&
			  is_over(child->answer_ms, running, now)))
		ask_to_end(running, PLAT_CHILD_TIMED_OUT, now);
}

bool
running_has_ended(const Running *running)
{
	siginfo_t	info;

	memset(&info, 0, sizeof(info));
	if (waitid(P_PID, (id_t) running->spawned.pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) != 0)
		return errno != EINTR;
	return info.si_pid == running->spawned.pid;
}

/* Reap it; before that its number cannot be another group's. */
static void
reap(Running *running, PlatChildResult *result)
{
	int			status = 0;

	if (running->kill_at > 0)
		kill(-running->spawned.pid, SIGKILL);
	while (waitpid(running->spawned.pid, &status, 0) < 0 && errno == EINTR)
		;
	result->end = running->end;
	if (WIFSIGNALED(status) && result->end == PLAT_CHILD_EXITED)
		result->end = PLAT_CHILD_SIGNALED;
	result->code = WIFSIGNALED(status) ? WTERMSIG(status) :
		WEXITSTATUS(status);
	result->ms = plat_clock_ms() - running->started;
	close_fd(&running->spawned.input);
	for (int i = 0; i < 2; i++)
	{
		/* What it wrote before its end is there now. */
		read_stream(running, (PlatStream) i);
		close_fd(&running->spawned.streams[i]);
		capture_end(&running->captures[i]);
	}
	result->output_cut = running->captures[PLAT_STDOUT].cut;
	result->output_len = running->captures[PLAT_STDOUT].kept.len;
	result->output = text_take(&running->captures[PLAT_STDOUT].kept);
	result->errors = text_take(&running->captures[PLAT_STDERR].kept);
}

static void
prepare(Running *running, const PlatChild *child)
{
	memset(running, 0, sizeof(*running));
	running->child = child;
	running->end = PLAT_CHILD_EXITED;
	running->started = plat_clock_ms();
	for (int i = 0; i < 2; i++)
	{
		running->captures[i].child = child;
		running->captures[i].stream = (PlatStream) i;
	}
	running->captures[PLAT_STDOUT].limit = child->output_limit > 0 ?
		child->output_limit : DEFAULT_OUTPUT_LIMIT;
	running->captures[PLAT_STDERR].limit = ERRORS_LIMIT;
	running->captures[PLAT_STDERR].tail = true;
}

/* The error for an end that is not exit code 0. */
static bool
fail(const PlatChild *child, PlatChildResult *result, Error *error)
{
	const char *program = child->argv[0];
	bool		gave_answer = child->answer_ms == 0 || result->output_len > 0;
	size_t		len = strlen(result->errors);

	while (len > 0 && (result->errors[len - 1] == '\n' ||
					   result->errors[len - 1] == '\r'))
		len--;
	result->errors[len] = '\0';
	switch (result->end)
	{
		case PLAT_CHILD_NOT_STARTED:
			return error_set(error, NULL, NULL,
							 "could not start program \"%s\": %s", program,
							 strerror(result->code));
		case PLAT_CHILD_EXITED:
			return error_set(error, result->errors, NULL,
							 "program \"%s\" failed with exit code %d",
							 program, result->code);
		case PLAT_CHILD_SIGNALED:
			return error_set(error, result->errors, NULL,
							 "program \"%s\" was ended by signal %d: %s",
							 program, result->code, strsignal(result->code));
		case PLAT_CHILD_TIMED_OUT:
			return error_set(error, result->errors, NULL,
							 "program \"%s\" did not %s within %d ms",
							 program, gave_answer ? "end" : "answer",
							 gave_answer ? child->deadline_ms :
							 child->answer_ms);
		case PLAT_CHILD_CANCELLED:
			break;
	}
	return error_set(error, result->errors, NULL,
					 "program \"%s\" was interrupted", program);
}

bool
running_start(Running *running, const PlatChild *child,
			  PlatChildResult *result, Error *error)
{
	memset(result, 0, sizeof(*result));
	prepare(running, child);
	if (!unix_spawn(child, &running->spawned))
	{
		result->code = errno;
		result->output = mem_strdup("");
		result->errors = mem_strdup("");
		return fail(child, result, error);
	}
	if (child->input != NULL && child->input_len == 0)
		close_fd(&running->spawned.input);
	return true;
}

bool
running_finish(Running *running, PlatChildResult *result, Error *error)
{
	reap(running, result);
	if (result->end == PLAT_CHILD_EXITED && result->code == 0)
		return true;
	return fail(running->child, result, error);
}
