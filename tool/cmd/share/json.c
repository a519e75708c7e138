/*
 * json.c
 *		A sync as a document.
 */
#include "base/json.h"
#include "base/timestamp.h"
#include "cmd/share/print.h"

static void
set_time(json_t * object, const char *name, int64_t ms)
{
	char		time[TIMESTAMP_SIZE];

	if (ms == 0)
	{
		json_object_set_new(object, name, json_null());
		return;
	}
	timestamp_format(ms, time);
	json_object_set_new(object, name, json_string(time));
}

static json_t *
counts_of(const ShareDiff *diff)
{
	json_t	   *object = json_object();

	for (int i = 0; i < SHARE_CHANGES; i++)
		json_set_count(object, share_change_word((ShareChange) i),
					   (int64_t) diff->files[i]);
	return object;
}

/* But for what is told in a dry run, names are nobody's matter afterwards. */
static json_t *
items_of(const ShareDiff *diff)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < diff->n; i++)
	{
		const ShareDifference *item = &diff->items[i];
		json_t	   *object = json_object();

		json_set_text(object, "change", share_change_word(item->change));
		json_set_text(object, "path", item->source != NULL ?
					  item->source->path : item->target->path);
		json_set_count(object, "source_bytes", item->source != NULL ?
					   (int64_t) item->source->size : -1);
		json_set_count(object, "target_bytes", item->target != NULL ?
					   (int64_t) item->target->size : -1);
		json_array_append_new(list, object);
	}
	return list;
}

static bool
is_plan(ShareOutcome outcome)
{
	return outcome == SHARE_DRY || outcome == SHARE_NOT_ALLOWED ||
		outcome == SHARE_NOT_CONFIRMED;
}

json_t *
share_as_json(const ShareSync *sync, ShareOutcome outcome,
			  const Error *error)
{
	json_t	   *object = json_object();
	const ShareOrder *order = sync->order;

	json_set_text(object, "share", order->share->name);
	json_set_text(object, "from", order->direction.from->name);
	json_set_text(object, "to", order->direction.to->name);
	json_set_count(object, "epoch", order->direction.epoch);
	json_set_text(object, "outcome", share_outcome_word(outcome));
	json_set_text(object, "error", error->message);
	json_set_text(object, "not_copied", sync->why);
	set_time(object, "began", sync->began_ms);
	set_time(object, "ended", sync->ended_ms);
	json_set_count(object, "passes", (int64_t) sync->passes);
	json_set_count(object, "copied", (int64_t) sync->copied);
	json_set_count(object, "copied_bytes", (int64_t) sync->copied_bytes);
	json_set_count(object, "removed", (int64_t) sync->removed);
	json_set_count(object, "skipped", (int64_t) sync->skipped);
	json_set_count(object, "twins", (int64_t) sync->twins);
	if (!sync->looked || !is_plan(outcome))
		return object;
	json_set_count(object, "target_files", (int64_t) sync->look.target.files);
	json_object_set_new(object, "counts", counts_of(&sync->look.diff));
	json_object_set_new(object, "differences", items_of(&sync->look.diff));
	return object;
}
