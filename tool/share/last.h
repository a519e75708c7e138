/*
 * last.h
 *		The last sync as JSON; private to share/.
 */
#ifndef SHARE_LAST_H
#define SHARE_LAST_H

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "share/marker.h"

/* null where there was none. */
extern json_t * share_last_as_json(const ShareLast *last);

/* A missing member or null is none; strings in the arena. */
extern bool share_last_from_json(const json_t * json, Arena *arena,
								 ShareLast *last, Error *error);

/* The time in a member, as timestamp_format() writes it; -1: none. */
extern int64_t share_time_member(const json_t * object, const char *name);

/* Set a member to such a time; less than 0: null. */
extern void share_set_time(json_t * object, const char *name, int64_t ms);

#endif							/* SHARE_LAST_H */
