/*
 * replace.c
 *		Directories that are made below another one, and that take a name.
 */
#include "platform/posix/posix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/directory.h"
#include "platform/replace.h"

/* The one of an open directory, which is closed; -1 with errno set. */
static int
make_in(int above, const char *name)
{
	int			fd = -1;

	if (mkdirat(above, name, 0700) == 0 || errno == EEXIST)
		fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					O_CLOEXEC);
	unix_close(above);
	return fd;
}

bool
plat_directory_make_all(const char *root, const char *path, Error *error)
{
	char	   *copy = text_format("%s", path);
	int			fd = unix_open(root, O_RDONLY | O_DIRECTORY, 0);

	for (char *at = copy; fd >= 0 && *at != '\0';)
	{
		size_t		n = strcspn(at, "/");
		bool		last = at[n] == '\0';

		at[n] = '\0';
		fd = make_in(fd, at);
		at += last ? n : n + 1;
	}
	free(copy);
	if (fd >= 0)
	{
		unix_close(fd);
		return true;
	}
	copy = text_format("%s/%s", root, path);
	unix_error(error, "make directory", copy);
	free(copy);
	return false;
}

/* Where both cannot be exchanged. */
static bool
move_aside(const char *from, const char *to, const char *aside)
{
	int			number;

	if (rename(to, aside) != 0 || !unix_sync_parent(to))
		return false;
	if (rename(from, to) == 0)
		return true;
	number = errno;
	if (rename(aside, to) != 0)
		unix_sync_parent(to);
	errno = number;
	return false;
}

bool
plat_directory_replace(const char *from, const char *to, const char *aside,
					   Error *error)
{
	const char *old = from;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) != 0)
	{
		if (errno == ENOENT ? rename(from, to) != 0 :
			!move_aside(from, to, aside))
			return unix_error(error, "rename directory", from);
		old = aside;
	}
	if (!unix_sync_parent(to))
		return unix_error(error, "write directory of", to);
	return plat_directory_remove(old, error);
}

bool
plat_file_read_only(const char *path, Error *error)
{
	return chmod(path, 0400) == 0 ||
		unix_error(error, "change permissions of file", path);
}

bool
plat_file_make(const char *path, const void *bytes, size_t len, Error *error)
{
	int			fd = unix_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
							   0400);
	bool		good;

	if (fd < 0)
		return unix_error(error, "create file", path);
	good = unix_write_all(fd, bytes, len);
	if (!good)
		unix_close(fd);
	else
		good = close(fd) == 0;
	return good || unix_error(error, "write file", path);
}
