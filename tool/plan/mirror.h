/*
 * mirror.h
 *		A second place for a plan's journal, which outlives this machine.
 */
#ifndef PLAN_MIRROR_H
#define PLAN_MIRROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/*
 * store
 *		Keep lines of a run durably, the first of them under the number first;
 *		lines that are there already are replaced.  All or none.
 * load
 *		The lines of a run (NULL: of the one that was begun last), a line feed
 *		behind each; none where there is no such run.  Members of the objects
 *		may be in any order.
 */
typedef struct PlanMirror
{
	void	   *arg;
	bool		(*store) (void *arg, const char *run, size_t first,
						  const char *const *entries, size_t count,
						  Error *error);
	bool		(*load) (void *arg, const char *run, Text *lines,
						 Error *error);
} PlanMirror;

#endif							/* PLAN_MIRROR_H */
