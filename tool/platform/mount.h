/*
 * mount.h
 *		In what file system a path is.
 */
#ifndef PLATFORM_MOUNT_H
#define PLATFORM_MOUNT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

typedef struct PlatMount
{
	const char *point;			/* where it is mounted */
	const char *type;			/* as the system calls it: "cifs", "ext4" */
	const char *source;			/* "//server/share", "/dev/sda1" */
	const char *options;		/* of the mount and the file system, with
								 * commas between */
} PlatMount;

/*
 * plat_mount_parse
 *		Find the mount of a path in what /proc/self/mountinfo says.
 *
 * in:  path: absolute, without links on its way
 * out: *mount: in the arena; false where no line fits
 */
extern bool plat_mount_parse(const char *text, const char *path,
							 Arena *arena, PlatMount *mount);

/*
 * plat_mount_of
 *		The same for a path of this machine, whose links are followed.
 *
 * errors: a path that is not there, or a system that does not say
 */
extern bool plat_mount_of(const char *path, Arena *arena, PlatMount *mount,
						  Error *error);

/* Is a word among a mount's options?  "noacl", or "cache" for "cache=none". */
extern bool plat_mount_has(const PlatMount *mount, const char *option);

#endif							/* PLATFORM_MOUNT_H */
