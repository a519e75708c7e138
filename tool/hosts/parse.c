/*
 * parse.c
 *		A hosts file taken apart, and put together with another block.
 *
 * Pure functions over bytes.  A file may be in any encoding that has ASCII's
 * bytes: UTF-8 with or without a byte order mark, a code page.
 */
#include <string.h>

#include "hosts/internal.h"

static const char begin_mark[] = "# BEGIN qsrepl";
static const char end_mark[] = "# END qsrepl";
static const char begin_line[] =
"# BEGIN qsrepl: kept by \"qsrepl hosts apply\", lines of yours go elsewhere";

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Where the line that begins at a place ends, its line feed included. */
static size_t
line_end(const char *bytes, size_t len, size_t at)
{
	const char *feed = memchr(bytes + at, '\n', len - at);

	return feed != NULL ? (size_t) (feed - bytes) + 1 : len;
}

/* Where its content ends. */
static size_t
content_end(const char *bytes, size_t at, size_t end)
{
	if (end > at && bytes[end - 1] == '\n')
		end--;
	while (end > at && bytes[end - 1] == '\r')
		end--;
	return end;
}

static bool
is_mark(const char *bytes, size_t at, size_t end, const char *mark)
{
	size_t		len = strlen(mark);

	while (at < end && is_blank(bytes[at]))
		at++;
	return end - at >= len && memcmp(bytes + at, mark, len) == 0 &&
		(end - at == len || is_blank(bytes[at + len]) ||
		 bytes[at + len] == ':');
}

/* A file of another kind than lines of bytes. */
static HostsFault
look_at_kind(HostsText *text)
{
	const char *bytes = text->bytes;
	size_t		len = text->len;

	text->line = 1;
	if (len >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 ||
					 memcmp(bytes, "\xFE\xFF", 2) == 0))
		return HOSTS_NOT_BYTES;
	if (len > 0 && memchr(bytes, '\0', len) != NULL)
		return HOSTS_NOT_BYTES;
	if (len > 0 && memchr(bytes, '\n', len) == NULL &&
		memchr(bytes, '\r', len) != NULL)
		return HOSTS_NOT_LINES;
	if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		text->bom = 3;
	return HOSTS_SOUND;
}

/* Take a line with a mark; true: go on. */
static HostsFault
take_mark(HostsText *text, size_t at, size_t next, size_t end)
{
	const bool	open = text->has_block && text->body_end == 0;

	if (is_mark(text->bytes, at, end, begin_mark))
	{
		if (open)
			return HOSTS_NO_END;
		if (text->has_block)
			return HOSTS_TWO_BLOCKS;
		text->has_block = true;
		text->begin = at;
		text->body = next;
	}
	else if (is_mark(text->bytes, at, end, end_mark))
	{
		if (!open)
			return text->has_block ? HOSTS_TWO_BLOCKS : HOSTS_NO_BEGIN;
		text->body_end = at;
		text->end = next;
	}
	return HOSTS_SOUND;
}

/* Where a block is put where there is none: behind the last whole line. */
static void
choose_place(HostsText *text)
{
	size_t		at = text->len;

	while (at > text->bom && text->bytes[at - 1] != '\n')
		at--;
	text->begin = at;
	text->end = at;
}

HostsFault
hosts_parse(const char *bytes, size_t len, bool crlf, HostsText *text)
{
	size_t		line = 0;
	size_t		open_line = 0;
	HostsFault	fault;

	memset(text, 0, sizeof(*text));
	text->bytes = bytes;
	text->len = len;
	text->crlf = crlf;
	fault = look_at_kind(text);
	if (fault != HOSTS_SOUND)
		return fault;
	for (size_t at = text->bom, next; at < len; at = next)
	{
		bool		had = text->has_block;

		next = line_end(bytes, len, at);
		if (line++ == 0 && bytes[next - 1] == '\n')
			text->crlf = next - at > 1 && bytes[next - 2] == '\r';
		text->line = line;
		fault = take_mark(text, at, next, content_end(bytes, at, next));
		if (fault != HOSTS_SOUND)
			return fault;
		if (!had && text->has_block)
			open_line = line;
	}
	if (text->has_block && text->body_end == 0)
	{
		text->line = open_line;
		return HOSTS_NO_END;
	}
	if (!text->has_block)
		choose_place(text);
	return HOSTS_SOUND;
}

/* Cut the next word out of [*at, end); false: there is none. */
static bool
next_word(const char *bytes, size_t *at, size_t end, const char **word,
		  size_t *len)
{
	size_t		from;

	while (*at < end && is_blank(bytes[*at]))
		(*at)++;
	from = *at;
	while (*at < end && !is_blank(bytes[*at]) && bytes[*at] != '#')
		(*at)++;
	*word = bytes + from;
	*len = *at - from;
	return *len > 0;
}

/* The next line with an address outside of the block. */
static bool
next_line(const HostsText *text, HostsWalk *walk)
{
	HostsEntry *entry = &walk->entry;

	if (walk->line == 0)
		walk->next = text->bom;
	while (walk->next < text->len)
	{
		size_t		at = walk->next;

		walk->next = line_end(text->bytes, text->len, at);
		walk->line++;
		if (text->has_block && at >= text->begin && at < text->end)
			continue;
		entry->line = walk->line;
		entry->start = at;
		walk->rest = at;
		walk->rest_end = content_end(text->bytes, at, walk->next);
		if (next_word(text->bytes, &walk->rest, walk->rest_end,
					  &entry->address, &entry->address_len))
			return true;
	}
	return false;
}

bool
hosts_next(const HostsText *text, HostsWalk *walk)
{
	HostsEntry *entry = &walk->entry;

	for (;;)
	{
		if (walk->rest < walk->rest_end &&
			next_word(text->bytes, &walk->rest, walk->rest_end, &entry->name,
					  &entry->name_len))
			return true;
		if (!next_line(text, walk))
			return false;
	}
}

static void
add_line(Text *out, const char *line, size_t len, bool crlf)
{
	text_add_bytes(out, line, len);
	text_add(out, crlf ? "\r\n" : "\n");
}

static void
add_block(const HostsText *text, const char *lines, Text *out)
{
	add_line(out, begin_line, sizeof(begin_line) - 1, text->crlf);
	while (*lines != '\0')
	{
		size_t		len = strcspn(lines, "\n");

		add_line(out, lines, len, text->crlf);
		lines += len + (lines[len] == '\n' ? 1 : 0);
	}
	add_line(out, end_mark, sizeof(end_mark) - 1, text->crlf);
}

void
hosts_compose(const HostsText *text, const char *lines, size_t at, Text *out)
{
	const char *bytes = text->bytes;

	if (at <= text->begin)
	{
		text_add_bytes(out, bytes, at);
		add_block(text, lines, out);
		text_add_bytes(out, bytes + at, text->begin - at);
		text_add_bytes(out, bytes + text->end, text->len - text->end);
		return;
	}
	text_add_bytes(out, bytes, text->begin);
	text_add_bytes(out, bytes + text->end, at - text->end);
	add_block(text, lines, out);
	text_add_bytes(out, bytes + at, text->len - at);
}
