/*
 * parse.c
 *		A journal's text to its lines.
 *
 * Lines are appended one by one, each on the disk before the next: so only the
 * last can be torn.  A torn line lacks its line feed, or holds NULs where a
 * block of it was never written; one that is whole but wrong was damaged.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/internal.h"

#define DAMAGE_HINT "Nothing was changed. Compare the sites with the plan's " \
	"steps (--dry-run), finish by hand what is left, and move the file away."

static const char *const events[] = {
	"start", "resume", "abort", "begin", "note", "end", "undo", "undone",
	"finish"
};

static bool
is_event(const json_t * entry)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (entry_is(entry, events[i]))
			return !entry_is(entry, "note") ||
				(entry_text(entry, "name") != NULL &&
				 entry_text(entry, "value") != NULL);
	return false;
}

static bool
damaged(const char *where, size_t number, const char *detail, Error *error)
{
	return error_set(error, detail, DAMAGE_HINT,
					 "journal \"%s\" is damaged in line %lu", where,
					 (unsigned long) number + 1);
}

/* Before anything else is believed of it. */
static bool
check_version(const json_t * header, const char *where, Error *error)
{
	const		json_t *version = json_object_get(header, "version");
	const char *tool = entry_text(header, "tool");
	char	   *detail;

	if (!json_is_integer(version))
		return damaged(where, 0, "It is not the beginning of a journal.",
					   error);
	if (json_integer_value(version) == JOURNAL_VERSION)
		return true;
	detail = text_format("Its format is %ld, and this program's is %d.",
						 (long) json_integer_value(version), JOURNAL_VERSION);
	error_set(error, detail, "Nothing was changed. Use the version that "
			  "began the run.", "journal \"%s\" was written by another "
			  "version of qsrepl (%s)", where,
			  tool != NULL ? tool : "not named");
	free(detail);
	return false;
}

/* What the other files rely on without looking again. */
static bool
check_header(const json_t * header)
{
	const		json_t *steps = json_object_get(header, "steps");
	const		json_t *pair = json_object_get(header, "pair");
	const		json_t *sites = json_object_get(pair, "sites");

	if (!entry_is(header, "start") || entry_text(header, "plan") == NULL ||
		entry_text(header, "run") == NULL || !json_is_array(steps) ||
		!json_is_object(json_object_get(header, "parameters")) ||
		entry_text(pair, "system_identifier") == NULL ||
		json_array_size(sites) != 2)
		return false;
	for (size_t i = 0; i < json_array_size(steps); i++)
		if (!json_is_string(json_array_get(steps, i)))
			return false;
	return json_is_string(json_array_get(sites, 0)) &&
		json_is_string(json_array_get(sites, 1));
}

static bool
add_line(PlanJournal *journal, json_t * entry, const char *where, Error *error)
{
	size_t		number = json_array_size(journal->lines);
	uint64_t	sum = journal->sum;

	if (number == 0 && !check_version(entry, where, error))
		return false;
	if (!entry_check(entry, number, &sum))
		return damaged(where, number, "Its checksum does not fit.", error);
	if (number == 0 ? !check_header(entry) : !is_event(entry))
		return damaged(where, number, "It does not hold what a journal "
					   "holds.", error);
	journal->sum = sum;
	json_array_append(journal->lines, entry);
	return true;
}

bool
journal_parse(PlanJournal *journal, const char *bytes, size_t len,
			  const char *where, Error *error)
{
	size_t		begin = 0;

	while (begin < len)
	{
		const char *line = bytes + begin;
		const char *feed = memchr(line, '\n', len - begin);
		size_t		n = feed != NULL ? (size_t) (feed - line) : 0;
		json_t	   *entry;
		bool		good;

		if (feed == NULL)
			break;
		if (begin + n + 1 == len && memchr(line, '\0', n) != NULL)
			break;
		entry = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
		good = entry != NULL ? add_line(journal, entry, where, error) :
			damaged(where, json_array_size(journal->lines),
					"It is not valid JSON.", error);
		json_decref(entry);
		if (!good)
			return false;
		begin += n + 1;
		journal->good_bytes = begin;
	}
	return true;
}
