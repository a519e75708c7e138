/*
 * sync.c
 *		A share's content from the active site to the passive one.
 *
 * Look, judge, ask; then pass after pass, each counted before it is done; then
 * the markers and the record.  Nothing has to be resumed: a sync that was
 * killed is begun anew, and finds what is still different.
 */
#include "share/sync_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "platform/clock.h"
#include "platform/lock.h"
#include "platform/private.h"
#include "platform/tree.h"
#include "share/copier.h"
#include "share/record.h"
#include "share/rsync_call.h"

/* The source goes on changing; what is left is for the next sync. */
#define PASSES 2

/* One that stands still must be equal in the end. */
#define FINAL_PASSES 4

static bool
begin(const ShareOrder *order, ShareSync *sync, Error *error)
{
	const ConfigShare *share = order->share;

	memset(sync, 0, sizeof(*sync));
	sync->order = order;
	sync->began_ms = plat_wall_ms();
	sync->accepted = order->accept_change;
	share_rules_make(share, &sync->arena, &sync->rules);
	progress_start(&sync->progress, text_format("Share %s", share->name));
	if (share->replicated_by == CONFIG_REPLICATED_EXTERNALLY)
		return error_set(error, NULL, "\"qsrepl share sync\" measures how "
						 "long that takes.",
						 "share \"%s\" is replicated by something else "
						 "(replicated_by = external)", share->name);
	if (!share_access_open(order->config, share, order->direction.from,
						   &sync->rules, &sync->arena, &sync->source,
						   error) ||
		!share_access_open(order->config, share, order->direction.to,
						   &sync->rules, &sync->arena, &sync->target, error))
		return false;
	if (order->deadline_ms > 0)
		sync->source.end = plat_clock_ms() + order->deadline_ms;
	sync->target.end = sync->source.end;
	/* Of two that are elsewhere, neither could call the other. */
	return sync->source.here || sync->target.here ||
		share_copier_of(share)->at_node ||
		error_set(error, NULL, "Run it at the machine of one of the sites, "
				  "which key \"site\" names.", "neither site's share \"%s\" "
				  "is a path of this machine", share->name);
}

/* Two at the same time would remove each other's temporary files. */
static bool
take_lock(const ShareOrder *order, PlatLock **lock, Error *error)
{
	char	   *folder = text_format("%s/share",
									 order->config->journal_directory);
	char	   *path = text_format("%s/%s.lock", folder, order->share->name);
	Error		held = ERROR_NONE;
	bool		good = plat_directory_private(order->config->journal_directory,
											  error) &&
	plat_directory_private(folder, error);

	if (good && !plat_lock_take(path, lock, NULL, &held))
		good = error_set(error, held.detail, "Wait for its end, or end it: a "
						 "watch is \"qsrepl share sync --watch\".",
						 "share \"%s\" is being synchronized: %s",
						 order->share->name, held.message);
	error_free(&held);
	free(folder);
	free(path);
	return good;
}

/* What both roots say of themselves, against the databases. */
static ShareOutcome
judge(ShareSync *sync, Error *error)
{
	if (!share_markers_read(&sync->source, &sync->target, &sync->markers,
							error))
		return SHARE_UNREACHABLE;
	return share_markers_judge(&sync->order->direction, &sync->source,
							   &sync->target, &sync->markers,
							   sync->order->initial, &sync->write_source,
							   &sync->write_target, error) == SHARE_AGREED ?
		SHARE_SYNCED : SHARE_NOT_ALLOWED;
}

static bool
write_marker(ShareSync *sync, const ShareAccess *access, ShareMarker *marker,
			 ShareRole role, Error *error)
{
	marker->share = access->share->name;
	marker->site = access->site->name;
	marker->epoch = sync->order->direction.epoch;
	marker->role = role;
	return share_marker_write(access, marker, error);
}

/* Where both roots are one place, the target now has the source's marker. */
static bool
check_apart(ShareSync *sync, Error *error)
{
	ShareMarker found;
	ShareThere	there;

	if (!share_marker_read(&sync->target, &found, &there, error))
		return false;
	if (there != SHARE_IS_THERE ||
		strcmp(found.site, sync->source.site->name) != 0)
		return true;
	return error_set(error, NULL, "Each site has a share of its own: correct "
					 "the roots, or what is mounted there.",
					 "\"%s\" and \"%s\" are the same place",
					 sync->source.place, sync->target.place);
}

/* Before anything else is changed: that is what a marker is for. */
static bool
write_markers(ShareSync *sync, Error *error)
{
	if (sync->write_source &&
		(!write_marker(sync, &sync->source, &sync->markers.source,
					   SHARE_SOURCE, error) || !check_apart(sync, error)))
		return false;
	sync->marked = true;
	return !sync->write_target ||
		write_marker(sync, &sync->target, &sync->markers.target,
					 SHARE_TARGET, error);
}

/* The passes behind the first one take in what has changed meanwhile. */
static bool
further_passes(ShareSync *sync, ShareLook *look, Error *error)
{
	size_t		most = sync->order->final ? FINAL_PASSES : PASSES;
	bool		good = true;

	while (good && sync->passes > 0 && sync->passes < most)
	{
		ShareLook	next;
		bool		done;

		good = share_look(sync, &next, error) &&
			share_limits_check(sync, &next, error) &&
			share_pass(sync, &next, error);
		done = good && share_diff_is_none(&next.diff);
		share_look_free(look);
		*look = next;
		if (done)
			return true;
	}
	return good && (!sync->order->final || sync->passes == 0 ||
					sync->why != NULL ||
					error_set(error, NULL, "Something still writes into it.",
							  "share \"%s\" of site \"%s\" does not stand "
							  "still", sync->order->share->name,
							  sync->source.site->name));
}

static void
fill_last(ShareSync *sync, const ShareLook *look)
{
	ShareLast  *last = &sync->markers.target.last;

	sync->ended_ms = plat_wall_ms();
	sync->twins = look->diff.counts[SHARE_TWIN];
	sync->skipped = look->diff.counts[SHARE_SKIPPED];
	last->from = sync->source.site->name;
	last->epoch = sync->order->direction.epoch;
	last->began_ms = sync->began_ms;
	last->ended_ms = sync->ended_ms;
	last->complete = sync->why == NULL;
	last->files = look->source.files;
	last->bytes = look->source.bytes;
	last->copied = sync->copied;
	last->removed = sync->removed;
}

/* Nobody has moved the active role, or changed the mounts, meanwhile. */
static bool
judge_again(ShareSync *sync, Error *error)
{
	ShareMarkers now;
	bool		write_source;
	bool		write_target;

	return share_markers_read(&sync->source, &sync->target, &now, error) &&
		share_markers_judge(&sync->order->direction, &sync->source,
							&sync->target, &now, false, &write_source,
							&write_target, error) == SHARE_AGREED;
}

/*
 * One wait for the disk for all files; rsync's own --fsync would wait for each.
 * Of a target elsewhere only its own system can see to that.
 */
static bool
finish(ShareSync *sync, const ShareLook *look, Error *error)
{
	const ShareCopier *copier = share_copier_of(sync->order->share);

	if (sync->passes > 0 && sync->target.here &&
		!plat_tree_sync(sync->target.place, error))
		return false;
	fill_last(sync, look);
	if (sync->passes > 0 && !judge_again(sync, error))
		return false;
	if (!write_marker(sync, &sync->target, &sync->markers.target,
					  SHARE_TARGET, error))
		return false;
	/* Where that takes a connection, only when something was put there. */
	return (!sync->target.here && sync->passes == 0) ||
		copier->prune(&sync->target, error);
}

/* From the first look on; the first one is what is shown and asked for. */
static ShareOutcome
go_on(ShareSync *sync, ShareLook *look, Error *error)
{
	const ShareOrder *order = sync->order;

	if (!share_look(sync, look, error))
		return SHARE_UNREACHABLE;
	sync->looked = true;
	if (!share_limits_check(sync, look, error))
		return SHARE_NOT_ALLOWED;
	if (order->dry_run)
		return SHARE_DRY;
	if (order->confirm != NULL && !order->confirm(order->arg, sync))
		return SHARE_NOT_CONFIRMED;
	sync->accepted -= (int64_t) share_diff_risky(&look->diff);
	if (!write_markers(sync, error) || !share_pass(sync, look, error) ||
		!further_passes(sync, look, error) || !finish(sync, look, error))
		return SHARE_FAILED;
	return sync->why != NULL ? SHARE_PARTLY : SHARE_SYNCED;
}

/* What this machine remembers of it. */
static void
record(ShareSync *sync, ShareOutcome outcome, const Error *error)
{
	const ShareOrder *order = sync->order;
	bool		well = outcome == SHARE_SYNCED || outcome == SHARE_PARTLY;
	ShareRecord record;
	Error		ignored = ERROR_NONE;
	bool		there;

	if (!share_record_read(order->config, order->share, &sync->arena, &record,
						   &there, &ignored))
		error_free(&ignored);
	record.share = order->share->name;
	record.tried_ms = sync->began_ms;
	record.watch_ms = order->watch_ms;
	record.problem = well ? sync->why : error->message;
	if (well)
	{
		record.from = sync->source.site->name;
		record.to = sync->target.site->name;
		record.last = sync->markers.target.last;
	}
	share_record_write(order->config, order->share, &record, &ignored);
	error_free(&ignored);
}

ShareOutcome
share_sync(const ShareOrder *order, ShareSync *sync, Error *error)
{
	PlatLock   *lock = NULL;
	ShareOutcome outcome;

	if (!begin(order, sync, error) ||
		(!order->dry_run && !take_lock(order, &lock, error)))
		outcome = SHARE_NOT_ALLOWED;
	else
		outcome = judge(sync, error);
	if (outcome == SHARE_SYNCED)
		outcome = go_on(sync, &sync->look, error);
	if (lock != NULL)
		share_scratch_sweep(order->config);
	if (lock != NULL && outcome != SHARE_NOT_CONFIRMED)
		record(sync, outcome, error);
	plat_lock_release(lock);
	progress_stop(&sync->progress);
	return outcome;
}

void
share_sync_free(ShareSync *sync)
{
	share_look_free(&sync->look);
	arena_free(&sync->arena);
	memset(sync, 0, sizeof(*sync));
}
