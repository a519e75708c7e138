/*
 * verify_tree.c
 *		Is in a directory what is to be there, and nothing else?
 *
 * First all names are gone through, then files are read, by two threads: one
 * computes while the other waits for the disk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/units.h"
#include "platform/cancel.h"
#include "platform/parallel.h"
#include "platform/stream.h"
#include "platform/tree.h"
#include "snapshot/verify.h"

#define THREADS 2

typedef enum Fate
{
	FATE_MISSING,
	FATE_FOUND,
	FATE_READ,
	FATE_OTHER,					/* of another size: not read */
	FATE_CHANGED,				/* other content */
	FATE_UNREADABLE
} Fate;

typedef struct Tree
{
	const SnapshotTree *expected;
	unsigned char *fates;		/* one for each file; a thread's own */
	char	  **reasons;		/* the same */
	SnapshotFindings *findings;
} Tree;

static size_t
find(const Tree *tree, const char *path)
{
	size_t		low = 0;
	size_t		high = tree->expected->n;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (strcmp(tree->expected->files[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Is a file below it, or is it listed itself? */
static bool
is_directory(const Tree *tree, const char *path)
{
	size_t		n = strlen(path);
	char	   *inside = text_format("%s/", path);
	size_t		at = find(tree, inside);
	bool		good = at < tree->expected->n &&
	strncmp(tree->expected->files[at].path, inside, n + 1) == 0;

	free(inside);
	for (size_t i = 0; !good && i < tree->expected->n_directories; i++)
		good = strncmp(tree->expected->directories[i], path, n) == 0 &&
			(tree->expected->directories[i][n] == '\0' || tree->expected->directories[i][n] == '/');
	return good;
}

static const char *
shown(const Tree *tree, const char *path)
{
	return arena_quote(&tree->findings->arena, path);
}

static void
see_file(Tree *tree, const PlatEntry *entry)
{
	size_t		at = find(tree, entry->path);
	const SnapshotExpected *file = at < tree->expected->n ? &tree->expected->files[at] : NULL;

	if (file == NULL || strcmp(file->path, entry->path) != 0)
		snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", entry->path,
					   "file \"%s\" does not belong to the snapshot",
					   shown(tree, entry->path));
	else if (file->size != entry->size)
	{
		snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", entry->path,
					   "file \"%s\" has %llu bytes, not %llu",
					   shown(tree, entry->path),
					   (unsigned long long) entry->size,
					   (unsigned long long) file->size);
		tree->fates[at] = FATE_OTHER;
	}
	else
		tree->fates[at] = FATE_FOUND;
}

static PlatVisit
visit(void *arg, const PlatEntry *entry)
{
	Tree	   *tree = arg;

	if (tree->expected->pass != NULL && strchr(entry->path, '/') == NULL &&
		tree->expected->pass(entry->path) && entry->kind == PLAT_FILE)
		return PLAT_VISIT_GO_ON;
	if (entry->kind == PLAT_FILE)
		see_file(tree, entry);
	else if (tree->expected->lenient)
		return PLAT_VISIT_GO_ON;
	else if (entry->kind != PLAT_DIRECTORY)
		snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", entry->path,
					   entry->kind == PLAT_LINK ?
					   "\"%s\" is a link, which no snapshot has" :
					   "\"%s\" is no file", shown(tree, entry->path));
	else if (!is_directory(tree, entry->path))
	{
		snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", entry->path,
					   "directory \"%s\" does not belong to the snapshot",
					   shown(tree, entry->path));
		return PLAT_VISIT_SKIP;
	}
	return PLAT_VISIT_GO_ON;
}

static bool
take(void *arg, const void *bytes, size_t len, Error *error)
{
	(void) error;
	digest_add(arg, bytes, len);
	return true;
}

/* A thread's: nothing but its own file's places is written. */
static bool
read_one(void *arg, size_t number)
{
	const Tree *tree = arg;
	const SnapshotExpected *file = &tree->expected->files[number];
	char	   *path;
	Digest	   *digest;
	Error		error = ERROR_NONE;
	char		sum[DIGEST_SIZE];

	if (tree->fates[number] != FATE_FOUND)
		return true;
	path = text_format("%s/%s", tree->expected->directory, file->path);
	digest = digest_new();
	if (plat_stream_read(path, take, digest, &error))
	{
		digest_end(digest, sum);
		tree->fates[number] = file->sha256[0] == '\0' ||
			strcmp(sum, file->sha256) == 0 ? FATE_READ : FATE_CHANGED;
	}
	else
	{
		tree->fates[number] = FATE_UNREADABLE;
		tree->reasons[number] = mem_strdup(error.message);
	}
	error_free(&error);
	digest_free(digest);
	free(path);
	return true;
}

static void
tell(Tree *tree, size_t number)
{
	const char *path = tree->expected->files[number].path;

	switch ((Fate) tree->fates[number])
	{
		case FATE_MISSING:
			snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", path,
						   "file \"%s\" is missing", shown(tree, path));
			break;
		case FATE_CHANGED:
			snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", path,
						   "file \"%s\" has other content than when the "
						   "snapshot was made", shown(tree, path));
			break;
		case FATE_UNREADABLE:
			snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", path,
						   "%s", tree->reasons[number]);
			break;
		case FATE_READ:
			tree->findings->files++;
			tree->findings->bytes += tree->expected->files[number].size;
			break;
		default:
			break;
	}
}

static void
run(Tree *tree)
{
	Error		error = ERROR_NONE;

	if (!plat_tree_walk(tree->expected->directory, visit, tree, &error))
		snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", "", "%s",
					   error.message);
	error_free(&error);
	plat_parallel(tree->expected->n, THREADS, read_one, NULL, tree);
	if (plat_cancelled())
		snapshot_found(tree->findings, SNAPSHOT_WRONG, "file", "",
					   "the verification was interrupted");
	else
		for (size_t i = 0; i < tree->expected->n; i++)
			tell(tree, i);
}

void
snapshot_verify_tree(const SnapshotTree *expected, SnapshotFindings *findings)
{
	const size_t n = expected->n;
	Tree		tree = {expected, NULL, NULL, findings};

	tree.fates = mem_alloc(n + 1);
	memset(tree.fates, FATE_MISSING, n + 1);
	tree.reasons = mem_alloc((n + 1) * sizeof(char *));
	for (size_t i = 0; i < n; i++)
		tree.reasons[i] = NULL;
	run(&tree);
	for (size_t i = 0; i < n; i++)
		free(tree.reasons[i]);
	free(tree.reasons);
	free(tree.fates);
}
