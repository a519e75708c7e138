/*
 * fuzz_roles.c
 *		Any bytes as roles.sql: a statement that is taken is a line of it, and
 *		none is taken out of a text in quotes.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "snapshot/roles.h"

static void
look(const char *text)
{
	const char *at = text;
	Arena		arena = {NULL};
	SnapshotRole role;

	while (snapshot_roles_next(&at, &arena, &role))
	{
		size_t		len = strlen(role.sql);

		require(at > text && role.role[0] != '\0');
		require(strstr(text, role.sql) != NULL);
		require(len > 0 && strchr(role.sql, ';') == role.sql + len - 1);
		require(strchr(role.sql, '\n') == NULL);
	}
	require(*at == '\0');
	arena_free(&arena);
}

/* The same as somebody's setting. */
static void
look_in_quotes(const char *text)
{
	Text		all = {NULL, 0, 0};
	Arena		arena = {NULL};
	SnapshotRole role;
	const char *at;

	text_add(&all, "ALTER ROLE a SET my.x TO 'x\n");
	for (; *text != '\0'; text++)
	{
		text_add_bytes(&all, text, 1);
		if (*text == '\'')
			text_add_bytes(&all, text, 1);
	}
	text_add(&all, "\n';\n");
	at = all.bytes;
	require(!snapshot_roles_next(&at, &arena, &role));
	arena_free(&arena);
	text_free(&all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Text		text = {NULL, 0, 0};

	text_add_bytes(&text, data, size);
	look(text.bytes != NULL ? text.bytes : "");
	look_in_quotes(text.bytes != NULL ? text.bytes : "");
	text_free(&text);
	return 0;
}
