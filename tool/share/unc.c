/*
 * unc.c
 *		Network paths of Windows, taken apart.
 */
#include "share/unc.h"

#include <string.h>

#include "chars.h"

/* A byte that is part of a name; the zero byte is none. */
static bool
is_part(char c)
{
	return c != '\0' && c != '/' && c != '\\';
}

static size_t
part_length(const char *text)
{
	size_t		len = 0;

	while (is_part(text[len]))
		len++;
	return len;
}

static const char *
skip_separators(const char *text)
{
	while (*text == '/' || *text == '\\')
		text++;
	return text;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && rw_equal_fold(text, word, len);
}

static bool
may_be_name(const char *text, size_t len)
{
	if (len == 0 || is_word(text, len, ".") || is_word(text, len, ".."))
		return false;
	for (size_t i = 0; i < len; i++)
		if (rw_is(text[i], RW_CONTROL) || strchr("\"*?<>|", text[i]) != NULL)
			return false;
	return true;
}

/* The next name of a path; NULL: it is none, or there is none. */
static const char *
take(const char **at, Arena *arena)
{
	size_t		len = part_length(*at);
	const char *name = *at;

	if (!may_be_name(name, len))
		return NULL;
	*at = skip_separators(name + len);
	return arena_printf(arena, "%.*s", (int) len, name);
}

/* Behind \\ or \\?\UNC\; NULL: it is no network path. */
static const char *
begin(const char *path)
{
	const char *at = skip_separators(path);

	if (at - path < 2)
		return NULL;
	if (is_word(at, part_length(at), "?") || is_word(at, part_length(at), "."))
	{
		at = skip_separators(at + 1);
		if (!is_word(at, part_length(at), "unc"))
			return NULL;
		at = skip_separators(at + part_length(at));
	}
	return at;
}

/* The rest with '/' between. */
static const char *
take_rest(const char *at, Arena *arena)
{
	Text		rest = {NULL, 0, 0};
	const char *copy = "";

	while (*at != '\0')
	{
		size_t		len = part_length(at);

		if (!may_be_name(at, len))
		{
			text_free(&rest);
			return NULL;
		}
		if (rest.len > 0)
			text_add(&rest, "/");
		text_add_bytes(&rest, at, len);
		at = skip_separators(at + len);
	}
	if (rest.len > 0)
		copy = arena_strdup(arena, rest.bytes);
	text_free(&rest);
	return copy;
}

bool
share_unc_parse(const char *path, Arena *arena, ShareUnc *unc)
{
	const char *at = begin(path);

	if (at == NULL)
		return false;
	unc->server = take(&at, arena);
	unc->share = unc->server != NULL ? take(&at, arena) : NULL;
	unc->rest = unc->share != NULL ? take_rest(at, arena) : NULL;
	return unc->rest != NULL;
}

/* The bytes of a root at the beginning of a path; 0 where they are not. */
static const char *
behind(const char *path, const char *root)
{
	size_t		i = 0;

	for (; root[i] != '\0'; i++)
		if (rw_fold(path[i]) != rw_fold(root[i]))
			return NULL;
	if (path[i] != '\0' && path[i] != '/')
		return NULL;
	return path[i] == '/' ? path + i + 1 : path + i;
}

/* One spelling: server/share/rest, or the path with '/' where it is no UNC. */
static const char *
spell(const char *path, Arena *arena)
{
	ShareUnc	unc;
	const char *rest;

	if (share_unc_parse(path, arena, &unc))
		return arena_printf(arena, "//%s/%s%s%s", unc.server, unc.share,
							unc.rest[0] != '\0' ? "/" : "", unc.rest);
	rest = take_rest(skip_separators(path), arena);
	return rest != NULL && rest[0] != '\0' ?
		arena_printf(arena, "%s%s", path[0] == '/' || path[0] == '\\' ? "/" :
					 "", rest) : NULL;
}

const char *
share_unc_below(const char *path, const char *root, Arena *arena)
{
	const char *whole = spell(path, arena);
	const char *above = spell(root, arena);

	return whole != NULL && above != NULL ? behind(whole, above) : NULL;
}
