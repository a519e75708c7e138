/*
 * stage.c
 *		The steps that stage a share's files, and put them into place.
 *
 * What is staged is compared with the manifest's hashes while it is copied, so
 * what takes its place is what was put into the snapshot.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "cmd/restore/share.h"
#include "platform/below.h"
#include "platform/directory.h"

/* A copy under way. */
typedef struct Staging
{
	Restore    *restore;
	RestoreShare *share;
	PlanProgress *progress;
	Digest	   *digest;
	uint64_t	bytes;			/* copied so far */
	uint64_t	total;
} Staging;

static void
seen(void *arg, const void *bytes, size_t len)
{
	Staging    *staging = arg;

	digest_add(staging->digest, bytes, len);
	staging->bytes += len;
	plan_progress_amount(staging->progress, staging->bytes, staging->total,
						 "bytes");
}

static bool
stage_file(Staging *staging, const ShareEntry *entry, Error *error)
{
	const RestoreShare *share = staging->share;
	Restore    *restore = staging->restore;
	Arena		arena = {NULL};
	char		sha256[DIGEST_SIZE];
	const char *path = arena_printf(&arena, "%s%s", share->prefix,
									entry->path);
	const SnapshotFile *file = snapshot_find(&restore->snapshot, path);
	const PlatBelowCopy copy = {
		.from = arena_printf(&arena, "%s/%s", restore->directory, path),
		.root = share->root,
		.path = exchange_new(&share->place, entry->path, &arena),
		.like = entry->path,
		.modified_ns = entry->mtime_ns,
		.seen = seen,
		.arg = staging
	};
	bool		good = plat_below_copy(&copy, error);

	digest_end(staging->digest, sha256);
	if (good && file != NULL && file->sha256[0] != '\0' &&
		strcmp(file->sha256, sha256) != 0)
		good = error_set(error, NULL, "\"qsrepl snapshot verify\" tells more.",
						 "file \"%s\" of the snapshot is damaged", path);
	arena_free(&arena);
	return good;
}

static bool
is_copied(ShareChange change)
{
	return change == SHARE_NEW || change == SHARE_CHANGED ||
		change == SHARE_NEWER;
}

static bool
stage_files(Staging *staging, const ShareDiff *diff, Error *error)
{
	bool		good = true;

	staging->total = diff->copy_bytes;
	staging->digest = digest_new();
	for (size_t i = 0; good && i < diff->n; i++)
		if (is_copied(diff->items[i].change) &&
			diff->items[i].source->kind == SHARE_FILE)
			good = stage_file(staging, diff->items[i].source, error);
	digest_free(staging->digest);
	return good;
}

/* The folder that a path is in changes its time. */
static void
add_time(const RestoreShare *share, const char *path, Arena *arena,
		 ExchangeList *list, const char **last)
{
	const char *slash = strrchr(path, '/');
	const char *above;
	PlatBelow	found;
	Error		ignored = ERROR_NONE;

	if (slash == NULL)
		return;
	above = arena_printf(arena, "%.*s", (int) (slash - path), path);
	if (*last != NULL && strcmp(*last, above) == 0)
		return;
	*last = above;
	if (plat_below_look(share->root, above, &found, &ignored) &&
		found.exists)
		exchange_add(list, EXCHANGE_TIME, above, found.modified_ns);
	error_free(&ignored);
}

static const char *
target_path(const ShareDifference *item)
{
	return item->target != NULL ? item->target->path : item->source->path;
}

static void
add_times(const RestoreShare *share, const ShareDiff *diff, Arena *arena,
		  ExchangeList *list)
{
	const char *last = NULL;

	for (size_t i = 0; i < diff->n; i++)
		if (is_copied(diff->items[i].change) ||
			diff->items[i].change == SHARE_GONE)
			add_time(share, target_path(&diff->items[i]), arena, list, &last);
}

static void
add_copied(const ShareDifference *item, ExchangeList *list)
{
	if (item->source->kind == SHARE_FOLDER)
	{
		if (item->target == NULL)
			exchange_add(list, EXCHANGE_MAKE, item->source->path, 0);
	}
	else if (item->target == NULL)
		exchange_add(list, EXCHANGE_ADD, item->source->path, 0);
	else if (strcmp(item->source->path, item->target->path) == 0)
		exchange_add(list, EXCHANGE_REPLACE, item->source->path, 0);
	else
	{
		/* The same but for case: one name of them, the snapshot's. */
		exchange_add(list, EXCHANGE_REMOVE, item->target->path, 0);
		exchange_add(list, EXCHANGE_ADD, item->source->path, 0);
	}
}

/* By path, so what is above comes first; folders are dropped from below. */
static void
make_list(const RestoreShare *share, const ShareDiff *diff, Arena *arena,
		  ExchangeList *list)
{
	add_times(share, diff, arena, list);
	for (size_t i = 0; i < diff->n; i++)
		if (is_copied(diff->items[i].change))
			add_copied(&diff->items[i], list);
	for (size_t i = 0; i < diff->n; i++)
		if (diff->items[i].change == SHARE_GONE &&
			diff->items[i].target->kind != SHARE_FOLDER)
			exchange_add(list, EXCHANGE_REMOVE, diff->items[i].target->path,
						 0);
	for (size_t i = diff->n; i-- > 0;)
		if (diff->items[i].change == SHARE_GONE &&
			diff->items[i].target->kind == SHARE_FOLDER)
			exchange_add(list, EXCHANGE_DROP, diff->items[i].target->path, 0);
}

static bool
make_work(const RestoreShare *share, Error *error)
{
	return plat_below_make(share->root, SHARE_TRASH, error) &&
		plat_below_make(share->root, share->place.work, error);
}

static bool
stage_share(Restore *restore, RestoreShare *share, PlanProgress *progress,
			Error *error)
{
	Staging		staging = {restore, share, progress, NULL, 0, 0};
	RestoreSurvey survey;
	ExchangeList list = {NULL, 0, 0};
	Arena		arena = {NULL};
	bool		there;
	bool		good = exchange_read(&share->place, &arena, &list, &there,
									 error);

	exchange_free(&list);
	if (!good || there)
	{
		arena_free(&arena);
		return good;
	}
	good = restore_survey(restore, share, &survey, error) &&
		restore_check_change(restore, share, &survey, error) &&
		make_work(share, error) &&
		stage_files(&staging, &survey.diff, error);
	if (good)
	{
		make_list(share, &survey.diff, &arena, &list);
		good = exchange_write(&share->place, &list, error);
		exchange_free(&list);
	}
	restore_survey_free(&survey);
	arena_free(&arena);
	return good;
}

bool
restore_stage_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;

	for (size_t i = 0; i < restore->n_shares; i++)
		if (!stage_share(restore, &restore->shares[i], progress, error))
			return false;
	return true;
}

bool
restore_stage_undo(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;

	(void) progress;
	for (size_t i = 0; i < restore->n_shares; i++)
		if (!exchange_discard(&restore->shares[i].place, error))
			return false;
	return true;
}

static void
tell_done(void *arg, size_t done, size_t of)
{
	plan_progress_amount(arg, done, of, "files");
}

typedef bool (*Exchange) (const ExchangePlace *place,
						  const ExchangeList *list, Error *error);

static bool
exchange_share(RestoreShare *share, Exchange exchange, PlanProgress *progress,
			   bool *there, Error *error)
{
	ExchangeList list = {NULL, 0, 0};
	Arena		arena = {NULL};
	bool		good;

	share->place.tell = tell_done;
	share->place.arg = progress;
	good = exchange_read(&share->place, &arena, &list, there, error) &&
		(!*there || exchange(&share->place, &list, error));
	exchange_free(&list);
	arena_free(&arena);
	if (!good)
		error_take_message(error, text_format("share \"%s\": %s",
											  share->share->name,
											  error->message));
	return good;
}

bool
restore_files_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	bool		there;

	for (size_t i = 0; i < restore->n_shares; i++)
	{
		RestoreShare *share = &restore->shares[i];

		if (!exchange_share(share, exchange_apply, progress, &there, error))
			return false;
		if (!there)
			return error_set(error, NULL, NULL, "share \"%s\": what was staged "
							 "is not there any more", share->share->name);
	}
	return true;
}

bool
restore_files_undo(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	bool		there;

	for (size_t i = restore->n_shares; i-- > 0;)
		if (!exchange_share(&restore->shares[i], exchange_undo, progress,
							&there, error))
			return false;
	return true;
}

/* What was taken out stays in the trash, as long as trash_days says. */
static bool
tidy_share(Restore *restore, const RestoreShare *share, Error *error)
{
	const char *kept = arena_printf(&restore->move.arena, "%s/%s.000Z",
									SHARE_TRASH, restore->stamp);
	PlatBelow	found;

	if (!exchange_finish(&share->place, kept, error) ||
		!plat_below_look(share->root, kept, &found, error))
		return false;
	if (found.exists)
		text_addf(&restore->move.notes, "What was replaced or removed in share "
				  "%s is in \"%s/%s\".\n", share->share->name, share->root,
				  kept);
	return true;
}

bool
restore_tidy_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;

	(void) progress;
	for (size_t i = 0; i < restore->n_shares; i++)
		if (!tidy_share(restore, &restore->shares[i], error))
			return false;
	return true;
}
