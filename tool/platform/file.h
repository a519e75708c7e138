/*
 * file.h
 *		Whole files.
 */
#ifndef PLATFORM_FILE_H
#define PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

typedef struct PlatFileInfo
{
	bool		exists;
	bool		directory;
	uint64_t	size;			/* bytes */
	int64_t		changed_ms;		/* when its content was, since 1970 */
} PlatFileInfo;

/* Look at a path; one where nothing is is no error. */
extern bool plat_file_info(const char *path, PlatFileInfo *info,
						   Error *error);

/*
 * plat_file_private
 *		Whether only its owner, who is this user or root, may read or write a
 *		file; else an error that says what to do.
 */
extern bool plat_file_private(const char *path, Error *error);

/*
 * plat_file_read
 *		Put a file's content behind a text; more than limit bytes are an error.
 */
extern bool plat_file_read(const char *path, size_t limit, Text *content,
						   Error *error);

/*
 * plat_file_read_plain
 *		The same where it is a plain file: a link in its place is not followed,
 *		and a pipe not waited for, but an error.
 *
 * out: *there: false where nothing is, which is no error
 */
extern bool plat_file_read_plain(const char *path, size_t limit,
								 Text *content, bool *there, Error *error);

/*
 * plat_file_write
 *		Make or replace a file: after a crash at any moment either the old or
 *		the new content is there, whole.
 *
 * in:     private_file: only the owner may read it; else all, as the umask allows
 * errors: the old file is as it was
 */
extern bool plat_file_write(const char *path, const void *bytes, size_t len,
							bool private_file, Error *error);

/* Rename or remove a file durably; removing what is not there is no error. */
extern bool plat_file_rename(const char *from, const char *to, Error *error);
extern bool plat_file_remove(const char *path, Error *error);

#endif							/* PLATFORM_FILE_H */
