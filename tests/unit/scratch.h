/*
 * scratch.h
 *		A directory for a test program, removed at its end.
 */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <stdbool.h>

/* Make it, and leave nothing behind at exit of this process. */
extern const char *scratch_begin(void);

/* A path in it, of up to 64 at a time. */
extern const char *scratch_path(const char *format,...)
			__attribute__((format(printf, 1, 2)));

/* Remove a path with all that is in it; no error where it is not there. */
extern void scratch_remove(const char *path);

/* Write a file, or end the program. */
extern void scratch_write(const char *path, const char *bytes, unsigned long len);

/* A file's content, NULL where there is none; freed by the caller. */
extern char *scratch_read(const char *path);

#endif							/* UNIT_SCRATCH_H */
