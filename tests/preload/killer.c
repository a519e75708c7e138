/*
 * killer.c
 *		A library to be preloaded into the tool: kills it at its n-th fsync().
 *
 * KILL_AT=n kills before the n-th, KILL_AFTER=n behind it; KILL_COUNT=FILE has
 * the number of calls written there at the end; KILL_LOG=FILE has a line there
 * for each call, with the file's name and its size.  KILL_STEP=NAME counts from
 * the call for the journal's entry by which that step begins, which is the
 * first; at the latest it kills at the entry by which the step ends.
 * FULL_AT=n lets the disk be full from then on.  NO_ROOM=TEXT says of
 * directories with it in their names that they have no room.
 */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LAST_BYTES 1024

static long calls;
static bool begun;				/* the step of KILL_STEP */

extern int	fsync(int fd);

/* The name of a file that is open; "" where it has none. */
static void
name_of(int fd, char *path, size_t size)
{
	char		link[64];
	ssize_t		len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, size - 1);
	path[len > 0 ? len : 0] = '\0';
}

/* A line about a file that is open. */
static void
note(int fd)
{
	const char *name = getenv("KILL_LOG");
	FILE	   *log = name != NULL ? fopen(name, "a") : NULL;
	char		path[4096];
	struct stat file;

	if (log == NULL)
		return;
	name_of(fd, path, sizeof(path));
	if (path[0] != '\0' && fstat(fd, &file) == 0)
		fprintf(log, "%lld %s\n", (long long) file.st_size, path);
	fclose(log);
}

/* The last line of a journal, for which its descriptor need not be readable. */
static void
last_line(int fd, char *line, size_t size)
{
	char		path[4096];
	struct stat file;
	int			journal = -1;
	ssize_t		len = 0;
	char	   *start;

	name_of(fd, path, sizeof(path));
	if (strstr(path, ".jsonl") != NULL && fstat(fd, &file) == 0)
		journal = open(path, O_RDONLY);
	if (journal >= 0)
	{
		off_t		from = file.st_size - (off_t) (size - 1);

		len = pread(journal, line, size - 1, from > 0 ? from : 0);
		close(journal);
	}
	line[len > 0 ? len - 1 : 0] = '\0'; /* without its end */
	start = strrchr(line, '\n');
	if (start != NULL)
		memmove(line, start + 1, strlen(start));
}

/* Begins the count, or ends it. */
static void
look_for_step(int fd)
{
	const char *step = getenv("KILL_STEP");
	char		line[LAST_BYTES];
	char		wanted[128];

	if (step == NULL)
		return;
	last_line(fd, line, sizeof(line));
	snprintf(wanted, sizeof(wanted), "\"step\":\"%s\"", step);
	if (strstr(line, wanted) != NULL &&
		strstr(line, "\"event\":\"end\"") != NULL && begun)
		kill(getpid(), SIGKILL);
	if (strstr(line, wanted) != NULL &&
		strstr(line, "\"event\":\"begin\"") != NULL)
		begun = true;
	else if (begun)
		return;
	calls = begun ? 1 : 0;		/* nothing before it is counted */
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
	look_for_step(fd);
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

int
statvfs(const char *path, struct statvfs *info)
{
	int			(*call) (const char *, struct statvfs *);
	const char *full = getenv("NO_ROOM");
	int			result;

	*(void **) &call = real("statvfs");
	result = call(path, info);
	if (result == 0 && full != NULL && strstr(path, full) != NULL)
		info->f_bavail = info->f_bfree = 0;
	return result;
}

__attribute__((destructor))
static void
end(void)
{
	calls_tell("KILL_COUNT", calls);
}
