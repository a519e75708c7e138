/*
 * record.c
 *		What this machine knows of the last sync of a share.
 */
#include "share/record.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/json.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "share/last.h"

const char *
share_record_path(const Config *config, const ConfigShare *share,
				  Arena *arena)
{
	return arena_printf(arena, "%s/share/%s.json", config->journal_directory,
						share->name);
}

static const char *
member(const json_t * object, const char *name, Arena *arena)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? arena_strdup(arena, text) : NULL;
}

static bool
parse(const Text *content, Arena *arena, ShareRecord *record, Error *error)
{
	json_error_t where;
	json_t	   *object = json_loadb(content->bytes, content->len,
									JSON_REJECT_DUPLICATES, &where);
	json_int_t	watch = json_integer_value(json_object_get(object, "watch"));
	bool		good;

	record->share = member(object, "share", arena);
	record->from = member(object, "from", arena);
	record->to = member(object, "to", arena);
	record->problem = member(object, "problem", arena);
	record->tried_ms = share_time_member(object, "tried");
	record->watch_ms = watch > 0 && watch < 1000000000 ? watch : 0;
	good = share_last_from_json(json_object_get(object, "last"), arena,
								&record->last, error) &&
		(record->share != NULL ||
		 error_set(error, NULL, NULL, "it names no share"));
	json_decref(object);
	return good;
}

bool
share_record_read(const Config *config, const ConfigShare *share,
				  Arena *arena, ShareRecord *record, bool *there,
				  Error *error)
{
	const char *path = share_record_path(config, share, arena);
	Text		content = {NULL, 0, 0};
	Error		damage = ERROR_NONE;
	bool		good = plat_file_read_plain(path, SHARE_SMALL, &content, there,
											error);

	memset(record, 0, sizeof(*record));
	if (good && *there && !parse(&content, arena, record, &damage))
	{
		memset(record, 0, sizeof(*record));
		good = error_set(error, damage.message, "Remove it: the next "
						 "synchronization writes a new one.",
						 "file \"%s\" is damaged", path);
	}
	error_free(&damage);
	text_free(&content);
	return good;
}

bool
share_record_write(const Config *config, const ConfigShare *share,
				   const ShareRecord *record, Error *error)
{
	json_t	   *object = json_object();
	Arena		arena = {NULL};
	char	   *text;
	bool		good;

	json_object_set_new(object, "version", json_integer(1));
	json_set_text(object, "share", record->share);
	json_set_text(object, "from", record->from);
	json_set_text(object, "to", record->to);
	json_object_set_new(object, "last", share_last_as_json(&record->last));
	share_set_time(object, "tried", record->tried_ms);
	json_set_text(object, "problem", record->problem);
	json_object_set_new(object, "watch", json_integer(record->watch_ms));
	text = json_dumps(object, JSON_INDENT(2));
	good = plat_file_write(share_record_path(config, share, &arena), text,
						   strlen(text), true, error);
	free(text);
	json_decref(object);
	arena_free(&arena);
	return good;
}

int64_t
share_behind_ms(const ShareLast *last)
{
	int64_t		behind = plat_wall_ms() - last->began_ms;

	if (last->from == NULL)
		return -1;
	return behind > 0 ? behind : 0;
}
