/*
 * below_way.h
 *		What the files about paths below a root share.
 */
#ifndef PLATFORM_BELOW_WAY_H
#define PLATFORM_BELOW_WAY_H

#include "platform/posix/posix.h"

#include <stdbool.h>
#include <stdint.h>

/* The directory that holds the last name of a path. */
typedef struct UnixPlace
{
	int			fd;				/* closed by who has found it */
	const char *name;			/* part of the path */
} UnixPlace;

/*
 * unix_below_find
 *		Open the directory that a path is in; make: those that are missing are
 *		made.  False with errno set.
 */
extern bool unix_below_find(const char *root, const char *path, bool make,
							UnixPlace *place);

/* Does errno say that there is nothing, or a link on the way? */
extern bool unix_below_is_missing(int number);

/* As unix_error(), with the whole path. */
extern bool unix_below_fail(Error *error, const char *what, const char *root,
							const char *path);

/* Give an open file owner and rights of a path, or of what is above it. */
extern void unix_below_make_like(int fd, const char *root, const char *path,
								 bool directory);

/* For futimens(): the time of the last access stays. */
extern void unix_below_times(const int64_t modified_ns,
							 struct timespec times[2]);

#endif							/* PLATFORM_BELOW_WAY_H */
