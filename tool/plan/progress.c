/*
 * progress.c
 *		How far a step is.
 */
#include <stdarg.h>

#include "plan/internal.h"

void
progress_begin(PlanProgress *progress, PlanJournal *journal, char *title)
{
	progress->journal = journal;
	progress_start(&progress->line, title);
}

/* Returns how long it took, in ms. */
int64_t
progress_end(PlanProgress *progress)
{
	return progress_stop(&progress->line);
}

void
plan_progress(PlanProgress *progress, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	progress_say_args(&progress->line, format, args);
	va_end(args);
}

void
plan_progress_amount(PlanProgress *progress, uint64_t amount, uint64_t total,
					 const char *unit)
{
	progress_amount(&progress->line, amount, total, unit);
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
	return plan_journal_noted(progress->journal, name);
}
