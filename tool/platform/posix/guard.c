/*
 * guard.c
 *		Who else may change a file.
 */
#include "platform/posix/posix.h"

#include "platform/guard.h"

bool
plat_file_guarded(const char *path, Error *error)
{
	struct stat found;

	if (stat(path, &found) != 0)
		return unix_error(error, "read attributes of file", path);
	if (found.st_uid != geteuid() && found.st_uid != 0)
		return error_set(error, "It belongs to another user, and names "
						 "programs that are run.",
						 "Make this program's user its owner.",
						 "file \"%s\" is not trusted", path);
	if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(error, "Group or others may write it, and it names "
						 "programs that are run.",
						 "Its permissions should be u=rw,g=r,o=r (0644) or "
						 "less.", "file \"%s\" is not trusted", path);
	return true;
}
