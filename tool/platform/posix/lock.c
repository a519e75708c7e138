/*
 * lock.c
 *		Locks between runs of the program.
 *
 * flock(), since a lock of fcntl() is lost as soon as the process closes any
 * descriptor of the file.  The file is never removed: whoever waits for the
 * old one would hold a lock that nobody else sees.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "platform/clock.h"
#include "platform/lock.h"
#include "platform/system.h"

struct PlatLock
{
	int			fd;
};

/* What the holder has written, up to a line feed. */
static void
read_holder(int fd, char *holder, size_t size)
{
	ssize_t		n = pread(fd, holder, size - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
}

static bool
write_holder(int fd)
{
	char		now[TIMESTAMP_SIZE];
	char	   *host = plat_host_name();
	char	   *line;
	bool		good;

	timestamp_format(plat_wall_ms(), now);
	line = text_format("process %ld on %s since %s\n", (long) getpid(), host,
					   now);
	good = ftruncate(fd, 0) == 0 && unix_write_all(fd, line, strlen(line));
	free(line);
	free(host);
	return good;
}

/* The lock was not given: say who has it. */
static bool
held(int fd, const char *path, Error *error)
{
	char		holder[256];
	char	   *detail;

	read_holder(fd, holder, sizeof(holder));
	detail = text_format("It is held by %s.",
						 holder[0] != '\0' ? holder : "another process");
	error_set(error, detail, NULL, "could not lock file \"%s\"", path);
	free(detail);
	return false;
}

bool
plat_lock_take(const char *path, PlatLock **lock, bool *stale, Error *error)
{
	int			fd = unix_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	char		holder[256];
	bool		good = false;

	if (fd < 0)
		return unix_error(error, "open file", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
	{
		if (errno == EWOULDBLOCK)
			held(fd, path, error);
		else
			unix_error(error, "lock file", path);
	}
	else
	{
		read_holder(fd, holder, sizeof(holder));
		good = write_holder(fd) || unix_error(error, "write file", path);
	}
	if (!good)
	{
		close(fd);
		return false;
	}
	if (stale != NULL)
		*stale = holder[0] != '\0';
	*lock = mem_alloc(sizeof(PlatLock));
	(*lock)->fd = fd;
	return true;
}

/* Has the directory still the name by which it was opened? */
static bool
is_named(int fd, const char *path)
{
	struct stat here;
	struct stat there;

	return fstat(fd, &here) == 0 && stat(path, &there) == 0 &&
		here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

bool
plat_lock_directory(const char *path, bool shared, PlatLock **lock,
					bool *held, Error *error)
{
	int			fd = unix_open(path, O_RDONLY | O_DIRECTORY, 0);
	bool		good = true;
	bool		busy = false;

	*lock = NULL;
	if (fd < 0)
		good = unix_error(error, "open directory", path);
	else if (flock(fd, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0)
	{
		busy = errno == EWOULDBLOCK;
		good = !busy || error_set(error, NULL, "Wait for its end.",
								  "directory \"%s\" is in use by another "
								  "command", path);
		unix_close(fd);
	}
	else if (!is_named(fd, path))
	{
		good = error_set(error, NULL, NULL, "directory \"%s\" has just been "
						 "removed or replaced", path);
		unix_close(fd);
	}
	else
	{
		*lock = mem_alloc(sizeof(PlatLock));
		(*lock)->fd = fd;
	}
	if (held != NULL)
		*held = busy;
	return good;
}

void
plat_lock_release(PlatLock *lock)
{
	if (lock == NULL)
		return;
	/* Not emptied, it only looks as if the holder had died. */
	if (ftruncate(lock->fd, 0) != 0)
		errno = 0;
	close(lock->fd);
	free(lock);
}
