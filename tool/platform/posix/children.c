/*
 * children.c
 *		Many children at the same time, in one loop around poll().
 */
#include "platform/posix/posix.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/children.h"
#include "platform/posix/running.h"

/* A child that has closed its streams is looked for this often. */
#define CLOSED_MS 2

/* One that runs, or a free place. */
typedef struct Place
{
	bool		taken;
	size_t		number;			/* the caller's */
	PlatChild	child;
	Running		running;
} Place;

typedef struct Crowd
{
	const PlatChildren *how;
	Place	   *places;
	struct pollfd *waits;		/* RUNNING_WAITS of each place */
	size_t		n;				/* that are taken */
	bool		none;			/* next() has no further one */
} Crowd;

static void
tell_end(Crowd *crowd, size_t number, PlatChildResult *result, Error *error)
{
	crowd->how->ended(crowd->how->arg, number, result, error);
	plat_child_free(result);
	error_free(error);
}

/* Start one in a free place; false where there is none to start now. */
static bool
fill(Crowd *crowd, Place *place)
{
	PlatChildResult result;
	Error		error = ERROR_NONE;
	PlatNext	next;

	memset(&place->child, 0, sizeof(place->child));
	next = crowd->how->next(crowd->how->arg, &place->child, &place->number);
	crowd->none = next == PLAT_NEXT_NONE;
	if (next != PLAT_NEXT_START)
		return false;
	place->taken = running_start(&place->running, &place->child, &result,
								 &error);
	if (place->taken)
		crowd->n++;
	else
		tell_end(crowd, place->number, &result, &error);
	return true;
}

static void
start_what_may(Crowd *crowd)
{
	for (size_t i = 0; i < crowd->how->most && !crowd->none; i++)
		while (!crowd->places[i].taken)
			if (!fill(crowd, &crowd->places[i]))
				return;
}

/* Where nobody's streams are open, ends are looked for sooner. */
static void
sleep_and_pump(Crowd *crowd)
{
	int			ms = RUNNING_POLL_MS;

	for (size_t i = 0; i < crowd->how->most; i++)
	{
		struct pollfd *waits = &crowd->waits[i * RUNNING_WAITS];

		for (size_t j = 0; j < RUNNING_WAITS; j++)
			waits[j] = (struct pollfd)
		{
			-1, 0, 0
		};
		if (crowd->places[i].taken &&
			!running_waits(&crowd->places[i].running, waits))
			ms = CLOSED_MS;
	}
	if (poll(crowd->waits, crowd->how->most * RUNNING_WAITS, ms) <= 0)
		return;
	for (size_t i = 0; i < crowd->how->most; i++)
		if (crowd->places[i].taken)
			running_pump(&crowd->places[i].running,
						 &crowd->waits[i * RUNNING_WAITS]);
}

static void
look_for_ends(Crowd *crowd)
{
	PlatChildResult result;
	Error		error = ERROR_NONE;

	for (size_t i = 0; i < crowd->how->most; i++)
	{
		Place	   *place = &crowd->places[i];

		if (!place->taken)
			continue;
		running_end_where_due(&place->running);
		if (!running_has_ended(&place->running))
			continue;
		memset(&result, 0, sizeof(result));
		running_finish(&place->running, &result, &error);
		place->taken = false;
		crowd->n--;
		tell_end(crowd, place->number, &result, &error);
	}
}

void
plat_children_run(const PlatChildren *children)
{
	Crowd		crowd = {.how = children};
	void		(*old_pipe) (int) = signal(SIGPIPE, SIG_IGN);

	crowd.places = mem_alloc(children->most * sizeof(Place));
	memset(crowd.places, 0, children->most * sizeof(Place));
	crowd.waits = mem_alloc(children->most * RUNNING_WAITS *
							sizeof(struct pollfd));
	for (;;)
	{
		start_what_may(&crowd);
		if (crowd.none && crowd.n == 0)
			break;
		sleep_and_pump(&crowd);
		look_for_ends(&crowd);
	}
	free(crowd.waits);
	free(crowd.places);
	signal(SIGPIPE, old_pipe);
}
