/*
 * last.c
 *		The last sync as JSON.
 */
#include "share/last.h"

#include <string.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "share/trash.h"

void
share_set_time(json_t * object, const char *name, int64_t ms)
{
	char		time[TIMESTAMP_SIZE];

	if (ms < 0)
	{
		json_object_set_new(object, name, json_null());
		return;
	}
	timestamp_format(ms, time);
	json_object_set_new(object, name, json_string(time));
}

/* The parser of the trash's names takes the same without - and :. */
int64_t
share_time_member(const json_t * object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	char		stamp[SHARE_STAMP_SIZE];

	if (text == NULL || strlen(text) != strlen("2026-11-26T17:41:42.123Z"))
		return -1;
	timestamp_compact(text, stamp, sizeof(stamp));
	return share_trash_time(stamp);
}

json_t *
share_last_as_json(const ShareLast *last)
{
	json_t	   *object;

	if (last->from == NULL)
		return json_null();
	object = json_object();
	json_set_text(object, "from", last->from);
	json_object_set_new(object, "epoch", json_integer(last->epoch));
	share_set_time(object, "began", last->began_ms);
	share_set_time(object, "ended", last->ended_ms);
	json_set_text(object, "result", last->complete ? "complete" : "partial");
	json_object_set_new(object, "files",
						json_integer((json_int_t) last->files));
	json_object_set_new(object, "bytes",
						json_integer((json_int_t) last->bytes));
	json_object_set_new(object, "copied",
						json_integer((json_int_t) last->copied));
	json_object_set_new(object, "removed",
						json_integer((json_int_t) last->removed));
	return object;
}

static uint64_t
count_of(const json_t * object, const char *name)
{
	json_int_t	value = json_integer_value(json_object_get(object, name));

	return value > 0 ? (uint64_t) value : 0;
}

bool
share_last_from_json(const json_t * json, Arena *arena, ShareLast *last,
					 Error *error)
{
	const char *from = json_string_value(json_object_get(json, "from"));
	const char *result = json_string_value(json_object_get(json, "result"));

	memset(last, 0, sizeof(*last));
	if (json == NULL || json_is_null(json))
		return true;
	last->began_ms = share_time_member(json, "began");
	last->ended_ms = share_time_member(json, "ended");
	if (from == NULL || result == NULL || last->began_ms < 0 ||
		last->ended_ms < 0)
	{
		memset(last, 0, sizeof(*last));
		return error_set(error, NULL, NULL, "what it says of the last "
						 "synchronization is not as it should be");
	}
	last->from = arena_strdup(arena, from);
	last->epoch = json_integer_value(json_object_get(json, "epoch"));
	last->complete = strcmp(result, "complete") == 0;
	last->files = count_of(json, "files");
	last->bytes = count_of(json, "bytes");
	last->copied = count_of(json, "copied");
	last->removed = count_of(json, "removed");
	return true;
}
