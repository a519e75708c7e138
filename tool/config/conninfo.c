/*
 * conninfo.c
 *		Connection parameters in libpq's form, cut as libpq does it.
 */
#include "config/conninfo.h"

#include <string.h>

static const char blanks[] = " \t";

/* A value up to a blank, or in single quotes; NULL: the quote has no end. */
static const char *
read_value(const char **rest, Arena *arena)
{
	const char *from = *rest;
	char	   *value = arena_alloc(arena, strlen(from) + 1);
	size_t		len = 0;
	bool		quoted = *from == '\'';

	if (quoted)
		from++;
	while (*from != '\0' &&
		   (quoted ? *from != '\'' : strchr(blanks, *from) == NULL))
	{
		if (*from == '\\' && from[1] != '\0')
			from++;
		value[len++] = *from++;
	}
	if (quoted && *from++ != '\'')
		return NULL;
	*rest = from;
	return value;
}

bool
conninfo_next(const char **rest, Arena *arena, const char **keyword,
			  const char **value)
{
	const char *from = *rest + strspn(*rest, blanks);
	size_t		len = strcspn(from, "= \t");

	*keyword = NULL;
	if (*from == '\0')
		return true;
	*keyword = arena_printf(arena, "%.*s", (int) len, from);
	from += len;
	from += strspn(from, blanks);
	if (*from != '=' || len == 0)
		return false;
	from++;
	from += strspn(from, blanks);
	*value = read_value(&from, arena);
	*rest = from;
	return *value != NULL;
}

bool
conninfo_is_secret(const char *keyword)
{
	static const char *const secrets[] = {
		"password", "sslpassword", "scram_client_key", "scram_server_key",
		"oauth_client_secret"
	};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strcmp(keyword, secrets[i]) == 0)
			return true;
	return false;
}
