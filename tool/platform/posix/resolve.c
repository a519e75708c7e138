/*
 * resolve.c
 *		The machine's resolver, in a process of its own: getaddrinfo() takes
 *		no deadline.
 *
 * The process writes lines: "=NAME" the canonical one, "+ADDRESS", or "!WORDS"
 * where it failed.
 */
#include "platform/posix/posix.h"

#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "platform/clock.h"
#include "platform/resolve.h"
#include "platform/socket.h"

#define ANSWER_MAX ((size_t) 64 * 1024)

static void
say_address(const struct addrinfo *info, Text *answer)
{
	char		host[NI_MAXHOST];

	if (getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof(host), NULL,
					0, NI_NUMERICHOST) == 0)
		text_addf(answer, "+%s\n", host);
}

/* In the process: ask, answer, and end. */
static void
answer_and_end(const char *name, int fd)
{
	struct addrinfo hints;
	struct addrinfo *found = NULL;
	Text		answer = {NULL, 0, 0};
	int			code;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_CANONNAME;
	code = getaddrinfo(name, NULL, &hints, &found);
	if (code != 0)
		text_addf(&answer, "!%s\n", gai_strerror(code));
	else if (found->ai_canonname != NULL)
		text_addf(&answer, "=%s\n", found->ai_canonname);
	for (struct addrinfo *info = found; info != NULL; info = info->ai_next)
		say_address(info, &answer);
	_exit(unix_write_all(fd, answer.bytes, answer.len) ? 0 : 1);
}

/* Read until its end, at most until the deadline. */
static bool
hear(int fd, int deadline_ms, Text *answer)
{
	int64_t		end = plat_clock_ms() + deadline_ms;
	char		buffer[4096];

	for (;;)
	{
		int64_t		left = end - plat_clock_ms();
		ssize_t		n;

		if (left <= 0 || plat_socket_wait(fd, false, (int) left, false) !=
			PLAT_WAIT_READY)
			return false;
		n = read(fd, buffer, sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || answer->len > ANSWER_MAX)
			return n == 0;
		text_add_bytes(answer, buffer, (size_t) n);
	}
}

static void
add_address(const char *address, size_t most, Arena *arena,
			PlatResolved *resolved, const char **list)
{
	for (size_t i = 0; i < resolved->n; i++)
		if (strcmp(list[i], address) == 0)
			return;
	if (resolved->n < most)
		list[resolved->n++] = arena_strdup(arena, address);
}

/* Take the lines apart; false where it failed, with its words in the error. */
static bool
take(char *answer, const char *name, Arena *arena, PlatResolved *resolved,
	 Error *error)
{
	size_t		most = strlen(answer) / 2 + 1;
	const char **list = arena_alloc(arena, most * sizeof(char *));
	char	   *rest = answer;

	resolved->canonical = arena_strdup(arena, name);
	resolved->addresses = list;
	while (*rest != '\0')
	{
		char	   *line = rest;

		rest += strcspn(rest, "\n");
		if (*rest != '\0')
			*rest++ = '\0';
		if (*line == '!')
			return error_set(error, NULL, NULL,
							 "could not resolve name \"%s\": %s", name,
							 line + 1);
		if (*line == '=')
			resolved->canonical = arena_strdup(arena, line + 1);
		else if (*line == '+')
			add_address(line + 1, most, arena, resolved, list);
	}
	return true;
}

bool
plat_resolve(const char *name, int deadline_ms, Arena *arena,
			 PlatResolved *resolved, Error *error)
{
	Text		answer = {NULL, 0, 0};
	int			ends[2];
	pid_t		pid;
	bool		good;

	memset(resolved, 0, sizeof(*resolved));
	if (pipe2(ends, O_CLOEXEC) != 0)
		return unix_error(error, "resolve name", name);
	pid = fork();
	if (pid == 0)
		answer_and_end(name, ends[1]);
	unix_close(ends[1]);
	if (pid < 0)
	{
		unix_close(ends[0]);
		return unix_error(error, "resolve name", name);
	}
	good = hear(ends[0], deadline_ms, &answer) && answer.len > 0;
	unix_close(ends[0]);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	good = good ? take(answer.bytes, name, arena, resolved, error) :
		error_set(error, NULL, NULL, "could not resolve name \"%s\": no "
				  "answer within %d ms", name, deadline_ms);
	text_free(&answer);
	return good;
}
