/*
 * each.c
 *		Something done to each file by threads, of which the first error counts.
 */
#include "snapshot/each.h"

#include <stdlib.h>

#include "base/memory.h"
#include "platform/parallel.h"

#define THREADS 2

typedef struct Each
{
	bool		(*run) (void *arg, size_t number, Error *error);
	void	   *arg;
	Error	   *errors;			/* one for each number; a thread's own */
} Each;

static bool
run_one(void *arg, size_t number)
{
	const Each *each = arg;

	return each->run(each->arg, number, &each->errors[number]);
}

bool
snapshot_each(size_t n, bool (*run) (void *arg, size_t number, Error *error),
			  void *arg, const char *interrupted, Error *error)
{
	Each		each = {run, arg, mem_alloc((n + 1) * sizeof(Error))};
	bool		good;

	for (size_t i = 0; i < n; i++)
		each.errors[i] = (Error) ERROR_NONE;
	good = plat_parallel(n, THREADS, run_one, NULL, &each);
	for (size_t i = 0; i < n; i++)
	{
		const Error *one = &each.errors[i];

		if (one->message != NULL && error->message == NULL)
			error_set(error, one->detail, one->hint, "%s", one->message);
		error_free(&each.errors[i]);
	}
	free(each.errors);
	if (!good && error->message == NULL)
		error_set(error, NULL, NULL, "%s", interrupted);
	return good;
}
