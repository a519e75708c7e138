/*
 * edits.c
 *		Copying a value with replacements.
 */
#include "edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
edits_add(Edits *edits, size_t start, size_t end, const Pair *pair)
{
	Edit	   *edit;

	while (edits->n > 0 && edits->list[edits->n - 1].start >= start &&
		   edits->list[edits->n - 1].end <= end)
		edits->n--;
	if (edits->n > 0 && edits->list[edits->n - 1].end > start)
		return;
	if (edits->n == EDITS_MAX)
	{
		fprintf(stderr, "engine: error: too many hits in a value\n");
		exit(1);
	}
	edit = &edits->list[edits->n++];
	edit->start = start;
	edit->end = end;
	edit->pair = pair;
}

bool
edits_apply(const Edits *edits, const char *in, size_t len, char **out,
			size_t *outlen)
{
	size_t		from = 0;
	size_t		used = 0;

	if (edits->n == 0)
		return false;
	*outlen = len;
	for (size_t i = 0; i < edits->n; i++)
		*outlen = *outlen - (edits->list[i].end - edits->list[i].start) +
			edits->list[i].pair->local_len;
	*out = arena_alloc(*outlen + 1);
	for (size_t i = 0; i < edits->n; i++)
	{
		const Edit *edit = &edits->list[i];

		memcpy(*out + used, in + from, edit->start - from);
		used += edit->start - from;
		memcpy(*out + used, edit->pair->local, edit->pair->local_len);
		used += edit->pair->local_len;
		from = edit->end;
	}
	memcpy(*out + used, in + from, len - from);
	(*out)[*outlen] = '\0';
	return true;
}
