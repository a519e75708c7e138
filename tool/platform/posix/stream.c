/*
 * stream.c
 *		Files of any length, read and written in portions.
 */
#include "platform/posix/posix.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "platform/cancel.h"
#include "platform/stream.h"

/* More makes nothing faster, and is memory of each thread. */
#define PORTION ((size_t) 256 * 1024)

struct PlatOutput
{
	int			fd;
	char	   *path;
};

static bool
interrupted(const char *path, Error *error)
{
	return error_set(error, NULL, NULL, "reading file \"%s\" was interrupted",
					 path);
}

static bool
read_through(int fd, const char *path, PlatTake take, void *arg,
			 char *buffer, Error *error)
{
	for (;;)
	{
		ssize_t		n = read(fd, buffer, PORTION);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return unix_error(error, "read file", path);
		if (n == 0)
			return true;
		if (!take(arg, buffer, (size_t) n, error))
			return false;
		if (plat_cancelled())
			return interrupted(path, error);
	}
}

bool
plat_stream_read(const char *path, PlatTake take, void *arg, Error *error)
{
	/* A pipe must not hold us up. */
	int			fd = unix_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat found;
	char	   *buffer;
	bool		good;

	if (fd < 0)
		return unix_error(error, "open file", path);
	if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode))
	{
		unix_close(fd);
		return error_set(error, NULL, NULL, "\"%s\" is not a plain file",
						 path);
	}
	buffer = mem_alloc(PORTION);
	good = read_through(fd, path, take, arg, buffer, error);
	free(buffer);
	unix_close(fd);
	return good;
}

PlatOutput *
plat_output_begin(const char *path, Error *error)
{
	int			fd = unix_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
							   0600);
	PlatOutput *output;

	if (fd < 0)
	{
		unix_error(error, "make file", path);
		return NULL;
	}
	output = mem_alloc(sizeof(PlatOutput));
	output->fd = fd;
	output->path = mem_strdup(path);
	return output;
}

bool
plat_output_add(void *output, const void *bytes, size_t len, Error *error)
{
	const PlatOutput *to = output;

	return unix_write_all(to->fd, bytes, len) ||
		unix_error(error, "write file", to->path);
}

static bool
set_time(int fd, int64_t modified_ns)
{
	struct timespec times[2];

	times[0].tv_sec = (time_t) (modified_ns / 1000000000);
	times[0].tv_nsec = (long) (modified_ns % 1000000000);
	if (times[0].tv_nsec < 0)
	{
		times[0].tv_sec--;
		times[0].tv_nsec += 1000000000;
	}
	times[1] = times[0];
	return futimens(fd, times) == 0;
}

bool
plat_output_end(PlatOutput *output, const PlatOutputEnd *end, Error *error)
{
	bool		good = fchmod(output->fd, end->shared ? 0444 : 0400) == 0 &&
	(!end->keep_time || set_time(output->fd, end->modified_ns)) &&
	(!end->sync || fsync(output->fd) == 0);

	if (close(output->fd) != 0)
		good = false;
	output->fd = -1;
	if (!good)
		unix_error(error, "write file", output->path);
	plat_output_drop(output);
	return good;
}

void
plat_output_drop(PlatOutput *output)
{
	if (output == NULL)
		return;
	if (output->fd >= 0)
		unix_close(output->fd);
	free(output->path);
	free(output);
}

bool
plat_output_rename(const char *from, const char *to, Error *error)
{
	return rename(from, to) == 0 || unix_error(error, "rename file", from);
}
