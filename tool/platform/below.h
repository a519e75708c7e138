/*
 * below.h
 *		Reading files below a directory without following links.
 */
#ifndef PLATFORM_BELOW_H
#define PLATFORM_BELOW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * plat_below_read
 *		Read a file piece by piece.
 *
 * in:     root: may be a link itself; path: below it, '/' between
 *         take: called with each piece, of at least one byte
 * errors: a link, or what is no file, anywhere on the way, too
 */
extern bool plat_below_read(const char *root, const char *path,
							void (*take) (void *arg, const void *bytes,
										  size_t len),
							void *arg, Error *error);

#endif							/* PLATFORM_BELOW_H */
