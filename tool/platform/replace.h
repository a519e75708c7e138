/*
 * replace.h
 *		Directories that are made below another one, and that take a name.
 */
#ifndef PLATFORM_REPLACE_H
#define PLATFORM_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * plat_directory_make_all
 *		Make all directories of a path below a root, for their owner alone;
 *		those that are there stay.  Not synced: plat_tree_sync().
 *
 * errors: also where one of them is a link or no directory
 */
extern bool plat_directory_make_all(const char *root, const char *path,
									Error *error);

/*
 * plat_directory_replace
 *		Give a directory the name of another one, durably, and remove that.
 *
 * in:     aside: where the old one is, where the system cannot exchange two
 *         in one step, until it is removed.  After a crash at any moment, the
 *         old one or the new one has its name, or the old one is at aside.
 * errors: the old one has its name, unless its removal alone has failed
 */
extern bool plat_directory_replace(const char *from, const char *to,
								   const char *aside, Error *error);

/*
 * plat_file_make
 *		Make a file that only its owner may read, and nobody write; one that is
 *		there already is an error.  Not synced: plat_tree_sync().
 */
extern bool plat_file_make(const char *path, const void *bytes, size_t len,
						   Error *error);

/* From now on nobody may write a file; root may nevertheless. */
extern bool plat_file_read_only(const char *path, Error *error);

#endif							/* PLATFORM_REPLACE_H */
