/*
 * test_plan_kill.c
 *		The runner is killed, at each write of the journal and at random times,
 *		and the run is resumed or aborted by another process, which may be
 *		killed in turn.
 *
 * plat_log_append() is wrapped by the linker: before, in the middle of, and
 * after the write with a given number the process kills itself.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "platform/platform.h"
#include "random.h"
#include "scratch.h"
#include "toy.h"

typedef enum Moment
{
	BEFORE,
	WITHIN,
	AFTER
} Moment;

/* Which write kills the process; 0: none */
static int	kill_at;
static Moment kill_moment;
static int	writes;

extern bool __real_plat_log_append(PlatLog *log, const void *bytes,
								   size_t len, Error *error);
extern bool __wrap_plat_log_append(PlatLog *log, const void *bytes,
								   size_t len, Error *error);

static void
die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

bool
__wrap_plat_log_append(PlatLog *log, const void *bytes, size_t len,
					   Error *error)
{
	bool		hit = ++writes == kill_at;
	bool		good;

	if (hit && kill_moment == BEFORE)
		die();
	if (hit && kill_moment == WITHIN)
		len = len / 2;
	good = __real_plat_log_append(log, bytes, len, error);
	if (hit)
		die();
	return good;
}

static Toy	toy;
static PlanRun run;

static void
begin(void)
{
	static char journals[512];

	snprintf(journals, sizeof(journals), "%s", scratch_path("journals"));
	scratch_remove(journals);
	toy_prepare(&toy, scratch_path("toy"));
	toy_run(&run, &toy, journals);
}

typedef PlanOutcome (*Verb) (const PlanRun *, Error *);

/* Do something in a process of its own; its outcome, or -1 if it was killed. */
static int
apart(Verb verb, int at, Moment moment, unsigned int after_us)
{
	int			status;
	pid_t		pid = fork();

	if (pid == 0)
	{
		Error		error = ERROR_NONE;
		PlanOutcome outcome;

		kill_at = at;
		kill_moment = moment;
		outcome = verb(&run, &error);
		error_free(&error);
		_exit((int) outcome);
	}
	if (after_us > 0)
	{
		usleep(after_us);
		kill(pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* After any end of the start: begun so far that there is a run to take up? */
static bool
has_run(bool *finished)
{
	Error		error = ERROR_NONE;
	PlanJournal *journal = NULL;
	bool		good = plan_unfinished(run.directory, NULL, &journal, &error);
	bool		unfinished = journal != NULL;

	check(good);
	*finished = toy_is_complete(&toy) && !unfinished;
	plan_journal_free(journal);
	error_free(&error);
	return unfinished;
}

/* To the end: a resume, or a start where nothing was begun. */
static void
check_resumed(void)
{
	bool		finished;

	if (has_run(&finished))
		check(apart(plan_resume, 0, BEFORE, 0) == PLAN_FINISHED);
	else if (!finished)
		check(apart(plan_start, 0, BEFORE, 0) == PLAN_FINISHED);
	check(toy_is_complete(&toy));
}

/* Back to the beginning, or past the point of no return to the end. */
static void
check_aborted(void)
{
	bool		finished;
	int			outcome;

	if (!has_run(&finished))
	{
		check(finished || toy_is_untouched(&toy));
		return;
	}
	outcome = apart(plan_abort, 0, BEFORE, 0);
	if (outcome == PLAN_REFUSED)
		check_resumed();
	else
		check(outcome == PLAN_ABORTED && toy_is_untouched(&toy));
}

/* A run that is started writes that many lines, and then ends. */
static int
count_writes(void)
{
	int			at = 1;

	for (;; at++)
	{
		begin();
		if (apart(plan_start, at, BEFORE, 0) != -1)
			return at - 1;
	}
}

static void
test_each_write(int n)
{
	for (int at = 1; at <= n; at++)
		for (int moment = BEFORE; moment <= AFTER; moment++)
		{
			begin();
			check(apart(plan_start, at, (Moment) moment, 0) == -1);
			check_resumed();
			begin();
			check(apart(plan_start, at, (Moment) moment, 0) == -1);
			check_aborted();
		}
}

/* The resume, or the abort, is killed at each of its writes as well. */
static void
test_second_kill(int n)
{
	for (int at = 2; at <= n; at += 3)
		for (int second = 1; second <= n; second++)
		{
			Moment		moment = (Moment) ((at + second) % 3);

			begin();
			check(apart(plan_start, at, moment, 0) == -1);
			if (apart(plan_resume, second, moment, 0) != -1)
				second = n;
			check_resumed();
		}
	for (int at = 2; at <= n; at += 3)
		for (int second = 1; second <= n; second++)
		{
			Moment		moment = (Moment) ((at + second) % 3);

			begin();
			check(apart(plan_start, at, moment, 0) == -1);
			if (apart(plan_abort, second, moment, 0) != -1)
				second = n;
			check_aborted();
		}
}

/* At any time, in steps and between them, until it has come to an end. */
static void
test_random(void)
{
	unsigned long rounds = harness_rounds("QSREPL_KILLS", 60);
	Random		random;

	random.state = harness_seed();
	for (unsigned long i = 0; i < rounds; i++)
	{
		bool		finished;
		int			tries = 0;

		begin();
		toy.pause_us = 500;
		apart(plan_start, 0, BEFORE, 1 + (unsigned) random_below(&random, 15000));
		while (i % 2 == 0 && has_run(&finished) && tries++ < 5)
			apart(plan_resume, 0, BEFORE,
				  1 + (unsigned) random_below(&random, 15000));
		if (i % 3 == 0)
			check_aborted();
		else
			check_resumed();
	}
}

int
main(void)
{
	int			n;

	scratch_begin();
	n = count_writes();
	/* The first line, two for each step, the last line */
	check(n == 2 + 2 * TOY_STEPS);
	test_each_write(n);
	test_second_kill(n);
	test_random();
	return harness_finish();
}
