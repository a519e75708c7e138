/*
 * units.c
 *		Amounts for people.
 */
#include "base/units.h"

#include <stdio.h>

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
