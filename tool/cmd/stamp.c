/*
 * stamp.c
 *		The time in the names of what is put aside.
 */
#include "cmd/stamp.h"

#include "base/timestamp.h"
#include "platform/clock.h"

const char *
stamp_now(Arena *arena)
{
	char		now[TIMESTAMP_SIZE];
	char		compact[TIMESTAMP_SIZE];

	timestamp_format(plat_wall_ms(), now);
	timestamp_compact(now, compact, sizeof(compact));
	return arena_printf(arena, "%.15s", compact);
}
