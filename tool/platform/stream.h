/*
 * stream.h
 *		Files of any length, read and written in portions.
 *
 * Several threads may do so at the same time.
 */
#ifndef PLATFORM_STREAM_H
#define PLATFORM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Takes the next bytes; false with the error ends it. */
typedef bool (*PlatTake) (void *arg, const void *bytes, size_t len,
						  Error *error);

/*
 * plat_stream_read
 *		Read a plain file from its beginning to its end; in place of a link is
 *		an error.
 */
extern bool plat_stream_read(const char *path, PlatTake take, void *arg,
							 Error *error);

/* A new file that is being written. */
typedef struct PlatOutput PlatOutput;

/*
 * plat_output_begin
 *		Make a file that is not there, for its owner alone; NULL is an error.
 */
extern PlatOutput *plat_output_begin(const char *path, Error *error);

/* Write further bytes; a PlatTake. */
extern bool plat_output_add(void *output, const void *bytes, size_t len,
							Error *error);

/* How a file ends. */
typedef struct PlatOutputEnd
{
	bool		keep_time;		/* it has this time; else when it was written */
	int64_t		modified_ns;	/* since 1970 */
	bool		shared;			/* others may read it, too */
	bool		sync;			/* wait until it is on the disk */
} PlatOutputEnd;

/*
 * plat_output_end
 *		Close it; nobody may write it from then on.
 *
 * errors: in any case the output is gone; the file stays
 */
extern bool plat_output_end(PlatOutput *output, const PlatOutputEnd *end,
							Error *error);

/* Close it; what has become of it does not count.  NULL is nothing. */
extern void plat_output_drop(PlatOutput *output);

/* Rename a file in its directory; not durable, as plat_file_rename() is. */
extern bool plat_output_rename(const char *from, const char *to,
							   Error *error);

#endif							/* PLATFORM_STREAM_H */
