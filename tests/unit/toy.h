/*
 * toy.h
 *		A plan of eight steps that change files in a directory, for tests of
 *		the runner: what each has done can be told, and that it was done once.
 */
#ifndef UNIT_TOY_H
#define UNIT_TOY_H

#include <stdbool.h>

#include "plan/plan.h"

#define TOY_STEPS 8
#define TOY_POINT 6				/* the index of the point of no return */

/* What the steps work on, and what they are to do besides. */
typedef struct Toy
{
	char		directory[512];
	int			fails;			/* the index of a step whose run fails, or -1 */
	int			undo_fails;		/* the same for undo */
	int			unsure;			/* the same for done */
	int			cancels;		/* a step that sets the cancel flag, or -1 */
	int			calls;			/* of run */
	int			pause_us;		/* in each run and undo */
} Toy;

extern const Plan toy_plan;

/* Make the directory as it is before the plan. */
extern void toy_prepare(Toy *toy, const char *directory);

/* Whether all is as it was before, or as it is after all steps. */
extern bool toy_is_untouched(const Toy *toy);
extern bool toy_is_complete(const Toy *toy);

/* Fill a run of the plan; parameters are for A and B. */
extern void toy_run(PlanRun *run, Toy *toy, const char *journals);

#endif							/* UNIT_TOY_H */
