/*
 * timestamp.h
 *		Times as text.
 */
#ifndef TOOL_TIMESTAMP_H
#define TOOL_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#define TIMESTAMP_SIZE 32

/*
 * timestamp_format
 *		"2026-11-23T00:52:02.123Z"; out has room for TIMESTAMP_SIZE bytes.
 *
 * in: milliseconds since 1970 in UTC, between the years 1 and 9999
 */
extern void timestamp_format(int64_t ms, char *out);

/*
 * timestamp_compact
 *		Such a text as "20261123T005202.123Z": without what no file's name may
 *		have.
 *
 * out: of size bytes; what does not fit is left out
 */
extern void timestamp_compact(const char *time, char *out, size_t size);

#endif							/* TOOL_TIMESTAMP_H */
