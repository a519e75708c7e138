/*
 * mirror.c
 *		The journal's second place, and which of both is believed.
 *
 * A line is mirrored before it is written locally, and acted upon after that.
 * So the local file is right, even where the mirror has one line more that
 * differs; it is not where its end was lost, or where another machine has gone
 * on: then it is the beginning of what the mirror has, or the mirror has gone
 * another way by more than one line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/internal.h"
#include "platform/file.h"

/* Lines that two journals have in common; the sums are over all before. */
static size_t
common_lines(const PlanJournal *a, const PlanJournal *b)
{
	size_t		count = 0;

	while (count < json_array_size(a->lines) &&
		   count < json_array_size(b->lines) &&
		   strcmp(entry_text(json_array_get(a->lines, count), "sum"),
				  entry_text(json_array_get(b->lines, count), "sum")) == 0)
		count++;
	return count;
}

/* Go on with the mirror's lines; the file is caught up when it is opened. */
static void
adopt_lines(PlanJournal *journal, const PlanJournal *mirrored)
{
	json_decref(journal->lines);
	journal->lines = json_incref(mirrored->lines);
	journal->sum = mirrored->sum;
	journal->mirrored = json_array_size(mirrored->lines);
}

/* Both are of one run. */
static void
merge(PlanJournal *journal, const PlanJournal *mirrored)
{
	size_t		common = common_lines(journal, mirrored);
	size_t		n_local = json_array_size(journal->lines);
	size_t		n_mirrored = json_array_size(mirrored->lines);

	journal->mirrored = common;
	if (common == n_mirrored || journal_has(journal, "finish") ||
		(common < n_local && n_mirrored == common + 1))
		return;

	/*
	 * Somebody went on elsewhere with what the mirror had, which was not all
	 * that the file has.  The steps look at what is, so nothing is lost by
	 * going on with the mirror's lines.
	 */
	journal->superseded = common < n_local;
	adopt_lines(journal, mirrored);
}

/* The name becomes a file's, and comes from a database. */
static bool
is_run_name(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0';
}

/* What the mirror has of a run; *journal is NULL where it has nothing. */
static bool
load(const char *directory, const PlanMirror *mirror, const char *name,
	 PlanJournal **journal, Error *error)
{
	Text		lines = {NULL, 0, 0};
	PlanJournal *loaded = journal_new(directory, "mirror");
	bool		good = mirror->load(mirror->arg, name, &lines, error) &&
	journal_parse(loaded, lines.bytes, lines.len, "mirror", error);
	const char *run = entry_text(journal_header(loaded), "run");

	if (good && run != NULL && !is_run_name(run))
		good = error_set(error, NULL, NULL, "the mirror's journal has a name "
						 "that cannot be a file's");
	text_free(&lines);
	if (good && run != NULL)
	{
		free(loaded->run);
		loaded->run = mem_strdup(run);
		loaded->good_bytes = 0;
		loaded->mirrored = json_array_size(loaded->lines);
		*journal = loaded;
		return true;
	}
	plan_journal_free(loaded);
	return good;
}

/* Whether this machine has a file of the mirror's run. */
static bool
has_file(const PlanJournal *mirrored, bool *exists, Error *error)
{
	char	   *path = journal_path(mirrored);
	PlatFileInfo info;
	bool		good = plat_file_info(path, &info, error);

	*exists = good && info.exists;
	free(path);
	return good;
}

/* Is there no run, or has it ended? */
static bool
is_idle(const PlanJournal *journal)
{
	return journal == NULL || journal_has(journal, "finish");
}

/*
 * A run that was begun here may have been ended elsewhere, and others have come
 * since, so that it is not the mirror's newest.
 */
static bool
catch_up(const char *directory, const PlanMirror *mirror, PlanJournal *journal,
		 Error *error)
{
	PlanJournal *mirrored = NULL;

	if (!load(directory, mirror, journal->run, &mirrored, error))
		return false;
	if (mirrored != NULL)
		merge(journal, mirrored);
	plan_journal_free(mirrored);
	return true;
}

/* Choose between the newest local run and the mirror's. */
static bool
choose(const char *directory, const PlanMirror *mirror, PlanJournal **journal,
	   PlanJournal *mirrored, Error *error)
{
	bool		exists;

	if (*journal != NULL && strcmp((*journal)->run, mirrored->run) == 0)
	{
		merge(*journal, mirrored);
		plan_journal_free(mirrored);
		return true;
	}
	if ((!is_idle(*journal) &&
		 !catch_up(directory, mirror, *journal, error)) ||
		!has_file(mirrored, &exists, error))
	{
		plan_journal_free(mirrored);
		return false;
	}
	/* A file whose first line was torn off does not count as a run. */
	if (!is_idle(*journal) || journal_has(mirrored, "finish") ||
		(exists && *journal != NULL))
	{
		plan_journal_free(mirrored);
		return true;
	}
	plan_journal_free(*journal);
	*journal = mirrored;
	return true;
}

bool
journal_find(const char *directory, const PlanMirror *mirror,
			 PlanJournal **journal, unsigned long *number, Error *error)
{
	PlanJournal *mirrored = NULL;
	bool		good = journal_newest(directory, journal, number, error);

	if (good && mirror != NULL)
		good = load(directory, mirror, NULL, &mirrored, error);
	if (good && mirrored != NULL)
		good = choose(directory, mirror, journal, mirrored, error);
	if (good)
		return true;
	plan_journal_free(*journal);
	*journal = NULL;
	return false;
}

/* Store what the mirror lacks, and the line that is to be written next. */
bool
journal_mirror(PlanJournal *journal, const PlanMirror *mirror,
			   const json_t * next, Error *error)
{
	size_t		first = journal->mirrored;
	size_t		count = json_array_size(journal->lines) - first;
	char	  **entries = mem_alloc((count + 1) * sizeof(char *));
	bool		good;

	for (size_t i = 0; i < count; i++)
		entries[i] = entry_dump(json_array_get(journal->lines, first + i));
	if (next != NULL)
		entries[count++] = entry_dump(next);
	good = count == 0 ||
		mirror->store(mirror->arg, journal->run, first,
					  (const char *const *) entries, count, error);
	for (size_t i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	/* The next line does not count until it is written here. */
	if (good)
		journal->mirrored = json_array_size(journal->lines);
	return good;
}

/*
 * A run that was killed between its last line and the mirror's: who looks there
 * would take it for unfinished.
 */
void
journal_mirror_end(PlanJournal *journal, const PlanMirror *mirror)
{
	Error		ignored = ERROR_NONE;

	if (journal != NULL && mirror != NULL && journal->mirrored > 0 &&
		journal_has(journal, "finish"))
		journal_mirror(journal, mirror, NULL, &ignored);
	error_free(&ignored);
}

bool
plan_unfinished(const char *directory, const PlanMirror *mirror,
				PlanJournal **journal, Error *error)
{
	unsigned long number;

	if (!journal_find(directory, mirror, journal, &number, error))
		return false;
	journal_mirror_end(*journal, mirror);
	if (*journal != NULL && journal_has(*journal, "finish"))
	{
		plan_journal_free(*journal);
		*journal = NULL;
	}
	return true;
}
