/*
 * steps.c
 *		A library to be preloaded into the tool: counts what changes the file
 *		system, and does something to the tool, or to its files, at one of them.
 *
 * STEP_KILL=n kills before the n-th call, STEP_FULL=n lets the disk be full
 * from it on; STEP_COUNT=FILE has the number of calls written there at the end.
 * STEP_VANISH=NAME removes the file of that name, and STEP_REPLACE=NAME puts a
 * link to /etc/passwd in its place, just before it is opened for reading.
 * STEP_CHANGE=NAME appends a byte to it each time that it was read.
 * STEP_LOG=FILE has a line a call written there: what it is, and of what.
 * Programs that the tool runs do not have it preloaded.
 */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long calls;
static int	changing = -1;		/* open for reading, to be changed */
static char changing_path[4096];

static long
number(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? strtol(value, NULL, 10) : -1;
}

/* A call that changes something; false: there is no room. */
static bool
step(bool needs_room)
{
	long		n = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
	long		full = number("STEP_FULL");

	if (n == number("STEP_KILL"))
		kill(getpid(), SIGKILL);
	if (!needs_room || full < 0 || n < full)
		return true;
	errno = ENOSPC;
	return false;
}

/* In the order in which calls begin; what is of two threads is of either. */
static void
note(const char *what, const char *from, const char *to)
{
	const char *name = getenv("STEP_LOG");

	ssize_t(*write_fd) (int, const void *, size_t);
	int			(*close_fd) (int);
	char		line[8192];
	int			len;
	int			fd;

	if (name == NULL)
		return;
	*(void **) &write_fd = real("write");
	*(void **) &close_fd = real("close");
	len = snprintf(line, sizeof(line), "%s %s%s%s\n", what, from,
				   to != NULL ? " " : "", to != NULL ? to : "");
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0 || len >= (int) sizeof(line) || write_fd(fd, line, len) != len)
		abort();
	close_fd(fd);
}

static void
note_fd(const char *what, int fd)
{
	char		link[64];
	char		path[4096];
	ssize_t		len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	note(what, path, NULL);
}

static bool
is_named(const char *variable, const char *name)
{
	const char *wanted = getenv(variable);

	return wanted != NULL && strcmp(wanted, name) == 0;
}

static void
before_reading(int directory, const char *name)
{
	int			(*remove_at) (int, const char *, int);

	*(void **) &remove_at = real("unlinkat");
	if (is_named("STEP_VANISH", name) || is_named("STEP_REPLACE", name))
		remove_at(directory, name, 0);
	if (is_named("STEP_REPLACE", name) &&
		symlinkat("/etc/passwd", directory, name) != 0)
		abort();
}

static void
after_opening(int fd, const char *name)
{
	char		link[64];
	ssize_t		len;

	if (fd < 0 || !is_named("STEP_CHANGE", name))
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, changing_path, sizeof(changing_path) - 1);
	changing_path[len > 0 ? len : 0] = '\0';
	changing = fd;
}

int
openat(int directory, const char *name, int flags,...)
{
	int			(*open_at) (int, const char *, int,...);
	va_list		args;
	mode_t		mode;
	int			fd;

	va_start(args, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
	va_end(args);
	*(void **) &open_at = real("openat");
	if ((flags & O_CREAT) != 0)
		return step(true) ? open_at(directory, name, flags, mode) : -1;
	before_reading(directory, name);
	fd = open_at(directory, name, flags);
	after_opening(fd, name);
	return fd;
}

ssize_t
read(int fd, void *bytes, size_t len)
{
	ssize_t(*read_fd) (int, void *, size_t);
	ssize_t(*write_fd) (int, const void *, size_t);
	ssize_t		n;
	int			other;

	*(void **) &read_fd = real("read");
	*(void **) &write_fd = real("write");
	n = read_fd(fd, bytes, len);
	if (fd != changing || n <= 0)
		return n;
	other = open(changing_path, O_WRONLY | O_APPEND);
	if (other < 0 || write_fd(other, "+", 1) != 1)
		abort();
	close(other);
	return n;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	ssize_t(*write_fd) (int, const void *, size_t);
	struct stat info;

	*(void **) &write_fd = real("write");
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
	{
		note_fd("write", fd);
		if (!step(true))
			return -1;
	}
	return write_fd(fd, bytes, len);
}

int
mkdir(const char *path, mode_t mode)
{
	int			(*make) (const char *, mode_t);

	*(void **) &make = real("mkdir");
	return step(true) ? make(path, mode) : -1;
}

int
mkdirat(int directory, const char *name, mode_t mode)
{
	int			(*make) (int, const char *, mode_t);

	*(void **) &make = real("mkdirat");
	return step(true) ? make(directory, name, mode) : -1;
}

int
linkat(int from, const char *name, int to, const char *other, int flags)
{
	int			(*make) (int, const char *, int, const char *, int);

	*(void **) &make = real("linkat");
	note("link", other, NULL);
	return step(true) ? make(from, name, to, other, flags) : -1;
}

int
rename(const char *from, const char *to)
{
	int			(*move) (const char *, const char *);

	*(void **) &move = real("rename");
	step(false);
	note("rename", from, to);
	return move(from, to);
}

/* STEP_NO_EXCHANGE: as on a file system that cannot exchange two names. */
int
renameat2(int from, const char *name, int to, const char *other,
		  unsigned flags)
{
	int			(*move) (int, const char *, int, const char *, unsigned);

	*(void **) &move = real("renameat2");
	step(false);
	if (getenv("STEP_NO_EXCHANGE") != NULL && access(other, F_OK) == 0)
	{
		errno = EINVAL;
		return -1;
	}
	note("rename", name, other);
	return move(from, name, to, other, flags);
}

int
unlinkat(int directory, const char *name, int flags)
{
	int			(*remove_at) (int, const char *, int);

	*(void **) &remove_at = real("unlinkat");
	step(false);
	note("remove", name, NULL);
	return remove_at(directory, name, flags);
}

int
fsync(int fd)
{
	int			(*sync_fd) (int);

	*(void **) &sync_fd = real("fsync");
	note_fd("fsync", fd);
	return step(true) ? sync_fd(fd) : -1;
}

/* All that others have written would be synced, too: tests do without. */
int
syncfs(int fd)
{
	note_fd("syncfs", fd);
	return step(true) ? 0 : -1;
}

__attribute__((destructor))
static void
end(void)
{
	calls_tell("STEP_COUNT", calls);
}
