/*
 * manifest.c
 *		A snapshot's manifest as bytes.
 */
#include "snapshot/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "snapshot/internal.h"

/* What a list of files takes for each, at least. */
#define LINE_MIN 100

bool
snapshot_invalid(Error *error, const char *detail)
{
	return error_set(error, detail, NULL, "invalid manifest");
}

void
snapshot_manifest_write(const Snapshot *snapshot, Text *text)
{
	json_t	   *head = snapshot_head_make(snapshot);
	char	   *dumped = json_dumps(head, JSON_INDENT(1));

	json_decref(head);
	/* Without the line feed and the brace at its end. */
	text_add_bytes(text, dumped, strlen(dumped) - 2);
	free(dumped);
	text_add(text, "," SNAPSHOT_FILES_BEGIN);
	for (size_t i = 0; i < snapshot->n_files; i++)
	{
		snapshot_file_write(text, &snapshot->files[i]);
		text_add(text, i + 1 < snapshot->n_files ? ",\n" : "\n");
	}
	text_add(text, SNAPSHOT_FILES_END);
}

char *
snapshot_manifest_sum(const Text *manifest)
{
	Digest	   *digest = digest_new();
	char		sum[DIGEST_SIZE];

	digest_add(digest, manifest->bytes, manifest->len);
	digest_end(digest, sum);
	digest_free(digest);
	return text_format("%s  " SNAPSHOT_MANIFEST "\n", sum);
}

/* What stands before the list, with a brace instead of the comma. */
static bool
parse_head(const char *bytes, size_t len, Snapshot *snapshot, Error *error)
{
	char	   *text = mem_alloc(len + 1);
	json_error_t problem;
	json_t	   *head = NULL;
	bool		good;

	memcpy(text, bytes, len);
	if (len > 0 && text[len - 1] == ',')
	{
		text[len - 1] = '}';
		head = json_loadb(text, len, JSON_REJECT_DUPLICATES, &problem);
	}
	free(text);
	good = head != NULL ? snapshot_head_parse(head, snapshot, error) :
		snapshot_invalid(error, "What is before its list of files is no "
						 "JSON.");
	json_decref(head);
	return good;
}

static bool
invalid_line(Error *error, size_t number, const char *what)
{
	char	   *detail = text_format("File %lu of its list %s.",
									 (unsigned long) number, what);

	snapshot_invalid(error, detail);
	free(detail);
	return false;
}

/* How long the folder of a path is. */
static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t) (slash - path) : 0;
}

/* No folder that a path goes through is a file. */
static bool
has_no_file_above(const Snapshot *snapshot, const char *path)
{
	Text		above = {NULL, 0, 0};
	bool		good = true;

	text_add_bytes(&above, path, folder_length(path));
	while (good && above.len > 0)
	{
		good = snapshot_find(snapshot, above.bytes) == NULL;
		above.len = folder_length(above.bytes);
		above.bytes[above.len] = '\0';
	}
	text_free(&above);
	return good;
}

/* The files of a folder stand behind each other mostly. */
static bool
is_tree(const Snapshot *snapshot, Error *error)
{
	for (size_t i = 0; i < snapshot->n_files; i++)
	{
		const char *path = snapshot->files[i].path;
		const char *before = i > 0 ? snapshot->files[i - 1].path : "";
		size_t		len = folder_length(path);

		if ((len != folder_length(before) || strncmp(path, before, len) != 0) &&
			!has_no_file_above(snapshot, path))
			return invalid_line(error, i + 1, "is below another file");
	}
	for (size_t i = 0; i < snapshot->n_directories; i++)
		if (snapshot_find(snapshot, snapshot->directories[i]) != NULL ||
			!has_no_file_above(snapshot, snapshot->directories[i]))
			return snapshot_invalid(error, "A directory of it is a file, too.");
	return true;
}

static bool
add_file(Snapshot *snapshot, const char *line, size_t len, Error *error)
{
	size_t		n = snapshot->n_files;
	SnapshotFile *file = &snapshot->files[n];

	memset(file, 0, sizeof(*file));
	if (!snapshot_file_parse(line, len, &snapshot->arena, file))
		return invalid_line(error, n + 1, "is not in the form of a file");
	if (!snapshot_path_is_safe(file->path))
		return invalid_line(error, n + 1,
							"has a path that may lead elsewhere");
	if (n > 0 && strcmp(snapshot->files[n - 1].path, file->path) >= 0)
		return invalid_line(error, n + 1, "comes twice, or is out of order");
	snapshot->n_files++;
	return true;
}

/* The list, from behind its first line on to the document's end. */
static bool
parse_files(const char *at, const char *end, Snapshot *snapshot, Error *error)
{
	const size_t tail = strlen(SNAPSHOT_FILES_END);
	bool		more = true;

	snapshot->files = arena_alloc(&snapshot->arena,
								  ((size_t) (end - at) / LINE_MIN + 1) *
								  sizeof(SnapshotFile));
	while (more && at < end && *at == '{')
	{
		const char *line_end = memchr(at, '\n', (size_t) (end - at));

		if (line_end == NULL)
			break;
		more = line_end[-1] == ',';
		if (!add_file(snapshot, at, (size_t) (line_end - at) - more, error))
			return false;
		at = line_end + 1;
	}
	if ((more && snapshot->n_files > 0) || (size_t) (end - at) != tail ||
		memcmp(at, SNAPSHOT_FILES_END, tail) != 0)
		return snapshot_invalid(error, "Its list of files does not end as it "
								"should.");
	return is_tree(snapshot, error);
}

bool
snapshot_manifest_parse(const char *bytes, size_t len, Snapshot *snapshot,
						Error *error)
{
	const char *list;

	if (memchr(bytes, '\0', len) != NULL)
		return snapshot_invalid(error, "It has a zero byte.");
	list = strstr(bytes, SNAPSHOT_FILES_BEGIN);
	if (list == NULL)
		return snapshot_invalid(error, "It has no list of files.");
	return parse_head(bytes, (size_t) (list - bytes), snapshot, error) &&
		parse_files(list + strlen(SNAPSHOT_FILES_BEGIN), bytes + len,
					snapshot, error);
}
