/*
 * print.c
 *		A sync in words.
 */
#include "cmd/share/print.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/printable.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "base/units.h"

/* So many names are told; --json has all. */
#define NAMES 20

const char *
share_outcome_word(ShareOutcome outcome)
{
	static const char *const words[] = {
		[SHARE_SYNCED] = "synchronized",
		[SHARE_PARTLY] = "partial",
		[SHARE_DRY] = "dry run",
		[SHARE_NOT_CONFIRMED] = "not confirmed",
		[SHARE_NOT_ALLOWED] = "refused",
		[SHARE_UNREACHABLE] = "unreachable",
		[SHARE_FAILED] = "failed"
	};

	return words[outcome];
}

/* What an administrator should see before it is gone. */
static bool
is_told(ShareChange change)
{
	return change != SHARE_NEW && change != SHARE_CHANGED &&
		change != SHARE_EXTRA && change != SHARE_CASE;
}

static void
print_names(const ShareSync *sync)
{
	const ShareDiff *diff = &sync->look.diff;
	Arena		arena = {NULL};
	size_t		told = 0;
	size_t		n = 0;

	for (size_t i = 0; i < diff->n; i++)
	{
		const ShareDifference *item = &diff->items[i];
		const ShareEntry *entry = item->source != NULL ? item->source :
		item->target;

		if (!is_told(item->change))
			continue;
		n++;
		if (told++ < NAMES)
			printed("  %s: %s\n", share_change_word(item->change),
					arena_quote(&arena, entry->path));
	}
	if (n > NAMES)
		printed("  and %zu more; --json lists all\n", n - NAMES);
	arena_free(&arena);
}

void
share_print_plan(const ShareSync *sync)
{
	const ShareDiff *diff = &sync->look.diff;
	char		bytes[UNITS_SIZE];

	units_bytes((int64_t) diff->copy_bytes, bytes);
	printed("Share %s, from site %s to site %s (%zu files there):\n"
			"%zu new, %zu changed, %zu newer at the target, %zu gone; %s to "
			"copy.\n", sync->order->share->name, sync->source.site->name,
			sync->target.site->name, sync->look.target.files,
			diff->files[SHARE_NEW], diff->files[SHARE_CHANGED],
			diff->files[SHARE_NEWER], diff->files[SHARE_GONE], bytes);
	if (sync->write_source)
		printed("The marker of site %s is to be written (epoch %" PRId64
				").\n", sync->source.site->name, sync->order->direction.epoch);
	if (sync->write_target)
		printed("The marker of site %s is to be written (epoch %" PRId64
				").\n", sync->target.site->name, sync->order->direction.epoch);
	print_names(sync);
}

void
share_print_warnings(const ShareSync *sync)
{
	Arena		arena = {NULL};
	const char *what = arena_printf(&arena, "share %s",
									sync->order->share->name);

	if (sync->why != NULL)
		report_at(REPORT_WARNING, what, 0, "some files could not be copied or "
				  "removed", sync->why, "The next synchronization tries them "
				  "again.");
	if (sync->skipped > 0)
		report_at(REPORT_WARNING, what, 0,
				  arena_printf(&arena, "links and special files at site %s that "
							   "were not copied: %zu",
							   sync->source.site->name, sync->skipped), NULL,
				  "What a link leads to may be anything; put files and "
				  "folders there, or name them under leave_out.");
	if (sync->twins > 0)
		report_at(REPORT_WARNING, what, 0,
				  arena_printf(&arena, "names at site %s that differ from "
							   "another one by case only: %zu",
							   sync->source.site->name, sync->twins), NULL,
				  "Windows sees one of them only.");
	arena_free(&arena);
}

void
share_print_done(const ShareSync *sync)
{
	char		began[TIMESTAMP_SIZE];
	char		bytes[UNITS_SIZE];
	char		took[UNITS_SIZE];

	timestamp_format(sync->began_ms, began);
	units_bytes((int64_t) sync->copied_bytes, bytes);
	units_seconds((double) (sync->ended_ms - sync->began_ms) / 1000, took);
	printed("Share %s: site %s is as site %s was at %s: %zu files copied (%s), "
			"%zu removed, in %s.\n", sync->order->share->name,
			sync->target.site->name, sync->source.site->name, began,
			sync->copied, bytes, sync->removed, took);
}
