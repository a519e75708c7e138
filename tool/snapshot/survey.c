/*
 * survey.c
 *		All snapshots of a store.
 */
#include "snapshot/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/copy.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "snapshot/encrypt.h"
#include "snapshot/internal.h"
#include "snapshot/legacy.h"

bool
snapshot_seen_is_whole(const SnapshotSeen *seen)
{
	return seen->state == SNAPSHOT_WHOLE || seen->state == SNAPSHOT_SEALED;
}

const char *
snapshot_state_word(SnapshotState state)
{
	switch (state)
	{
		case SNAPSHOT_WHOLE:
			return "whole";
		case SNAPSHOT_SEALED:
			return "encrypted";
		case SNAPSHOT_LEGACY:
			return "legacy";
		case SNAPSHOT_BROKEN:
			break;
	}
	return "broken";
}

/* Where one is, and what was found of it. */
typedef struct Look
{
	SnapshotSurvey *survey;
	SnapshotSeen *seen;
	const char *directory;
	PlatLook   *files;
	size_t		n;
} Look;

static void
spoil(Look *look, const char *problem)
{
	look->seen->state = SNAPSHOT_BROKEN;
	if (look->seen->problem == NULL)
		look->seen->problem = arena_strdup(&look->survey->arena, problem);
}

static void
spoil_by(Look *look, Error *error)
{
	char	   *problem = text_format("%s%s%s", error->message,
									  error->detail != NULL ? ": " : "",
									  error->detail != NULL ? error->detail :
									  "");

	spoil(look, problem);
	free(problem);
	error_free(error);
}

static void
add_look(Look *look, const char *path)
{
	look->files[look->n++].path = path;
}

/* Are the files there as long as they should be? */
static void
judge(Look *look, uint64_t (*size) (const void *list, size_t i),
	  const void *list)
{
	Error		error = ERROR_NONE;

	if (!plat_look(look->directory, look->files, look->n, &error))
	{
		spoil_by(look, &error);
		return;
	}
	for (size_t i = 0; i < look->n; i++)
	{
		const PlatLook *file = &look->files[i];

		if (!file->exists)
			spoil(look, arena_printf(&look->survey->arena, "file \"%s\" is "
									 "missing", file->path));
		else if (file->size != size(list, i))
			spoil(look, arena_printf(&look->survey->arena, "file \"%s\" has "
									 "another size", file->path));
		if (file->names == 1)
			look->seen->own_bytes += file->size;
	}
}

static uint64_t
plain_size(const void *list, size_t i)
{
	return ((const Snapshot *) list)->files[i].size;
}

static uint64_t
sealed_size(const void *list, size_t i)
{
	return ((const SnapshotSealed *) list)->files[i].size;
}

static const char *
keep_text(Look *look, const char *text)
{
	return text == NULL ? NULL : arena_strdup(&look->survey->arena, text);
}

static void
describe(Look *look, const Snapshot *snapshot)
{
	SnapshotSeen *seen = look->seen;
	Text		databases = {NULL, 0, 0};

	for (size_t i = 0; i < snapshot->n_databases; i++)
		text_addf(&databases, "%s%s", i > 0 ? " " : "",
				  snapshot->databases[i].name);
	seen->databases = keep_text(look, databases.bytes);
	text_free(&databases);
	seen->site = keep_text(look, snapshot->site);
	seen->kind = snapshot->kind;
	seen->time_ms = snapshot->begun_ms;
	seen->files = snapshot->n_files;
	for (size_t i = 0; i < snapshot->n_files; i++)
		seen->bytes += snapshot->files[i].size;
	seen->notes = snapshot->n_notes;
}

static void
look_at_plain(Look *look)
{
	Snapshot	snapshot;
	Error		error = ERROR_NONE;

	look->seen->state = SNAPSHOT_WHOLE;
	if (snapshot_read(look->directory, &snapshot, &error))
	{
		describe(look, &snapshot);
		look->files = mem_alloc((snapshot.n_files + 1) * sizeof(PlatLook));
		for (size_t i = 0; i < snapshot.n_files; i++)
			add_look(look, snapshot.files[i].path);
		judge(look, plain_size, &snapshot);
		free(look->files);
	}
	else
		spoil_by(look, &error);
	snapshot_free(&snapshot);
}

static void
look_at_sealed(Look *look)
{
	SnapshotSeen *seen = look->seen;
	SnapshotSealed sealed = {.directory = NULL};
	Error		error = ERROR_NONE;

	seen->state = SNAPSHOT_SEALED;
	if (snapshot_sealed_read(look->directory, &sealed, &error))
	{
		seen->site = keep_text(look, sealed.site);
		seen->kind = sealed.kind;
		seen->time_ms = sealed.begun_ms;
		look->files = mem_alloc((sealed.n_files + 1) * sizeof(PlatLook));
		for (size_t i = 0; i < sealed.n_files; i++)
		{
			add_look(look, sealed.files[i].path);
			seen->bytes += sealed.files[i].size;
		}
		/* The manifest among them is no file of it. */
		seen->files = sealed.n_files > 0 ? sealed.n_files - 1 : 0;
		judge(look, sealed_size, &sealed);
		free(look->files);
	}
	else
		spoil_by(look, &error);
	snapshot_sealed_free(&sealed);
}

static void
look_at_legacy(Look *look)
{
	Snapshot	snapshot = {.directory = NULL};
	Error		error = ERROR_NONE;

	look->seen->state = SNAPSHOT_LEGACY;
	if (snapshot_read_legacy(look->directory, &snapshot, &error))
	{
		describe(look, &snapshot);
		look->seen->own_bytes = look->seen->bytes;
	}
	else
		spoil_by(look, &error);
	snapshot_free(&snapshot);
}

static bool
has_file(const char *directory, const char *name)
{
	char	   *path = text_format("%s/%s", directory, name);
	PlatFileInfo info;
	Error		ignored = ERROR_NONE;
	bool		there = plat_file_info(path, &info, &ignored) && info.exists;

	error_free(&ignored);
	free(path);
	return there;
}

bool
snapshot_has_plain(const char *directory)
{
	return has_file(directory, SNAPSHOT_MANIFEST) ||
		has_file(directory, SNAPSHOT_MANIFEST_SUM);
}

bool
snapshot_has_sealed(const char *directory)
{
	return has_file(directory, SNAPSHOT_SEALED_LIST) ||
		has_file(directory, SNAPSHOT_SEALED_SUM);
}

static bool
look_at(Look *look)
{
	if (snapshot_has_sealed(look->directory))
		look_at_sealed(look);
	else if (snapshot_has_plain(look->directory))
		look_at_plain(look);
	else if (snapshot_is_legacy(look->directory))
		look_at_legacy(look);
	else
		return false;
	return true;
}

/* One that was removed while it was looked at is not broken. */
static bool
is_gone(const Look *look)
{
	PlatFileInfo info;
	Error		ignored = ERROR_NONE;
	bool		gone = look->seen->state == SNAPSHOT_BROKEN &&
	plat_file_info(look->directory, &info, &ignored) && !info.exists;

	error_free(&ignored);
	return gone;
}

static int
compare_times(const void *a, const void *b)
{
	const SnapshotSeen *left = a;
	const SnapshotSeen *right = b;

	if (left->time_ms != right->time_ms)
		return left->time_ms < right->time_ms ? -1 : 1;
	return strcmp(left->name, right->name);
}

bool
snapshot_survey(const char *store, SnapshotSurvey *survey, Error *error)
{
	PlatNames	names;

	memset(survey, 0, sizeof(*survey));
	if (!plat_directory_list(store, &names, error))
		return false;
	survey->seen = arena_alloc(&survey->arena, (names.count + 1) *
							   sizeof(SnapshotSeen));
	for (size_t i = 0; i < names.count; i++)
	{
		Look		look = {.survey = survey,.seen = &survey->seen[survey->n]};

		if (names.names[i][0] == '.')
			continue;
		look.directory = arena_printf(&survey->arena, "%s/%s", store,
									  names.names[i]);
		look.seen->name = arena_strdup(&survey->arena, names.names[i]);
		if (look_at(&look) && !is_gone(&look))
			survey->n++;
		else
			memset(look.seen, 0, sizeof(*look.seen));
	}
	plat_names_free(&names);
	qsort(survey->seen, survey->n, sizeof(SnapshotSeen), compare_times);
	return true;
}

void
snapshot_survey_free(SnapshotSurvey *survey)
{
	arena_free(&survey->arena);
	memset(survey, 0, sizeof(*survey));
}
