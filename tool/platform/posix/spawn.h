/*
 * spawn.h
 *		Starting a child.
 */
#ifndef PLATFORM_POSIX_SPAWN_H
#define PLATFORM_POSIX_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "platform/child.h"

/* A child that runs; the descriptors are our ends, -1 where closed. */
typedef struct Spawned
{
	pid_t		pid;			/* also its process group */
	int			input;
	int			streams[2];		/* PLAT_STDOUT, PLAT_STDERR */
} Spawned;

/*
 * unix_spawn
 *		Start a child; false with errno set where it could not be started,
 *		its program not found included.
 */
extern bool unix_spawn(const PlatChild *child, Spawned *spawned);

#endif							/* PLATFORM_POSIX_SPAWN_H */
