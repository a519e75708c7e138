/*
 * tree.h
 *		All that is in a directory, and below.
 */
#ifndef PLATFORM_TREE_H
#define PLATFORM_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef enum PlatKind
{
	PLAT_FILE,
	PLAT_DIRECTORY,
	PLAT_LINK,					/* symbolic, or what else leads elsewhere */
	PLAT_OTHER					/* a socket, a device, ... */
} PlatKind;

typedef struct PlatEntry
{
	const char *path;			/* below the root, '/' between, in the bytes
								 * of the file system; read during the call */
	PlatKind	kind;
	uint64_t	size;			/* bytes; of a file */
	int64_t		modified_ns;	/* when its content was, since 1970 */
	int64_t		changed_ns;		/* when it was in any way; 0: not known */
	uint64_t	inode;			/* what tells it from others; 0: not known */
} PlatEntry;

typedef enum PlatVisit
{
	PLAT_VISIT_GO_ON,
	PLAT_VISIT_SKIP,			/* do not enter this directory */
	PLAT_VISIT_STOP				/* the caller has failed */
} PlatVisit;

/*
 * plat_tree_walk
 *		Visit everything below a directory: a directory before what is in it,
 *		and what is in one sorted by the bytes of its names.  Links are told,
 *		and not followed, wherever on the way they are; root itself may be one.
 *
 * in:     visit: called for each
 * out:    false also where visit() has stopped; then the error is untouched
 * errors: a directory that cannot be read: what could not be listed must not
 *         be taken for missing.  What vanishes meanwhile is left out.
 */
extern bool plat_tree_walk(const char *root,
						   PlatVisit (*visit) (void *arg,
											   const PlatEntry *entry),
						   void *arg, Error *error);

/*
 * plat_tree_sync
 *		See to it that all that was written in the file system of a path is on
 *		its disk.
 */
extern bool plat_tree_sync(const char *path, Error *error);

#endif							/* PLATFORM_TREE_H */
