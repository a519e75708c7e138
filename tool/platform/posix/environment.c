/*
 * environment.c
 *		The environment of the program.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>

#include "platform/environment.h"

void
plat_environment_set(const char *name, const char *value)
{
	setenv(name, value, 1);
}
