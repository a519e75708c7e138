/*
 * rsync_parse.c
 *		The lines of "rsync --list-only".
 *
 * "-rw-r--r--           12 2026/11/23 00:52:02 Apps/one": kind and mode, size
 * in bytes, time, and the name behind exactly one blank.  Characters that
 * cannot be printed are written \#ooo, and so is a '\' that would look like
 * one.  Behind the name of a link comes what it leads to.
 */
#include "share/rsync_parse.h"

#include <string.h>

#define MODE_LEN 10

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool
kind_of(char c, unsigned char *kind)
{
	if (c == '-')
		*kind = SHARE_FILE;
	else if (c == 'd')
		*kind = SHARE_FOLDER;
	else if (c == 'l')
		*kind = SHARE_LINK;
	else if (strchr("bcps", c) != NULL && c != '\0')
		*kind = SHARE_SPECIAL;
	else
		return false;
	return true;
}

/* Digits, and what must stand behind them; where to go on, or NULL. */
static char *
read_number(char *text, size_t digits, char end, int64_t * number)
{
	size_t		n = 0;

	*number = 0;
	for (; n < digits && is_digit(text[n]); n++)
		*number = *number * 10 + (text[n] - '0');
	return n > 0 && text[n] == end ? text + n + 1 : NULL;
}

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t		y = month <= 2 ? year - 1 : year;
	int64_t		of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
	day - 1;
	int64_t		era = y / 400;
	int64_t		of_era = y % 400;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
		719468;
}

/* "2026/11/23 00:52:02 "; where to go on, or NULL. */
static char *
read_time(char *text, int64_t * ns)
{
	static const char ends[] = "// :: ";
	int64_t		parts[6];

	for (int i = 0; i < 6; i++)
	{
		text = read_number(text, 4, ends[i], &parts[i]);
		if (text == NULL)
			return NULL;
	}
	if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31 ||
		parts[3] > 23 || parts[4] > 59 || parts[5] > 60)
		return NULL;
	/* What does not fit into nanoseconds is as far away as can be told. */
	if (parts[0] < 1678 || parts[0] > 2261)
		parts[0] = parts[0] < 1678 ? 1678 : 2261;
	*ns = (((days_of(parts[0], parts[1], parts[2]) * 24 + parts[3]) * 60 +
			parts[4]) * 60 + parts[5]) * 1000000000;
	return text;
}

bool
share_rsync_decode(char *name)
{
	char	   *out = name;

	for (const char *in = name; *in != '\0'; out++)
	{
		if (in[0] == '\\' && in[1] == '#' && in[2] <= '3' &&
			is_octal(in[2]) && is_octal(in[3]) && is_octal(in[4]))
		{
			*out = (char) ((in[2] - '0') * 64 + (in[3] - '0') * 8 +
						   (in[4] - '0'));
			if (*out == '\0')
				return false;
			in += 5;
		}
		else
			*out = *in++;
	}
	*out = '\0';
	return true;
}

bool
share_rsync_line(char *line, ShareEntry *entry)
{
	char	   *text = line;
	char	   *arrow;
	int64_t		size;

	memset(entry, 0, sizeof(*entry));
	if (!kind_of(text[0], &entry->kind) || strlen(text) < MODE_LEN ||
		text[MODE_LEN] != ' ')
		return false;
	for (text += MODE_LEN; *text == ' '; text++)
		;
	text = read_number(text, 18, ' ', &size);
	if (text == NULL)
		return false;
	text = read_time(text, &entry->mtime_ns);
	if (text == NULL || text[0] == '\0')
		return false;
	arrow = entry->kind == SHARE_LINK ? strstr(text, " -> ") : NULL;
	if (arrow != NULL && arrow != text)
		*arrow = '\0';
	entry->path = text;
	entry->size = (uint64_t) size;
	return share_rsync_decode(text);
}
