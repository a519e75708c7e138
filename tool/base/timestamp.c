/*
 * timestamp.c
 *		Times as text.
 *
 * Done by hand: gmtime() is not safe everywhere, and timegm() not there.
 */
#include "base/timestamp.h"

#include <stdio.h>

#define MS_OF_DAY 86400000

/*
 * The civil date of a day since 1970, by counting years from March on in eras
 * of 400 years (H. Hinnant, chrono-compatible low-level date algorithms).
 */
static void
civil(int64_t day, int *year, int *month, int *mday)
{
	int64_t		shifted = day + 719468;
	int64_t		era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t		doe = shifted - era * 146097;
	int64_t		yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t		doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t		mp = (5 * doy + 2) / 153;

	*mday = (int) (doy - (153 * mp + 2) / 5 + 1);
	*month = (int) (mp < 10 ? mp + 3 : mp - 9);
	*year = (int) (yoe + era * 400 + (*month <= 2 ? 1 : 0));
}

void
timestamp_format(int64_t ms, char *out)
{
	int64_t		day = ms / MS_OF_DAY;
	int			rest = (int) (ms % MS_OF_DAY);
	int			year;
	int			month;
	int			mday;

	if (rest < 0)
	{
		rest += MS_OF_DAY;
		day--;
	}
	civil(day, &year, &month, &mday);
	snprintf(out, TIMESTAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
			 year % 10000, month, mday, rest / 3600000, rest / 60000 % 60,
			 rest / 1000 % 60, rest % 1000);
}

void
timestamp_compact(const char *time, char *out, size_t size)
{
	size_t		n = 0;

	for (; *time != '\0' && n < size - 1; time++)
		if (*time != '-' && *time != ':')
			out[n++] = *time;
	out[n] = '\0';
}
