/*
 * directory.c
 *		Directories.
 */
#include "platform/posix/posix.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/memory.h"
#include "platform/directory.h"

#define REMOVE_TRIES 10

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void
add_name(PlatNames *names, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	/* Grown at each power of two. */
	if ((names->count & (names->count - 1)) == 0)
		names->names = mem_grow(names->names, (names->count == 0 ? 1 :
											   names->count * 2) *
								sizeof(char *));
	names->names[names->count++] = mem_strdup(name);
}

bool
plat_directory_list(const char *path, PlatNames *names, Error *error)
{
	DIR		   *directory = opendir(path);
	struct dirent *entry;
	int			number;

	*names = (PlatNames)
	{
		NULL, 0
	};
	if (directory == NULL)
		return unix_error(error, "open directory", path);
	while (errno = 0, (entry = readdir(directory)) != NULL)
		add_name(names, entry->d_name);
	number = errno;
	closedir(directory);
	if (number != 0)
	{
		plat_names_free(names);
		errno = number;
		return unix_error(error, "read directory", path);
	}
	if (names->count > 0)
		qsort(names->names, names->count, sizeof(char *), compare_names);
	return true;
}

void
plat_names_free(PlatNames *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (PlatNames)
	{
		NULL, 0
	};
}

bool
plat_directory_new(const char *path, Error *error)
{
	if (mkdir(path, 0700) != 0)
		return unix_error(error, "make directory", path);
	return unix_sync_parent(path) ||
		unix_error(error, "write directory of", path);
}

bool
plat_directory_make(const char *path, Error *error)
{
	struct stat info;

	if (mkdir(path, 0700) == 0)
		return unix_sync_parent(path) ||
			unix_error(error, "write directory of", path);
	if (errno == EEXIST && stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
		errno = ENOTDIR;
	else if (errno == EEXIST)
		return true;
	return unix_error(error, "make directory", path);
}

static bool remove_in(int parent, const char *name);

/* Remove what is in an open directory, which is closed. */
static bool
empty(int fd)
{
	DIR		   *directory = fdopendir(fd);
	struct dirent *entry;
	bool		good = true;

	if (directory == NULL)
	{
		unix_close(fd);
		return false;
	}
	while (good && (errno = 0, (entry = readdir(directory)) != NULL))
		good = strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0 ||
			remove_in(dirfd(directory), entry->d_name);
	good = good && errno == 0;
	fd = errno;
	closedir(directory);
	errno = fd;
	return good;
}

/*
 * Another process that has not ended yet may put something into a directory
 * that was just emptied: it is emptied once more, but not without an end.
 */
static bool
remove_in(int parent, const char *name)
{
	for (int i = 0; i < REMOVE_TRIES; i++)
	{
		int			fd;

		if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
			return true;
		if (errno != EISDIR && errno != EPERM)
			return false;
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					O_CLOEXEC);
		if (fd < 0)
			return errno == ENOENT;
		if (!empty(fd))
			return false;
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return true;
		if (errno != ENOTEMPTY && errno != EEXIST)
			return false;
	}
	return false;
}

bool
plat_directory_remove(const char *path, Error *error)
{
	if (!remove_in(AT_FDCWD, path))
		return unix_error(error, "remove", path);
	return unix_sync_parent(path) || errno == ENOENT ||
		unix_error(error, "write directory of", path);
}

bool
plat_free_space(const char *path, uint64_t *bytes, Error *error)
{
	struct statvfs info;

	if (statvfs(path, &info) != 0)
		return unix_error(error, "read free space of", path);
	*bytes = (uint64_t) info.f_bavail * info.f_frsize;
	return true;
}

bool
plat_directory_writable(const char *path, Error *error)
{
	return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 ||
		unix_error(error, "write into directory", path);
}
