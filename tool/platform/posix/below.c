/*
 * below.c
 *		Files and directories below a root.
 *
 * Each directory on the way is opened from the one above it, without following
 * links.
 */
#include "platform/posix/below_way.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "platform/below.h"
#include "platform/cancel.h"

#define PIECE (256 * 1024)

bool
plat_below_look(const char *root, const char *path, PlatBelow *found,
				Error *error)
{
	UnixPlace	place;
	struct stat info;
	bool		good;

	memset(found, 0, sizeof(*found));
	if (!unix_below_find(root, path, false, &place))
		return unix_below_is_missing(errno) || unix_below_fail(error, "open", root, path);
	good = fstatat(place.fd, place.name, &info, AT_SYMLINK_NOFOLLOW) == 0;
	unix_close(place.fd);
	if (!good)
		return unix_below_is_missing(errno) || unix_below_fail(error, "look at", root, path);
	found->exists = true;
	found->kind = unix_kind(info.st_mode);
	found->size = (uint64_t) info.st_size;
	found->modified_ns = (int64_t) info.st_mtim.tv_sec * 1000000000 +
		info.st_mtim.tv_nsec;
	return true;
}

bool
plat_below_rename(const char *root, const char *from, const char *to,
				  Error *error)
{
	UnixPlace	source;
	UnixPlace	target;
	bool		good;

	if (!unix_below_find(root, from, false, &source))
		return unix_below_fail(error, "open", root, from);
	if (!unix_below_find(root, to, true, &target))
	{
		unix_close(source.fd);
		return unix_below_fail(error, "make the directory of", root, to);
	}
	good = renameat2(source.fd, source.name, target.fd, target.name,
					 RENAME_NOREPLACE) == 0;
	/* A file system that does not know of it: what is there was looked at. */
	if (!good && errno == EINVAL)
		good = faccessat(target.fd, target.name, F_OK,
						 AT_SYMLINK_NOFOLLOW) != 0 &&
			renameat(source.fd, source.name, target.fd, target.name) == 0;
	if (!good)
		unix_below_fail(error, "rename", root, from);
	unix_close(source.fd);
	unix_close(target.fd);
	return good;
}

bool
plat_below_make(const char *root, const char *path, Error *error)
{
	UnixPlace	place;
	char	   *above = text_format("%s", path);
	char	   *slash = strrchr(above, '/');
	bool		good;
	int			fd;

	*(slash != NULL ? slash : above) = '\0';
	good = unix_below_find(root, path, false, &place);
	if (good)
	{
		good = mkdirat(place.fd, place.name, 0700) == 0;
		fd = good ? openat(place.fd, place.name, O_RDONLY | O_DIRECTORY |
						   O_NOFOLLOW | O_CLOEXEC) : -1;
		if (!good && errno == EEXIST)
			good = true;
		if (fd >= 0)
		{
			unix_below_make_like(fd, root, above, true);
			unix_close(fd);
		}
		unix_close(place.fd);
	}
	free(above);
	return good || unix_below_fail(error, "make directory", root, path);
}

bool
plat_below_remove(const char *root, const char *path, Error *error)
{
	UnixPlace	place;
	bool		good;

	if (!unix_below_find(root, path, false, &place))
		return unix_below_is_missing(errno) || unix_below_fail(error, "open", root, path);
	good = unlinkat(place.fd, place.name, AT_REMOVEDIR) == 0 ||
		errno == ENOTEMPTY || errno == EEXIST || unix_below_is_missing(errno) ||
		unix_below_fail(error, "remove directory", root, path);
	unix_close(place.fd);
	return good;
}

bool
plat_below_set_time(const char *root, const char *path, int64_t modified_ns,
					Error *error)
{
	struct timespec times[2];
	UnixPlace	place;
	bool		good;

	unix_below_times(modified_ns, times);
	if (!unix_below_find(root, path, false, &place))
		return unix_below_fail(error, "open", root, path);
	good = utimensat(place.fd, place.name, times, AT_SYMLINK_NOFOLLOW) == 0 ||
		unix_below_fail(error, "set the time of", root, path);
	unix_close(place.fd);
	return good;
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

/* A descriptor of what is a file, or -1 with errno set. */
static int
open_file(const char *root, const char *path)
{
	UnixPlace	place;
	struct stat status;
	int			fd;

	if (!unix_below_find(root, path, false, &place))
		return -1;
	/* A pipe would wait for somebody to write into it. */
	fd = openat(place.fd, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
				O_CLOEXEC);
	unix_close(place.fd);
	if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)))
		return fd;
	close(fd);
	errno = ELOOP;
	return -1;
}

bool
plat_below_read(const char *root, const char *path,
				void (*take) (void *arg, const void *bytes, size_t len),
				void *arg, Error *error)
{
	int			fd = open_file(root, path);
	bool		good = fd >= 0 && read_pieces(fd, take, arg);

	if (fd >= 0)
		unix_close(fd);
	return good || unix_below_fail(error, "read file", root, path);
}
