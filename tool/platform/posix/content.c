/*
 * content.c
 *		What is in one file: its SHA-256, and another file that has the same.
 */
#include "platform/posix/posix.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "platform/posix/copying.h"

bool
plat_file_link(const char *existing, const char *path)
{
	char	   *name = text_format("%s.link", path);
	bool		good = link(existing, name) == 0 && rename(name, path) == 0;

	if (!good)
		unlink(name);
	free(name);
	return good;
}

bool
plat_file_digest(const char *path, char sha256[DIGEST_SIZE], uint64_t *size,
				 Error *error)
{
	Digest	   *digest = digest_new();
	unsigned char *buffer = mem_alloc(COPY_BUFFER);
	int			fd = unix_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
							   0);
	ssize_t		n = 0;

	*size = 0;
	while (fd >= 0 && ((n = read(fd, buffer, COPY_BUFFER)) > 0 ||
					   (n < 0 && errno == EINTR)))
	{
		digest_add(digest, buffer, n > 0 ? (size_t) n : 0);
		*size += n > 0 ? (uint64_t) n : 0;
	}
	digest_end(digest, sha256);
	digest_free(digest);
	free(buffer);
	if (fd < 0)
		return unix_error(error, "open file", path);
	unix_close(fd);
	return n == 0 || unix_error(error, "read file", path);
}
