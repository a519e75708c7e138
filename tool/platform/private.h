/*
 * private.h
 *		Directories that are one user's alone.
 */
#ifndef PLATFORM_PRIVATE_H
#define PLATFORM_PRIVATE_H

#include <stdbool.h>

#include "base/error.h"

/*
 * plat_directory_private
 *		Make a directory where there is none, and see to it that only its
 *		owner, who is this user or root, may enter it.
 *
 * errors: also one that others may enter or list; what to do is the hint
 */
extern bool plat_directory_private(const char *path, Error *error);

/*
 * plat_directory_guarded
 *		Whether nobody but its owner may change what is in a directory; others
 *		may be able to read it.
 *
 * errors: also one where they may; what to do is the hint
 */
extern bool plat_directory_guarded(const char *path, Error *error);

#endif							/* PLATFORM_PRIVATE_H */
