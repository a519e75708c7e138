/*
 * file.c
 *		Whole files.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>
#include <string.h>

#include "platform/file.h"

bool
plat_file_info(const char *path, PlatFileInfo *info, Error *error)
{
	struct stat found;

	memset(info, 0, sizeof(*info));
	if (stat(path, &found) != 0)
		return errno == ENOENT || errno == ENOTDIR ||
			unix_error(error, "read attributes of file", path);
	info->exists = true;
	info->directory = S_ISDIR(found.st_mode);
	info->size = (uint64_t) found.st_size;
	info->changed_ms = (int64_t) found.st_mtim.tv_sec * 1000 +
		found.st_mtim.tv_nsec / 1000000;
	return true;
}

bool
unix_private(const struct stat *found, const char *path, Error *error)
{
	if (!S_ISREG(found->st_mode))
		return error_set(error, NULL, NULL, "\"%s\" is not a plain file",
						 path);
	if (found->st_uid != geteuid() && found->st_uid != 0)
		return error_set(error, "It belongs to another user.",
						 "Make this program's user its owner.",
						 "file \"%s\" is not trusted", path);
	if ((found->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return error_set(error, "Group or others have access to it.",
						 "Its permissions should be u=rw (0600) or less.",
						 "file \"%s\" is not private", path);
	return true;
}

bool
plat_file_private(const char *path, Error *error)
{
	struct stat found;

	if (stat(path, &found) != 0)
		return unix_error(error, "read attributes of file", path);
	return unix_private(&found, path, error);
}

/* Read an open file; false with errno set, EFBIG where it is too long. */
static bool
read_all(int fd, size_t limit, Text *content)
{
	char		buffer[16384];
	size_t		total = 0;

	for (;;)
	{
		ssize_t		n = read(fd, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		total += (size_t) n;
		if (total > limit)
		{
			errno = EFBIG;
			return false;
		}
		text_add_bytes(content, buffer, (size_t) n);
	}
}

bool
plat_file_read(const char *path, size_t limit, Text *content, Error *error)
{
	int			fd = unix_open(path, O_RDONLY, 0);
	bool		good;

	if (fd < 0)
		return unix_error(error, "open file", path);
	good = read_all(fd, limit, content);
	unix_close(fd);
	return good || unix_error(error, "read file", path);
}

bool
plat_file_read_plain(const char *path, size_t limit, Text *content,
					 bool *there, Error *error)
{
	int			fd = unix_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat found;
	bool		good;

	*there = fd >= 0 || errno != ENOENT;
	if (fd < 0 && errno != ELOOP)
		return !*there || unix_error(error, "open file", path);
	if (fd < 0 || fstat(fd, &found) != 0 || !S_ISREG(found.st_mode))
	{
		if (fd >= 0)
			unix_close(fd);
		return error_set(error, NULL, NULL, "\"%s\" is not a plain file",
						 path);
	}
	good = read_all(fd, limit, content);
	unix_close(fd);
	return good || unix_error(error, "read file", path);
}

/*
 * What replaces a file keeps its owner and mode; a new one that root makes
 * belongs to the directory's owner: the database server must read its own.
 */
static bool
keep_owner(int fd, const char *path, bool private_file)
{
	char	   *parent = unix_parent(path);
	struct stat old;
	struct stat directory;
	bool		exists = stat(path, &old) == 0 && S_ISREG(old.st_mode);
	bool		good = true;

	if (exists && !private_file)
		good = fchmod(fd, old.st_mode & 07777) == 0;
	if (good && geteuid() == 0 && (exists || stat(parent, &directory) == 0))
		good = fchown(fd, exists ? old.st_uid : directory.st_uid,
					  exists ? old.st_gid : directory.st_gid) == 0;
	free(parent);
	return good;
}

/* Fill the temporary file for a path; errno tells what failed. */
static bool
fill(const char *temporary, const char *path, const void *bytes, size_t len,
	 bool private_file)
{
	int			fd;
	bool		good;

	/* What a crash left, or anybody has put there, may be open elsewhere. */
	unlink(temporary);
	fd = unix_open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
				   private_file ? 0600 : 0666);
	if (fd < 0)
		return false;
	good = keep_owner(fd, path, private_file) &&
		unix_write_all(fd, bytes, len) && fsync(fd) == 0;
	if (close(fd) != 0)
		good = false;
	return good;
}

bool
plat_file_write(const char *path, const void *bytes, size_t len,
				bool private_file, Error *error)
{
	char	   *temporary = text_format("%s.%ld.tmp", path, (long) getpid());
	bool		good = fill(temporary, path, bytes, len, private_file) &&
	rename(temporary, path) == 0;
	int			number = errno;

	if (!good)
		unlink(temporary);
	free(temporary);
	errno = number;
	if (good)
		good = unix_sync_parent(path);
	return good || unix_error(error, "write file", path);
}

bool
plat_file_rename(const char *from, const char *to, Error *error)
{
	if (rename(from, to) == 0 && unix_sync_parent(to) &&
		unix_sync_parent(from))
		return true;
	unix_error(error, "rename file", from);
	error_take_detail(error, text_format("The new name was \"%s\".", to));
	return false;
}

bool
plat_file_remove(const char *path, Error *error)
{
	if (unlink(path) == 0 && unix_sync_parent(path))
		return true;
	return errno == ENOENT || unix_error(error, "remove file", path);
}
