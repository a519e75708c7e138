/*
 * candidates.c
 *		Rows that may differ, by their ids; and arrays of ids as text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compare/internal.h"

void
candidates_add(Candidates *candidates, const char *id)
{
	Candidate  *added;

	if (candidates->n > 0 &&
		strcmp(candidates->list[candidates->n - 1].id, id) == 0)
		return;
	if (candidates->n == candidates->capacity)
	{
		candidates->capacity = candidates->n > 0 ? 2 * candidates->n : 64;
		candidates->list = mem_grow(candidates->list, candidates->capacity *
									sizeof(Candidate));
	}
	added = &candidates->list[candidates->n++];
	*added = (Candidate)
	{
		0
	};
	added->id = arena_strdup(&candidates->arena, id);
}

void
candidates_free(Candidates *candidates)
{
	free(candidates->list);
	arena_free(&candidates->arena);
	memset(candidates, 0, sizeof(*candidates));
}

void
id_array_add(Text *array, const char *element)
{
	text_add(array, array->len == 0 ? "{\"" : ",\"");
	for (; *element != '\0'; element++)
	{
		if (*element == '"' || *element == '\\')
			text_add(array, "\\");
		text_add_bytes(array, element, 1);
	}
	text_add(array, "\"");
}

void
id_array_end(Text *array)
{
	text_add(array, array->len == 0 ? "{}" : "}");
}
