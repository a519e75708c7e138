/*
 * position.c
 *		Positions in which a short name is a host: behind a key, and in the
 *		authority of a URL.
 */
#include <string.h>

#include "chars.h"
#include "scan.h"

static size_t
skip(const RwScan *scan, size_t p, unsigned int classes)
{
	while (p < scan->len && rw_is(scan->text[p], classes))
		p++;
	return p;
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'';
}

size_t
rw_quote_at(const char *text, size_t len, size_t p)
{
	size_t		n = 0;

	while (p + n < len && n < 4 && text[p + n] == '\\')
		n++;
	if ((n == 0 || n == 1 || n == 3) && p + n < len && is_quote(text[p + n]))
		return n + 1;
	return 0;
}

bool
rw_key_at_operator(const RwScan *scan, size_t p)
{
	const char *text = scan->text;

	while (p > 0 && rw_is(text[p - 1], RW_BLANK))
		p--;
	if (p > 0 && is_quote(text[p - 1]))
	{
		size_t		n = 0;

		p--;
		while (p > n && n < 4 && text[p - 1 - n] == '\\')
			n++;
		if (n == 1 || n == 3)
			p -= n;
	}
	return rw_key_before(&scan->matcher->keys, text, p);
}

/* "tcp:" and "lpc:", protocols of a SQL Server address. */
static bool
protocol_at(const RwScan *scan, size_t p)
{
	return scan->len - p >= 4 &&
		(rw_equal_fold(scan->text + p, "tcp:", 4) ||
		 rw_equal_fold(scan->text + p, "lpc:", 4));
}

size_t
rw_host_after_key(const RwScan *scan, size_t p)
{
	RwHost		host;

	while (p < scan->len)
	{
		size_t		quote = rw_quote_at(scan->text, scan->len, p);

		if (quote > 0)
			p += quote;
		else if (rw_is(scan->text[p], RW_BLANK) || scan->text[p] == '{')
			p++;
		else if (protocol_at(scan, p))
			p += 4;
		else if (scan->text[p] == '[' && !rw_host_at(scan, p, true, &host))
			p = skip(scan, p + 1, RW_SPACE);
		else
			break;
	}
	return p;
}

bool
rw_key_host_ends(const RwScan *scan, size_t p)
{
	const char *text = scan->text;
	size_t		quote;
	size_t		behind;
	char		c;

	if (p >= scan->len)
		return true;
	c = text[p];
	if (c == ':')
	{
		if (p + 1 < scan->len && rw_is(text[p + 1], RW_SPACE))
			return false;
	}
	else if (c != '\\' && c != '/' &&
			 !rw_is(c, RW_SPACE | RW_CONTROL | RW_LISTED))
		return false;

	/* What looks like a host may be the next key: "host":"CN1","CN":"y" */
	quote = rw_quote_at(text, scan->len, p);
	behind = skip(scan, p + quote, RW_BLANK);
	if (behind >= scan->len)
		return true;
	return text[behind] != '=' && (quote == 0 || text[behind] != ':');
}

size_t
rw_host_after_switch(const RwScan *scan, size_t p)
{
	const char *text = scan->text;
	size_t		first = 0;
	size_t		end;
	unsigned int state = 0;

	if (p > 0 && !rw_escape_before(text, p) &&
		!rw_is(text[p - 1], RW_SPACE | RW_CONTROL | RW_LISTED))
		return 0;
	if (text[p] == '-' && p + 1 < scan->len && text[p + 1] == '-')
		p++;
	end = p + 1;
	if (end >= scan->len || !rw_is(text[end], RW_LETTER))
		return 0;

	/* "-server name CN1" may mean "server" or "server name". */
	while ((end = rw_key_from(&scan->matcher->keys, text, scan->len, end,
							  &state)) > 0)
	{
		size_t		begin = rw_host_after_key(scan, end);
		RwHost		host;

		if (first == 0)
			first = begin;
		if (rw_host_at(scan, begin, true, &host) &&
			host.node != RW_NO_NODE)
			return begin;
	}
	return first;
}

/* A byte that no item of a list holds. */
static bool
ends_item(char c)
{
	if (rw_is(c, RW_TOKEN))
		return false;
	return rw_is(c, RW_SPACE) || is_quote(c) ||
		(c != '\0' && strchr("\\,;=&<>{}()[]", c) != NULL);
}

size_t
rw_item_end(const RwScan *scan, size_t p)
{
	RwHost		host;

	if (p < scan->len && scan->text[p] == '[' &&
		rw_host_at(scan, p, true, &host))
		p = host.next;
	while (p < scan->len && !ends_item(scan->text[p]))
		p++;
	return p;
}

static size_t
skip_quotes_and_space(const RwScan *scan, size_t p)
{
	for (;;)
	{
		size_t		start = p;

		p = skip(scan, p, RW_SPACE);
		p += rw_quote_at(scan->text, scan->len, p);
		if (p == start)
			return p;
	}
}

size_t
rw_next_item(const RwScan *scan, size_t end, bool empty)
{
	const char *text = scan->text;
	size_t		p = end;

	if (!empty && p < scan->len && text[p] == '\\' &&
		rw_quote_at(text, scan->len, p) == 0)
	{
		while (p < scan->len && text[p] == '\\')
			p++;
		p = rw_item_end(scan, p);
	}
	p = skip_quotes_and_space(scan, p);
	if (p >= scan->len || text[p] != ',')
		return 0;
	return skip_quotes_and_space(scan, p + 1);
}

size_t
rw_scheme_end(const char *text, size_t len, size_t p, bool *encoded)
{
	*encoded = p < len && text[p] == '%';
	if (*encoded)
		return RW_STARTS(text, len, p, "%3a%2f%2f") ? 9 : 0;
	if (RW_STARTS(text, len, p, "://"))
		return 3;
	return RW_STARTS(text, len, p, ":\\/\\/") ? 5 : 0;
}

bool
rw_scheme_is_lib(const char *text, size_t p)
{
	if (p < 3 || !rw_equal_fold(text + p - 3, "lib", 3))
		return false;
	p -= 3;
	return p == 0 || rw_escape_before(text, p) ||
		!(rw_is(text[p - 1], RW_LETTER | RW_DIGIT) ||
		  (text[p - 1] != '\0' && strchr("+-.", text[p - 1]) != NULL));
}

/* The escape of a byte at p, in an authority that spells them so. */
#define ENCODED_AT(scan, p, encoded, escape) \
	((encoded) && RW_STARTS((scan)->text, (scan)->len, p, escape))

static bool
ends_user(const RwScan *scan, size_t p, bool encoded)
{
	char		c = scan->text[p];

	if (c == '%')
		return ENCODED_AT(scan, p, encoded, "%2f") ||
			ENCODED_AT(scan, p, encoded, "%5c") ||
			ENCODED_AT(scan, p, encoded, "%3f") ||
			ENCODED_AT(scan, p, encoded, "%23") ||
			ENCODED_AT(scan, p, encoded, "%2c");
	return c != '=' && (c == '/' || c == '\\' ||
						rw_is(c, RW_SPACE | RW_CONTROL | RW_LISTED));
}

size_t
rw_authority_host(const RwScan *scan, size_t p, bool encoded)
{
	size_t		host = p;

	for (; p < scan->len && !ends_user(scan, p, encoded); p++)
	{
		if (scan->text[p] == '@')
			host = p + 1;
		else if (ENCODED_AT(scan, p, encoded, "%40"))
			host = p + 3;
	}
	return host;
}

size_t
rw_authority_next(const RwScan *scan, size_t p, bool encoded)
{
	size_t		colon = 0;

	if (p < scan->len && scan->text[p] == '.')
		p++;
	if (p < scan->len && scan->text[p] == ':')
		colon = 1;
	else if (ENCODED_AT(scan, p, encoded, "%3a"))
		colon = 3;
	if (colon > 0)
	{
		size_t		digits = p + colon;

		p = skip(scan, digits, RW_DIGIT);
		if (p == digits || p - digits > 5)
			return 0;
	}
	if (p < scan->len && scan->text[p] == ',')
		return p + 1;
	return ENCODED_AT(scan, p, encoded, "%2c") ? p + 3 : 0;
}
