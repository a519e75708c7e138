/*
 * system.c
 *		Where and as what the program runs.
 */
#include "platform/posix/posix.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"
#include "platform/system.h"

bool
plat_is_terminal(FILE *stream)
{
	return isatty(fileno(stream)) == 1;
}

bool
plat_own_path(char **path, Error *error)
{
	static const char link[] = "/proc/self/exe";
	char		buffer[4096];
	ssize_t		len = readlink(link, buffer, sizeof(buffer));

	if (len < 0)
		return unix_error(error, "read symbolic link", link);
	if ((size_t) len == sizeof(buffer))
	{
		errno = ENAMETOOLONG;
		return unix_error(error, "read symbolic link", link);
	}
	buffer[len] = '\0';
	*path = mem_strdup(buffer);
	return true;
}

char *
plat_host_name(void)
{
	char		name[256];

	if (gethostname(name, sizeof(name)) != 0 || name[0] == '\0')
		return mem_strdup("localhost");
	name[sizeof(name) - 1] = '\0';
	return mem_strdup(name);
}

int64_t
plat_process(void)
{
	return (int64_t) getpid();
}

bool
plat_process_runs(int64_t process)
{
	return kill((pid_t) process, 0) == 0 || errno == EPERM;
}

bool
plat_process_is_in(int64_t process, const char *directory)
{
	char		link[64];
	struct stat there;
	struct stat wanted;

	snprintf(link, sizeof(link), "/proc/%" PRId64 "/cwd", process);
	return process > 0 && stat(link, &there) == 0 &&
		stat(directory, &wanted) == 0 && there.st_dev == wanted.st_dev &&
		there.st_ino == wanted.st_ino;
}

bool
plat_whole_path(const char *path, char **whole, Error *error)
{
	*whole = realpath(path, NULL);
	return *whole != NULL || unix_error(error, "find", path);
}
