/*
 * units.c
 *		Amounts for people.
 */
#include "base/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
units_bytes(int64_t bytes, char *out)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	double		amount = (double) bytes;
	int			unit = 0;

	/* Up to 9999 of a unit, as PostgreSQL's pg_size_pretty() does. */
	while (amount >= 10240 && unit < 4)
	{
		amount /= 1024;
		unit++;
	}
	if (bytes < 0)
		snprintf(out, UNITS_SIZE, "unknown");
	else
		snprintf(out, UNITS_SIZE, "%.0f %s", amount, units[unit]);
}

void
units_seconds(double seconds, char *out)
{
	if (seconds < 0)
		snprintf(out, UNITS_SIZE, "unknown");
	else if (seconds < 120)
		snprintf(out, UNITS_SIZE, "%.1f s", seconds);
	else if (seconds < 120 * 60)
		snprintf(out, UNITS_SIZE, "%.0f min", seconds / 60);
	else
		snprintf(out, UNITS_SIZE, "%.0f h", seconds / 3600);
}

typedef struct Unit
{
	const char *name;
	int64_t		factor;
} Unit;

static const Unit durations[] = {
	{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000},
	{"d", 86400000}, {NULL, 0}
};

static const Unit sizes[] = {
	{"B", 1}, {"kB", INT64_C(1) << 10}, {"MB", INT64_C(1) << 20},
	{"GB", INT64_C(1) << 30}, {"TB", INT64_C(1) << 40}, {NULL, 0}
};

static UnitsProblem
parse(const char *text, const Unit *units, int64_t * amount)
{
	char	   *end;
	long long	number;

	if (text[0] < '0' || text[0] > '9')
		return UNITS_NO_NUMBER;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (number == 0 && *end == '\0')
	{
		*amount = 0;
		return UNITS_GOOD;
	}
	if (*end == '\0')
		return UNITS_NO_UNIT;
	end += strspn(end, " ");
	while (units->name != NULL && strcmp(units->name, end) != 0)
		units++;
	if (units->name == NULL)
		return UNITS_STRANGE_UNIT;
	if (errno != 0 || number > INT64_MAX / units->factor)
		return UNITS_TOO_LARGE;
	*amount = (int64_t) number * units->factor;
	return UNITS_GOOD;
}

UnitsProblem
units_parse_duration(const char *text, int64_t * ms)
{
	return parse(text, durations, ms);
}

UnitsProblem
units_parse_bytes(const char *text, int64_t * bytes)
{
	return parse(text, sizes, bytes);
}
