/*
 * posix.h
 *		What the files of this folder share; include it first.
 */
#ifndef PLATFORM_POSIX_H
#define PLATFORM_POSIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "platform/tree.h"

/*
 * unix_error
 *		Fill an error: "could not WHAT \"PATH\": " and the words for errno.
 *		Always false; errno is kept.
 */
extern bool unix_error(Error *error, const char *what, const char *path);

/* open() that no signal interrupts and no child inherits. */
extern int	unix_open(const char *path, int flags, mode_t mode);

/* Write all bytes; false with errno set. */
extern bool unix_write_all(int fd, const void *bytes, size_t len);

/* close() that keeps errno. */
extern void unix_close(int fd);

/* The directory that a path is in; freed by the caller. */
extern char *unix_parent(const char *path);

/* Make the names in the directory of a path durable; false with errno set. */
extern bool unix_sync_parent(const char *path);

/* Is what was found at a path its owner's alone?  As plat_file_private(). */
extern bool unix_private(const struct stat *found, const char *path,
						 Error *error);

/* What a mode of stat() says that something is. */
extern PlatKind unix_kind(mode_t mode);

#endif							/* PLATFORM_POSIX_H */
