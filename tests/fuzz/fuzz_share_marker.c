/*
 * fuzz_share_marker.c
 *		Any bytes as a share's marker: what was read can be written, and is
 *		read again as the same.
 */
#include "fuzz.h"

#include "share/marker.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	ShareMarker marker;
	ShareMarker again;
	char	   *first;
	char	   *second;

	if (share_marker_parse(size > 0 ? (const char *) data : "", size, &arena,
						   &marker, &error))
	{
		first = share_marker_format(&marker);
		require(share_marker_parse(first, strlen(first), &arena, &again,
								   &error));
		require(again.epoch == marker.epoch && again.role == marker.role);
		second = share_marker_format(&again);
		require(strcmp(first, second) == 0);
		free(first);
		free(second);
	}
	else
		require(error.message != NULL);
	error_free(&error);
	arena_free(&arena);
	return 0;
}
