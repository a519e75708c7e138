/*
 * look.c
 *		Looking at many files.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>
#include <string.h>

#include "platform/posix/copying.h"

static void
look(CopyFolder *folder, PlatLook *file)
{
	const char *slash = strrchr(file->path, '/');
	int			fd = copy_folder_open(folder, file->path);
	struct stat info;

	file->exists = fd >= 0 &&
		fstatat(fd, slash != NULL ? slash + 1 : file->path, &info,
				AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
	file->size = file->exists ? (uint64_t) info.st_size : 0;
	file->names = file->exists ? (uint64_t) info.st_nlink : 0;
}

bool
plat_look(const char *root, PlatLook *looks, size_t n, Error *error)
{
	CopyFolder	folder = {.fd = -1};

	folder.root = unix_open(root, O_RDONLY | O_DIRECTORY, 0);
	if (folder.root < 0)
		return unix_error(error, "open directory", root);
	for (size_t i = 0; i < n; i++)
		look(&folder, &looks[i]);
	copy_folder_close(&folder);
	unix_close(folder.root);
	free(folder.path);
	return true;
}
