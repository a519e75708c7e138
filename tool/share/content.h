/*
 * content.h
 *		Whether files of two shares have the same content, by their bytes.
 *
 * Times do not tell everything: a disk can lose bytes, and a program can put
 * a time back.  Where this machine reaches both roots, several children read
 * at the same time; else rsync compares.
 */
#ifndef SHARE_CONTENT_H
#define SHARE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "share/access.h"
#include "share/list.h"

/* Two files that are to have the same content. */
typedef struct SharePair
{
	const ShareEntry *source;
	const ShareEntry *target;
	bool		differs;		/* the answer */
	const char *problem;		/* one could not be read: no answer; or NULL */
} SharePair;

typedef struct SharePairs
{
	SharePair  *list;			/* freed with free() */
	size_t		n;
	uint64_t	bytes;			/* of the sources */
} SharePairs;

/* All files that both lists have, case ignored, with the same size. */
extern void share_pairs_make(const ShareList *source,
							 const ShareList *target, SharePairs *pairs);
extern void share_pairs_free(SharePairs *pairs);

/*
 * share_pairs_compare
 *		Read both files of each pair.
 *
 * out:    differs and problem of each pair
 * errors: a child that could not be run; rsync's; or that neither share is
 *         on this machine
 */
extern bool share_pairs_compare(const ShareAccess *source,
								const ShareAccess *target,
								SharePairs *pairs, Arena *arena,
								Error *error);

/*
 * share_hash_work
 *		What such a child does: for each two paths on standard input, each with
 *		a NUL behind it, compare the SHA-256 of the files below two roots.
 *		Prints "N" for the Nth pair (from 0) where they differ, and "N words"
 *		where one could not be read.
 *
 * out: the exit code
 */
extern int	share_hash_work(const char *source, const char *target);

#endif							/* SHARE_CONTENT_H */
