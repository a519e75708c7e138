/*
 * head_make.c
 *		All of a manifest but its files, as JSON.
 */
#include "base/json.h"
#include "base/timestamp.h"
#include "snapshot/internal.h"

/* Members whose value is not known are left out. */
static void
set_text(json_t * object, const char *name, const char *value)
{
	if (value != NULL)
		json_set_text(object, name, value);
}

static void
set_number(json_t * object, const char *name, int64_t value)
{
	json_object_set_new(object, name, json_integer(value));
}

/* In milliseconds for programs, and in words for people. */
static void
set_time(json_t * object, const char *name, const char *words, int64_t ms)
{
	char		text[TIMESTAMP_SIZE];

	timestamp_format(ms, text);
	set_number(object, name, ms);
	json_set_text(object, words, text);
}

static json_t *
settings_array(const SnapshotDatabase *database)
{
	json_t	   *array = json_array();

	for (size_t i = 0; i < database->n_settings; i++)
	{
		const SnapshotSetting *setting = &database->settings[i];
		json_t	   *object = json_object();

		set_text(object, "role", setting->role);
		set_text(object, "name", setting->name);
		set_text(object, "value", setting->value);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
tables_array(const SnapshotDatabase *database)
{
	json_t	   *array = json_array();

	for (size_t i = 0; i < database->n_tables; i++)
	{
		const SnapshotTable *table = &database->tables[i];
		json_t	   *object = json_object();

		set_text(object, "schema", table->schema);
		set_text(object, "name", table->name);
		set_number(object, "rows", table->rows);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
database_object(const SnapshotDatabase *database)
{
	json_t	   *object = json_object();

	set_text(object, "name", database->name);
	set_text(object, "dump", database->dump);
	set_text(object, "owner", database->owner);
	set_text(object, "encoding", database->encoding);
	set_text(object, "collate", database->collate);
	set_text(object, "ctype", database->ctype);
	set_text(object, "provider", database->provider);
	set_text(object, "locale", database->locale);
	set_text(object, "icu_rules", database->icu_rules);
	set_text(object, "acl", database->acl);
	set_number(object, "connections", database->connections);
	set_text(object, "lsn", database->lsn);
	set_number(object, "timeline", database->timeline);
	json_object_set_new(object, "recovery", json_boolean(database->recovery));
	set_time(object, "time_ms", "time", database->time_ms);
	set_number(object, "server_version", database->server_version);
	set_text(object, "site", database->site);
	set_number(object, "epoch", database->epoch);
	json_object_set_new(object, "settings", settings_array(database));
	json_object_set_new(object, "tables", tables_array(database));
	return object;
}

static json_t *
share_object(const SnapshotShare *share)
{
	json_t	   *object = json_object();
	json_t	   *folders = json_array();
	json_t	   *leave_out = json_array();

	for (size_t i = 0; i < share->n_folders; i++)
	{
		json_t	   *folder = json_object();

		set_text(folder, "name", share->folders[i].name);
		json_object_set_new(folder, "mirror",
							json_boolean(share->folders[i].mirror));
		json_array_append_new(folders, folder);
	}
	for (size_t i = 0; i < share->n_leave_out; i++)
		json_array_append_new(leave_out, json_text(share->leave_out[i]));
	set_text(object, "name", share->name);
	set_text(object, "path", share->path);
	set_text(object, "root", share->root);
	set_text(object, "mapping", share->mapping);
	json_object_set_new(object, "folders", folders);
	json_object_set_new(object, "leave_out", leave_out);
	return object;
}

static json_t *
part_object(const SnapshotPart *part)
{
	json_t	   *object = json_object();

	set_text(object, "kind", snapshot_part_kinds[part->kind]);
	set_text(object, "name", part->name);
	set_text(object, "path", part->path);
	set_time(object, "begun_ms", "begun", part->begun_ms);
	set_time(object, "ended_ms", "ended", part->ended_ms);
	set_number(object, "files", (int64_t) part->files);
	set_number(object, "bytes", (int64_t) part->bytes);
	return object;
}

static json_t *
value_object(const SnapshotValue *value)
{
	json_t	   *object = json_object();

	set_text(object, "mapping", value->mapping);
	set_text(object, "kind", value->kind);
	set_text(object, "site", value->site);
	set_text(object, "value", value->value);
	return object;
}

static json_t *
note_object(const SnapshotNote *note)
{
	json_t	   *object = json_object();

	set_text(object, "what", note->what);
	set_text(object, "path", note->path);
	set_text(object, "detail", note->detail);
	return object;
}

#define SET_ARRAY(member, make) \
	do \
	{ \
		json_t	   *array = json_array(); \
 \
		for (size_t i = 0; i < snapshot->n_##member; i++) \
			json_array_append_new(array, make(&snapshot->member[i])); \
		json_object_set_new(head, #member, array); \
	} while (0)

static json_t *
directory_text(const char *const *directory)
{
	return json_text(*directory);
}

json_t *
snapshot_head_make(const Snapshot *snapshot)
{
	json_t	   *head = json_object();

	set_number(head, "version", SNAPSHOT_VERSION);
	set_text(head, "name", snapshot->name);
	set_text(head, "kind", snapshot_kinds[snapshot->kind]);
	set_text(head, "site", snapshot->site);
	set_text(head, "made_by", snapshot->made_by);
	set_text(head, "mode", snapshot->mode);
	set_text(head, "role", snapshot->role);
	set_number(head, "epoch", snapshot->epoch);
	set_time(head, "begun_ms", "begun", snapshot->begun_ms);
	set_time(head, "ended_ms", "ended", snapshot->ended_ms);
	SET_ARRAY(databases, database_object);
	SET_ARRAY(shares, share_object);
	SET_ARRAY(values, value_object);
	SET_ARRAY(parts, part_object);
	SET_ARRAY(notes, note_object);
	SET_ARRAY(directories, directory_text);
	return head;
}
