/*
 * log.c
 *		Files that are only appended to, durably.
 */
#include "platform/posix/posix.h"

#include <stdlib.h>

#include "base/memory.h"
#include "platform/log.h"

struct PlatLog
{
	int			fd;
	char	   *path;
	off_t		size;			/* bytes that are on the disk */
};

static PlatLog *
new_log(int fd, const char *path, off_t size)
{
	PlatLog    *log = mem_alloc(sizeof(PlatLog));

	log->fd = fd;
	log->path = mem_strdup(path);
	log->size = size;
	return log;
}

bool
plat_log_create(const char *path, PlatLog **log, Error *error)
{
	int			fd = unix_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0)
		return unix_error(error, "create file", path);
	if (!unix_sync_parent(path))
	{
		unix_error(error, "write directory of", path);
		close(fd);
		unlink(path);
		return false;
	}
	*log = new_log(fd, path, 0);
	return true;
}

bool
plat_log_open(const char *path, uint64_t keep, PlatLog **log, Error *error)
{
	int			fd = unix_open(path, O_WRONLY, 0);
	struct stat info;

	if (fd < 0)
		return unix_error(error, "open file", path);
	if (fstat(fd, &info) != 0 ||
		(info.st_size > (off_t) keep &&
		 (ftruncate(fd, (off_t) keep) != 0 || fsync(fd) != 0)))
	{
		unix_error(error, "shorten file", path);
		close(fd);
		return false;
	}
	*log = new_log(fd, path, info.st_size < (off_t) keep ? info.st_size :
				   (off_t) keep);
	return true;
}

bool
plat_log_append(PlatLog *log, const void *bytes, size_t len, Error *error)
{
	if (lseek(log->fd, log->size, SEEK_SET) >= 0 &&
		unix_write_all(log->fd, bytes, len) && fsync(log->fd) == 0)
	{
		log->size += (off_t) len;
		return true;
	}
	unix_error(error, "write file", log->path);
	/* Where this fails too, the reader finds a torn line. */
	if (ftruncate(log->fd, log->size) != 0)
		errno = 0;
	return false;
}

void
plat_log_close(PlatLog *log)
{
	if (log == NULL)
		return;
	close(log->fd);
	free(log->path);
	free(log);
}
