/*
 * content_node.c
 *		Content compared by a Windows node, which reads both files of each pair:
 *		nothing but names and numbers goes there and back.
 */
#include "share/content_node.h"

#include <string.h>

#include "powershell/powershell.h"
#include "share/windows_node.h"

typedef struct Comparing
{
	SharePairs *pairs;
	Arena	   *arena;
	json_int_t	compared;
} Comparing;

static SharePair *
pair_of(const Comparing *comparing, const json_t * number)
{
	json_int_t	at = json_integer_value(number);

	return json_is_integer(number) && at >= 0 &&
		(size_t) at < comparing->pairs->n ? &comparing->pairs->list[at] : NULL;
}

static void
take_line(void *arg, const json_t * line)
{
	Comparing  *comparing = arg;
	const char *words = json_string_value(json_object_get(line, "unreadable"));
	SharePair  *pair = pair_of(comparing, json_object_get(line, "pair"));

	comparing->compared += json_integer_value(json_object_get(line,
															  "compared"));
	if (pair == NULL)
		return;
	if (words != NULL)
		pair->problem = arena_strdup(comparing->arena, words);
	else
		pair->differs = true;
}

/* A request for as many pairs as fit; the number of the first goes with it. */
static size_t
add_request(const ShareAccess *source, const ShareAccess *target,
			const SharePairs *pairs, size_t first, ShareRequests *requests)
{
	json_t	   *paths = json_array();
	size_t		bytes = 0;
	size_t		i = first;

	for (; i < pairs->n && bytes < SHARE_REQUEST_BYTES; i++)
	{
		const SharePair *pair = &pairs->list[i];

		json_array_append_new(paths, json_string(pair->source->path));
		json_array_append_new(paths, json_string(pair->target->path));
		bytes += strlen(pair->source->path) + strlen(pair->target->path);
	}
	share_requests_add(requests,
					   json_pack("{s:s, s:s, s:s, s:I, s:o}",
								 "op", "compare", "root", source->place,
								 "other", target->place, "first",
								 (json_int_t) first, "paths", paths));
	return i;
}

bool
share_pairs_compare_windows(const ShareAccess *source,
							const ShareAccess *target, SharePairs *pairs,
							Arena *arena, Error *error)
{
	ShareRequests requests = {NULL, 0, 0};
	Comparing	comparing = {pairs, arena, 0};
	const ShareScript script = {source, POWERSHELL_SHARE, NULL, &requests,
	take_line, &comparing};
	bool		good = share_requests_logon(&requests, source, error) &&
	share_requests_logon(&requests, target, error);

	for (size_t i = 0; i < pairs->n;)
		i = add_request(source, target, pairs, i, &requests);
	good = good && share_windows_run(&script, error);
	share_requests_free(&requests);
	if (good && (size_t) comparing.compared != pairs->n)
		good = error_set(error, NULL, NULL, "node \"%s\" has compared %ld of "
						 "%zu files", source->share->node,
						 (long) comparing.compared, pairs->n);
	return good;
}
