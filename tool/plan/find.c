/*
 * find.c
 *		Which journals there are: NUMBER-PLAN-TIME.jsonl, numbered on, since
 *		clocks are set.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/internal.h"
#include "platform/directory.h"
#include "platform/file.h"

#define SUFFIX ".jsonl"

/* The number in a journal's name, 0 where it is not one's. */
static unsigned long
number_of(const char *name)
{
	size_t		len = strlen(name);
	size_t		digits = strspn(name, "0123456789");

	if (digits == 0 || digits > 9 || name[digits] != '-' ||
		len < sizeof(SUFFIX) ||
		strcmp(name + len - strlen(SUFFIX), SUFFIX) != 0)
		return 0;
	return strtoul(name, NULL, 10);
}

/* The journal of the highest number below another one's. */
static const char *
below(const PlatNames *names, unsigned long limit)
{
	const char *best = NULL;

	for (size_t i = 0; i < names->count; i++)
	{
		unsigned long number = number_of(names->names[i]);

		if (number > 0 && number < limit &&
			(best == NULL || number > number_of(best)))
			best = names->names[i];
	}
	return best;
}

static bool
load_name(const char *directory, const char *name, PlanJournal **journal,
		  Error *error)
{
	char	   *run = mem_strdup(name);
	bool		good;

	run[strlen(run) - strlen(SUFFIX)] = '\0';
	good = journal_load(directory, run, journal, error);
	free(run);
	return good;
}

/* No directory is an empty one. */
static bool
list(const char *directory, PlatNames *names, Error *error)
{
	PlatFileInfo info;

	*names = (PlatNames)
	{
		NULL, 0
	};
	if (!plat_file_info(directory, &info, error))
		return false;
	return !info.exists || plat_directory_list(directory, names, error);
}

/* Without its first line, a run has done nothing. */
bool
journal_newest(const char *directory, PlanJournal **journal,
			   unsigned long *number, Error *error)
{
	PlatNames	names;
	const char *name;
	bool		good = true;

	*journal = NULL;
	*number = 1;
	if (!list(directory, &names, error))
		return false;
	name = below(&names, 1000000000);
	if (name != NULL)
		*number = number_of(name) + 1;
	while (good && *journal == NULL && name != NULL)
	{
		good = load_name(directory, name, journal, error);
		if (good && json_array_size((*journal)->lines) == 0)
		{
			plan_journal_free(*journal);
			*journal = NULL;
			name = below(&names, number_of(name));
		}
	}
	plat_names_free(&names);
	return good;
}

/* To its end, and not in part or undone. */
static bool
is_finished(const PlanJournal *journal, const char *plan)
{
	size_t		n = json_array_size(journal->lines);
	const char *outcome = n == 0 ? NULL :
	entry_text(json_array_get(journal->lines, n - 1), "outcome");

	return journal_has(journal, "finish") && outcome != NULL &&
		strcmp(outcome, "finished") == 0 &&
		strcmp(plan_journal_plan(journal), plan) == 0;
}

/* NULL where there is none; journals that cannot be read are passed over. */
PlanJournal *
journal_last_finished(const char *directory, const char *plan)
{
	Error		ignored = ERROR_NONE;
	PlanJournal *journal = NULL;
	PlatNames	names = {NULL, 0};
	const char *name;

	if (list(directory, &names, &ignored))
		for (name = below(&names, 1000000000); name != NULL;
			 name = below(&names, number_of(name)))
		{
			if (!load_name(directory, name, &journal, &ignored))
				continue;
			if (is_finished(journal, plan))
				break;
			plan_journal_free(journal);
			journal = NULL;
		}
	plat_names_free(&names);
	error_free(&ignored);
	return journal;
}
