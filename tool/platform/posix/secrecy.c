/*
 * secrecy.c
 *		Keeping what a program has in memory from others.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "platform/secrecy.h"

bool
plat_no_core(Error *error)
{
	static const struct rlimit none;

	if (setrlimit(RLIMIT_CORE, &none) == 0
		&& prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
		return true;
	return unix_error(error, "forbid core dumps of", "qsrepl");
}

void
plat_environment_set(const char *name, const char *value)
{
	setenv(name, value, 1);
}
