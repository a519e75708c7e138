/*
 * describe.h
 *		A key's values in words.
 */
#ifndef CONFIG_DESCRIBE_H
#define CONFIG_DESCRIBE_H

#include "base/arena.h"
#include "config/keys.h"

/* "whole number from 1 to 65535" and the like, in the arena or static. */
extern const char *describe_type(const ConfigKey *key, Arena *arena);

#endif							/* CONFIG_DESCRIBE_H */
