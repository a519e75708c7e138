/*
 * guard.h
 *		Who else may change a file.
 */
#ifndef PLATFORM_GUARD_H
#define PLATFORM_GUARD_H

#include <stdbool.h>

#include "base/error.h"

/*
 * plat_file_guarded
 *		Whether nobody but its owner, who is this user or root, may write a
 *		file; else an error that says what to do.
 */
extern bool plat_file_guarded(const char *path, Error *error);

#endif							/* PLATFORM_GUARD_H */
