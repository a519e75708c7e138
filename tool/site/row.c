/*
 * row.c
 *		Values of rows into structs.
 */
#include "site/row.h"

#include <stdlib.h>
#include <string.h>

const char *
row_copy(Arena *arena, const PgRow *row, int column)
{
	const char *text = pg_row_text(row, column);

	return text != NULL ? arena_strdup(arena, text) : NULL;
}

bool
row_is_true(const PgRow *row, int column)
{
	const char *text = pg_row_text(row, column);

	return text != NULL && strcmp(text, "t") == 0;
}

int64_t
row_integer(const PgRow *row, int column)
{
	const char *text = pg_row_text(row, column);

	return text != NULL ? strtoll(text, NULL, 10) : -1;
}

double
row_number(const PgRow *row, int column)
{
	const char *text = pg_row_text(row, column);

	return text != NULL ? strtod(text, NULL) : -1;
}

void *
row_room(Arena *arena, void *list, size_t n, size_t size)
{
	void	   *room;

	/* It is full when the number is a power of two, or nothing. */
	if (n > 0 && (n & (n - 1)) != 0)
		return list;
	room = arena_alloc(arena, (n > 0 ? 2 * n : 1) * size);
	if (n > 0)
		memcpy(room, list, n * size);
	return room;
}

const char *
row_error(Arena *arena, Error *error)
{
	const char *text = error->detail != NULL && error->detail[0] != '\0' ?
	arena_printf(arena, "%s: %s", error->message, error->detail) :
	arena_strdup(arena, error->message);

	error_free(error);
	return text;
}
