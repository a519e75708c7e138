/*
 * progress.c
 *		How far a step is, on standard error, for what takes long.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "plan/internal.h"
#include "platform/clock.h"
#include "platform/system.h"

#define SILENT_MS 2000

/* Between two lines, where they replace each other and where they do not */
#define TERMINAL_MS 500
#define FILE_MS 10000

void
progress_begin(PlanProgress *progress, PlanJournal *journal, char *title)
{
	progress->journal = journal;
	progress->title = title;
	progress->started = plat_clock_ms();
	progress->told = 0;
	progress->terminal = plat_is_terminal(stderr);
}

static bool
is_due(const PlanProgress *progress, int64_t now)
{
	int64_t		pause = progress->terminal ? TERMINAL_MS : FILE_MS;

	if (now - progress->started < SILENT_MS)
		return false;
	return progress->told == 0 || now - progress->told >= pause;
}

/* On a terminal the line is written over by the next one. */
static void
tell(PlanProgress *progress, const char *what, bool last)
{
	fflush(stdout);
	fprintf(stderr, progress->terminal ? "\r\033[Kqsrepl: %s: %s%s" :
			"qsrepl: %s: %s%s", progress->title, what,
			last || !progress->terminal ? "\n" : "");
	fflush(stderr);
}

/* The title is freed; returns how long it took, in ms. */
int64_t
progress_end(PlanProgress *progress)
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
plan_progress(PlanProgress *progress, const char *format,...)
{
	int64_t		now = plat_clock_ms();
	char		what[512];
	va_list		args;

	if (!is_due(progress, now))
		return;
	progress->told = now;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	tell(progress, what, false);
}

void
plan_progress_amount(PlanProgress *progress, uint64_t amount, uint64_t total,
					 const char *unit)
{
	int64_t		ms = plat_clock_ms() - progress->started;
	double		share = total > 0 ? (double) amount / (double) total : 0;

	if (share <= 0 || share > 1)
		plan_progress(progress, "%" PRIu64 " %s", amount, unit);
	else
		plan_progress(progress, "%" PRIu64 " of %" PRIu64 " %s (%d %%), %.0f "
					  "s left", amount, total, unit, (int) (share * 100),
					  (double) ms / 1000 * (1 - share) / share);
}

bool
plan_note(PlanProgress *progress, const char *name, const char *value,
		  Error *error)
{
	json_t	   *entry = entry_new("note");

	json_object_set_new(entry, "name", json_string(name));
	json_object_set_new(entry, "value", json_string(value));
	return journal_append(progress->journal, entry, error);
}

const char *
plan_noted(const PlanProgress *progress, const char *name)
{
	return journal_noted(progress->journal, name);
}
