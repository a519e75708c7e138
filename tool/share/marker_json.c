/*
 * marker_json.c
 *		The marker as JSON, which anybody may have written.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "share/last.h"
#include "share/marker.h"

#define VERSION 1

char *
share_marker_format(const ShareMarker *marker)
{
	json_t	   *object = json_object();
	char	   *dumped;
	char	   *text;

	json_object_set_new(object, "version", json_integer(VERSION));
	json_set_text(object, "share", marker->share);
	json_set_text(object, "site", marker->site);
	json_object_set_new(object, "epoch", json_integer(marker->epoch));
	json_set_text(object, "role", share_role_word(marker->role));
	json_object_set_new(object, "last", share_last_as_json(&marker->last));
	dumped = json_dumps(object, JSON_INDENT(2));
	text = text_format("%s\n", dumped);
	free(dumped);
	json_decref(object);
	return text;
}

static bool
read_role(const json_t * object, ShareRole *role)
{
	const char *word = json_string_value(json_object_get(object, "role"));

	for (int i = SHARE_SOURCE; word != NULL && i <= SHARE_TARGET; i++)
		if (strcmp(word, share_role_word((ShareRole) i)) == 0)
		{
			*role = (ShareRole) i;
			return true;
		}
	return false;
}

static bool
read_object(const json_t * object, Arena *arena, ShareMarker *marker,
			Error *error)
{
	const char *share = json_string_value(json_object_get(object, "share"));
	const char *site = json_string_value(json_object_get(object, "site"));
	const		json_t *epoch = json_object_get(object, "epoch");

	if (json_integer_value(json_object_get(object, "version")) != VERSION)
		return error_set(error, NULL, NULL, "it is not of version %d",
						 VERSION);
	if (share == NULL || site == NULL || !json_is_integer(epoch) ||
		json_integer_value(epoch) < 0 || !read_role(object, &marker->role))
		return error_set(error, NULL, NULL, "share, site, epoch or role are "
						 "not there as they should be");
	marker->share = arena_strdup(arena, share);
	marker->site = arena_strdup(arena, site);
	marker->epoch = json_integer_value(epoch);
	return share_last_from_json(json_object_get(object, "last"), arena,
								&marker->last, error);
}

bool
share_marker_parse(const char *text, size_t len, Arena *arena,
				   ShareMarker *marker, Error *error)
{
	json_error_t where;
	json_t	   *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	bool		good;

	memset(marker, 0, sizeof(*marker));
	if (object == NULL)
		return error_set(error, NULL, NULL, "it is no JSON (line %d)",
						 where.line);
	good = read_object(object, arena, marker, error);
	json_decref(object);
	return good;
}
