/*
 * test_children.c
 *		Many children at the same time: bound, order, deadlines.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "platform/platform.h"

#define MANY 40

typedef struct Crowd
{
	const char *const *argv[MANY];
	int			answer_ms;
	size_t		n;
	size_t		started;
	size_t		running;
	size_t		most;			/* that ran at the same time */
	size_t		hold;			/* so many end before others may start */
	size_t		good;
	size_t		lines;
	PlatChildEnd ends[MANY];
	int			codes[MANY];
	size_t		order[MANY];	/* in which they ended */
	size_t		ended;
} Crowd;

static void
on_line(void *arg, PlatStream stream, const char *line)
{
	Crowd	   *crowd = arg;

	if (stream == PLAT_STDOUT && strcmp(line, "word") == 0)
		crowd->lines++;
}

static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Crowd	   *crowd = arg;

	if (crowd->started == crowd->n)
		return PLAT_NEXT_NONE;
	if (crowd->started > 0 && crowd->ended < crowd->hold)
		return PLAT_NEXT_LATER;
	child->argv = crowd->argv[crowd->started];
	child->answer_ms = crowd->answer_ms;
	child->grace_ms = 100;
	child->on_line = on_line;
	child->arg = crowd;
	*number = crowd->started++;
	if (++crowd->running > crowd->most)
		crowd->most = crowd->running;
	return PLAT_NEXT_START;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *error)
{
	Crowd	   *crowd = arg;

	check((error->message == NULL) == (result->end == PLAT_CHILD_EXITED &&
									   result->code == 0));
	crowd->ends[number] = result->end;
	crowd->codes[number] = result->code;
	crowd->good += error->message == NULL ? 1 : 0;
	crowd->order[crowd->ended++] = number;
	crowd->running--;
}

static void
run(Crowd *crowd, size_t most)
{
	const PlatChildren children = {
		.most = most,.next = next,.ended = ended,.arg = crowd
	};

	plat_children_run(&children);
	check(crowd->ended == crowd->n);
	check(crowd->running == 0);
}

static const char *const slow[] = {"/bin/sh", "-c", "sleep 0.2; echo word", NULL};
static const char *const quick[] = {"/bin/sh", "-c", "echo word", NULL};
static const char *const three[] = {"/bin/sh", "-c", "exit 3", NULL};
static const char *const none[] = {"/no/such/program", NULL};
static const char *const silent[] = {"/bin/sh", "-c", "exec sleep 60", NULL};
static const char *const closed[] = {
	"/bin/sh", "-c", "exec >/dev/null 2>&1; sleep 0.1", NULL
};

/* They run beside each other, but not more than the bound. */
static void
test_bound(void)
{
	Crowd		crowd = {.n = MANY};
	int64_t		started = plat_clock_ms();

	for (size_t i = 0; i < MANY; i++)
		crowd.argv[i] = slow;
	run(&crowd, 20);
	check(crowd.most == 20);
	check(crowd.good == MANY);
	check(crowd.lines == MANY);
	check(plat_clock_ms() - started < 200 * MANY / 2);
}

/* How each ends is told with its number, one that cannot start included. */
static void
test_ends(void)
{
	Crowd		crowd = {.n = 5};

	crowd.argv[0] = quick;
	crowd.argv[1] = three;
	crowd.argv[2] = none;
	crowd.argv[3] = closed;
	crowd.argv[4] = quick;
	run(&crowd, 2);
	check(crowd.ends[0] == PLAT_CHILD_EXITED && crowd.codes[0] == 0);
	check(crowd.ends[1] == PLAT_CHILD_EXITED && crowd.codes[1] == 3);
	check(crowd.ends[2] == PLAT_CHILD_NOT_STARTED);
	check(crowd.ends[3] == PLAT_CHILD_EXITED && crowd.codes[3] == 0);
	check(crowd.good == 3);
}

/* One that says nothing is ended at its deadline, and holds up nobody. */
static void
test_silent(void)
{
	Crowd		crowd = {.n = 3,.answer_ms = 500};
	int64_t		started = plat_clock_ms();

	crowd.argv[0] = silent;
	crowd.argv[1] = quick;
	crowd.argv[2] = slow;
	run(&crowd, 3);
	check(crowd.ends[0] == PLAT_CHILD_TIMED_OUT);
	check(crowd.order[2] == 0);
	check(crowd.good == 2);
	check(plat_clock_ms() - started >= 500);
	check(plat_clock_ms() - started < 20000);
}

/* The others wait for as long as next() wants it. */
static void
test_later(void)
{
	Crowd		crowd = {.n = 4,.hold = 1};

	crowd.argv[0] = slow;
	for (size_t i = 1; i < 4; i++)
		crowd.argv[i] = slow;
	run(&crowd, 4);
	check(crowd.order[0] == 0);
	check(crowd.most == 3);
}

int
main(void)
{
	Crowd		nobody = {.n = 0};

	run(&nobody, 1);
	test_bound();
	test_ends();
	test_silent();
	test_later();
	return harness_finish();
}
