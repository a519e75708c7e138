/*
 * copy.h
 *		Many files copied from one directory into another one, with their
 *		SHA-256.
 */
#ifndef PLATFORM_COPY_H
#define PLATFORM_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"

typedef enum PlatCopyEnd
{
	PLAT_COPY_WAITS,			/* not begun */
	PLAT_COPY_DONE,
	PLAT_COPY_LINKED,			/* became a further name of the former file */
	PLAT_COPY_GONE,				/* there is no such file any more, or there is
								 * a link or something else in its place */
	PLAT_COPY_UNREADABLE		/* reason: the system's error */
} PlatCopyEnd;

/* A file.  What points is the caller's. */
typedef struct PlatCopyFile
{
	const char *path;			/* below the source and below the target */
	const char *former;			/* below "former": may have the same content;
								 * or NULL */
	const char *former_sha256;	/* of that; where modified_ns and this are
								 * those found, it is linked */
	bool		same;			/* it is known to be the same: linked at once,
								 * and sha256, size, modified_ns are given */
	/* what was found */
	PlatCopyEnd end;
	int			reason;
	uint64_t	size;			/* bytes that were copied */
	int64_t		modified_ns;
	int64_t		changed_ns;
	uint64_t	inode;
	bool		unstable;		/* it has changed each time it was read */
	char		sha256[DIGEST_SIZE];
} PlatCopyFile;

typedef struct PlatCopy
{
	const char *source;			/* directories */
	const char *target;
	const char *former;			/* or NULL */
	PlatCopyFile *files;		/* sorted by path, so that those of a
								 * directory come behind each other */
	size_t		n;
	int			threads;		/* so many files at the same time */
	void		(*progress) (void *arg, size_t files, uint64_t bytes);
	void	   *arg;			/* for progress, which may be NULL and is
								 * called from plat_copy_end() now and then */
} PlatCopy;

/* A copy that is at work. */
typedef struct PlatCopying PlatCopying;

/*
 * plat_copy_begin
 *		Copy files by threads, while the caller goes on.
 *
 * A copy can be read by those who may read the source, written by nobody, and
 * has the source's time.  Nothing is synced to the disk: plat_tree_sync().
 * Links are not followed, wherever on the way they are.  A file that changes
 * while it is read is read again, three times at most.  Where the file system
 * can share the content of source and target, it does.
 *
 * in:     copy: as it is until plat_copy_end(), with all that it points to;
 *         directories in the target must be there
 * out:    *copying: to be given to plat_copy_end()
 */
extern bool plat_copy_begin(PlatCopy *copy, PlatCopying **copying,
							Error *error);

/*
 * plat_copy_end
 *		Wait for the end of all of it, telling how far it is; or, with stop,
 *		only for the files that are at work.
 *
 * out:    what became of each file is in it
 * errors: what cannot be written; plat_cancelled(); none with stop
 */
extern bool plat_copy_end(PlatCopying *copying, bool stop, Error *error);

/* The system's words for a reason. */
extern const char *plat_copy_reason(int reason);

/*
 * plat_file_link
 *		Replace a file by a further name of another one of the same content;
 *		false without an error where that cannot be done here.
 */
extern bool plat_file_link(const char *existing, const char *path);

/* A file below a root, and what was found of it. */
typedef struct PlatLook
{
	const char *path;
	bool		exists;			/* as a plain file, without a link on the way */
	uint64_t	size;			/* bytes */
	uint64_t	names;			/* that it has in the file system */
} PlatLook;

/* Look at many files; those of a directory should follow each other. */
extern bool plat_look(const char *root, PlatLook *looks, size_t n,
					  Error *error);

/*
 * plat_file_digest
 *		SHA-256 of a file, and its size.
 */
extern bool plat_file_digest(const char *path, char sha256[DIGEST_SIZE],
							 uint64_t *size, Error *error);

#endif							/* PLATFORM_COPY_H */
