/*
 * partner.c
 *		A program that goes on where this one ends.
 *
 * It has a session of its own, and no wish to die with its parent.
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
#include "platform/partner.h"
#include "platform/posix/cancel.h"

/* A signal between the look at the flag and the wait costs this at most. */
#define SLICE_MS 50

struct PlatPartner
{
	pid_t		pid;
	int			to;				/* its input; -1: closed */
	int			from;			/* its output and errors */
	Text		read;			/* what has come and was not given out */
};

/* In the child; returns only where it could not become the program. */
static void
become(const char *const *argv, int input, int output)
{
	char	  **words;
	sigset_t	none;

	/* execvp() takes them as not const for the sake of old code. */
	memcpy(&words, &argv, sizeof(words));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (setsid() < 0 || dup2(input, STDIN_FILENO) < 0 ||
		dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		return;
	execvp(words[0], words);
}

/* Above 2, where the program was started without some of 0 to 2. */
static bool
open_pipe(int *ends)
{
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	for (int i = 0; i < 2; i++)
	{
		int			moved = fcntl(ends[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

		unix_close(ends[i]);
		ends[i] = moved;
	}
	return ends[0] >= 0 && ends[1] >= 0;
}

static void
close_pipe(const int *ends)
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			unix_close(ends[i]);
}

bool
plat_partner_start(const char *const *argv, PlatPartner **partner,
				   Error *error)
{
	int			input[2] = {-1, -1};
	int			output[2] = {-1, -1};
	pid_t		pid = -1;

	if (open_pipe(input) && open_pipe(output))
		pid = fork();
	if (pid == 0)
	{
		become(argv, input[0], output[1]);
		_exit(127);
	}
	if (pid < 0)
	{
		close_pipe(input);
		close_pipe(output);
		return unix_error(error, "start program", argv[0]);
	}
	close(input[0]);
	close(output[1]);
	*partner = mem_alloc(sizeof(PlatPartner));
	memset(*partner, 0, sizeof(PlatPartner));
	(*partner)->pid = pid;
	(*partner)->to = input[1];
	(*partner)->from = output[0];
	return true;
}

void
plat_partner_tell(PlatPartner *partner, const char *line)
{
	void		(*old_pipe) (int) = signal(SIGPIPE, SIG_IGN);

	if (partner->to >= 0 &&
		unix_write_all(partner->to, line, strlen(line)))
		unix_write_all(partner->to, "\n", 1);
	signal(SIGPIPE, old_pipe);
}

/* Give out the first line of what was read; the rest of it at its end. */
static bool
cut_line(PlatPartner *partner, bool ended, Text *line)
{
	Text	   *text = &partner->read;
	char	   *feed = text->len > 0 ? memchr(text->bytes, '\n', text->len) :
	NULL;
	size_t		len = feed != NULL ? (size_t) (feed - text->bytes) : text->len;
	size_t		gone = feed != NULL ? len + 1 : len;

	if (text->len == 0 || (feed == NULL && !ended))
		return false;
	line->len = 0;
	text_add_bytes(line, text->bytes, len);
	memmove(text->bytes, text->bytes + gone, text->len - gone);
	text->len -= gone;
	text->bytes[text->len] = '\0';
	return true;
}

/* Read what is there; false at the end. */
static bool
read_more(PlatPartner *partner)
{
	char		buffer[16384];
	ssize_t		n = read(partner->from, buffer, sizeof(buffer));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	text_add_bytes(&partner->read, buffer, (size_t) n);
	return n > 0;
}

PlatLine
plat_partner_line(PlatPartner *partner, int timeout_ms, Text *line)
{
	int64_t		end = plat_clock_ms() + timeout_ms;

	while (!cut_line(partner, false, line))
	{
		struct pollfd wait = {partner->from, POLLIN, 0};

		if (poll(&wait, 1, SLICE_MS) > 0 && !read_more(partner))
			return cut_line(partner, true, line) ? PLAT_LINE_READ :
				PLAT_LINE_END;
		if (wait.revents == 0 && (plat_cancelled() ||
								  plat_clock_ms() >= end))
			return PLAT_LINE_NONE;
	}
	return PLAT_LINE_READ;
}

void
plat_partner_hang_up(PlatPartner *partner)
{
	if (partner->to >= 0)
		close(partner->to);
	partner->to = -1;
}

void
plat_partner_leave(PlatPartner *partner)
{
	if (partner == NULL)
		return;
	plat_partner_hang_up(partner);
	close(partner->from);
	waitpid(partner->pid, NULL, WNOHANG);
	text_free(&partner->read);
	free(partner);
}

void
plat_partner_serve(void)
{
	signal(SIGPIPE, SIG_IGN);
	plat_cancel_install();
	unix_cancel_watch_input(true);
}

void
plat_partner_alone(void)
{
	unix_cancel_watch_input(false);
	plat_cancel_clear();
}
