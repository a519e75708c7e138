/*
 * children.h
 *		Many programs as children at the same time.
 */
#ifndef PLATFORM_CHILDREN_H
#define PLATFORM_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "platform/child.h"

typedef enum PlatNext
{
	PLAT_NEXT_START,			/* *child was filled */
	PLAT_NEXT_LATER,			/* not now: ask again a little later */
	PLAT_NEXT_NONE				/* there will be no further one */
} PlatNext;

/* All functions are called from plat_children_run(). */
typedef struct PlatChildren
{
	size_t		most;			/* so many at the same time; at least one */

	/*
	 * What to run next.  *child, and what it points to, is kept as it is
	 * until ended() was called with the number, which is the caller's.
	 */
	PlatNext	(*next) (void *arg, PlatChild *child, size_t *number);

	/*
	 * One has ended, or could not be started; error is as from
	 * plat_child_run(), without a message where it exited with code 0.
	 */
	void		(*ended) (void *arg, size_t number,
						  const PlatChildResult *result, const Error *error);
	void	   *arg;
} PlatChildren;

/*
 * plat_children_run
 *		Run programs as plat_child_run() does, many at the same time, until
 *		next() says that there is none and all have ended.
 *
 * While next() answers PLAT_NEXT_LATER it is asked again at least each 50 ms.
 * It must not do so without an end when nothing runs.
 */
extern void plat_children_run(const PlatChildren *children);

#endif							/* PLATFORM_CHILDREN_H */
