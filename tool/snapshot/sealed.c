/*
 * sealed.c
 *		sealed.json: what an encrypted snapshot tells to everybody.
 */
#include "snapshot/encrypt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/digest.h"
#include "base/json.h"
#include "platform/file.h"
#include "snapshot/internal.h"

#define FORMAT "qsrepl-sealed-snapshot"
#define SUM_MAX 1024
#define FILES_MAX 10000000
#define TIME_MAX INT64_C(253402300799999)	/* of the year 9999; ms */

static bool
invalid(Error *error, const char *detail)
{
	return error_set(error, detail, NULL, "invalid list of encrypted files");
}

void
snapshot_sealed_path(size_t number, char *path)
{
	snprintf(path, SNAPSHOT_SEALED_PATH, "%03zu/%08zu.cms", number / 1000,
			 number);
}

void
snapshot_sealed_free(SnapshotSealed *sealed)
{
	arena_free(&sealed->arena);
	memset(sealed, 0, sizeof(*sealed));
}

static json_t *
files_json(const SnapshotSealed *sealed)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < sealed->n_files; i++)
	{
		json_t	   *file = json_object();

		json_set_text(file, "path", sealed->files[i].path);
		json_object_set_new(file, "size",
							json_integer((json_int_t) sealed->files[i].size));
		json_set_text(file, "sha256", sealed->files[i].sha256);
		json_array_append_new(list, file);
	}
	return list;
}

void
snapshot_sealed_write(const SnapshotSealed *sealed, Text *text)
{
	json_t	   *object = json_object();
	json_t	   *recipients = json_array();
	char	   *dumped;

	json_set_text(object, "format", FORMAT);
	json_object_set_new(object, "version", json_integer(SNAPSHOT_VERSION));
	json_set_text(object, "name", sealed->name);
	json_set_text(object, "kind", snapshot_kinds[sealed->kind]);
	json_set_text(object, "site", sealed->site);
	json_object_set_new(object, "begun", json_integer(sealed->begun_ms));
	json_object_set_new(object, "ended", json_integer(sealed->ended_ms));
	for (size_t i = 0; i < sealed->n_recipients; i++)
	{
		json_t	   *one = json_object();

		json_set_text(one, "fingerprint", sealed->recipients[i].fingerprint);
		json_set_text(one, "subject", sealed->recipients[i].subject);
		json_array_append_new(recipients, one);
	}
	json_object_set_new(object, "recipients", recipients);
	json_object_set_new(object, "files", files_json(sealed));
	dumped = json_dumps(object, JSON_INDENT(1));
	text_add(text, dumped);
	text_add(text, "\n");
	free(dumped);
	json_decref(object);
}

/* A copy of a string member; NULL where there is none. */
static const char *
member(const json_t * object, const char *name, Arena *arena)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value != NULL ? arena_strdup(arena, value) : NULL;
}

static bool
is_hexadecimal(const char *sum)
{
	return sum != NULL && strlen(sum) == SNAPSHOT_SHA256_SIZE - 1 &&
		strspn(sum, "0123456789abcdef") == SNAPSHOT_SHA256_SIZE - 1;
}

static bool
parse_file(const json_t * object, size_t number, SnapshotSealed *sealed)
{
	SnapshotSealedFile *file = &sealed->files[number];
	const		json_t *size = json_object_get(object, "size");
	const char *path = json_string_value(json_object_get(object, "path"));
	const char *sum = json_string_value(json_object_get(object, "sha256"));
	char		expected[SNAPSHOT_SEALED_PATH] = SNAPSHOT_SEALED_MANIFEST;

	if (number > 0)
		snapshot_sealed_path(number - 1, expected);
	if (path == NULL || strcmp(path, expected) != 0 || !is_hexadecimal(sum) ||
		!json_is_integer(size) || json_integer_value(size) < 0)
		return false;
	file->path = arena_strdup(&sealed->arena, path);
	file->size = (uint64_t) json_integer_value(size);
	memcpy(file->sha256, sum, SNAPSHOT_SHA256_SIZE);
	return true;
}

static bool
parse_files(const json_t * list, SnapshotSealed *sealed, Error *error)
{
	size_t		n = json_array_size(list);

	if (n == 0 || n > FILES_MAX)
		return invalid(error, "It has no files.");
	sealed->files = arena_alloc(&sealed->arena, n *
								sizeof(SnapshotSealedFile));
	for (size_t i = 0; i < n; i++)
		if (!parse_file(json_array_get(list, i), i, sealed))
			return invalid(error, "Its files are not those that a snapshot "
						   "has.");
	sealed->n_files = n;
	return true;
}

static bool
parse_recipients(const json_t * list, SnapshotSealed *sealed, Error *error)
{
	size_t		n = json_array_size(list);

	if (n == 0 || n > SEAL_RECIPIENTS_MAX)
		return invalid(error, "It does not tell whom it is encrypted to.");
	sealed->recipients = arena_alloc(&sealed->arena, n *
									 sizeof(SnapshotRecipient));
	for (size_t i = 0; i < n; i++)
	{
		const		json_t *one = json_array_get(list, i);
		SnapshotRecipient *recipient = &sealed->recipients[i];

		recipient->fingerprint = member(one, "fingerprint", &sealed->arena);
		recipient->subject = member(one, "subject", &sealed->arena);
		if (!is_hexadecimal(recipient->fingerprint) ||
			recipient->subject == NULL)
			return invalid(error, "It does not tell whom it is encrypted to.");
	}
	sealed->n_recipients = n;
	return true;
}

static bool
parse_kind(const char *word, SnapshotSealed *sealed)
{
	for (int i = 0; word != NULL && snapshot_kinds[i] != NULL; i++)
		if (strcmp(snapshot_kinds[i], word) == 0)
		{
			sealed->kind = (SnapshotKind) i;
			return true;
		}
	return false;
}

static bool
parse_object(const json_t * object, SnapshotSealed *sealed, Error *error)
{
	const char *format = json_string_value(json_object_get(object, "format"));
	const		json_t *version = json_object_get(object, "version");
	Error		ignored = ERROR_NONE;
	bool		named;

	if (format == NULL || strcmp(format, FORMAT) != 0 ||
		json_integer_value(version) != SNAPSHOT_VERSION)
		return invalid(error, "It is of no version that this program reads.");
	sealed->name = member(object, "name", &sealed->arena);
	named = sealed->name != NULL && snapshot_name_check(sealed->name,
														&ignored);
	error_free(&ignored);
	if (!named || !parse_kind(json_string_value(json_object_get(object,
																"kind")),
							  sealed))
		return invalid(error, "It does not tell what it is of.");
	sealed->site = member(object, "site", &sealed->arena);
	sealed->begun_ms = json_integer_value(json_object_get(object, "begun"));
	sealed->ended_ms = json_integer_value(json_object_get(object, "ended"));
	if (sealed->begun_ms < 0 || sealed->begun_ms > TIME_MAX ||
		sealed->ended_ms < 0 || sealed->ended_ms > TIME_MAX)
		return invalid(error, "It does not tell when that was made.");
	return parse_recipients(json_object_get(object, "recipients"), sealed,
							error) &&
		parse_files(json_object_get(object, "files"), sealed, error);
}

bool
snapshot_sealed_parse(const char *bytes, size_t len, SnapshotSealed *sealed,
					  Error *error)
{
	json_t	   *object = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
	bool		good = json_is_object(object) ?
	parse_object(object, sealed, error) : invalid(error, "It is no JSON.");

	json_decref(object);
	return good;
}

/* As sha256sum writes it; freed by the caller. */
char *
snapshot_sealed_sum(const Text *list)
{
	Digest	   *digest = digest_new();
	char		sum[DIGEST_SIZE];

	digest_add(digest, list->bytes, list->len);
	digest_end(digest, sum);
	digest_free(digest);
	return text_format("%s  " SNAPSHOT_SEALED_LIST "\n", sum);
}

static bool
is_own_sum(const char *directory, const Text *list, Error *error)
{
	char	   *path = text_format("%s/" SNAPSHOT_SEALED_SUM, directory);
	char	   *sum = snapshot_sealed_sum(list);
	Text		content = {NULL, 0, 0};
	bool		good = snapshot_read_plain(path, SUM_MAX, &content, error);

	if (good && (content.len == 0 || strcmp(content.bytes, sum) != 0))
		good = error_set(error, "The list was changed or damaged since it was "
						 "written, or its checksum was.", NULL, "the list of "
						 "encrypted files does not have the checksum that is "
						 "in file \"%s\"", path);
	text_free(&content);
	free(sum);
	free(path);
	return good;
}

bool
snapshot_sealed_read(const char *directory, SnapshotSealed *sealed,
					 Error *error)
{
	char	   *path = text_format("%s/" SNAPSHOT_SEALED_LIST, directory);
	Text		list = {NULL, 0, 0};
	bool		good;

	memset(sealed, 0, sizeof(*sealed));
	sealed->directory = arena_strdup(&sealed->arena, directory);
	good = snapshot_read_plain(path, SNAPSHOT_SEALED_MAX, &list, error) &&
		is_own_sum(directory, &list, error) &&
		snapshot_sealed_parse(list.bytes != NULL ? list.bytes : "", list.len,
							  sealed, error);
	text_free(&list);
	free(path);
	return good;
}
