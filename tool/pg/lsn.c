/*
 * lsn.c
 *		Positions in the write-ahead log, and timelines.
 */
#include "pg/lsn.h"

#include <stdio.h>

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to eight hexadecimal digits; what follows, or NULL. */
static const char *
parse_half(const char *text, uint64_t *value)
{
	int			digits = 0;

	*value = 0;
	for (; hex_digit(*text) >= 0; text++)
	{
		if (++digits > 8)
			return NULL;
		*value = *value << 4 | (uint64_t) hex_digit(*text);
	}
	return digits > 0 ? text : NULL;
}

bool
pg_lsn_parse(const char *text, PgLsn * lsn)
{
	uint64_t	high;
	uint64_t	low;

	if (text == NULL)
		return false;
	text = parse_half(text, &high);
	if (text == NULL || *text != '/')
		return false;
	text = parse_half(text + 1, &low);
	if (text == NULL || *text != '\0')
		return false;
	*lsn = high << 32 | low;
	return true;
}

bool
pg_timeline_parse(const char *text, PgTimeline * timeline)
{
	uint64_t	value = 0;

	if (text == NULL || *text == '\0')
		return false;
	for (; *text != '\0'; text++)
	{
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t) (*text - '0');
		if (value > UINT32_MAX)
			return false;
	}
	*timeline = (PgTimeline) value;
	return value > 0;
}

void
pg_lsn_format(PgLsn lsn, char *out)
{
	snprintf(out, PG_LSN_SIZE, "%X/%X", (unsigned int) (lsn >> 32),
			 (unsigned int) (lsn & 0xFFFFFFFF));
}

uint64_t
pg_lsn_distance(PgLsn from, PgLsn to)
{
	return to > from ? to - from : 0;
}
