/*
 * fuzz_manifest.c
 *		Any bytes as a snapshot's manifest: what is accepted is safe, and its
 *		list of files is written again as it was.
 */
#include "fuzz.h"

#include "snapshot/internal.h"

static void
is_safe(const Snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_files; i++)
	{
		require(snapshot_path_is_safe(snapshot->files[i].path));
		require(i == 0 || strcmp(snapshot->files[i - 1].path,
								 snapshot->files[i].path) < 0);
	}
	for (size_t i = 0; i < snapshot->n_directories; i++)
		require(snapshot_path_is_safe(snapshot->directories[i]));
	for (size_t i = 0; i < snapshot->n_databases; i++)
		require(snapshot_path_is_safe(snapshot->databases[i].dump));
	for (size_t i = 0; i < snapshot->n_shares; i++)
		require(snapshot_path_is_safe(snapshot->shares[i].name));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Snapshot	snapshot = {.directory = NULL};
	Snapshot	again = {.directory = NULL};
	Error		error = ERROR_NONE;
	Text		bytes = {NULL, 0, 0};
	Text		written = {NULL, 0, 0};

	text_add_bytes(&bytes, data, size);
	if (snapshot_manifest_parse(bytes.bytes, bytes.len, &snapshot, &error))
	{
		is_safe(&snapshot);
		snapshot_manifest_write(&snapshot, &written);
		require(snapshot_manifest_parse(written.bytes, written.len, &again,
										&error));
		require(again.n_files == snapshot.n_files);
		snapshot_free(&again);
	}
	snapshot_free(&snapshot);
	error_free(&error);
	text_free(&bytes);
	text_free(&written);
	return 0;
}
