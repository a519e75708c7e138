/*
 * list.c
 *		What is in a share's known folders.
 */
#include "share/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "share/fold.h"

#define BLOCK_SIZE (256 * 1024)

#define SECOND_NS INT64_C(1000000000)

/* Paths follow each other; the bytes come behind. */
struct ShareBlock
{
	struct ShareBlock *before;
	size_t		used;
	size_t		size;
};

void
share_list_begin(ShareList *list, const ShareRules *rules)
{
	size_t		room = rules->n_folders + 1;

	memset(list, 0, sizeof(*list));
	list->n_folders = rules->n_folders;
	list->folder_files = mem_alloc(room * sizeof(size_t));
	list->folder_there = mem_alloc(room * sizeof(bool));
	memset(list->folder_files, 0, room * sizeof(size_t));
	memset(list->folder_there, 0, room * sizeof(bool));
}

static const char *
copy_path(ShareList *list, const char *path)
{
	size_t		size = strlen(path) + 1;
	struct ShareBlock *block = list->blocks;

	if (block == NULL || block->size - block->used < size)
	{
		size_t		room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = mem_alloc(sizeof(*block) + room);
		block->before = list->blocks;
		block->used = 0;
		block->size = room;
		list->blocks = block;
	}
	block->used += size;
	return memcpy((char *) (block + 1) + block->used - size, path, size);
}

static ShareEntry *
new_entry(ShareList *list)
{
	if (list->n == list->capacity)
	{
		list->capacity = list->capacity > 0 ? list->capacity * 2 : 256;
		list->entries = mem_grow(list->entries,
								 list->capacity * sizeof(ShareEntry));
	}
	return &list->entries[list->n++];
}

/* The last name of a path. */
static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void
note_leftover(ShareList *list, const char *path)
{
	list->leftovers = mem_grow(list->leftovers, (list->n_leftovers + 1) *
							   sizeof(char *));
	list->leftovers[list->n_leftovers++] = copy_path(list, path);
}

static void
count(ShareList *list, const ShareRules *rules, const ShareEntry *entry)
{
	if (entry->kind == SHARE_FILE)
	{
		list->files++;
		list->bytes += entry->size;
		list->folder_files[entry->folder]++;
	}
	if (strcmp(list->folded.bytes, rules->folders[entry->folder].folded) != 0)
		return;
	list->folder_there[entry->folder] = true;
	if (entry->kind != SHARE_FOLDER)
		list->strange = entry->path;
}

/* What a foreign list tells must not lead out of the root. */
static bool
is_plain(const char *path)
{
	for (;;)
	{
		size_t		len = strcspn(path, "/");

		if (len == 0 || (len <= 2 && strncmp(path, "..", len) == 0))
			return false;
		if (path[len] == '\0')
			return true;
		path += len + 1;
	}
}

bool
share_list_add(ShareList *list, const ShareRules *rules,
			   const ShareEntry *entry)
{
	ShareEntry *added;
	ShareRule	rule;
	size_t		folder = 0;

	if (!is_plain(entry->path))
		return false;
	list->folded.len = 0;
	share_fold_add(&list->folded, entry->path);
	rule = share_rule_of_folded(rules, list->folded.bytes, &folder);
	if (rule == SHARE_OUTSIDE && entry->kind == SHARE_FOLDER &&
		strcmp(name_of(entry->path), SHARE_PARTIAL) == 0)
		note_leftover(list, entry->path);
	if (rule == SHARE_ABOVE && entry->kind != SHARE_FOLDER)
		list->strange = copy_path(list, entry->path);
	if (rule == SHARE_OUTSIDE || rule == SHARE_ABOVE)
		return rule == SHARE_ABOVE;
	added = new_entry(list);
	*added = *entry;
	added->path = copy_path(list, entry->path);
	added->rule = (unsigned char) rule;
	added->folder = (unsigned short) folder;
	added->folded_hash = hash_bytes(list->folded.bytes,
									list->folded.len);
	if (entry->kind != SHARE_FILE)
		added->size = 0;
	count(list, rules, added);
	return true;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const ShareEntry *) a)->path,
				  ((const ShareEntry *) b)->path);
}

static bool
is_sorted(const ShareList *list)
{
	for (size_t i = 1; i < list->n; i++)
		if (strcmp(list->entries[i - 1].path, list->entries[i].path) >= 0)
			return false;
	return true;
}

/* What a foreign list tells twice is an error of its own. */
static void
drop_duplicates(ShareList *list)
{
	size_t		kept = 0;

	for (size_t i = 0; i < list->n; i++)
	{
		const ShareEntry *entry = &list->entries[i];

		if (kept > 0 && strcmp(list->entries[kept - 1].path,
							   entry->path) == 0)
		{
			list->files -= entry->kind == SHARE_FILE;
			list->bytes -= entry->size;
			list->folder_files[entry->folder] -= entry->kind == SHARE_FILE;
		}
		else
			list->entries[kept++] = *entry;
	}
	list->n = kept;
}

/* The coarsest of 2 s, 1 s and nothing that all times are multiples of. */
static int64_t
precision(const ShareList *list)
{
	int64_t		found = 2 * SECOND_NS;

	for (size_t i = 0; i < list->n && found > 0; i++)
	{
		if (list->entries[i].kind != SHARE_FILE)
			continue;
		while (found > 0 && list->entries[i].mtime_ns % found != 0)
			found = found > SECOND_NS ? SECOND_NS : 0;
	}
	return list->files > 0 ? found : 0;
}

void
share_list_end(ShareList *list, int64_t tolerance_ns)
{
	int64_t		found;

	if (!is_sorted(list))
	{
		qsort(list->entries, list->n, sizeof(ShareEntry), compare);
		drop_duplicates(list);
	}
	found = precision(list);
	list->tolerance_ns = found > tolerance_ns ? found : tolerance_ns;
	text_free(&list->folded);
}

const ShareEntry *
share_list_find(const ShareList *list, const char *path)
{
	ShareEntry	key = {.path = path};

	return list->n == 0 ? NULL :
		bsearch(&key, list->entries, list->n, sizeof(ShareEntry), compare);
}

void
share_list_free(ShareList *list)
{
	while (list->blocks != NULL)
	{
		struct ShareBlock *before = list->blocks->before;

		free(list->blocks);
		list->blocks = before;
	}
	text_free(&list->folded);
	free(list->entries);
	free(list->folder_files);
	free(list->folder_there);
	free(list->leftovers);
	memset(list, 0, sizeof(*list));
}
