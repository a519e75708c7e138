/*
 * fuzz_journal.c
 *		Any bytes as a plan's journal: as they are, and with lines that are
 *		objects sealed, so that the checksums hold.
 */
#define _POSIX_C_SOURCE 200809L

#include "fuzz.h"

#include "plan/internal.h"

static const PlanStep steps[] = {
	{"one", "One ${to}", "do ${from}", NULL, NULL, NULL, 0},
	{"two", "Two", "", NULL, NULL, NULL, PLAN_NO_RETURN},
};
static const Plan plan = {"switchover", "From ${from", "", steps, 2};

/* Whatever was accepted can be asked. */
static void
ask(const PlanJournal *journal)
{
	PlanRun		run;
	Error		error = ERROR_NONE;

	memset(&run, 0, sizeof(run));
	run.plan = &plan;
	run.directory = "/nowhere";
	run.pair.system_identifier = "1";
	run.pair.sites[0] = "A";
	run.pair.sites[1] = "B";
	header_check(journal, &run, &error);
	error_free(&error);
	run.dry_run = fopen("/dev/null", "w");
	if (run.dry_run == NULL)
		abort();
	plan_print(&run, journal, false);
	fclose(run.dry_run);
	require(plan_journal_started(journal) != NULL);
	plan_journal_noted(journal, "token");
}

static void
parse(const char *bytes, size_t len)
{
	PlanJournal *journal = journal_new("/nowhere", "fuzz");
	Error		error = ERROR_NONE;
	bool		good = journal_parse(journal, bytes, len, "fuzz", &error);

	require(good == (error.message == NULL));
	require(journal->good_bytes <= len);
	if (good && json_array_size(journal->lines) > 0)
		ask(journal);
	error_free(&error);
	plan_journal_free(journal);
}

/* The lines that are objects, sealed. */
static void
seal(const char *bytes, size_t len, Text *sealed)
{
	uint64_t	sum = 0;
	size_t		number = 0;

	while (len > 0)
	{
		const char *feed = memchr(bytes, '\n', len);
		size_t		n = feed != NULL ? (size_t) (feed - bytes) : len;
		json_t	   *entry = json_loadb(bytes, n, 0, NULL);

		if (json_is_object(entry))
		{
			char	   *line;

			json_object_del(entry, "sum");
			entry_seal(entry, number++, &sum);
			line = entry_dump(entry);
			text_addf(sealed, "%s\n", line);
			free(line);
		}
		json_decref(entry);
		n += feed != NULL ? 1 : 0;
		bytes += n;
		len -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Text		sealed = {NULL, 0, 0};

	if (size == 0)
		return 0;
	parse((const char *) data, size);
	seal((const char *) data, size, &sealed);
	if (sealed.len > 0)
		parse(sealed.bytes, sealed.len);
	text_free(&sealed);
	return 0;
}
