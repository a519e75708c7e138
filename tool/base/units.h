/*
 * units.h
 *		Amounts for people.
 */
#ifndef TOOL_UNITS_H
#define TOOL_UNITS_H

#include <stdint.h>

#define UNITS_SIZE 32

typedef enum UnitsProblem
{
	UNITS_GOOD,
	UNITS_NO_NUMBER,
	UNITS_NO_UNIT,
	UNITS_STRANGE_UNIT,
	UNITS_TOO_LARGE
} UnitsProblem;

/*
 * units_parse_duration, units_parse_bytes
 *		Read "30s" (ms, s, min, h, d) into milliseconds, or "16MB" (B, kB, MB,
 *		GB, TB, in powers of 1024) into bytes.  A blank may be between; 0 needs
 *		no unit.
 *
 * out: *ms, *bytes: set only on UNITS_GOOD
 */
extern UnitsProblem units_parse_duration(const char *text, int64_t * ms);
extern UnitsProblem units_parse_bytes(const char *text, int64_t * bytes);

/*
 * units_bytes, units_seconds
 *		"312 kB" in powers of 1024, and "1.4 s" or "12 min"; out has room for
 *		UNITS_SIZE bytes.  Less than nothing is "unknown".
 */
extern void units_bytes(int64_t bytes, char *out);
extern void units_seconds(double seconds, char *out);

#endif							/* TOOL_UNITS_H */
