/*
 * timestamp.h
 *		Times as text.
 */
#ifndef TOOL_TIMESTAMP_H
#define TOOL_TIMESTAMP_H

#include <stdint.h>

#define TIMESTAMP_SIZE 32

/*
 * timestamp_format
 *		"2026-11-23T00:52:02.123Z"; out has room for TIMESTAMP_SIZE bytes.
 *
 * in: milliseconds since 1970 in UTC, between the years 1 and 9999
 */
extern void timestamp_format(int64_t ms, char *out);

#endif							/* TOOL_TIMESTAMP_H */
