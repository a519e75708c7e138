/*
 * silent.c
 *		A library to be preloaded into the tool: whatever it does at or below
 *		the directory SILENT_AT waits forever, as at a mount whose server is
 *		gone.
 *
 * A process that is killed while it waits ends.  Programs that the tool runs
 * and that look there wait, too.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void
wait_at(const char *path)
{
	const char *silent = getenv("SILENT_AT");
	size_t		len = silent != NULL ? strlen(silent) : 0;

	while (len > 0 && strncmp(path, silent, len) == 0 &&
		   (path[len] == '\0' || path[len] == '/'))
		pause();
}

int
statvfs(const char *path, struct statvfs *info)
{
	int			(*call) (const char *, struct statvfs *);

	wait_at(path);
	*(void **) &call = real("statvfs");
	return call(path, info);
}

int
stat(const char *path, struct stat *info)
{
	int			(*call) (const char *, struct stat *);

	wait_at(path);
	*(void **) &call = real("stat");
	return call(path, info);
}

int
lstat(const char *path, struct stat *info)
{
	int			(*call) (const char *, struct stat *);

	wait_at(path);
	*(void **) &call = real("lstat");
	return call(path, info);
}

int
open(const char *path, int flags,...)
{
	int			(*call) (const char *, int, mode_t);
	mode_t		mode = 0;
	va_list		args;

	va_start(args, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(args, mode_t);
	va_end(args);
	wait_at(path);
	*(void **) &call = real("open");
	return call(path, flags, mode);
}
