/*
 * journal.c
 *		A journal's file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/internal.h"
#include "platform/file.h"

/* Far more than any plan writes */
#define FILE_LIMIT (64 * 1024 * 1024)

PlanJournal *
journal_new(const char *directory, const char *run)
{
	PlanJournal *journal = mem_alloc(sizeof(PlanJournal));

	json_set_alloc_funcs(mem_alloc, free);
	memset(journal, 0, sizeof(*journal));
	journal->directory = mem_strdup(directory);
	journal->run = mem_strdup(run);
	journal->lines = json_array();
	return journal;
}

void
plan_journal_free(PlanJournal *journal)
{
	if (journal == NULL)
		return;
	plat_log_close(journal->log);
	json_decref(journal->lines);
	free(journal->directory);
	free(journal->run);
	free(journal);
}

char *
journal_path(const PlanJournal *journal)
{
	return text_format("%s/%s.jsonl", journal->directory, journal->run);
}

bool
journal_load(const char *directory, const char *run, PlanJournal **journal,
			 Error *error)
{
	PlanJournal *loaded = journal_new(directory, run);
	char	   *path = journal_path(loaded);
	Text		content = {NULL, 0, 0};
	bool		good = plat_file_read(path, FILE_LIMIT, &content, error) &&
	journal_parse(loaded, content.bytes, content.len, path, error);

	loaded->local = json_array_size(loaded->lines);
	text_free(&content);
	free(path);
	if (good)
		*journal = loaded;
	else
		plan_journal_free(loaded);
	return good;
}

bool
journal_create(PlanJournal *journal, Error *error)
{
	char	   *path = journal_path(journal);
	bool		good = plat_log_create(path, &journal->log, error);

	free(path);
	return good;
}

/* Append to the file what only the mirror has. */
static bool
catch_up(PlanJournal *journal, Error *error)
{
	bool		good = true;

	while (good && journal->local < json_array_size(journal->lines))
	{
		char	   *line = entry_dump(json_array_get(journal->lines,
													 journal->local));
		char	   *with_feed = text_format("%s\n", line);

		good = plat_log_append(journal->log, with_feed, strlen(with_feed),
							   error);
		journal->local += good ? 1 : 0;
		free(with_feed);
		free(line);
	}
	return good;
}

/* Keep a file that is not believed under another name. */
static bool
put_aside(PlanJournal *journal, const char *path, Error *error)
{
	char	   *aside = text_format("%s.superseded", path);
	bool		good = plat_file_rename(path, aside, error);

	if (good)
	{
		journal->superseded = false;
		journal->local = 0;
	}
	free(aside);
	return good;
}

bool
journal_open(PlanJournal *journal, Error *error)
{
	char	   *path = journal_path(journal);
	PlatFileInfo info;
	bool		good = (!journal->superseded ||
						put_aside(journal, path, error)) &&
	plat_file_info(path, &info, error);

	if (good && info.exists)
		good = plat_log_open(path, journal->good_bytes, &journal->log, error);
	else if (good)
		good = plat_log_create(path, &journal->log, error);
	free(path);
	return good && catch_up(journal, error);
}

void
journal_seal(PlanJournal *journal, json_t * entry)
{
	uint64_t	sum = journal->sum;

	entry_seal(entry, json_array_size(journal->lines), &sum);
}

/* Write a line that was sealed; the entry is consumed. */
bool
journal_write(PlanJournal *journal, json_t * entry, Error *error)
{
	char	   *line = entry_dump(entry);
	char	   *with_feed = text_format("%s\n", line);
	bool		good = plat_log_append(journal->log, with_feed,
									   strlen(with_feed), error);

	if (good)
	{
		entry_check(entry, json_array_size(journal->lines), &journal->sum);
		json_array_append(journal->lines, entry);
		journal->local++;
	}
	json_decref(entry);
	free(with_feed);
	free(line);
	return good;
}

/* The entry is consumed. */
bool
journal_append(PlanJournal *journal, json_t * entry, Error *error)
{
	journal_seal(journal, entry);
	return journal_write(journal, entry, error);
}
