/*
 * copy_file.c
 *		Copying one file, with its SHA-256.
 */
#include "platform/posix/posix.h"

#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "platform/posix/copying.h"

#define TRIES 3

/*
 * A file that was changed so shortly before it was read may change again
 * without another time: then its times do not tell that it is the same.
 */
#define RACY_NS INT64_C(2000000000)

static int64_t
in_ns(struct timespec when)
{
	return (int64_t) when.tv_sec * 1000000000 + when.tv_nsec;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
fail(CopyWorker *worker, const char *what)
{
	worker->failed = what;
	return false;
}

/* The file cannot be had; that is no failure of the whole. */
static bool
without(PlatCopyFile *file, int number)
{
	file->reason = number;
	file->end = number == ENOENT || number == ENOTDIR || number == ELOOP ?
		PLAT_COPY_GONE : PLAT_COPY_UNREADABLE;
	return true;
}

/* Is the former file still as it was left, and can it have another name? */
static bool
link_as(CopyWorker *worker, const PlatCopyFile *file, const char *name)
{
	const char *former = base_name(file->former);
	int			from = copy_folder_open(&worker->former, file->former);
	int			to = copy_folder_open(&worker->target, file->path);
	struct stat info;

	if (from < 0 || to < 0 ||
		fstatat(from, former, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	errno = ESTALE;
	return S_ISREG(info.st_mode) && (uint64_t) info.st_size == file->size &&
		in_ns(info.st_mtim) == file->modified_ns &&
		linkat(from, former, to, name, 0) == 0;
}

/* A full disk is told at once; else it is copied. */
static bool
link_former(CopyWorker *worker, PlatCopyFile *file)
{
	if (link_as(worker, file, base_name(file->path)))
		file->end = PLAT_COPY_LINKED;
	else if (errno == ENOSPC || errno == EDQUOT)
		return fail(worker, "make link");
	return true;
}

/*
 * Move the content; *size: how many bytes.  What goes wrong at the source has
 * *source_error.
 */
static bool
pump(CopyWorker *worker, int from, int to, uint64_t expected, uint64_t *size,
	 int *source_error)
{
	*size = 0;
	for (;;)
	{
		ssize_t		n = read(from, worker->buffer, COPY_BUFFER);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			*source_error = errno;
		if (n <= 0)
			return true;
		digest_add(worker->digest, worker->buffer, (size_t) n);
		*size += (uint64_t) n;
		if (to >= 0 && !unix_write_all(to, worker->buffer, (size_t) n))
			return fail(worker, "write file");
		/* One call less for each small file; its size is looked at anyway. */
		if (*size == expected && (size_t) n < COPY_BUFFER)
			return true;
	}
}

/* The content is shared, and read from the copy, which nobody changes. */
static bool
clone(CopyWorker *worker, int from, int to)
{
	if (worker->no_clone)
		return false;
	if (ioctl(to, FICLONE, from) == 0)
		return true;
	worker->no_clone = true;
	return false;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_ino == b->st_ino &&
		in_ns(a->st_mtim) == in_ns(b->st_mtim) &&
		in_ns(a->st_ctim) == in_ns(b->st_ctim);
}

static void
note(PlatCopyFile *file, const struct stat *info, uint64_t size)
{
	struct timespec now = {0, 0};

	clock_gettime(CLOCK_REALTIME, &now);
	file->size = size;
	file->modified_ns = in_ns(info->st_mtim);
	file->changed_ns = in_ns(info->st_ctim);
	file->inode = in_ns(now) - file->changed_ns < RACY_NS ? 0 : info->st_ino;
}

/* Until it does not change meanwhile. */
static bool
copy_content(CopyWorker *worker, PlatCopyFile *file, int from, int to,
			 struct stat *before)
{
	struct stat after;
	uint64_t	size;
	bool		same = false;
	int			source_error = 0;

	for (int try = 0; !same && try < TRIES; try++)
	{
		bool		cloned;

		if (try > 0 && (lseek(from, 0, SEEK_SET) != 0 ||
						lseek(to, 0, SEEK_SET) != 0 || ftruncate(to, 0) != 0 ||
						fstat(from, before) != 0))
			return fail(worker, "write file");
		cloned = clone(worker, from, to);
		if (!pump(worker, cloned ? to : from, cloned ? -1 : to,
				  (uint64_t) before->st_size, &size, &source_error))
			return false;
		digest_end(worker->digest, file->sha256);
		if (source_error != 0 || fstat(from, &after) != 0)
			return without(file, source_error != 0 ? source_error : errno);
		same = is_same(before, &after) && size == (uint64_t) after.st_size;
	}
	note(file, &after, size);
	file->unstable = !same;
	file->end = PLAT_COPY_DONE;
	return true;
}

/* Has the former file still the content that it had? */
static bool
is_intact(CopyWorker *worker, const PlatCopyFile *file)
{
	int			folder = copy_folder_open(&worker->former, file->former);
	int			former = folder < 0 ? -1 :
	openat(folder, base_name(file->former), O_RDONLY | O_NOFOLLOW |
		   O_NONBLOCK | O_CLOEXEC);
	char		sha256[DIGEST_SIZE];
	uint64_t	size;
	int			number = 0;
	bool		good;

	if (former < 0)
		return false;
	good = pump(worker, former, -1, file->size, &size, &number);
	digest_end(worker->digest, sha256);
	unix_close(former);
	return good && number == 0 && strcmp(sha256, file->former_sha256) == 0;
}

/*
 * Has the file still the content of the former one, though that was not known
 * before?  Then it is read and linked, and never written.
 */
static bool
match_former(CopyWorker *worker, PlatCopyFile *file, int from,
			 const struct stat *before)
{
	struct stat after;
	uint64_t	size;
	int			number = 0;

	if (file->former == NULL || file->former_sha256 == NULL)
		return false;
	pump(worker, from, -1, (uint64_t) before->st_size, &size, &number);
	digest_end(worker->digest, file->sha256);
	if (number != 0 || fstat(from, &after) != 0 || !is_same(before, &after) ||
		size != (uint64_t) after.st_size ||
		strcmp(file->sha256, file->former_sha256) != 0 ||
		!is_intact(worker, file) ||
		!link_as(worker, file, base_name(file->path)))
		return false;
	note(file, &after, size);
	file->end = PLAT_COPY_LINKED;
	return true;
}

static bool
copy_open(CopyWorker *worker, PlatCopyFile *file, int from,
		  struct stat *before)
{
	const		mode_t mode = (before->st_mode & 0555) | 0400;
	int			folder = copy_folder_open(&worker->target, file->path);
	int			to = folder < 0 ? -1 :
	openat(folder, base_name(file->path), O_RDWR | O_CREAT | O_EXCL |
		   O_NOFOLLOW | O_CLOEXEC, mode);
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
	bool		good;

	if (to < 0)
		return fail(worker, "create file");
	good = copy_content(worker, file, from, to, before);
	if (good && file->end == PLAT_COPY_DONE)
	{
		times[1].tv_sec = (time_t) (file->modified_ns / 1000000000);
		times[1].tv_nsec = (long) (file->modified_ns % 1000000000);
		if (times[1].tv_nsec < 0)
		{
			times[1].tv_nsec += 1000000000;
			times[1].tv_sec--;
		}
		good = futimens(to, times) == 0 || fail(worker, "write file");
	}
	if (good && close(to) != 0)
		return fail(worker, "write file");
	if (!good)
		unix_close(to);
	if (good && file->end != PLAT_COPY_DONE)
		return unlinkat(folder, base_name(file->path), 0) == 0 ||
			fail(worker, "remove file");
	return good;
}

bool
copy_file(CopyWorker *worker, PlatCopyFile *file)
{
	struct stat before;
	int			folder;
	int			from;
	bool		good;

	if (file->same && !link_former(worker, file))
		return false;
	if (file->end == PLAT_COPY_LINKED)
		return true;
	folder = copy_folder_open(&worker->source, file->path);
	if (folder < 0)
		return without(file, errno);
	/* What became a pipe meanwhile would else be waited for. */
	from = openat(folder, base_name(file->path), O_RDONLY | O_NOFOLLOW |
				  O_NONBLOCK | O_CLOEXEC);
	if (from < 0)
		return without(file, errno);
	if (fstat(from, &before) != 0 || !S_ISREG(before.st_mode))
		good = without(file, ENOENT);
	else if (match_former(worker, file, from, &before))
		good = true;
	else if (lseek(from, 0, SEEK_SET) != 0)
		good = without(file, errno);
	else
		good = copy_open(worker, file, from, &before);
	unix_close(from);
	return good;
}
