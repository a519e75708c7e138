/*
 * log.h
 *		Files that are only appended to, durably: what a journal is made of.
 */
#ifndef PLATFORM_LOG_H
#define PLATFORM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct PlatLog PlatLog;

/* Make a new file, durably; one that is there already is an error. */
extern bool plat_log_create(const char *path, PlatLog **log, Error *error);

/*
 * plat_log_open
 *		Open a file and cut off what is behind its first keep bytes, durably.
 */
extern bool plat_log_open(const char *path, uint64_t keep, PlatLog **log,
						  Error *error);

/*
 * plat_log_append
 *		Append bytes; true when they are on the disk.  On an error the file is
 *		cut to what it was, where the system still lets it.
 */
extern bool plat_log_append(PlatLog *log, const void *bytes, size_t len,
							Error *error);
extern void plat_log_close(PlatLog *log);

#endif							/* PLATFORM_LOG_H */
