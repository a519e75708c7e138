/*
 * secret.c
 *		What keeps secrets in a process and in its files from others.
 */
#include "platform/posix/posix.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <openssl/crypto.h>

#include "base/secret.h"
#include "platform/secret.h"

void
plat_secret_process(void)
{
	struct rlimit none;

	/*
	 * Where the system refuses, the files' modes still hold.  The hard limit
	 * stays: a server that is started may want to have its own.
	 */
	if (getrlimit(RLIMIT_CORE, &none) == 0)
	{
		none.rlim_cur = 0;
		(void) setrlimit(RLIMIT_CORE, &none);
	}
	(void) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Read an open file; false with errno set, EFBIG where it is too long. */
static bool
read_all(int fd, size_t limit, Text *content)
{
	char		buffer[4096];
	ssize_t		n;
	bool		good = true;

	while (good && (n = read(fd, buffer, sizeof(buffer))) != 0)
	{
		if (n < 0)
			good = errno == EINTR;
		else if (content->len + (size_t) n > limit)
		{
			errno = EFBIG;
			good = false;
		}
		else
			secret_add(content, buffer, (size_t) n);
	}
	OPENSSL_cleanse(buffer, sizeof(buffer));
	return good;
}

/* As plat_file_private(), of the file that is open. */
static bool
is_private(int fd, const char *path, Error *error)
{
	struct stat found;

	if (fstat(fd, &found) != 0)
		return unix_error(error, "read attributes of file", path);
	return unix_private(&found, path, error);
}

bool
plat_secret_read(const char *path, size_t limit, bool private_file,
				 Text *content, Error *error)
{
	int			fd = unix_open(path, O_RDONLY, 0);
	bool		good;

	secret_free(content);
	if (fd < 0)
		return unix_error(error, "open file", path);
	good = !private_file || is_private(fd, path, error);
	if (good && !read_all(fd, limit, content))
		good = unix_error(error, "read file", path);
	unix_close(fd);
	if (!good)
		secret_free(content);
	return good;
}
