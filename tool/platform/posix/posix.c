/*
 * posix.c
 *		What the files of this folder share.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

bool
unix_error(Error *error, const char *what, const char *path)
{
	int			number = errno;

	error_set(error, NULL, NULL, "could not %s \"%s\": %s", what, path,
			  strerror(number));
	errno = number;
	return false;
}

int
unix_open(const char *path, int flags, mode_t mode)
{
	int			fd;

	do
		fd = open(path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

bool
unix_write_all(int fd, const void *bytes, size_t len)
{
	const char *next = bytes;

	while (len > 0)
	{
		ssize_t		n = write(fd, next, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			if (n == 0)
				errno = ENOSPC;
			return false;
		}
		next += n;
		len -= (size_t) n;
	}
	return true;
}

void
unix_close(int fd)
{
	int			number = errno;

	close(fd);
	errno = number;
}

char *
unix_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char	   *parent = mem_strdup(slash == NULL ? "." : path);

	if (slash == path)
		parent[1] = '\0';
	else if (slash != NULL)
		parent[slash - path] = '\0';
	return parent;
}

bool
unix_sync_parent(const char *path)
{
	char	   *parent = unix_parent(path);
	int			fd = unix_open(parent, O_RDONLY | O_DIRECTORY, 0);
	bool		good;

	free(parent);
	if (fd < 0)
		return false;
	/* Some network file systems cannot sync a directory. */
	good = fsync(fd) == 0 || errno == EINVAL;
	unix_close(fd);
	return good;
}

PlatKind
unix_kind(mode_t mode)
{
	if (S_ISREG(mode))
		return PLAT_FILE;
	if (S_ISDIR(mode))
		return PLAT_DIRECTORY;
	return S_ISLNK(mode) ? PLAT_LINK : PLAT_OTHER;
}
