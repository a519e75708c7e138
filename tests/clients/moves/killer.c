/*
 * killer.c
 *		A library to be preloaded into the tool: kills it at its n-th fsync().
 *
 * KILL_AT=n kills before the n-th, KILL_AFTER=n behind it; KILL_COUNT=FILE has
 * the number of calls written there at the end. Programs that the tool runs
 * do not have it preloaded.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static long calls;

extern int	fsync(int fd);

static void
kill_at(const char *name)
{
	const char *at = getenv(name);

	if (at != NULL && strtol(at, NULL, 10) == calls)
		kill(getpid(), SIGKILL);
}

int
fsync(int fd)
{
	int			(*real) (int);
	int			result;

	*(void **) &real = dlsym(RTLD_NEXT, "fsync");
	calls++;
	kill_at("KILL_AT");
	result = real(fd);
	kill_at("KILL_AFTER");
	return result;
}

__attribute__((constructor))
static void
begin(void)
{
	unsetenv("LD_PRELOAD");
}

__attribute__((destructor))
static void
end(void)
{
	const char *name = getenv("KILL_COUNT");
	FILE	   *file = name != NULL ? fopen(name, "w") : NULL;

	if (file == NULL)
		return;
	fprintf(file, "%ld\n", calls);
	fclose(file);
}
