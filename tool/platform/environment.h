/*
 * environment.h
 *		The environment of the program.
 */
#ifndef PLATFORM_ENVIRONMENT_H
#define PLATFORM_ENVIRONMENT_H

/*
 * plat_environment_set
 *		Put NAME=value into the program's own environment and that of children
 *		started later.  No secrets: other programs of the user may read it.
 */
extern void plat_environment_set(const char *name, const char *value);

#endif							/* PLATFORM_ENVIRONMENT_H */
