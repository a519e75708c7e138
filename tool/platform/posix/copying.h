/*
 * copying.h
 *		What the files that copy share: one file, by one thread.
 */
#ifndef PLATFORM_POSIX_COPYING_H
#define PLATFORM_POSIX_COPYING_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/copy.h"

/* A directory below a root that stays open, since many files are in it. */
typedef struct CopyFolder
{
	int			root;			/* -1: there is none */
	int			fd;				/* -1: none is open */
	char	   *path;			/* which one it is: len bytes */
	size_t		len;
	size_t		capacity;
} CopyFolder;

/* What one thread works with. */
typedef struct CopyWorker
{
	CopyFolder	source;
	CopyFolder	target;
	CopyFolder	former;
	Digest	   *digest;
	unsigned char *buffer;		/* COPY_BUFFER bytes */
	bool		no_clone;		/* the file system cannot share content */
	const char *failed;			/* at what; for a message */
} CopyWorker;

#define COPY_BUFFER ((size_t) 256 * 1024)

/*
 * copy_folder_open
 *		The directory of a path, opened component by component from the root
 *		without following links; -1 with errno set.
 */
extern int	copy_folder_open(CopyFolder *folder, const char *path);
extern void copy_folder_close(CopyFolder *folder);

/*
 * copy_file
 *		Copy or link a file; false with errno set and worker->failed where it
 *		could not be written.
 */
extern bool copy_file(CopyWorker *worker, PlatCopyFile *file);

#endif							/* PLATFORM_POSIX_COPYING_H */
