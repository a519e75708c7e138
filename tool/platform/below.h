/*
 * below.h
 *		Files and directories below a root that are read, copied, renamed and
 *		removed one by one, in great numbers.
 *
 * Paths are below the root, with '/' between names.  No link on the way is
 * followed, so that nothing outside of the root is ever touched.  Nothing is
 * made durable: plat_tree_sync() does that for all of it.
 */
#ifndef PLATFORM_BELOW_H
#define PLATFORM_BELOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "platform/tree.h"

typedef struct PlatBelow
{
	bool		exists;
	PlatKind	kind;
	uint64_t	size;			/* bytes; of a file */
	int64_t		modified_ns;	/* since 1970 */
} PlatBelow;

/* Look at a path; one where nothing is, or nothing above it, is no error. */
extern bool plat_below_look(const char *root, const char *path,
							PlatBelow *found, Error *error);

/* A copy of a file; strings are read during the call. */
typedef struct PlatBelowCopy
{
	const char *from;			/* a whole path */
	const char *root;
	const char *path;			/* below root; replaced where it is there; the
								 * directories above it are made */
	const char *like;			/* below root: what it gets owner and rights
								 * from, or, where that is not there, from
								 * what is above it */
	int64_t		modified_ns;	/* the time it gets */
	void		(*seen) (void *arg, const void *bytes, size_t len); /* each piece, or NULL */
	void	   *arg;
} PlatBelowCopy;

/* Copy it, durably; no link is followed on the way. */
extern bool plat_below_copy(const PlatBelowCopy *copy, Error *error);

/*
 * plat_below_rename
 *		Give a file or directory another name; the directories above it are
 *		made.
 *
 * errors: also where something has that name already
 */
extern bool plat_below_rename(const char *root, const char *from,
							  const char *to, Error *error);

/*
 * plat_below_make
 *		Make a directory, in one that is there, with the owner and rights of
 *		that one; true where it is there already.
 *
 * plat_below_remove
 *		Remove an empty directory; true also where it is not there.  One that
 *		is not empty stays, which is no error.
 */
extern bool plat_below_make(const char *root, const char *path,
							Error *error);
extern bool plat_below_remove(const char *root, const char *path,
							  Error *error);

/* Set the time of the last change of a file or directory. */
extern bool plat_below_set_time(const char *root, const char *path,
								int64_t modified_ns, Error *error);

/*
 * plat_below_read
 *		Read a file piece by piece.
 *
 * in:     root: may be a link itself
 *         take: called with each piece, of at least one byte
 * errors: a link, or what is no file, anywhere on the way, too
 */
extern bool plat_below_read(const char *root, const char *path,
							void (*take) (void *arg, const void *bytes,
										  size_t len),
							void *arg, Error *error);

#endif							/* PLATFORM_BELOW_H */
