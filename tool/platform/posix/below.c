/*
 * below.c
 *		Reading files below a directory without following links: each name on
 *		the way is opened for itself.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/below.h"

#define PIECE (256 * 1024)

static int
open_at(int directory, const char *name, int flags)
{
	int			fd;

	do
		fd = openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW |
					O_NONBLOCK | O_RDONLY);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Open what a path names; names is changed. */
static int
walk(const char *root, char *names)
{
	int			at = unix_open(root, O_RDONLY | O_DIRECTORY, 0);

	while (at >= 0)
	{
		char	   *slash = strchr(names, '/');
		int			next;

		if (slash != NULL)
			*slash = '\0';
		next = open_at(at, names, slash != NULL ? O_DIRECTORY : 0);
		unix_close(at);
		if (slash == NULL)
			return next;
		at = next;
		names = slash + 1;
	}
	return at;
}

static bool
read_pieces(int fd, void (*take) (void *arg, const void *bytes, size_t len),
			void *arg)
{
	char	   *bytes = mem_alloc(PIECE);
	ssize_t		n;

	do
	{
		n = read(fd, bytes, PIECE);
		if (n > 0)
			take(arg, bytes, (size_t) n);
	}
	while (n > 0 || (n < 0 && errno == EINTR));
	free(bytes);
	return n == 0;
}

bool
plat_below_read(const char *root, const char *path,
				void (*take) (void *arg, const void *bytes, size_t len),
				void *arg, Error *error)
{
	char	   *names = mem_strdup(path);
	int			fd = walk(root, names);
	struct stat status;
	bool		good = fd >= 0 && fstat(fd, &status) == 0;

	if (good && !S_ISREG(status.st_mode))
	{
		errno = ELOOP;
		good = false;
	}
	good = good && read_pieces(fd, take, arg);
	if (fd >= 0)
		unix_close(fd);
	free(names);
	return good || unix_error(error, "read file", path);
}
