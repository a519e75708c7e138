/*
 * state.c
 *		What the lines of a journal tell.
 */
#include <string.h>

#include "plan/internal.h"

const		json_t *
journal_header(const PlanJournal *journal)
{
	return json_array_get(journal->lines, 0);
}

const char *
plan_journal_plan(const PlanJournal *journal)
{
	return entry_text(journal_header(journal), "plan");
}

const char *
plan_journal_started(const PlanJournal *journal)
{
	return entry_text(journal_header(journal), "time");
}

const char *
plan_journal_parameter(const PlanJournal *journal, const char *name)
{
	return entry_text(json_object_get(journal_header(journal), "parameters"),
					  name);
}

bool
journal_has(const PlanJournal *journal, const char *event)
{
	for (size_t i = 0; i < json_array_size(journal->lines); i++)
		if (entry_is(json_array_get(journal->lines, i), event))
			return true;
	return false;
}

static bool
is_of_step(const json_t * entry, const char *step)
{
	const char *name = entry_text(entry, "step");

	return name != NULL && strcmp(name, step) == 0;
}

static bool
has_outcome(const json_t * entry, const char *outcome)
{
	const char *text = entry_text(entry, "outcome");

	return text != NULL && strcmp(text, outcome) == 0;
}

StepState
journal_state(const PlanJournal *journal, const char *step)
{
	StepState	state = STEP_UNTOUCHED;

	for (size_t i = 0; i < json_array_size(journal->lines); i++)
	{
		const		json_t *entry = json_array_get(journal->lines, i);

		if (!is_of_step(entry, step))
			continue;
		if (entry_is(entry, "begin"))
			state = STEP_BEGUN;
		else if (entry_is(entry, "undo"))
			state = STEP_UNDOING;
		else if (entry_is(entry, "undone") && has_outcome(entry, "done"))
			state = STEP_UNDONE;
		else if (entry_is(entry, "end") && has_outcome(entry, "done"))
			state = STEP_DONE;
		else if (entry_is(entry, "end") && has_outcome(entry, "found"))
			state = STEP_FOUND;
	}
	return state;
}

/* How long a step took when it was done; -1 where it was not run. */
int64_t
journal_ms(const PlanJournal *journal, const char *step)
{
	for (size_t i = json_array_size(journal->lines); i-- > 0;)
	{
		const		json_t *entry = json_array_get(journal->lines, i);

		if (is_of_step(entry, step) && entry_is(entry, "end") &&
			has_outcome(entry, "done") &&
			json_object_get(entry, "ms") != NULL)
			return json_integer_value(json_object_get(entry, "ms"));
	}
	return -1;
}

const char *
plan_journal_noted(const PlanJournal *journal, const char *name)
{
	for (size_t i = json_array_size(journal->lines); i-- > 0;)
	{
		const		json_t *entry = json_array_get(journal->lines, i);

		if (entry_is(entry, "note") &&
			strcmp(entry_text(entry, "name"), name) == 0)
			return entry_text(entry, "value");
	}
	return NULL;
}
