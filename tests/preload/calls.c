/*
 * calls.c
 *		What the libraries share that count calls of the tool.
 */
#include "calls.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

void
calls_tell(const char *variable, long calls)
{
	const char *name = getenv(variable);
	FILE	   *file = name != NULL ? fopen(name, "w") : NULL;

	if (file == NULL)
		return;
	fprintf(file, "%ld\n", calls);
	fclose(file);
}

__attribute__((constructor))
static void
begin(void)
{
	unsetenv("LD_PRELOAD");
}
