/*
 * below.c
 *		Files and directories below a root.
 *
 * Each directory on the way is opened from the one above it, without following
 * links.
 */
#include "platform/posix/posix.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "platform/below.h"
#include "platform/cancel.h"

#define PIECE (256 * 1024)

/* The directory that holds the last name of a path. */
typedef struct Place
{
	int			fd;
	const char *name;			/* part of the path */
} Place;

static bool
fail(Error *error, const char *what, const char *root, const char *path)
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

/* False with errno set. */
static bool
find(const char *root, const char *path, bool make, Place *place)
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

static bool
is_missing(int number)
{
	return number == ENOENT || number == ENOTDIR || number == ELOOP;
}

static PlatKind
kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return PLAT_FILE;
	if (S_ISDIR(mode))
		return PLAT_DIRECTORY;
	return S_ISLNK(mode) ? PLAT_LINK : PLAT_OTHER;
}

bool
plat_below_look(const char *root, const char *path, PlatBelow *found,
				Error *error)
{
	Place		place;
	struct stat info;
	bool		good;

	memset(found, 0, sizeof(*found));
	if (!find(root, path, false, &place))
		return is_missing(errno) || fail(error, "open", root, path);
	good = fstatat(place.fd, place.name, &info, AT_SYMLINK_NOFOLLOW) == 0;
	unix_close(place.fd);
	if (!good)
		return is_missing(errno) || fail(error, "look at", root, path);
	found->exists = true;
	found->kind = kind_of(info.st_mode);
	found->size = (uint64_t) info.st_size;
	found->modified_ns = (int64_t) info.st_mtim.tv_sec * 1000000000 +
		info.st_mtim.tv_nsec;
	return true;
}

/* Of a path, or of the nearest thing above it that is there. */
static bool
look_like(const char *root, const char *path, struct stat *info)
{
	Text		text = {NULL, 0, 0};
	bool		found = false;

	text_add(&text, path);
	while (!found && text.len > 0)
	{
		Place		place;
		char	   *slash;

		if (find(root, text.bytes, false, &place))
		{
			found = fstatat(place.fd, place.name, info,
							AT_SYMLINK_NOFOLLOW) == 0 &&
				!S_ISLNK(info->st_mode);
			unix_close(place.fd);
		}
		slash = strrchr(text.bytes, '/');
		text.len = slash != NULL ? (size_t) (slash - text.bytes) : 0;
		text.bytes[text.len] = '\0';
	}
	text_free(&text);
	return found || stat(root, info) == 0;
}

/* Only root may give files away; who is not root makes them its own. */
static void
make_like(int fd, const char *root, const char *path, bool directory)
{
	struct stat info;
	mode_t		mode;

	if (!look_like(root, path, &info))
		return;
	mode = S_ISDIR(info.st_mode) && !directory ? info.st_mode & 0666 :
		info.st_mode & 0777;
	if (fchown(fd, info.st_uid, info.st_gid) != 0)
		errno = 0;
	if (fchmod(fd, mode) != 0)
		errno = 0;
}

static void
set_times(const int64_t modified_ns, struct timespec times[2])
{
	int64_t		rest = modified_ns % 1000000000;

	if (rest < 0)
		rest += 1000000000;
	times[0].tv_sec = 0;
	times[0].tv_nsec = UTIME_OMIT;
	times[1].tv_sec = (time_t) ((modified_ns - rest) / 1000000000);
	times[1].tv_nsec = (long) rest;
}

static bool
copy_bytes(const PlatBelowCopy *copy, int from, int to, Error *error)
{
	char	   *piece = malloc(PIECE);
	ssize_t		n = -1;

	while (piece != NULL && (n = read(from, piece, PIECE)) != 0)
	{
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if (copy->seen != NULL)
			copy->seen(copy->arg, piece, (size_t) n);
		if (!unix_write_all(to, piece, (size_t) n))
		{
			free(piece);
			return fail(error, "write file", copy->root, copy->path);
		}
		if (plat_cancelled())
		{
			free(piece);
			return error_set(error, NULL, NULL, "interrupted");
		}
	}
	free(piece);
	return n == 0 || unix_error(error, "read file", copy->from);
}

static bool
copy_into(const PlatBelowCopy *copy, int from, int to, Error *error)
{
	struct timespec times[2];

	if (!copy_bytes(copy, from, to, error))
		return false;
	make_like(to, copy->root, copy->like, false);
	set_times(copy->modified_ns, times);
	return futimens(to, times) == 0 ||
		fail(error, "set the time of file", copy->root, copy->path);
}

bool
plat_below_copy(const PlatBelowCopy *copy, Error *error)
{
	int			from = unix_open(copy->from, O_RDONLY | O_NOFOLLOW, 0);
	Place		place;
	bool		good = false;
	int			to;

	if (from < 0)
		return unix_error(error, "open file", copy->from);
	if (!find(copy->root, copy->path, true, &place))
		fail(error, "make the directory of", copy->root, copy->path);
	else
	{
		if (unlinkat(place.fd, place.name, 0) != 0)
			errno = 0;
		to = openat(place.fd, place.name, O_WRONLY | O_CREAT | O_EXCL |
					O_NOFOLLOW | O_CLOEXEC, 0600);
		unix_close(place.fd);
		good = to >= 0 ? copy_into(copy, from, to, error) :
			fail(error, "make file", copy->root, copy->path);
		if (to >= 0)
			unix_close(to);
	}
	unix_close(from);
	return good;
}

bool
plat_below_rename(const char *root, const char *from, const char *to,
				  Error *error)
{
	Place		source;
	Place		target;
	bool		good;

	if (!find(root, from, false, &source))
		return fail(error, "open", root, from);
	if (!find(root, to, true, &target))
	{
		unix_close(source.fd);
		return fail(error, "make the directory of", root, to);
	}
	good = renameat2(source.fd, source.name, target.fd, target.name,
					 RENAME_NOREPLACE) == 0;
	/* A file system that does not know of it: what is there was looked at. */
	if (!good && errno == EINVAL)
		good = faccessat(target.fd, target.name, F_OK,
						 AT_SYMLINK_NOFOLLOW) != 0 &&
			renameat(source.fd, source.name, target.fd, target.name) == 0;
	if (!good)
		fail(error, "rename", root, from);
	unix_close(source.fd);
	unix_close(target.fd);
	return good;
}

bool
plat_below_make(const char *root, const char *path, Error *error)
{
	Place		place;
	char	   *above = text_format("%s", path);
	char	   *slash = strrchr(above, '/');
	bool		good;
	int			fd;

	*(slash != NULL ? slash : above) = '\0';
	good = find(root, path, false, &place);
	if (good)
	{
		good = mkdirat(place.fd, place.name, 0700) == 0;
		fd = good ? openat(place.fd, place.name, O_RDONLY | O_DIRECTORY |
						   O_NOFOLLOW | O_CLOEXEC) : -1;
		if (!good && errno == EEXIST)
			good = true;
		if (fd >= 0)
		{
			make_like(fd, root, above, true);
			unix_close(fd);
		}
		unix_close(place.fd);
	}
	free(above);
	return good || fail(error, "make directory", root, path);
}

bool
plat_below_remove(const char *root, const char *path, Error *error)
{
	Place		place;
	bool		good;

	if (!find(root, path, false, &place))
		return is_missing(errno) || fail(error, "open", root, path);
	good = unlinkat(place.fd, place.name, AT_REMOVEDIR) == 0 ||
		errno == ENOTEMPTY || errno == EEXIST || is_missing(errno) ||
		fail(error, "remove directory", root, path);
	unix_close(place.fd);
	return good;
}

bool
plat_below_set_time(const char *root, const char *path, int64_t modified_ns,
					Error *error)
{
	struct timespec times[2];
	Place		place;
	bool		good;

	set_times(modified_ns, times);
	if (!find(root, path, false, &place))
		return fail(error, "open", root, path);
	good = utimensat(place.fd, place.name, times, AT_SYMLINK_NOFOLLOW) == 0 ||
		fail(error, "set the time of", root, path);
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
	Place		place;
	struct stat status;
	int			fd;

	if (!find(root, path, false, &place))
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
	return good || fail(error, "read file", root, path);
}
