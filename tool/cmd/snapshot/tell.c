/*
 * tell.c
 *		What is said of a snapshot that was made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/snapshot/work.h"

/* So many paths of a kind are named. */
#define NAMED 3

/* What notes mean. */
typedef struct NoteWords
{
	const char *what;
	bool		lacks;			/* the snapshot is without something */
	bool		always;			/* told quietly, too */
	const char *one;			/* NULL: told in the manifest and in JSON only */
	const char *many;
	const char *hint;
} NoteWords;

static const NoteWords note_words[] = {
	{"unreadable", true, true,
		"file could not be read, and is left out",
		"files could not be read, and are left out",
		"Give this program's user the right to read them, or list them under "
	"leave_out."},
	{"name", true, true,
		"name cannot be carried to another system, and is left out",
		"names cannot be carried to another system, and are left out",
	"Rename what has a backslash in its name."},
	{"not sealed", false, true,
		"site cannot open the certificates in this snapshot",
		"sites cannot open the certificates in this snapshot",
		"Run \"qsrepl cert keys\" at both sites, then make another "
	"snapshot."},
	{"twice", false, true,
		"certificate is there more than once; all are in the snapshot",
		"certificates are there more than once; all are in the snapshot",
		"\"qsrepl cert verify\" tells them. Remove those that Qlik Sense does not "
	"use."},
	{"unstable", false, true,
		"file changed each time that it was read",
		"files changed each time that they were read",
		"What is in the snapshot may be torn: stop what writes there, or make "
	"another one."},
	{"case", false, false,
		"name differs from another one by case only",
		"names differ from other ones by case only",
	"Windows has one file for both; rename one of them."},
	{"vanished", false, false,
		"file vanished while the snapshot was made",
	"files vanished while the snapshot was made", NULL},
	{"link", false, false,
		"link was not followed, and is left out",
		"links were not followed, and are left out",
	NULL},
	{"special", false, false, NULL, NULL, NULL},
	{"no database", false, false, NULL, NULL, NULL},
	{NULL, false, false, NULL, NULL, NULL}
};

static size_t
count(const Snapshot *snapshot, const char *what)
{
	size_t		n = 0;

	for (size_t i = 0; i < snapshot->n_notes; i++)
		n += strcmp(snapshot->notes[i].what, what) == 0 ? 1 : 0;
	return n;
}

bool
cmd_snapshot_lacks(const Snapshot *snapshot)
{
	for (const NoteWords *words = note_words; words->what != NULL; words++)
		if (words->lacks && count(snapshot, words->what) > 0)
			return true;
	return false;
}

/* The first ones: "share/QlikShare/Apps/x: Permission denied; ..." */
static char *
name_some(const Snapshot *snapshot, const char *what, size_t n)
{
	Arena		arena = {NULL};
	Text		text = {NULL, 0, 0};
	size_t		named = 0;

	for (size_t i = 0; i < snapshot->n_notes && named < NAMED; i++)
	{
		const SnapshotNote *note = &snapshot->notes[i];

		if (strcmp(note->what, what) != 0)
			continue;
		text_addf(&text, "%s\"%s\"", named++ > 0 ? "; " : "",
				  arena_quote(&arena, note->path));
		if (note->detail != NULL)
			text_addf(&text, " (%s)", arena_quote(&arena, note->detail));
	}
	if (n > named)
		text_addf(&text, "; and %lu more", (unsigned long) (n - named));
	text_add(&text, ".");
	arena_free(&arena);
	return text_take(&text);
}

void
cmd_snapshot_warn(const Snapshot *snapshot, bool quiet)
{
	for (const NoteWords *words = note_words; words->what != NULL; words++)
	{
		size_t		n = count(snapshot, words->what);
		char	   *message;
		char	   *detail;

		if (n == 0 || words->one == NULL || (quiet && !words->always))
			continue;
		message = text_format("%lu %s", (unsigned long) n, n == 1 ?
							  words->one : words->many);
		detail = name_some(snapshot, words->what, n);
		report_at(REPORT_WARNING, snapshot->name, 0, message, detail,
				  words->hint);
		free(message);
		free(detail);
	}
}

static uint64_t
total_bytes(const Snapshot *snapshot)
{
	uint64_t	bytes = 0;

	for (size_t i = 0; i < snapshot->n_parts; i++)
		bytes += snapshot->parts[i].bytes;
	return bytes;
}

static json_t *
notes_array(const Snapshot *snapshot)
{
	json_t	   *array = json_array();

	for (size_t i = 0; i < snapshot->n_notes; i++)
	{
		json_t	   *object = json_object();

		json_set_text(object, "what", snapshot->notes[i].what);
		json_set_text(object, "path", snapshot->notes[i].path);
		json_set_text(object, "detail", snapshot->notes[i].detail);
		json_array_append_new(array, object);
	}
	return array;
}

static void
tell_json(const SnapshotWork *work)
{
	const Snapshot *snapshot = &work->snapshot;
	json_t	   *document = json_object();
	json_t	   *databases = json_array();
	char		time[TIMESTAMP_SIZE];

	timestamp_format(snapshot->begun_ms, time);
	json_set_text(document, "name", snapshot->name);
	json_set_text(document, "directory", work->final);
	json_set_text(document, "kind", snapshot_kinds[snapshot->kind]);
	json_set_text(document, "site", snapshot->site);
	json_set_text(document, "time", time);
	json_set_count(document, "ms", snapshot->ended_ms - snapshot->begun_ms);
	json_set_count(document, "files", (int64_t) snapshot->n_files);
	json_set_count(document, "bytes", (int64_t) total_bytes(snapshot));
	json_set_count(document, "linked_files", (int64_t) work->linked_files);
	json_set_count(document, "linked_bytes", (int64_t) work->linked_bytes);
	for (size_t i = 0; i < snapshot->n_databases; i++)
		json_array_append_new(databases,
							  json_text(snapshot->databases[i].name));
	json_object_set_new(document, "databases", databases);
	json_object_set_new(document, "notes", notes_array(snapshot));
	json_print(document);
}

static void
tell_text(const SnapshotWork *work)
{
	const Snapshot *snapshot = &work->snapshot;
	char		all[UNITS_SIZE];
	char		new[UNITS_SIZE];
	char		took[UNITS_SIZE];

	units_bytes((int64_t) total_bytes(snapshot), all);
	units_bytes((int64_t) work->copied_bytes, new);
	units_seconds((double) (snapshot->ended_ms - snapshot->begun_ms) / 1000,
				  took);
	printf("snapshot %s of site %s: %lu database%s, %lu files, %s, of which "
		   "%s new, in %s\n%s\n", snapshot->name, snapshot->site,
		   (unsigned long) snapshot->n_databases,
		   snapshot->n_databases == 1 ? "" : "s",
		   (unsigned long) snapshot->n_files, all, new, took, work->final);
}

void
cmd_snapshot_tell(const SnapshotWork *work, bool json)
{
	(json ? tell_json : tell_text) (work);
}
