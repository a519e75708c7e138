/*
 * documents.c
 *		Several documents of one command as one.
 */
#include "cmd/documents.h"

void
documents_add(json_t * *first, json_t * next)
{
	json_t	   *last = *first;
	json_t	   *then;

	if (next == NULL)
		return;
	if (last == NULL)
	{
		*first = next;
		return;
	}
	while ((then = json_object_get(last, "then")) != NULL)
		last = then;
	json_object_set_new(last, "then", next);
}

void
documents_print(json_t * first)
{
	if (first != NULL)
		json_print(first);
}
