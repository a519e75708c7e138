/*
 * describe.c
 *		A key's values in words.
 */
#include "config/describe.h"

/* A duration in its greatest unit. */
static const char *
duration(long ms, Arena *arena)
{
	if (ms == 0)
		return "0";
	if (ms % 86400000 == 0)
		return arena_printf(arena, "%ldd", ms / 86400000);
	if (ms % 3600000 == 0)
		return arena_printf(arena, "%ldh", ms / 3600000);
	if (ms % 60000 == 0)
		return arena_printf(arena, "%ldmin", ms / 60000);
	if (ms % 1000 == 0)
		return arena_printf(arena, "%lds", ms / 1000);
	return arena_printf(arena, "%ldms", ms);
}

const char *
describe_type(const ConfigKey *key, Arena *arena)
{
	switch (key->type)
	{
		case CONFIG_TEXT:
			return "text";
		case CONFIG_NAME:
			return "name";
		case CONFIG_IDENTIFIER:
			return "name of a-z, 0-9 and _";
		case CONFIG_HOST:
			return "host";
		case CONFIG_PATH:
			return "absolute path";
		case CONFIG_CONNINFO:
			return "keyword=value with blanks between";
		case CONFIG_CHOICE:
			return arena_printf(arena, "one of: %s", key->words);
		case CONFIG_NUMBER:
			return arena_printf(arena, "whole number from %ld to %ld",
								key->min, key->max);
		case CONFIG_DURATION:
			return arena_printf(arena, "duration from %s to %s",
								duration(key->min, arena),
								duration(key->max, arena));
		case CONFIG_SWITCH:
			return "on or off";
		case CONFIG_NAMES:
			return "names with blanks between";
		case CONFIG_ARGUMENTS:
			return "program and arguments";
	}
	return "";
}
