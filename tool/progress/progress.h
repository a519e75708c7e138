/*
 * progress.h
 *		How far something is, in lines on standard error, for what takes longer
 *		than two seconds.
 *
 * On a terminal a line is written over by the next one.
 */
#ifndef PROGRESS_PROGRESS_H
#define PROGRESS_PROGRESS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef struct Progress
{
	char	   *title;
	int64_t		started;		/* by plat_clock_ms() */
	int64_t		told;			/* when the last line was, or 0 */
	bool		terminal;
} Progress;

/* title: allocated; it becomes the progress's own. */
extern void progress_start(Progress *progress, char *title);

/*
 * progress_stop
 *		Say how long it took, where that was long.
 *
 * out: the time, in ms
 */
extern int64_t progress_stop(Progress *progress);

/*
 * progress_say, progress_amount
 *		To be called as often as there is something new.  Of an amount,
 *		percentage and remaining time are told; total 0: not known.
 */
extern void progress_say(Progress *progress, const char *format,...)
			TEXT_PRINTF(2, 3);
extern void progress_say_args(Progress *progress, const char *format,
							  va_list args) TEXT_PRINTF(2, 0);
extern void progress_amount(Progress *progress, uint64_t amount,
							uint64_t total, const char *unit);

#endif							/* PROGRESS_PROGRESS_H */
