/*
 * private.c
 *		Directories that are one user's alone.
 */
#include "platform/posix/posix.h"

#include "platform/directory.h"
#include "platform/private.h"

bool
plat_directory_private(const char *path, Error *error)
{
	struct stat found;

	if (!plat_directory_make(path, error))
		return false;
	if (stat(path, &found) != 0)
		return unix_error(error, "read attributes of directory", path);
	if (found.st_uid != geteuid() && found.st_uid != 0)
		return error_set(error, "It belongs to another user.",
						 "Make this program's user its owner.",
						 "directory \"%s\" is not trusted", path);
	if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return error_set(error, "Group or others have access to it.",
						 "Its permissions should be u=rwx (0700).",
						 "directory \"%s\" is not private", path);
	return true;
}

bool
plat_directory_guarded(const char *path, Error *error)
{
	struct stat found;

	if (stat(path, &found) != 0)
		return unix_error(error, "read attributes of directory", path);
	if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_set(error, "Group or others may change it.",
						 "Its permissions should be u=rwx (0700).",
						 "directory \"%s\" is not private", path);
	return true;
}
