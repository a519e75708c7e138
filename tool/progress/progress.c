/*
 * progress.c
 *		How far something is, on standard error, for what takes long.
 */
#include "progress/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/printable.h"
#include "platform/clock.h"
#include "platform/system.h"

#define SILENT_MS 2000

/* Between two lines, where they replace each other and where they do not */
#define TERMINAL_MS 500
#define FILE_MS 10000

void
progress_start(Progress *progress, char *title)
{
	progress->title = title;
	progress->started = plat_clock_ms();
	progress->told = 0;
	progress->terminal = plat_is_terminal(stderr);
}

static bool
is_due(const Progress *progress, int64_t now)
{
	int64_t		pause = progress->terminal ? TERMINAL_MS : FILE_MS;

	if (now - progress->started < SILENT_MS)
		return false;
	return progress->told == 0 || now - progress->told >= pause;
}

/* On a terminal the line is written over by the next one. */
static void
tell(Progress *progress, const char *what, bool last)
{
	fflush(stdout);
	if (progress->terminal)
		fputs("\r\033[K", stderr);
	printed_to(stderr, "qsrepl: %s: %s%s", progress->title, what,
			   last || !progress->terminal ? "\n" : "");
	fflush(stderr);
}

int64_t
progress_stop(Progress *progress)
{
	int64_t		ms = plat_clock_ms() - progress->started;
	char		took[64];

	if (ms >= SILENT_MS)
	{
		snprintf(took, sizeof(took), "%" PRId64 ".%" PRId64 " s", ms / 1000,
				 ms / 100 % 10);
		tell(progress, took, true);
	}
	free(progress->title);
	progress->title = NULL;
	return ms;
}

void
progress_say_args(Progress *progress, const char *format, va_list args)
{
	int64_t		now = plat_clock_ms();
	char		what[512];

	if (!is_due(progress, now))
		return;
	progress->told = now;
	vsnprintf(what, sizeof(what), format, args);
	tell(progress, what, false);
}

void
progress_say(Progress *progress, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	progress_say_args(progress, format, args);
	va_end(args);
}

void
progress_amount(Progress *progress, uint64_t amount, uint64_t total,
				const char *unit)
{
	int64_t		ms = plat_clock_ms() - progress->started;
	double		share = total > 0 ? (double) amount / (double) total : 0;

	if (share <= 0 || share > 1)
		progress_say(progress, "%" PRIu64 " %s", amount, unit);
	else
		progress_say(progress, "%" PRIu64 " of %" PRIu64 " %s (%d %%), %.0f "
					 "s left", amount, total, unit, (int) (share * 100),
					 (double) ms / 1000 * (1 - share) / share);
}
