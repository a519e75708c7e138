/*
 * units.h
 *		Amounts for people.
 */
#ifndef TOOL_UNITS_H
#define TOOL_UNITS_H

#include <stdint.h>

#define UNITS_SIZE 32

/*
 * units_bytes, units_seconds
 *		"312 kB" in powers of 1024, and "1.4 s" or "12 min"; out has room for
 *		UNITS_SIZE bytes.  Less than nothing is "unknown".
 */
extern void units_bytes(int64_t bytes, char *out);
extern void units_seconds(double seconds, char *out);

/*
 * units_unit, units_duration
 *		How many ms "ms", "s", "min", "h" or "d" are, 0 for another word; and
 *		"90 min" in ms, -1 where it is no duration or longer than max.
 */
extern long units_unit(const char *word);
extern long units_duration(const char *text, long max);

#endif							/* TOOL_UNITS_H */
