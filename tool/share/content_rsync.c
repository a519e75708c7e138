/*
 * content_rsync.c
 *		Content compared by rsync, where one of the shares is on another
 *		machine: each end hashes its own files, and nothing is transferred.
 */
#include "share/content_rsync.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "share/row_table.h"
#include "share/rsync_call.h"
#include "share/rsync_parse.h"

/* A line of --out-format=%i: ">fc.t...... path"; '+' for all: no such file. */
#define ITEM_LEN 11

typedef struct Lines
{
	RowTable	table;			/* of the paths; the entry is the source's */
	SharePairs *pairs;
	bool	   *differs;		/* of each entry of the source's list */
	const ShareEntry *first;	/* the lowest of the sources' entries */
} Lines;

static void
take_line(void *arg, PlatStream stream, const char *line)
{
	Lines	   *lines = arg;
	char	   *copy;
	const RowSlot *slot = NULL;

	if (stream != PLAT_STDOUT || strlen(line) <= ITEM_LEN + 1 ||
		line[1] != 'f' || (line[2] != 'c' && line[2] != '+'))
		return;
	copy = mem_strdup(line + ITEM_LEN + 1);
	if (share_rsync_decode(copy))
		slot = row_table_find(&lines->table, copy, strlen(copy));
	if (slot != NULL)
		lines->differs[slot->entry - lines->first] = true;
	free(copy);
}

static bool
same_name(const SharePair *pair)
{
	return strcmp(pair->source->path, pair->target->path) == 0;
}

/* Entries are elements of one list: between the lowest and the highest. */
static void
prepare(Lines *lines, Arena *arena)
{
	const SharePairs *pairs = lines->pairs;
	const ShareEntry *last = NULL;

	row_table_make(&lines->table, pairs->n, arena);
	for (size_t i = 0; i < pairs->n; i++)
	{
		const ShareEntry *entry = pairs->list[i].source;

		if (lines->first == NULL || entry < lines->first)
			lines->first = entry;
		if (last == NULL || entry > last)
			last = entry;
		row_table_add(&lines->table, entry->path);
		row_table_find(&lines->table, entry->path,
					   strlen(entry->path))->entry = entry;
	}
	if (last != NULL)
		lines->differs = arena_alloc(arena, (size_t) (last - lines->first) +
									 1);
}

static void
call(ShareRsync *rsync, const ShareAccess *source, const ShareAccess *target,
	 const SharePairs *pairs)
{
	share_rsync_begin(rsync, source->here ? target : source);
	share_rsync_add(rsync, "--dry-run");
	share_rsync_add(rsync, "--checksum");
	share_rsync_add(rsync, "--no-implied-dirs");
	share_rsync_add(rsync, "--8-bit-output");
	share_rsync_add(rsync, "--out-format=%i %n");
	share_rsync_add(rsync, "--files-from=-");
	share_rsync_add(rsync, "--from0");
	share_rsync_add_place(rsync, source, "");
	share_rsync_add_place(rsync, target, "");
	for (size_t i = 0; i < pairs->n; i++)
		if (same_name(&pairs->list[i]))
			share_rsync_add_path(rsync, pairs->list[i].source->path);
}

bool
share_pairs_compare_rsync(const ShareAccess *source,
						  const ShareAccess *target, SharePairs *pairs,
						  Arena *arena, Error *error)
{
	Lines		lines = {.pairs = pairs};
	ShareRsync	rsync;
	bool		good;

	prepare(&lines, arena);
	call(&rsync, source, target, pairs);
	rsync.on_line = take_line;
	rsync.arg = &lines;
	good = rsync.input.len == 0 ||
		share_rsync_run(&rsync, "compare with", false, error);
	share_rsync_end(&rsync);
	for (size_t i = 0; good && i < pairs->n; i++)
		if (!same_name(&pairs->list[i]))
			pairs->list[i].problem = "its names differ in case";
		else
			pairs->list[i].differs =
				lines.differs[pairs->list[i].source - lines.first];
	return good;
}
