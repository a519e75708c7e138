/*
 * below_way.c
 *		The way to a path below a root: each directory is opened from the one
 *		above it, without following links.
 */
#include "platform/posix/below_way.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool
unix_below_fail(Error *error, const char *what, const char *root, const char *path)
{
	int			number = errno;
	char	   *whole = text_format("%s/%s", root, path);

	errno = number;
	unix_error(error, what, whole);
	free(whole);
	return false;
}

static int
enter(int fd, const char *name, bool make)
{
	int			next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
							  O_CLOEXEC);

	if (next < 0 && errno == ENOENT && make && mkdirat(fd, name, 0700) == 0)
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					  O_CLOEXEC);
	unix_close(fd);
	return next;
}

bool
unix_below_find(const char *root, const char *path, bool make, UnixPlace *place)
{
	const char *slash;

	place->name = path;
	place->fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (place->fd >= 0 && (slash = strchr(place->name, '/')) != NULL)
	{
		char	   *name = text_format("%.*s", (int) (slash - place->name),
									   place->name);

		place->fd = enter(place->fd, name, make);
		place->name = slash + 1;
		free(name);
	}
	return place->fd >= 0;
}

bool
unix_below_is_missing(int number)
{
	return number == ENOENT || number == ENOTDIR || number == ELOOP;
}
