/*
 * host.c
 *		Host tokens and IP addresses, wherever they stand.
 */
#include <string.h>

#include "chars.h"
#include "inet6.h"
#include "scan.h"

/* Longest bracketed address, and longest token that can name a host. */
#define BRACKET_MAX (RW_INET6_MAX + 2)

/* The ASCII byte that a percent escape at text[p] stands for, or -1. */
static int
escaped_byte(const char *text, size_t len, size_t p)
{
	unsigned int value;

	if (p >= len || len - p < 3 || text[p] != '%' ||
		!rw_is(text[p + 1], RW_HEX) || !rw_is(text[p + 2], RW_HEX))
		return -1;
	value = rw_hex(text[p + 1]) << 4 | rw_hex(text[p + 2]);
	return value > 0x7F ? -1 : (int) value;
}

/* Does this percent escape stand for a byte that bounds a token? */
static bool
escape_bounds(const char *text, size_t len, size_t p)
{
	int			byte = escaped_byte(text, len, p);

	return byte >= 0 && byte != '%' && !rw_is((char) byte, RW_TOKEN);
}

static bool
is_packing(const char *text, size_t len, size_t p)
{
	return len - p >= 2 && text[p] == '%' &&
		(text[p + 1] == '1' || text[p + 1] == '2');
}

bool
rw_host_bounded(const char *text, size_t len, size_t p)
{
	if (p >= len || text[p] != '%' || escape_bounds(text, len, p))
		return true;
	if (escaped_byte(text, len, p) == '%')
		return false;
	/* Two hex digits that bound nothing continue the name. */
	return is_packing(text, len, p) || len - p < 3 ||
		!rw_is(text[p + 1], RW_HEX) || !rw_is(text[p + 2], RW_HEX);
}

/* Behind the run of token bytes at p. */
static size_t
token_end(const RwScan *scan, size_t p)
{
	while (p < scan->len && rw_is(scan->text[p], RW_TOKEN))
		p++;
	return p;
}

static bool
address_byte(char c)
{
	return rw_is(c, RW_HEX) || c == ':' || c == '.';
}

static size_t
address_end(const RwScan *scan, size_t p)
{
	while (p < scan->len && address_byte(scan->text[p]))
		p++;
	return p;
}

static uint32_t
find_address(const RwScan *scan, size_t start, size_t end, bool *valid)
{
	unsigned char address[16];

	*valid = end > start &&
		rw_inet6_parse(scan->text + start, end - start, address);
	if (!*valid)
		return RW_NO_NODE;
	return rw_index_find(&scan->matcher->index, RW_ROOT_ADDRESS,
						 (const char *) address, 16);
}

static bool
knows_addresses(const RwScan *scan)
{
	return rw_node(scan, RW_ROOT_ADDRESS)->child_max > 0;
}

/* "[address]" at p. */
static bool
bracketed_at(const RwScan *scan, size_t p, RwHost *host)
{
	size_t		end = p + 1;
	bool		valid;

	while (end < scan->len && end - p < BRACKET_MAX &&
		   address_byte(scan->text[end]))
		end++;
	if (end >= scan->len || scan->text[end] != ']')
		return false;
	host->start = p + 1;
	host->end = end;
	host->next = end + 1;
	host->node = find_address(scan, p + 1, end, &valid);
	return valid;
}

/* Drop the one dot that may end a run. */
static size_t
without_dot(const RwScan *scan, size_t start, size_t end)
{
	return end > start && scan->text[end - 1] == '.' ? end - 1 : end;
}

static bool
address_at(const RwScan *scan, size_t p, bool bounded, RwHost *host)
{
	size_t		end = address_end(scan, p);
	bool		valid;

	if (end - p > RW_INET6_MAX + 1 ||
		memchr(scan->text + p, ':', end - p) == NULL)
		return false;
	if (end < scan->len && rw_is(scan->text[end], RW_TOKEN))
		return false;
	host->start = p;
	host->next = end;
	host->end = without_dot(scan, p, end);
	if (bounded && !rw_host_bounded(scan->text, scan->len, end))
		return false;
	host->node = find_address(scan, p, host->end, &valid);
	return valid;
}

/* Look a token up; what is behind it must bound it where that is asked. */
static void
find_token(const RwScan *scan, bool bounded, RwHost *host)
{
	host->end = without_dot(scan, host->start, host->next);
	host->node = RW_NO_NODE;
	if (!bounded || rw_host_bounded(scan->text, scan->len, host->next))
		host->node = rw_index_find(&scan->matcher->index, RW_ROOT_HOST,
								   scan->text + host->start,
								   host->end - host->start);
}

bool
rw_host_at(const RwScan *scan, size_t p, bool bounded, RwHost *host)
{
	if (p >= scan->len)
		return false;
	if (scan->text[p] == '[')
		return bracketed_at(scan, p, host);
	if (knows_addresses(scan) && address_at(scan, p, bounded, host))
		return true;
	host->start = p;
	host->next = token_end(scan, p);
	if (host->next == p)
		return false;
	find_token(scan, bounded, host);
	return true;
}

void
rw_host_emit(RwScan *scan, const RwHost *host)
{
	const RwNode *node;
	RwEdit		edit;

	if (host->node == RW_NO_NODE)
		return;
	node = rw_node(scan, host->node);
	if (node->local && !scan->all)
		return;
	edit.start = host->start;
	edit.end = host->end;
	edit.text = scan->matcher->targets[node->target].value;
	edit.len = scan->matcher->targets[node->target].len;
	edit.node = node;
	rw_emit(scan, &edit);
}

/*
 * Where a token may begin, whose run begins at start: there, or, where a '%'
 * is before it, behind the escape or the packing byte that '%' begins.
 * Longer tokens come first.  Returns how many starts were stored.
 */
static int
token_starts(const RwScan *scan, size_t start, size_t *starts)
{
	const char *text = scan->text;
	int			n = 0;

	if (start == 0 || text[start - 1] != '%')
	{
		starts[n++] = start;
		return n;
	}
	if (is_packing(text, scan->len, start - 1))
		starts[n++] = start + 1;
	if (escape_bounds(text, scan->len, start - 1))
		starts[n++] = start + 2;
	if (n == 0 && (scan->len - start < 2 || !rw_is(text[start], RW_HEX) ||
				   !rw_is(text[start + 1], RW_HEX)))
		starts[n++] = start;
	return n;
}

bool
rw_port_behind(const RwScan *scan, size_t p)
{
	size_t		digits = 0;
	char		c;

	while (++p < scan->len && digits < 6 && rw_is(scan->text[p], RW_DIGIT))
		digits++;
	if (digits == 0 || digits > 5)
		return false;
	if (p >= scan->len)
		return true;
	c = scan->text[p];
	return !rw_is(c, RW_LETTER | RW_DIGIT) && c != '.' && c != ':' &&
		c != '@';
}

/* Is '@', '/' or '\' before text[p], or its percent escape? */
static bool
after_separator(const RwScan *scan, size_t p)
{
	const char *text = scan->text;
	int			byte;

	if (p == 0)
		return false;
	if (text[p - 1] == '@' || text[p - 1] == '/' || text[p - 1] == '\\')
		return true;
	byte = p >= 3 ? escaped_byte(text, scan->len, p - 3) : -1;
	return byte == '@' || byte == '/' || byte == '\\';
}

static size_t
run_start(const RwScan *scan, size_t p)
{
	while (p > scan->floor && rw_is(scan->text[p - 1], RW_TOKEN))
		p--;
	return p;
}

bool
rw_host_around_dot(const RwScan *scan, size_t p, RwHost *host)
{
	size_t		starts[2];
	int			n = token_starts(scan, run_start(scan, p), starts);

	host->next = token_end(scan, p);
	for (int i = 0; i < n; i++)
	{
		/* The escape that it begins behind has no dot: it is not behind p. */
		host->start = starts[i];
		find_token(scan, true, host);
		if (host->node != RW_NO_NODE &&
			rw_node(scan, host->node)->anywhere &&
			!after_separator(scan, host->start))
			return true;
	}
	return false;
}

bool
rw_host_before_colon(const RwScan *scan, size_t p, RwHost *host)
{
	size_t		starts[2];
	size_t		start;
	int			n;

	start = run_start(scan, p);
	if (start == p)
		return false;
	n = token_starts(scan, start, starts);
	for (int i = 0; i < n; i++)
	{
		host->start = starts[i];
		host->next = p;
		if (host->start >= p)
			continue;
		find_token(scan, true, host);
		if (host->node != RW_NO_NODE)
			return true;
	}
	return false;
}

/* Where the address of the run [start, end) may begin; see token_starts(). */
static int
address_starts(const RwScan *scan, size_t start, size_t *starts)
{
	/* At the floor the walk knows that a host begins here. */
	if (start == scan->floor || !rw_is(scan->text[start - 1], RW_TOKEN))
		return token_starts(scan, start, starts);

	/* "peer:fd00::1": the address begins behind the first colon. */
	while (scan->text[start] != ':')
		start++;
	starts[0] = start + 1;
	return 1;
}

/* Too short for an address without "::", as 12:34:56 is. */
static bool
is_time(const char *run, size_t len)
{
	if (len >= 15)
		return false;
	for (size_t i = 1; i < len; i++)
		if (run[i] == ':' && run[i - 1] == ':')
			return false;
	return true;
}

bool
rw_address_around_colon(const RwScan *scan, size_t p, RwHost *host)
{
	size_t		start = p;
	size_t		starts[2];
	int			n;

	host->node = RW_NO_NODE;
	host->start = host->end = p;
	host->next = p + 1;
	if (!knows_addresses(scan))
		return false;
	while (start > scan->floor && address_byte(scan->text[start - 1]))
		start--;
	host->next = address_end(scan, p);
	if ((host->next < scan->len && rw_is(scan->text[host->next], RW_TOKEN)) ||
		!rw_host_bounded(scan->text, scan->len, host->next) ||
		is_time(scan->text + start, host->next - start))
		return false;
	n = address_starts(scan, start, starts);
	for (int i = 0; i < n; i++)
	{
		size_t		before = starts[i];
		size_t		end = without_dot(scan, before, host->next);
		bool		port = false;
		bool		valid;

		host->node = find_address(scan, before, end, &valid);
		if (!valid)
			continue;
		host->start = before;
		host->end = end;
		if (before > 0 && scan->text[before - 1] == '[' &&
			end < scan->len && scan->text[end] == ']')
		{
			before--;
			port = end + 1 < scan->len && scan->text[end + 1] == ':' &&
				rw_port_behind(scan, end + 1);
		}
		return host->node != RW_NO_NODE &&
			(port || !after_separator(scan, before));
	}
	return false;
}

/* One item of form host, [start, end). */
static void
scan_item(RwScan *scan, size_t start, size_t end)
{
	RwScan		item = *scan;
	RwHost		host;
	size_t		p;

	item.len = end;
	if (!rw_host_at(&item, start, false, &host))
		return;
	p = host.next;
	if (scan->text[host.start - (host.start > start)] == '[' && p < end &&
		scan->text[p] == '.')
		p++;
	if (p < end && scan->text[p] == ':')
	{
		size_t		digits = p + 1;

		while (digits < end && rw_is(scan->text[digits], RW_DIGIT))
			digits++;
		if (digits > p + 1 && digits - p <= 6)
			p = digits;
	}
	if (p == end)
		rw_host_emit(scan, &host);
}

void
rw_scan_hosts(RwScan *scan)
{
	size_t		p = 0;

	while (p < scan->len && !scan->stopped)
	{
		size_t		end = p;

		while (end < scan->len && scan->text[end] != ',' &&
			   scan->text[end] != ';' && !rw_is(scan->text[end], RW_SPACE))
			end++;
		scan_item(scan, p, end);
		p = end + 1;
	}
}
