/*
 * killer.c
 *		A library to be preloaded into the tool: kills it at its n-th fsync().
 *
 * KILL_AT=n kills before the n-th, KILL_AFTER=n behind it; KILL_COUNT=FILE has
 * the number of calls written there at the end; KILL_LOG=FILE has a line there
 * for each call, with the file's name and its size.  FULL_AT=n lets the disk be
 * full from then on.
 */
#include "calls.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long calls;

extern int	fsync(int fd);

/* A line about a file that is open. */
static void
note(int fd)
{
	const char *name = getenv("KILL_LOG");
	FILE	   *log = name != NULL ? fopen(name, "a") : NULL;
	char		link[64];
	char		path[4096];
	struct stat file;
	ssize_t		len;

	if (log == NULL)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path));
	if (len > 0 && fstat(fd, &file) == 0)
		fprintf(log, "%lld %.*s\n", (long long) file.st_size, (int) len, path);
	fclose(log);
}

static void
kill_at(const char *name)
{
	const char *at = getenv(name);

	if (at != NULL && strtol(at, NULL, 10) == calls)
		kill(getpid(), SIGKILL);
}

int
fsync(int fd)
{
	int			(*call) (int);
	int			result;

	*(void **) &call = real("fsync");
	calls++;
	note(fd);
	kill_at("KILL_AT");
	result = call(fd);
	kill_at("KILL_AFTER");
	return result;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	ssize_t(*call) (int, const void *, size_t);
	const char *full = getenv("FULL_AT");
	struct stat file;

	*(void **) &call = real("write");
	if (full == NULL || strtol(full, NULL, 10) > calls ||
		fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))
		return call(fd, bytes, len);
	errno = ENOSPC;
	return -1;
}

__attribute__((destructor))
static void
end(void)
{
	calls_tell("KILL_COUNT", calls);
}
