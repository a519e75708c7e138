/*
 * below_copy.c
 *		Copying a file to a path below a root, and what it becomes like.
 */
#include "platform/posix/below_way.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "platform/below.h"
#include "platform/cancel.h"

#define PIECE (256 * 1024)

/* Of a path, or of the nearest thing above it that is there. */
static bool
look_like(const char *root, const char *path, struct stat *info)
{
	Text		text = {NULL, 0, 0};
	bool		found = false;

	text_add(&text, path);
	while (!found && text.len > 0)
	{
		UnixPlace	place;
		char	   *slash;

		if (unix_below_find(root, text.bytes, false, &place))
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
void
unix_below_make_like(int fd, const char *root, const char *path, bool directory)
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

void
unix_below_times(const int64_t modified_ns, struct timespec times[2])
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
			return unix_below_fail(error, "write file", copy->root, copy->path);
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
	unix_below_make_like(to, copy->root, copy->like, false);
	unix_below_times(copy->modified_ns, times);
	return futimens(to, times) == 0 ||
		unix_below_fail(error, "set the time of file", copy->root, copy->path);
}

bool
plat_below_copy(const PlatBelowCopy *copy, Error *error)
{
	int			from = unix_open(copy->from, O_RDONLY | O_NOFOLLOW, 0);
	UnixPlace	place;
	bool		good = false;
	int			to;

	if (from < 0)
		return unix_error(error, "open file", copy->from);
	if (!unix_below_find(copy->root, copy->path, true, &place))
		unix_below_fail(error, "make the directory of", copy->root, copy->path);
	else
	{
		if (unlinkat(place.fd, place.name, 0) != 0)
			errno = 0;
		to = openat(place.fd, place.name, O_WRONLY | O_CREAT | O_EXCL |
					O_NOFOLLOW | O_CLOEXEC, 0600);
		unix_close(place.fd);
		good = to >= 0 ? copy_into(copy, from, to, error) :
			unix_below_fail(error, "make file", copy->root, copy->path);
		if (to >= 0)
			unix_close(to);
	}
	unix_close(from);
	return good;
}
