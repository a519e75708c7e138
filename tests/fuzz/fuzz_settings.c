/*
 * fuzz_settings.c
 *		Any bytes as Settings.cmd: what is read of it was there, in UTF-8 and
 *		without quotes or blanks around it.
 */
#include "fuzz.h"

#include "base/utf8.h"
#include "snapshot/legacy.h"

/* libc has memmem() only by a macro of its own. */
static bool
is_in(const uint8_t *data, size_t size, const char *value)
{
	size_t		n = strlen(value);

	for (size_t i = 0; i + n <= size; i++)
		if (memcmp(data + i, value, n) == 0)
			return true;
	return false;
}

static void
look(const uint8_t *data, size_t size, const char *value)
{
	size_t		n;

	if (value == NULL)
		return;
	require(value[0] != '\0' && is_in(data, size, value));
	for (size_t i = 0; value[i] != '\0'; i += n)
	{
		n = utf8_length(value + i, strlen(value + i));
		require(n > 0 && (unsigned char) value[i] >= ' ');
	}
	require(value[0] != ' ' && value[strlen(value) - 1] != ' ');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena		arena = {NULL};
	SnapshotSettings settings;

	snapshot_settings_parse((const char *) data, size, &arena, &settings);
	look(data, size, settings.root);
	look(data, size, settings.apps);
	look(data, size, settings.static_content);
	look(data, size, settings.archived_logs);
	look(data, size, settings.custom_data);
	arena_free(&arena);
	return 0;
}
