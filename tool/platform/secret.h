/*
 * secret.h
 *		What keeps secrets in a process and in its files from others.
 */
#ifndef PLATFORM_SECRET_H
#define PLATFORM_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/*
 * plat_secret_process
 *		From now on the process leaves no core dump, and no other one of the
 *		same user can read its memory.  For commands that hold keys.
 */
extern void plat_secret_process(void);

/*
 * plat_secret_read
 *		Read a whole file without leaving copies in memory.
 *
 * in:     private_file: it must be its owner's alone, as for
 *         plat_file_private(), which is looked at when it is open
 * out:    *content: what it held is wiped; to be freed with secret_free()
 * errors: more than limit bytes, too
 */
extern bool plat_secret_read(const char *path, size_t limit,
							 bool private_file, Text *content, Error *error);

#endif							/* PLATFORM_SECRET_H */
