/*
 * conninfo.h
 *		Connection parameters in libpq's form: keyword=value, blanks between.
 */
#ifndef CONFIG_CONNINFO_H
#define CONFIG_CONNINFO_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * conninfo_next
 *		Read the next parameter.
 *
 * in:     *rest: what is left; moved on
 * out:    *keyword, *value: in the arena, quotes and backslashes resolved;
 *         *keyword is NULL behind the last
 * errors: false: not of this form
 */
extern bool conninfo_next(const char **rest, Arena *arena,
						  const char **keyword, const char **value);

/*
 * conninfo_is_secret
 *		Is it a parameter that libpq takes a secret from?
 */
extern bool conninfo_is_secret(const char *keyword);

#endif							/* CONFIG_CONNINFO_H */
