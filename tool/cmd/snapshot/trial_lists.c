/*
 * trial_lists.c
 *		The list of a dump's entries, in parts that are restored with different
 *		rights.
 *
 * A line is "123; 2615 16384 SCHEMA - name owner": numbers, what it is, its
 * schema, names.  Names may have blanks, so what stands in front of them is
 * looked at only.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/snapshot/trial.h"
#include "platform/child.h"
#include "platform/file.h"
#include "server/control.h"

#define LIST_LIMIT ((size_t) 64 * 1024 * 1024)

/* How an entry begins. */
typedef struct Beginning
{
	const char *words;
	SnapshotTrialPart part;
} Beginning;

/* Event triggers would run for the superuser who looks at the rest. */
static const Beginning beginnings[] = {
	{"EXTENSION ", SNAPSHOT_TRIAL_FIRST},
	{"COMMENT - EXTENSION ", SNAPSHOT_TRIAL_FIRST},
	{"SCHEMA ", SNAPSHOT_TRIAL_FIRST},
	{"TABLE DATA qsrepl ", SNAPSHOT_TRIAL_EXTENSION},
	{"SEQUENCE SET qsrepl ", SNAPSHOT_TRIAL_EXTENSION},
	{"PUBLICATION ", SNAPSHOT_TRIAL_LAST},
	{"SUBSCRIPTION ", SNAPSHOT_TRIAL_LAST},
	{"EVENT TRIGGER ", SNAPSHOT_TRIAL_NEVER},
	{"COMMENT - PUBLICATION ", SNAPSHOT_TRIAL_NEVER},
	{"COMMENT - SUBSCRIPTION ", SNAPSHOT_TRIAL_NEVER},
	{"COMMENT - EVENT TRIGGER ", SNAPSHOT_TRIAL_NEVER}
};

/* Behind the numbers; comments have none. */
static const char *
entry_of(const char *line, size_t *len)
{
	size_t		at = 0;

	while (at < *len && (isdigit((unsigned char) line[at]) ||
						 line[at] == ';' || line[at] == ' '))
		at++;
	*len -= at;
	return line + at;
}

static bool
begins(const char *entry, size_t len, const char *words)
{
	return strlen(words) <= len && memcmp(entry, words, strlen(words)) == 0;
}

/* Lines that need the extension. */
static bool
is_extensions(const char *line, size_t len)
{
	static const char *const marks[] = {
		" EXTENSION - qsrepl", " EXTENSION qsrepl", " qsrepl ",
		" SCHEMA - qsrepl"
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		for (size_t at = 0; at + strlen(marks[i]) <= len; at++)
			if (memcmp(line + at, marks[i], strlen(marks[i])) == 0)
				return true;
	return false;
}

SnapshotTrialPart
snapshot_trial_part(const char *line, size_t len, bool extension)
{
	const char *entry;

	if (len == 0 || !isdigit((unsigned char) line[0]) ||
		(!extension && is_extensions(line, len)))
		return SNAPSHOT_TRIAL_NEVER;
	entry = entry_of(line, &len);
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (begins(entry, len, beginnings[i].words))
			return beginnings[i].part;
	return SNAPSHOT_TRIAL_ROLE;
}

static bool
write_lists(Scratch *scratch, const Text lists[SNAPSHOT_TRIAL_PARTS],
			const char *paths[SNAPSHOT_TRIAL_PARTS], Error *error)
{
	for (size_t i = 0; i < SNAPSHOT_TRIAL_PARTS; i++)
	{
		paths[i] = NULL;
		if (lists[i].len == 0)
			continue;
		paths[i] = arena_printf(&scratch->arena, "%s/list%zu", scratch->root,
								i);
		if (!plat_file_write(paths[i], lists[i].bytes, lists[i].len, false,
							 error))
			return false;
	}
	return true;
}

bool
snapshot_trial_lists(SnapshotTrial *trial, const char *dump,
					 const char *paths[SNAPSHOT_TRIAL_PARTS], Error *error)
{
	Scratch    *scratch = &trial->scratch;
	const char *const words[] = {
		server_program(trial->check->site, "pg_restore", &scratch->arena),
		"--list", "--", dump, NULL
	};
	PlatChild	child = {.argv = words,.output_limit = LIST_LIMIT,
	.cancellable = true};
	PlatChildResult result;
	Text		lists[SNAPSHOT_TRIAL_PARTS] = {{NULL, 0, 0}};
	bool		good = plat_child_run(&child, &result, error);

	for (size_t at = 0; good && at < result.output_len;)
	{
		const char *line = result.output + at;
		const char *end = memchr(line, '\n', result.output_len - at);
		size_t		len = end != NULL ? (size_t) (end - line) + 1 :
		result.output_len - at;
		SnapshotTrialPart part = snapshot_trial_part(line, len,
													 scratch->extension);

		if (part != SNAPSHOT_TRIAL_NEVER)
			text_add_bytes(&lists[part], line, len);
		/* Or the schema's name goes on behind a blank: pg_restore knows. */
		if (part == SNAPSHOT_TRIAL_EXTENSION)
			text_add_bytes(&lists[SNAPSHOT_TRIAL_ROLE], line, len);
		at += len;
	}
	good = good && write_lists(scratch, lists, paths, error);
	plat_child_free(&result);
	for (size_t i = 0; i < SNAPSHOT_TRIAL_PARTS; i++)
		text_free(&lists[i]);
	return good;
}
