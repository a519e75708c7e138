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

long
units_unit(const char *word)
{
	static const struct
	{
		const char *name;
		long		ms;
	}			units[] = {
		{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000},
		{"d", 86400000}
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(word, units[i].name) == 0)
			return units[i].ms;
	return 0;
}

long
units_duration(const char *text, long max)
{
	char	   *end;
	long		number;
	long		unit;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	number = strtol(text, &end, 10);
	unit = units_unit(end + strspn(end, " "));
	if (errno != 0 || unit == 0 || number > max / unit)
		return -1;
	return number * unit;
}
