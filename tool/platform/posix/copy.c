/*
 * copy.c
 *		Many files copied by some threads.
 *
 * A thread takes files that stand behind each other in one directory.  They share nothing but the numbers in Copying; the rest of the
 * program waits meanwhile.
 */
#include "platform/posix/posix.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "platform/cancel.h"
#include "platform/posix/copying.h"

#define THREADS_MAX 16
#define TAKEN_AT_ONCE 256
#define PROGRESS_NS 200000000

/* What a thread is given. */
typedef struct Thread
{
	PlatCopying *copying;
	CopyWorker	worker;
	pthread_t	thread;
} Thread;

struct PlatCopying
{
	PlatCopy   *copy;
	int			roots[3];		/* source, target, former */
	Thread		threads[THREADS_MAX];
	int			n_threads;
	int			started;		/* of them; the others' part is done */
	pthread_mutex_t mutex;		/* guards all below */
	pthread_cond_t changed;
	size_t		next;			/* file that nobody has taken */
	size_t		done;			/* files */
	uint64_t	bytes;			/* copied */
	int			running;		/* threads */
	bool		stop;			/* take no more */
	int			number;			/* errno of what has failed, or 0 */
	const char *what;
	const char *path;
};

/* How long the directory's part of a path is. */
static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t) (slash - path) : 0;
}

int
copy_folder_open(CopyFolder *folder, const char *path)
{
	size_t		len = folder_length(path);
	int			fd = folder->root;

	if (folder->root < 0)
	{
		errno = ENOENT;
		return -1;
	}
	if (len == 0)
		return folder->root;
	if (folder->fd >= 0 && folder->len == len &&
		memcmp(folder->path, path, len) == 0)
		return folder->fd;
	copy_folder_close(folder);
	if (folder->capacity < len + 1)
	{
		folder->capacity = 2 * len + 64;
		folder->path = mem_grow(folder->path, folder->capacity);
	}
	memcpy(folder->path, path, len);
	folder->path[len] = '\0';
	for (char *at = folder->path; at < folder->path + len;)
	{
		size_t		n = strcspn(at, "/");
		int			above = fd;

		at[n] = '\0';
		fd = openat(above, at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (above != folder->root)
			unix_close(above);
		if (fd < 0)
			return -1;
		if (at + n < folder->path + len)
			at[n] = '/';
		at += n + 1;
	}
	folder->fd = fd;
	folder->len = len;
	return fd;
}

void
copy_folder_close(CopyFolder *folder)
{
	if (folder->fd >= 0)
		unix_close(folder->fd);
	folder->fd = -1;
}

static void
account(PlatCopying *copying, CopyWorker *worker, size_t begin, size_t end,
		bool good, size_t failed, int number)
{
	pthread_mutex_lock(&copying->mutex);
	for (size_t i = begin; i < end; i++)
		if (copying->copy->files[i].end == PLAT_COPY_DONE)
			copying->bytes += copying->copy->files[i].size;
	copying->done += end - begin;
	if (!good && copying->number == 0)
	{
		copying->number = number;
		copying->what = worker->failed;
		copying->path = copying->copy->files[failed].path;
	}
	copying->stop = copying->stop || !good;
	pthread_mutex_unlock(&copying->mutex);
}

static bool
is_beside(const PlatCopyFile *file, const PlatCopyFile *other)
{
	size_t		len = folder_length(file->path);

	return len == folder_length(other->path) &&
		memcmp(file->path, other->path, len) == 0;
}

/*
 * Files that nobody else has; none are left: false.  Of one directory: two
 * threads that make names in it would wait for each other.
 */
static bool
take(PlatCopying *copying, size_t *begin, size_t *end)
{
	const PlatCopy *copy = copying->copy;

	pthread_mutex_lock(&copying->mutex);
	*begin = copying->next;
	*end = *begin;
	if (!copying->stop && *begin < copy->n)
		for ((*end)++; *end < copy->n && *end - *begin < TAKEN_AT_ONCE &&
			 is_beside(&copy->files[*begin], &copy->files[*end]);)
			(*end)++;
	copying->next = *end;
	pthread_mutex_unlock(&copying->mutex);
	return *begin < *end;
}

static void *
run(void *arg)
{
	Thread	   *thread = arg;
	PlatCopying *copying = thread->copying;
	size_t		begin;
	size_t		end;

	while (take(copying, &begin, &end))
	{
		bool		good = true;
		size_t		i = begin;

		while (good && i < end)
		{
			good = copy_file(&thread->worker, &copying->copy->files[i]);
			if (good)
				i++;
		}
		account(copying, &thread->worker, begin, end, good, i,
				good ? 0 : errno);
	}
	pthread_mutex_lock(&copying->mutex);
	copying->running--;
	pthread_cond_signal(&copying->changed);
	pthread_mutex_unlock(&copying->mutex);
	return NULL;
}

static void
folder_begin(CopyFolder *folder, int root)
{
	memset(folder, 0, sizeof(*folder));
	folder->root = root;
	folder->fd = -1;
}

static void
worker_begin(CopyWorker *worker, const int roots[3])
{
	memset(worker, 0, sizeof(*worker));
	folder_begin(&worker->source, roots[0]);
	folder_begin(&worker->target, roots[1]);
	folder_begin(&worker->former, roots[2]);
	worker->digest = digest_new();
	worker->buffer = mem_alloc(COPY_BUFFER);
}

static void
worker_end(CopyWorker *worker)
{
	CopyFolder *folders[3] = {
		&worker->source, &worker->target, &worker->former
	};

	for (int i = 0; i < 3; i++)
	{
		copy_folder_close(folders[i]);
		free(folders[i]->path);
	}
	digest_free(worker->digest);
	free(worker->buffer);
}

/* Wait for the threads, and tell how far they are. */
static void
watch(PlatCopying *copying)
{
	PlatCopy   *copy = copying->copy;

	pthread_mutex_lock(&copying->mutex);
	while (copying->running > 0)
	{
		struct timespec until = {0, 0};

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_NS;
		if (until.tv_nsec >= 1000000000)
		{
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&copying->changed, &copying->mutex, &until);
		copying->stop = copying->stop || plat_cancelled();
		if (copy->progress != NULL)
			copy->progress(copy->arg, copying->done, copying->bytes);
	}
	pthread_mutex_unlock(&copying->mutex);
}

/* Where no thread can be had it is done here. */
static void
start_threads(PlatCopying *copying)
{
	int			n = copying->copy->threads;

	n = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
	copying->n_threads = n;
	copying->running = n;
	for (int i = 0; i < n; i++)
	{
		copying->threads[i].copying = copying;
		worker_begin(&copying->threads[i].worker, copying->roots);
	}
	while (copying->started < n &&
		   pthread_create(&copying->threads[copying->started].thread, NULL,
						  run, &copying->threads[copying->started]) == 0)
		copying->started++;
	for (int i = copying->started; i < n; i++)
		run(&copying->threads[i]);
}

static void
end_threads(PlatCopying *copying)
{
	for (int i = 0; i < copying->started; i++)
		pthread_join(copying->threads[i].thread, NULL);
	for (int i = 0; i < copying->n_threads; i++)
		worker_end(&copying->threads[i].worker);
}

static bool
report(const PlatCopying *copying, Error *error)
{
	char	   *path;

	if (copying->number == 0 && plat_cancelled())
		return error_set(error, NULL, NULL, "cancelled");
	if (copying->number == 0)
		return true;
	path = text_format("%s/%s", copying->copy->target, copying->path);
	errno = copying->number;
	unix_error(error, copying->what, path);
	free(path);
	return false;
}

static int
open_root(const char *path)
{
	return path == NULL ? -1 : unix_open(path, O_RDONLY | O_DIRECTORY, 0);
}

static void
close_roots(PlatCopying *copying)
{
	for (int i = 0; i < 3; i++)
		if (copying->roots[i] >= 0)
			unix_close(copying->roots[i]);
}

bool
plat_copy_begin(PlatCopy *copy, PlatCopying **begun, Error *error)
{
	PlatCopying *copying = mem_alloc(sizeof(PlatCopying));
	const char *missing = NULL;

	memset(copying, 0, sizeof(*copying));
	copying->copy = copy;
	copying->roots[0] = open_root(copy->source);
	if (copying->roots[0] < 0)
		missing = copy->source;
	copying->roots[1] = missing == NULL ? open_root(copy->target) : -1;
	if (missing == NULL && copying->roots[1] < 0)
		missing = copy->target;
	copying->roots[2] = missing == NULL ? open_root(copy->former) : -1;
	if (missing != NULL)
	{
		unix_error(error, "open directory", missing);
		close_roots(copying);
		free(copying);
		return false;
	}
	pthread_mutex_init(&copying->mutex, NULL);
	pthread_cond_init(&copying->changed, NULL);
	start_threads(copying);
	*begun = copying;
	return true;
}

bool
plat_copy_end(PlatCopying *copying, bool stop, Error *error)
{
	bool		good;

	pthread_mutex_lock(&copying->mutex);
	copying->stop = copying->stop || stop;
	pthread_mutex_unlock(&copying->mutex);
	watch(copying);
	end_threads(copying);
	pthread_cond_destroy(&copying->changed);
	pthread_mutex_destroy(&copying->mutex);
	good = stop || report(copying, error);
	close_roots(copying);
	free(copying);
	return good;
}

const char *
plat_copy_reason(int reason)
{
	return strerror(reason);
}
