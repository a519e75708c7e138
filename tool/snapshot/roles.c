/*
 * roles.c
 *		The statements of databases/roles.sql that a restore may run.
 */
#include "snapshot/roles.h"

#include <string.h>

#include "base/text.h"

#define CREATE "CREATE ROLE "
#define ALTER "ALTER ROLE "
#define GRANT "GRANT "

static bool
starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* The name that a text begins with, without its quotes; or NULL. */
static const char *
read_name(const char *text, Arena *arena, const char **end)
{
	Text		name = {NULL, 0, 0};
	const char *result;

	if (*text != '"')
	{
		size_t		len = strcspn(text, " ;");

		*end = text + len;
		return len > 0 ? arena_printf(arena, "%.*s", (int) len, text) : NULL;
	}
	for (text++; *text != '\0' && (*text != '"' || text[1] == '"'); text++)
	{
		text_add_bytes(&name, text, 1);
		if (*text == '"')
			text++;
	}
	result = *text == '"' && name.len > 0 ?
		arena_strdup(arena, name.bytes) : NULL;
	*end = text + (*text == '"' ? 1 : 0);
	text_free(&name);
	return result;
}

/* The quote that is still open at the end of a line; '\0': none. */
static char
open_after(const char *line, size_t len, char open)
{
	if (open == '\0' && len >= 2 && line[0] == '-' && line[1] == '-')
		return '\0';
	for (size_t i = 0; i < len; i++)
		if (open == '\0' && (line[i] == '\'' || line[i] == '"'))
			open = line[i];
		else if (line[i] == open)
			open = '\0';
	return open;
}

/* The next line that is not a part of something in quotes, in the arena. */
static const char *
next_line(const char **at, Arena *arena)
{
	while (**at != '\0')
	{
		const char *begin = *at;
		char		open = '\0';
		int			lines = 0;
		size_t		len;

		do
		{
			len = strcspn(*at, "\n");
			open = open_after(*at, len, open);
			*at += len + ((*at)[len] == '\n' ? 1 : 0);
			lines++;
		} while (open != '\0' && **at != '\0');
		if (lines > 1 || open != '\0')
			continue;
		if (len > 0 && begin[len - 1] == '\r')
			len--;
		return arena_printf(arena, "%.*s", (int) len, begin);
	}
	return NULL;
}

/* A statement is one whole line. */
static bool
is_whole(const char *line)
{
	size_t		len = strlen(line);

	return len > 0 && strchr(line, ';') == line + len - 1;
}

static bool
parse(const char *line, Arena *arena, SnapshotRole *role)
{
	const char *end = line;

	role->sql = line;
	role->role = NULL;
	if (starts(line, CREATE))
	{
		role->act = SNAPSHOT_ROLE_CREATE;
		role->role = read_name(line + strlen(CREATE), arena, &end);
		return role->role != NULL && strcmp(end, ";") == 0;
	}
	if (starts(line, ALTER))
	{
		role->act = SNAPSHOT_ROLE_ALTER;
		role->role = read_name(line + strlen(ALTER), arena, &end);
		return role->role != NULL && starts(end, " WITH ") &&
			strstr(end, "PASSWORD") == NULL;
	}
	if (!starts(line, GRANT) ||
		read_name(line + strlen(GRANT), arena, &end) == NULL ||
		!starts(end, " TO "))
		return false;
	role->act = SNAPSHOT_ROLE_GRANT;
	role->role = read_name(end + strlen(" TO "), arena, &end);
	return role->role != NULL;
}

bool
snapshot_roles_next(const char **at, Arena *arena, SnapshotRole *role)
{
	const char *line;

	while ((line = next_line(at, arena)) != NULL)
		if (is_whole(line) && parse(line, arena, role))
			return true;
	return false;
}
