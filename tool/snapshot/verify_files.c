/*
 * verify_files.c
 *		A snapshot's files against its manifest.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "snapshot/verify.h"

static bool
is_manifest(const char *path)
{
	return strcmp(path, SNAPSHOT_MANIFEST) == 0 ||
		strcmp(path, SNAPSHOT_MANIFEST_SUM) == 0;
}

static void
tell_unstable(const Snapshot *snapshot, SnapshotFindings *findings)
{
	for (size_t i = 0; i < snapshot->n_files; i++)
		if (snapshot->files[i].unstable)
			snapshot_found(findings, SNAPSHOT_WEAK, "file",
						   snapshot->files[i].path, "file \"%s\" was changing "
						   "while the snapshot was made",
						   arena_quote(&findings->arena,
									   snapshot->files[i].path));
}

/* Letters of ASCII only: what two names of one file on Windows mostly are. */
static char *
folded(Arena *arena, const char *path)
{
	char	   *copy = arena_strdup(arena, path);

	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char) (*c - 'A' + 'a');
	return copy;
}

static int
compare_folded(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void
tell_case(const Snapshot *snapshot, SnapshotFindings *findings)
{
	Arena		arena = {NULL};
	char	  **names = mem_alloc((snapshot->n_files + 1) * sizeof(char *));

	for (size_t i = 0; i < snapshot->n_files; i++)
		names[i] = folded(&arena, snapshot->files[i].path);
	if (snapshot->n_files > 0)
		qsort(names, snapshot->n_files, sizeof(char *), compare_folded);
	for (size_t i = 1; i < snapshot->n_files; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			snapshot_found(findings, SNAPSHOT_WEAK, "file", names[i],
						   "two files differ only in the case of their name "
						   "\"%s\", so Windows has room for one of them",
						   arena_quote(&findings->arena, names[i]));
	free(names);
	arena_free(&arena);
}

static void
tell_notes(const Snapshot *snapshot, SnapshotFindings *findings)
{
	for (size_t i = 0; i < snapshot->n_notes; i++)
	{
		const SnapshotNote *note = &snapshot->notes[i];

		/* Told by the files themselves. */
		if (strcmp(note->what, "unstable") == 0)
			continue;
		snapshot_found(findings, SNAPSHOT_TOLD, "note", note->path,
					   "%s%s%s%s%s", note->what,
					   note->path[0] != '\0' ? " " : "",
					   arena_quote(&findings->arena, note->path),
					   note->detail != NULL ? ": " : "",
					   note->detail != NULL ? note->detail : "");
	}
}

void
snapshot_verify_files(const Snapshot *snapshot, SnapshotFindings *findings)
{
	SnapshotExpected *files = mem_alloc((snapshot->n_files + 1) *
										sizeof(SnapshotExpected));
	SnapshotTree expected = {
		.directory = snapshot->directory,.n = snapshot->n_files,
		.directories = (const char *const *) snapshot->directories,
		.n_directories = snapshot->n_directories,
		.pass = snapshot->legacy ? NULL : is_manifest,
		.lenient = snapshot->legacy
	};

	for (size_t i = 0; i < snapshot->n_files; i++)
	{
		files[i].path = snapshot->files[i].path;
		files[i].size = snapshot->files[i].size;
		files[i].sha256 = snapshot->files[i].sha256;
	}
	expected.files = files;
	snapshot_verify_tree(&expected, findings);
	free(files);
	tell_unstable(snapshot, findings);
	tell_case(snapshot, findings);
	tell_notes(snapshot, findings);
}
