/*
 * head_parse.c
 *		Reading all of a manifest but its files.
 *
 * A member that is not recognized is passed over, so that a later version may
 * add some.
 */
#include <string.h>

#include "snapshot/internal.h"

#define LIST_MAX 1000000

/* What is read from, and whether all has been good so far. */
typedef struct Reading
{
	Snapshot   *snapshot;
	Error	   *error;
	bool		good;
} Reading;

static void
spoil(Reading *reading, const char *name)
{
	if (reading->good)
		snapshot_invalid(reading->error,
						 arena_printf(&reading->snapshot->arena, "Member "
									  "\"%s\" is missing, or not what it "
									  "should be.", name));
	reading->good = false;
}

/* A string; one that may be missing is NULL then. */
static const char *
text_of(Reading *reading, const json_t * object, const char *name,
		bool required)
{
	const		json_t *value = json_object_get(object, name);

	if (json_is_string(value))
		return arena_strdup(&reading->snapshot->arena,
							json_string_value(value));
	if (value != NULL || required)
		spoil(reading, name);
	return NULL;
}

static int64_t
number_of(Reading *reading, const json_t * object, const char *name,
		  int64_t least)
{
	const		json_t *value = json_object_get(object, name);

	if (!json_is_integer(value) || json_integer_value(value) < least)
		spoil(reading, name);
	return json_integer_value(value);
}

/* Times that a date can be made of: the years up to 9999. */
static int64_t
time_of(Reading *reading, const json_t * object, const char *name)
{
	int64_t		ms = number_of(reading, object, name, 0);

	if (ms > INT64_C(253402300799999))
		spoil(reading, name);
	return ms;
}

static bool
yes_of(Reading *reading, const json_t * object, const char *name)
{
	const		json_t *value = json_object_get(object, name);

	if (!json_is_boolean(value))
		spoil(reading, name);
	return json_is_true(value);
}

/* Which of some words it is. */
static int
word_of(Reading *reading, const json_t * object, const char *name,
		const char *const *words)
{
	const char *word = text_of(reading, object, name, true);

	for (int i = 0; word != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	spoil(reading, name);
	return 0;
}

/* A path in the snapshot. */
static const char *
path_of(Reading *reading, const json_t * object, const char *name)
{
	const char *path = text_of(reading, object, name, true);

	if (path == NULL || snapshot_path_is_safe(path))
		return path;
	spoil(reading, name);
	return NULL;
}

/* An array of so many elements of a size; NULL where there are none. */
static void *
array_of(Reading *reading, const json_t * object, const char *name,
		 size_t size, const json_t * *array, size_t *n)
{
	*array = json_object_get(object, name);
	*n = json_array_size(*array);
	if (!json_is_array(*array) || *n > LIST_MAX)
	{
		spoil(reading, name);
		*n = 0;
	}
	return *n == 0 ? NULL : arena_alloc(&reading->snapshot->arena, *n * size);
}

#define ARRAY_OF(object, name, target) \
	array_of(reading, object, name, sizeof(*(target)), &array, &n)

static void
read_settings(Reading *reading, const json_t * object,
			  SnapshotDatabase *database)
{
	const		json_t *array;
	size_t		n;

	database->settings = ARRAY_OF(object, "settings", database->settings);
	database->n_settings = n;
	for (size_t i = 0; i < n; i++)
	{
		const		json_t *element = json_array_get(array, i);

		database->settings[i].role = text_of(reading, element, "role", false);
		database->settings[i].name = text_of(reading, element, "name", true);
		database->settings[i].value = text_of(reading, element, "value", true);
	}
}

static void
read_tables(Reading *reading, const json_t * object,
			SnapshotDatabase *database)
{
	const		json_t *array;
	size_t		n;

	database->tables = ARRAY_OF(object, "tables", database->tables);
	database->n_tables = n;
	for (size_t i = 0; i < n; i++)
	{
		const		json_t *element = json_array_get(array, i);

		database->tables[i].schema = text_of(reading, element, "schema", true);
		database->tables[i].name = text_of(reading, element, "name", true);
		database->tables[i].rows = number_of(reading, element, "rows", 0);
	}
}

static void
read_database(Reading *reading, const json_t * object,
			  SnapshotDatabase *database)
{
	database->name = text_of(reading, object, "name", true);
	database->dump = path_of(reading, object, "dump");
	database->owner = text_of(reading, object, "owner", false);
	database->encoding = text_of(reading, object, "encoding", false);
	database->collate = text_of(reading, object, "collate", false);
	database->ctype = text_of(reading, object, "ctype", false);
	database->provider = text_of(reading, object, "provider", false);
	database->locale = text_of(reading, object, "locale", false);
	database->icu_rules = text_of(reading, object, "icu_rules", false);
	database->acl = text_of(reading, object, "acl", false);
	database->connections = (int) number_of(reading, object, "connections",
											-1);
	database->lsn = text_of(reading, object, "lsn", false);
	database->timeline = number_of(reading, object, "timeline", 0);
	database->recovery = yes_of(reading, object, "recovery");
	database->time_ms = time_of(reading, object, "time_ms");
	database->server_version = number_of(reading, object, "server_version",
										 0);
	database->site = text_of(reading, object, "site", false);
	database->epoch = number_of(reading, object, "epoch", -1);
	read_settings(reading, object, database);
	read_tables(reading, object, database);
}

static void
read_share(Reading *reading, const json_t * object, SnapshotShare *share)
{
	const		json_t *array;
	size_t		n;

	share->name = path_of(reading, object, "name");
	if (share->name != NULL && strchr(share->name, '/') != NULL)
		spoil(reading, "name");
	share->path = text_of(reading, object, "path", true);
	share->root = text_of(reading, object, "root", false);
	share->mapping = text_of(reading, object, "mapping", false);
	share->folders = ARRAY_OF(object, "folders", share->folders);
	share->n_folders = n;
	for (size_t i = 0; i < n; i++)
	{
		const		json_t *element = json_array_get(array, i);

		share->folders[i].name = path_of(reading, element, "name");
		share->folders[i].mirror = yes_of(reading, element, "mirror");
	}
	share->leave_out = ARRAY_OF(object, "leave_out", share->leave_out);
	share->n_leave_out = n;
	for (size_t i = 0; i < n; i++)
	{
		const char *word = json_string_value(json_array_get(array, i));

		if (word == NULL)
			spoil(reading, "leave_out");
		share->leave_out[i] = arena_strdup(&reading->snapshot->arena,
										   word != NULL ? word : "");
	}
}

static void
read_part(Reading *reading, const json_t * object, SnapshotPart *part)
{
	part->kind = (SnapshotPartKind) word_of(reading, object, "kind",
											snapshot_part_kinds);
	part->name = text_of(reading, object, "name", true);
	part->path = path_of(reading, object, "path");
	part->begun_ms = time_of(reading, object, "begun_ms");
	part->ended_ms = time_of(reading, object, "ended_ms");
	part->files = (uint64_t) number_of(reading, object, "files", 0);
	part->bytes = (uint64_t) number_of(reading, object, "bytes", 0);
}

static void
read_value(Reading *reading, const json_t * object, SnapshotValue *value)
{
	value->mapping = text_of(reading, object, "mapping", true);
	value->kind = text_of(reading, object, "kind", true);
	value->site = text_of(reading, object, "site", true);
	value->value = text_of(reading, object, "value", true);
}

static void
read_note(Reading *reading, const json_t * object, SnapshotNote *note)
{
	note->what = text_of(reading, object, "what", true);
	note->path = text_of(reading, object, "path", true);
	note->detail = text_of(reading, object, "detail", false);
}

#define READ_ARRAY(head, member, read) \
	do \
	{ \
		const json_t *array; \
		size_t		n; \
 \
		snapshot->member = ARRAY_OF(head, #member, snapshot->member); \
		snapshot->n_##member = n; \
		for (size_t i = 0; i < n; i++) \
			read(reading, json_array_get(array, i), &snapshot->member[i]); \
	} while (0)

static void
read_directories(Reading *reading, const json_t * head, Snapshot *snapshot)
{
	const		json_t *array;
	size_t		n;

	snapshot->directories = ARRAY_OF(head, "directories",
									 snapshot->directories);
	snapshot->n_directories = n;
	for (size_t i = 0; i < n; i++)
	{
		const char *path = json_string_value(json_array_get(array, i));

		if (path == NULL || !snapshot_path_is_safe(path) ||
			(i > 0 && strcmp(snapshot->directories[i - 1], path) >= 0))
		{
			spoil(reading, "directories");
			path = "";
		}
		snapshot->directories[i] = arena_strdup(&snapshot->arena, path);
	}
}

static void
read_head(Reading *reading, const json_t * head, Snapshot *snapshot)
{
	snapshot->name = text_of(reading, head, "name", true);
	snapshot->kind = (SnapshotKind) word_of(reading, head, "kind",
											snapshot_kinds);
	snapshot->site = text_of(reading, head, "site", true);
	snapshot->made_by = text_of(reading, head, "made_by", true);
	snapshot->mode = text_of(reading, head, "mode", true);
	snapshot->role = text_of(reading, head, "role", true);
	snapshot->epoch = number_of(reading, head, "epoch", -1);
	snapshot->begun_ms = time_of(reading, head, "begun_ms");
	snapshot->ended_ms = time_of(reading, head, "ended_ms");
	READ_ARRAY(head, databases, read_database);
	READ_ARRAY(head, shares, read_share);
	READ_ARRAY(head, values, read_value);
	READ_ARRAY(head, parts, read_part);
	READ_ARRAY(head, notes, read_note);
	read_directories(reading, head, snapshot);
}

bool
snapshot_head_parse(const json_t * head, Snapshot *snapshot, Error *error)
{
	Reading		reading = {snapshot, error, true};
	const		json_t *version = json_object_get(head, "version");

	if (json_is_integer(version) &&
		json_integer_value(version) > SNAPSHOT_VERSION)
		return error_set(error, NULL, "Use the qsrepl that made it, or a newer "
						 "one.", "the manifest has version %lld, and this "
						 "qsrepl reads up to %d",
						 (long long) json_integer_value(version),
						 SNAPSHOT_VERSION);
	if (!json_is_integer(version) || json_integer_value(version) < 1)
		spoil(&reading, "version");
	read_head(&reading, head, snapshot);
	return reading.good;
}
