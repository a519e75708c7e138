/*
 * tree.c
 *		All that is in a directory, and below.
 *
 * Each directory is opened from the one above it, which stays open meanwhile,
 * so that nobody can put a link on the way.
 */
#include "platform/posix/posix.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "platform/tree.h"

/* Deeper than any path of Windows; each level takes a file descriptor. */
#define DEPTH_MAX 200

typedef struct Walk
{
	const char *root;
	PlatVisit	(*visit) (void *arg, const PlatEntry *entry);
	void	   *arg;
	Text		path;			/* of the entry, below the root */
	size_t		depth;
	Error	   *error;
} Walk;

/* The whole path is only needed for a message. */
static bool
fail(Walk *walk, const char *action)
{
	int			number = errno;
	char	   *path = text_format("%s%s%s", walk->root,
								   walk->path.len > 0 ? "/" : "",
								   walk->path.len > 0 ? walk->path.bytes : "");

	errno = number;
	unix_error(walk->error, action, path);
	free(path);
	return false;
}

static int64_t
in_ns(struct timespec time)
{
	return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

static bool walk_in(Walk *walk, int fd);

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The names in a directory, one behind the other. */
static bool
read_names(DIR * directory, Text *names, size_t *n)
{
	struct dirent *entry;

	*n = 0;
	while (errno = 0, (entry = readdir(directory)) != NULL)
	{
		if (strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0)
			continue;
		text_add_bytes(names, entry->d_name, strlen(entry->d_name) + 1);
		(*n)++;
	}
	return errno == 0;
}

/* They are sorted then; the array is the caller's. */
static const char **
sort_names(const Text *names, size_t n)
{
	const char **sorted = mem_alloc((n + 1) * sizeof(char *));
	const char *name = names->bytes;

	for (size_t i = 0; i < n; i++)
	{
		sorted[i] = name;
		name += strlen(name) + 1;
	}
	qsort(sorted, n, sizeof(char *), compare_names);
	return sorted;
}

/* What vanishes between the reading of its name and this is left out. */
static bool
walk_entry(Walk *walk, int parent, const char *name)
{
	struct stat info;
	PlatEntry	entry = {.path = walk->path.bytes};
	int			fd;

	if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || fail(walk, "look at");
	entry.kind = unix_kind(info.st_mode);
	entry.size = (uint64_t) info.st_size;
	entry.modified_ns = in_ns(info.st_mtim);
	entry.changed_ns = in_ns(info.st_ctim);
	entry.inode = info.st_ino;
	switch (walk->visit(walk->arg, &entry))
	{
		case PLAT_VISIT_STOP:
			return false;
		case PLAT_VISIT_SKIP:
			return true;
		case PLAT_VISIT_GO_ON:
			break;
	}
	if (entry.kind != PLAT_DIRECTORY)
		return true;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || fail(walk, "open directory");
	return walk_in(walk, fd);
}

/* The entries of an open directory, which is closed. */
static bool
walk_in(Walk *walk, int fd)
{
	DIR		   *directory = fdopendir(fd);
	Text		names = {NULL, 0, 0};
	const char **sorted;
	size_t		n = 0;
	size_t		len = walk->path.len;
	bool		good = true;

	if (directory == NULL)
	{
		fail(walk, "open directory");
		unix_close(fd);
		return false;
	}
	if (walk->depth++ == DEPTH_MAX)
	{
		errno = ENAMETOOLONG;
		good = fail(walk, "open directory");
	}
	else if (!read_names(directory, &names, &n))
		good = fail(walk, "read directory");
	sorted = sort_names(&names, n);
	for (size_t i = 0; good && i < n; i++)
	{
		if (len > 0)
			text_add_bytes(&walk->path, "/", 1);
		text_add(&walk->path, sorted[i]);
		good = walk_entry(walk, dirfd(directory), sorted[i]);
		walk->path.len = len;
		walk->path.bytes[len] = '\0';
	}
	free(sorted);
	text_free(&names);
	walk->depth--;
	closedir(directory);
	return good;
}

bool
plat_tree_walk(const char *root,
			   PlatVisit (*visit) (void *arg, const PlatEntry *entry),
			   void *arg, Error *error)
{
	Walk		walk = {root, visit, arg, {NULL, 0, 0}, 0, error};
	int			fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool		good;

	if (fd < 0)
		return unix_error(error, "open directory", root);
	good = walk_in(&walk, fd);
	text_free(&walk.path);
	return good;
}

bool
plat_tree_sync(const char *path, Error *error)
{
	int			fd = open(path, O_RDONLY | O_CLOEXEC);
	bool		good;

	if (fd < 0)
		return unix_error(error, "open", path);
	good = syncfs(fd) == 0 ||
		unix_error(error, "write to the disk the file system of", path);
	unix_close(fd);
	return good;
}
