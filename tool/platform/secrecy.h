/*
 * secrecy.h
 *		Keeping what a program has in memory from others.
 */
#ifndef PLATFORM_SECRECY_H
#define PLATFORM_SECRECY_H

#include <stdbool.h>

#include "base/error.h"

/*
 * plat_no_core
 *		From now on a crash of this program leaves no image of its memory, and
 *		no other program of the user may read it.
 */
extern bool plat_no_core(Error *error);

/* Put NAME=value into the program's own environment, and its children's. */
extern void plat_environment_set(const char *name, const char *value);

#endif							/* PLATFORM_SECRECY_H */
