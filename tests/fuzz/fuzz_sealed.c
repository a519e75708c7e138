/*
 * fuzz_sealed.c
 *		Any bytes as the list of an encrypted snapshot: what is accepted is
 *		written and read again as the same.
 */
#include "fuzz.h"

#include "snapshot/encrypt.h"

static void
look(const SnapshotSealed *sealed)
{
	Text		text = {NULL, 0, 0};
	Text		again = {NULL, 0, 0};
	SnapshotSealed second;
	Error		error = ERROR_NONE;

	memset(&second, 0, sizeof(second));
	require(sealed->n_files > 0 && sealed->n_recipients > 0);
	for (size_t i = 0; i < sealed->n_files; i++)
		require(snapshot_path_is_safe(sealed->files[i].path) &&
				strlen(sealed->files[i].sha256) == SNAPSHOT_SHA256_SIZE - 1);
	snapshot_sealed_write(sealed, &text);
	require(snapshot_sealed_parse(text.bytes, text.len, &second, &error));
	snapshot_sealed_write(&second, &again);
	require(text.len == again.len &&
			memcmp(text.bytes, again.bytes, text.len) == 0);
	snapshot_sealed_free(&second);
	text_free(&text);
	text_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SnapshotSealed sealed;
	Error		error = ERROR_NONE;

	memset(&sealed, 0, sizeof(sealed));
	if (snapshot_sealed_parse((const char *) data, size, &sealed, &error))
		look(&sealed);
	else
		require(error.message != NULL);
	snapshot_sealed_free(&sealed);
	error_free(&error);
	return 0;
}
