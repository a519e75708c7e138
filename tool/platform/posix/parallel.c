/*
 * parallel.c
 *		One work on many things, by several threads.
 */
#include "platform/posix/posix.h"

#include <pthread.h>
#include <time.h>

#include "platform/cancel.h"
#include "platform/parallel.h"

#define THREADS_MAX 16
#define TICK_NS 200000000L

typedef struct Work
{
	pthread_mutex_t lock;		/* guards all below it */
	pthread_cond_t ended;		/* a thread has */
	size_t		next;
	size_t		done;
	int			running;
	bool		good;
	/* not changed while threads run */
	size_t		n;
	bool		(*run) (void *arg, size_t number);
	void	   *arg;
} Work;

static bool
take(Work *work, size_t *number)
{
	bool		there;

	pthread_mutex_lock(&work->lock);
	if (plat_cancelled())
		work->good = false;
	there = work->good && work->next < work->n;
	if (there)
		*number = work->next++;
	pthread_mutex_unlock(&work->lock);
	return there;
}

static void
note(Work *work, bool good)
{
	pthread_mutex_lock(&work->lock);
	work->done++;
	work->good = work->good && good;
	pthread_mutex_unlock(&work->lock);
}

static void *
work_on(void *arg)
{
	Work	   *work = arg;
	size_t		number;

	while (take(work, &number))
		note(work, work->run(work->arg, number));
	pthread_mutex_lock(&work->lock);
	work->running--;
	pthread_cond_signal(&work->ended);
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

/* Wait for all threads, and tell how far they are. */
static void
watch(Work *work, void (*tick) (void *arg, size_t done))
{
	pthread_mutex_lock(&work->lock);
	while (work->running > 0)
	{
		struct timespec until;
		size_t		done;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_NS;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&work->ended, &work->lock, &until);
		done = work->done;
		pthread_mutex_unlock(&work->lock);
		if (tick != NULL)
			tick(work->arg, done);
		pthread_mutex_lock(&work->lock);
	}
	pthread_mutex_unlock(&work->lock);
}

bool
plat_parallel(size_t n, int threads, bool (*run) (void *arg, size_t number),
			  void (*tick) (void *arg, size_t done), void *arg)
{
	Work		work = {.good = true,.n = n,.run = run,.arg = arg};
	pthread_t	ids[THREADS_MAX];
	int			started = 0;

	pthread_mutex_init(&work.lock, NULL);
	pthread_cond_init(&work.ended, NULL);
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	work.running = threads;
	while (started < threads &&
		   pthread_create(&ids[started], NULL, work_on, &work) == 0)
		started++;
	pthread_mutex_lock(&work.lock);
	work.running -= threads - started;
	pthread_mutex_unlock(&work.lock);
	/* Where no thread can be had at all, it goes without. */
	if (started == 0)
	{
		work.running = 1;
		work_on(&work);
	}
	watch(&work, tick);
	for (int i = 0; i < started; i++)
		pthread_join(ids[i], NULL);
	pthread_cond_destroy(&work.ended);
	pthread_mutex_destroy(&work.lock);
	return work.good;
}
