/*
 * stamp.h
 *		The time in the names of what is put aside.
 */
#ifndef CMD_STAMP_H
#define CMD_STAMP_H

#include "base/arena.h"

/* The time now, as 20261123T005202; in the arena. */
extern const char *stamp_now(Arena *arena);

#endif							/* CMD_STAMP_H */
