/*
 * directory.h
 *		Directories.
 */
#ifndef PLATFORM_DIRECTORY_H
#define PLATFORM_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct PlatNames
{
	char	  **names;			/* sorted by their bytes; . and .. left out */
	size_t		count;
} PlatNames;

/* The names in a directory; the caller frees them with plat_names_free(). */
extern bool plat_directory_list(const char *path, PlatNames *names,
								Error *error);
extern void plat_names_free(PlatNames *names);

/*
 * plat_directory_writable
 *		Whether this user may make files in a directory, and its file system is
 *		not mounted read-only; nothing is written to find out.
 */
extern bool plat_directory_writable(const char *path, Error *error);

/*
 * plat_directory_make
 *		Make a directory that only its owner may enter, durably; true where it
 *		is there already.
 */
extern bool plat_directory_make(const char *path, Error *error);

/*
 * plat_directory_new
 *		As plat_directory_make(), but whatever is there already, and be it a
 *		link, is an error: nobody else can have put anything into it.
 */
extern bool plat_directory_new(const char *path, Error *error);

/*
 * plat_directory_remove
 *		Remove a directory with all that is in it, or a file; what is not there
 *		is no error.  Links are removed, not followed.
 */
extern bool plat_directory_remove(const char *path, Error *error);

/* Bytes that this user may still write in the file system of a path. */
extern bool plat_free_space(const char *path, uint64_t *bytes, Error *error);

#endif							/* PLATFORM_DIRECTORY_H */
