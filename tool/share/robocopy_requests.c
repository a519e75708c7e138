/*
 * robocopy_requests.c
 *		Lists of entries as requests to the script that copies.
 *
 * robocopy gets the files of one folder by their names, so many at once as its
 * command line takes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "share/robocopy.h"

/* Quotes, a blank, and what else a name takes beside its bytes. */
#define NAME_BYTES 4

/* A request that is being filled. */
typedef struct Piece
{
	ShareRequests *requests;
	const char *op;
	const char *member;			/* that has the paths or names */
	json_t	   *list;			/* or NULL: nothing yet */
	char	   *folder;			/* of a copy; else NULL */
	size_t		bytes;
} Piece;

static void
flush(Piece *piece)
{
	json_t	   *request;

	if (piece->list == NULL)
		return;
	request = json_pack("{s:s, s:s*}", "op", piece->op, "folder",
						piece->folder);
	json_object_set_new(request, piece->member, piece->list);
	share_requests_add(piece->requests, request);
	piece->list = NULL;
	piece->bytes = 0;
}

static void
add(Piece *piece, const char *name)
{
	if (piece->bytes + strlen(name) + NAME_BYTES > SHARE_REQUEST_BYTES)
		flush(piece);
	if (piece->list == NULL)
		piece->list = json_array();
	json_array_append_new(piece->list, json_string(name));
	piece->bytes += strlen(name) + NAME_BYTES;
}

/* How long the part of a path is that is its folder. */
static size_t
folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t) (slash - path);
}

/* By folder, and then by name: what is in between in a sorted list are the
 * folder's own folders. */
static int
by_folder(const void *a, const void *b)
{
	const char *one = (*(const ShareEntry *const *) a)->path;
	const char *other = (*(const ShareEntry *const *) b)->path;
	const size_t one_len = folder_len(one);
	const size_t other_len = folder_len(other);
	const size_t least = one_len < other_len ? one_len : other_len;
	const int	order = memcmp(one, other, least);

	if (order != 0)
		return order;
	if (one_len != other_len)
		return one_len < other_len ? -1 : 1;
	return strcmp(one, other);
}

/* What is in a folder comes before it. */
static int
by_depth(const void *a, const void *b)
{
	return strcmp((*(const ShareEntry *const *) b)->path,
				  (*(const ShareEntry *const *) a)->path);
}

static const ShareEntry **
sorted(const ShareEntry *const *entries, size_t n,
	   int (*order) (const void *a, const void *b))
{
	const ShareEntry **copy = mem_alloc((n + 1) * sizeof(ShareEntry *));

	memcpy(copy, entries, n * sizeof(ShareEntry *));
	qsort(copy, n, sizeof(ShareEntry *), order);
	return copy;
}

static void
add_files(const ShareEntry *const *entries, size_t n,
		  ShareRequests *requests)
{
	Piece		piece = {.requests = requests,.op = "copy",.member = "names"};

	for (size_t i = 0; i < n; i++)
	{
		const char *path = entries[i]->path;
		const size_t len = folder_len(path);

		if (entries[i]->kind != SHARE_FILE || len == 0)
			continue;
		if (piece.folder == NULL || strlen(piece.folder) != len ||
			memcmp(piece.folder, path, len) != 0)
		{
			flush(&piece);
			free(piece.folder);
			piece.folder = text_format("%.*s", (int) len, path);
		}
		add(&piece, path + len + 1);
	}
	flush(&piece);
	free(piece.folder);
}

void
share_robocopy_requests(const ShareEntry *const *entries, size_t n,
						ShareRequests *requests)
{
	const ShareEntry **list = sorted(entries, n, by_folder);
	Piece		folders = {.requests = requests,.op = "make",
	.member = "paths"};

	for (size_t i = 0; i < n; i++)
		if (list[i]->kind == SHARE_FOLDER)
			add(&folders, list[i]->path);
	flush(&folders);
	add_files(list, n, requests);
	free(list);
}

void
share_robocopy_removals(const ShareEntry *const *entries, size_t n,
						ShareRequests *requests)
{
	const ShareEntry **list = sorted(entries, n, by_depth);
	Piece		piece = {.requests = requests,.op = "remove",
	.member = "paths"};

	for (size_t i = 0; i < n; i++)
		add(&piece, list[i]->path);
	flush(&piece);
	free(list);
}
