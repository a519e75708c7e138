/*
 * list.c
 *		The list of operations: as data, as lines, and on the disk.
 *
 * A line is a letter, for a time its number behind a blank, a blank, and the
 * path, ended by a NUL, since a path may have line feeds.  The last one is the
 * word "end", so that a list which is cut off is none.
 */
#include "exchange/exchange.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/tree.h"

#define LIMIT ((size_t) 1024 * 1024 * 1024)

/* In the order of ExchangeKind. */
static const char letters[] = "tmarxd";

void
exchange_add(ExchangeList *list, ExchangeKind kind, const char *path,
			 int64_t time_ns)
{
	if (list->n == list->capacity)
	{
		list->capacity = list->capacity == 0 ? 64 : list->capacity * 2;
		list->operations = mem_grow(list->operations, list->capacity *
									sizeof(ExchangeOperation));
	}
	list->operations[list->n++] = (ExchangeOperation)
	{
		kind, path, time_ns
	};
}

void
exchange_free(ExchangeList *list)
{
	free(list->operations);
	memset(list, 0, sizeof(*list));
}

const char *
exchange_new(const ExchangePlace *place, const char *path, Arena *arena)
{
	return arena_printf(arena, "%s/new/%s", place->work, path);
}

void
exchange_format(const ExchangeList *list, Text *text)
{
	for (size_t i = 0; i < list->n; i++)
	{
		const ExchangeOperation *operation = &list->operations[i];

		text_addf(text, "%c ", letters[operation->kind]);
		if (operation->kind == EXCHANGE_TIME)
			text_addf(text, "%" PRId64 " ", operation->time_ns);
		text_add_bytes(text, operation->path, strlen(operation->path) + 1);
	}
	text_add_bytes(text, "end", sizeof("end"));
}

/* Must stay below the root. */
static bool
is_safe(const char *path)
{
	for (const char *at = path;; at++)
	{
		size_t		len = strcspn(at, "/");

		if (len == 0 || (len == 1 && at[0] == '.') ||
			(len == 2 && at[0] == '.' && at[1] == '.'))
			return false;
		at += len;
		if (*at == '\0')
			return true;
	}
}

static bool
parse_line(const char *line, Arena *arena, ExchangeList *list)
{
	const char *letter = line[0] != '\0' ? strchr(letters, line[0]) : NULL;
	int64_t		time_ns = 0;
	ExchangeKind kind;
	char	   *end;

	if (letter == NULL || line[1] != ' ')
		return false;
	kind = (ExchangeKind) (letter - letters);
	line += 2;
	if (kind == EXCHANGE_TIME)
	{
		time_ns = strtoll(line, &end, 10);
		if (end == line || *end != ' ')
			return false;
		line = end + 1;
	}
	if (!is_safe(line))
		return false;
	exchange_add(list, kind, arena_strdup(arena, line), time_ns);
	return true;
}

bool
exchange_parse(const char *bytes, size_t len, Arena *arena,
			   ExchangeList *list, Error *error)
{
	size_t		at = 0;
	size_t		last = len;

	if (len >= sizeof("end") &&
		memcmp(bytes + len - sizeof("end"), "end", sizeof("end")) == 0)
		last = len - sizeof("end");
	while (last < len && at < last)
	{
		/* The end's own NUL is behind, at the latest. */
		if (!parse_line(bytes + at, arena, list))
			break;
		at += strlen(bytes + at) + 1;
	}
	if (last < len && at == last)
		return true;
	exchange_free(list);
	return error_set(error, NULL, NULL, "the list of operations is damaged");
}

static char *
list_path(const ExchangePlace *place)
{
	return text_format("%s/%s/operations", place->root, place->work);
}

bool
exchange_write(const ExchangePlace *place, const ExchangeList *list,
			   Error *error)
{
	Text		text = {NULL, 0, 0};
	char	   *path = list_path(place);
	bool		good;

	exchange_format(list, &text);
	good = plat_tree_sync(place->root, error) &&
		plat_file_write(path, text.bytes, text.len, true, error);
	free(path);
	text_free(&text);
	return good;
}

bool
exchange_read(const ExchangePlace *place, Arena *arena, ExchangeList *list,
			  bool *there, Error *error)
{
	Text		text = {NULL, 0, 0};
	char	   *path = list_path(place);
	PlatFileInfo info;
	bool		good = plat_file_info(path, &info, error);

	*there = good && info.exists;
	if (*there)
		good = plat_file_read(path, LIMIT, &text, error) &&
			exchange_parse(text.bytes != NULL ? text.bytes : "", text.len,
						   arena, list, error);
	free(path);
	text_free(&text);
	return good;
}
