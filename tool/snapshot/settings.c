/*
 * settings.c
 *		Settings.cmd of the Snapshots tool.
 *
 * cmd.exe would run it; here only what sets one of a few names is looked at.
 * Blanks at the end come from "echo SET x=y >> file", quotes from users, and
 * bytes of some code page from whoever has a share with an umlaut: which code
 * page nobody knows, so such a value is left out rather than guessed.
 */
#include "snapshot/legacy.h"

#include <string.h>

#include "base/utf8.h"

/* Longer than any path that Windows takes. */
#define VALUE_MAX 2048

typedef struct Span
{
	const char *bytes;
	size_t		len;
} Span;

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static Span
trimmed(Span span)
{
	while (span.len > 0 && is_blank(span.bytes[0]))
	{
		span.bytes++;
		span.len--;
	}
	while (span.len > 0 && is_blank(span.bytes[span.len - 1]))
		span.len--;
	return span;
}

static Span
without(Span span, size_t n)
{
	return (Span)
	{
		span.bytes + n, span.len - n
	};
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool
equals(Span span, const char *word)
{
	if (span.len != strlen(word))
		return false;
	for (size_t i = 0; i < span.len; i++)
		if (lower(span.bytes[i]) != lower(word[i]))
			return false;
	return true;
}

/* The quotes around all of it, or the first one, as cmd.exe does. */
static Span
unquoted(Span span)
{
	if (span.len == 0 || span.bytes[0] != '"')
		return span;
	span = without(span, 1);
	for (size_t i = span.len; i-- > 0;)
		if (span.bytes[i] == '"')
		{
			span.len = i;
			break;
		}
	return trimmed(span);
}

static bool
is_utf8(Span span)
{
	size_t		n;

	for (size_t i = 0; i < span.len; i += n)
	{
		n = utf8_length(span.bytes + i, span.len - i);
		if (n == 0 || (unsigned char) span.bytes[i] < ' ')
			return false;
	}
	return true;
}

/* Behind "SET": the names and where their values go. */
static const char **
place_of(Span name, SnapshotSettings *settings)
{
	if (equals(name, "RootFolder"))
		return &settings->root;
	if (equals(name, "Apps"))
		return &settings->apps;
	if (equals(name, "StaticContent"))
		return &settings->static_content;
	if (equals(name, "ArchivedLogs"))
		return &settings->archived_logs;
	if (equals(name, "CustomData"))
		return &settings->custom_data;
	return NULL;
}

static void
take(Span name, Span value, Arena *arena, SnapshotSettings *settings)
{
	const char **place = place_of(trimmed(name), settings);
	char	   *copy;

	value = unquoted(trimmed(value));
	if (place == NULL || value.len > VALUE_MAX)
		return;
	/* Of several, the last one holds; nothing behind the sign unsets it. */
	*place = NULL;
	if (value.len == 0)
		return;
	if (!is_utf8(value))
	{
		settings->foreign = true;
		return;
	}
	copy = arena_alloc(arena, value.len + 1);
	memcpy(copy, value.bytes, value.len);
	*place = copy;
}

static void
take_line(Span line, Arena *arena, SnapshotSettings *settings)
{
	const char *sign;

	line = trimmed(line);
	while (line.len > 0 && (line.bytes[0] == '@' || line.bytes[0] == '('))
		line = trimmed(without(line, 1));
	if (line.len < 4 || !equals((Span)
								{
		line.bytes, 3
	}, "set") || !is_blank(line.bytes[3]))
		return;
	line = unquoted(trimmed(without(line, 3)));
	sign = line.len > 0 ? memchr(line.bytes, '=', line.len) : NULL;
	if (sign != NULL)
	{
		size_t		n = (size_t) (sign - line.bytes);

		take((Span)
			 {
			line.bytes, n
		}, without(line, n + 1), arena, settings);
	}
}

void
snapshot_settings_parse(const char *bytes, size_t len, Arena *arena,
						SnapshotSettings *settings)
{
	size_t		start = 0;

	memset(settings, 0, sizeof(*settings));
	if (len > SNAPSHOT_SETTINGS_MAX)
		len = SNAPSHOT_SETTINGS_MAX;
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	for (size_t i = start; i <= len; i++)
		if (i == len || bytes[i] == '\n')
		{
			take_line((Span)
					  {
				bytes + start, i - start
			}, arena, settings);
			start = i + 1;
		}
}
