/*
 * run_all.c
 *		Scripts at many nodes at the same time.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "platform/children.h"
#include "powershell/powershell.h"

typedef struct Job
{
	PowershellChild child;
	PowershellAnswer answer;
	bool		prepared;
} Job;

typedef struct Work
{
	const PowershellCall *calls;
	Job		   *jobs;
	Error	   *errors;
	size_t		n;
	size_t		next;			/* to be started */
	bool		good;
} Work;

static void
read_line(void *arg, PlatStream stream, const char *line)
{
	if (stream == PLAT_STDOUT)
		powershell_read(arg, line);
}

static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Work	   *work = arg;
	Job		   *job;

	for (; work->next < work->n; work->next++)
	{
		job = &work->jobs[work->next];
		if (!job->prepared)
			continue;
		*child = job->child.child;
		child->on_line = read_line;
		child->arg = &job->answer;
		*number = work->next++;
		return PLAT_NEXT_START;
	}
	return PLAT_NEXT_NONE;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *error)
{
	Work	   *work = arg;
	bool		ran = error->message == NULL;

	if (!ran)
		error_set(&work->errors[number], error->detail, error->hint, "%s",
				  error->message);
	if (!powershell_judge(&work->jobs[number].answer, ran, result,
						  &work->errors[number]))
		work->good = false;
}

bool
powershell_run_all(const PowershellCall *calls, size_t n, size_t most,
				   Error *errors)
{
	Work		work = {calls, mem_alloc((n + 1) * sizeof(Job)), errors, n, 0,
	true};
	const PlatChildren children = {most, next, ended, &work};

	for (size_t i = 0; i < n; i++)
	{
		Job		   *job = &work.jobs[i];

		job->answer = (PowershellAnswer) POWERSHELL_ANSWER(&calls[i]);
		job->prepared = powershell_prepare(&calls[i], &job->child,
										   &errors[i]);
		work.good = work.good && job->prepared;
	}
	plat_children_run(&children);
	for (size_t i = 0; i < n; i++)
		powershell_free(&work.jobs[i].child);
	free(work.jobs);
	return work.good;
}
