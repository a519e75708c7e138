/*
 * verify_json.c
 *		Verifications of shares as a document.
 */
#include "base/json.h"
#include "cmd/share/verify.h"

static json_t *
kind_object(const ShareRowKind *kind)
{
	json_t	   *object = json_object();
	json_t	   *missing = json_array();
	json_t	   *strays = json_array();

	for (size_t i = 0; i < kind->missing && i < SHARE_EXAMPLES; i++)
	{
		json_t	   *row = json_object();

		json_set_text(row, "what", kind->examples[i].what);
		json_set_text(row, "path", kind->examples[i].path);
		json_object_set_new(row, "empty",
							json_boolean(kind->examples[i].empty));
		json_array_append_new(missing, row);
	}
	for (size_t i = 0; i < kind->strays && i < SHARE_EXAMPLES; i++)
		json_array_append_new(strays, json_text(kind->stray_examples[i]));
	json_set_text(object, "left_out", kind->left_out);
	json_set_text(object, "folder", kind->folder);
	json_set_count(object, "rows", (int64_t) kind->rows);
	json_set_count(object, "found", (int64_t) kind->found);
	json_set_count(object, "missing", (int64_t) kind->missing);
	json_object_set_new(object, "missing_examples", missing);
	json_set_count(object, "older", (int64_t) kind->older);
	json_set_count(object, "elsewhere", (int64_t) kind->elsewhere);
	json_set_count(object, "without_row", (int64_t) kind->strays);
	json_set_count(object, "without_row_bytes", (int64_t) kind->stray_bytes);
	json_object_set_new(object, "without_row_examples", strays);
	return object;
}

static json_t *
side_object(const ShareSide *side)
{
	json_t	   *object = json_object();
	json_t	   *skipped = json_array();

	for (size_t i = 0; i < side->content.n_skipped; i++)
		json_array_append_new(skipped, json_text(side->content.skipped[i]));
	json_set_text(object, "site", side->site->name);
	json_set_text(object, "root", side->access.place);
	json_set_text(object, "problem", side->problem);
	json_set_count(object, "files", side->problem != NULL ? -1 :
				   (int64_t) side->list.files);
	json_set_count(object, "bytes", side->problem != NULL ? -1 :
				   (int64_t) side->list.bytes);
	json_set_text(object, "database_problem", side->content.error);
	json_object_set_new(object, "skipped", skipped);
	json_object_set_new(object, "apps", side->rows_known ?
						kind_object(&side->rows.apps) : json_null());
	json_object_set_new(object, "static_content", side->rows_known ?
						kind_object(&side->rows.references) : json_null());
	return object;
}

/* Of an entry that may not be there: -1. */
static int64_t
size_of(const ShareEntry *entry)
{
	return entry != NULL ? (int64_t) entry->size : -1;
}

static int64_t
time_of(const ShareEntry *entry)
{
	return entry != NULL ? entry->mtime_ns / 1000000 : -1;
}

static void
add_item(void *arg, const char *word, const char *path,
		 const ShareEntry *source, const ShareEntry *target)
{
	json_t	   *object = json_object();

	json_set_text(object, "kind", word);
	json_set_text(object, "path", path);
	json_set_count(object, "source_size", size_of(source));
	json_set_count(object, "target_size", size_of(target));
	json_set_count(object, "source_time_ms", time_of(source));
	json_set_count(object, "target_time_ms", time_of(target));
	json_array_append_new(arg, object);
}

static json_t *
content_object(const ShareVerify *verify)
{
	json_t	   *object = json_object();

	json_set_text(object, "problem", verify->no_hash);
	json_set_count(object, "files", (int64_t) verify->pairs.n);
	json_set_count(object, "bytes", (int64_t) verify->pairs.bytes);
	json_set_count(object, "unequal", (int64_t) verify->unequal);
	json_set_count(object, "other_time_alone", (int64_t) verify->touched);
	json_set_count(object, "unreadable", (int64_t) verify->unreadable);
	return object;
}

static json_t *
verify_object(const ShareVerify *verify, size_t limit)
{
	json_t	   *object = json_object();
	json_t	   *counts = json_object();
	json_t	   *items = json_array();
	json_t	   *sides = json_array();

	for (int i = 0; i < SHARE_CHANGES; i++)
		json_set_count(counts, share_change_word((ShareChange) i),
					   (int64_t) verify->diff.counts[i]);
	share_verify_items(verify, limit, add_item, items);
	for (int i = 0; i < 2; i++)
		json_array_append_new(sides, side_object(&verify->sides[i]));
	json_set_text(object, "share", verify->share->name);
	json_set_text(object, "active", verify->direction.from != NULL ?
				  verify->direction.from->name : NULL);
	json_set_text(object, "direction_problem", verify->no_direction);
	json_object_set_new(object, "differs",
						verify->equality == SHARE_NOT_KNOWN ? json_null() :
						json_boolean(verify->equality == SHARE_DIFFERENT));
	json_object_set_new(object, "sites", sides);
	json_object_set_new(object, "counts", verify->compared ? counts :
						json_null());
	if (!verify->compared)
		json_decref(counts);
	json_set_count(object, "copy_bytes", verify->compared ?
				   (int64_t) verify->diff.copy_bytes : -1);
	json_set_count(object, "newest_difference_ms", verify->age_ms);
	json_set_count(object, "oldest_difference_ms", verify->oldest_ms);
	json_object_set_new(object, "differences", items);
	json_object_set_new(object, "content", verify->hashed ||
						verify->no_hash != NULL ? content_object(verify) :
						json_null());
	json_set_count(object, "took_ms", verify->took_ms);
	return object;
}

void
share_verify_print_json(const ShareVerify *verifies, size_t n, size_t limit)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, verify_object(&verifies[i], limit));
	json_object_set_new(document, "shares", list);
	json_print(document);
}
