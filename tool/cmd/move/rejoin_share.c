/*
 * rejoin_share.c
 *		Steps of a rejoin about file shares: what only the returning site has is
 *		moved aside, and then it gets what the active one has.
 *
 * Its marker becomes a target's only when that is done; until then nothing is
 * synchronized.  So the marker tells, too, that there is nothing left to do.
 * Nothing is moved where a marker tells that a root is not the one that it
 * should be: everything would be missing at the other site.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/rejoin_work.h"
#include "cmd/move/share.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "share/salvage.h"
#include "share/trash.h"

/* So many files are named. */
#define NAMED 10

/* A share at both sites: content comes from the one that is active. */
typedef struct Pair
{
	const ConfigShare *share;
	ShareAccess source;
	ShareAccess target;
	ShareMarkers markers;
	int64_t		epoch;
} Pair;

static bool
open_pair(Move *move, const ConfigShare *share, Pair *pair, Error *error)
{
	memset(pair, 0, sizeof(*pair));
	pair->share = share;
	return move_share_epoch(move, &pair->epoch, error) &&
		move_share_access(move, share, move->to, &pair->source, error) &&
		move_share_access(move, share, move->from, &pair->target, error) &&
		share_markers_read(&pair->source, &pair->target, &pair->markers,
						   error);
}

/* Was it moved aside, and marked so? */
static bool
is_ready(const Move *move, const Pair *pair)
{
	const ShareMarker *own = &pair->markers.target;

	return pair->markers.target_there == SHARE_IS_THERE &&
		strcmp(own->site, move->from->name) == 0 &&
		own->role == SHARE_TARGET && own->epoch == pair->epoch;
}

static bool
check_there(Move *move, const ConfigSite *site, ShareThere there,
			Error *error)
{
	if (there == SHARE_IS_THERE)
		return true;
	return error_set(error, NULL,
					 arena_printf(&move->arena, "Look whether it is mounted. If "
								  "it never was synchronized, run \"qsrepl "
								  "share sync --initial\" when site %s is "
								  "back.", move->from->name),
					 "nothing tells that it is the share of site \"%s\": it "
					 "has no marker", site->name);
}

/*
 * Are both roots those of these sites?  Where the move could not renew the
 * marker of the active site, it is renewed now.
 */
static bool
check_roots(Move *move, const Pair *pair, Error *error)
{
	const ShareMarkers *markers = &pair->markers;
	const ShareDirection direction = {move->to, move->from, pair->epoch};
	bool		write_source;
	bool		write_target;

	if (share_markers_judge(&direction, &pair->source, &pair->target,
							markers, true, &write_source, &write_target,
							error) != SHARE_AGREED)
		return false;
	return check_there(move, move->to, markers->source_there, error) &&
		check_there(move, move->from, markers->target_there, error) &&
		(!write_source ||
		 share_marker_move(&pair->source, SHARE_SOURCE, pair->epoch, error));
}

/*
 * Since when a change at the returning site may be nowhere else: since the begin
 * of what the other one got from it last, or the end of what it got itself.
 */
static int64_t
since_of(const Move *move, const Pair *pair)
{
	const ShareLast *given = &pair->markers.source.last;
	const ShareLast *got = &pair->markers.target.last;
	int64_t		since = -1;

	if (given->from != NULL && strcmp(given->from, move->from->name) == 0)
		since = given->began_ms;
	if (got->from != NULL && strcmp(got->from, move->to->name) == 0 &&
		got->ended_ms > since)
		since = got->ended_ms;
	return since;
}

/* .qsrepl-salvage/20260131T140211.318Z */
static const char *
new_folder(Move *move)
{
	char		stamp[SHARE_STAMP_SIZE];

	share_trash_stamp(plat_wall_ms(), stamp);
	return arena_printf(&move->arena, "%s/%s", SHARE_SALVAGED, stamp);
}

/*
 * The folder and the numbers are noted before anything is moved: who goes on
 * finds only what is left.
 */
typedef struct Account
{
	const char *folder;
	unsigned long only;
	unsigned long newer;
	unsigned long changed;
} Account;

static const char *
note_name(Move *move, const ConfigShare *share)
{
	return arena_printf(&move->arena, "salvage_%s", share->name);
}

static bool
noted(Move *move, const ConfigShare *share, const PlanProgress *progress,
	  Account *account)
{
	const char *note = plan_noted(progress, note_name(move, share));
	char	   *end;

	if (note == NULL || strchr(note, ' ') == NULL)
		return false;
	account->folder = arena_printf(&move->arena, "%.*s",
								   (int) strcspn(note, " "), note);
	account->only = strtoul(note + strcspn(note, " "), &end, 10);
	account->newer = strtoul(end, &end, 10);
	account->changed = strtoul(end, &end, 10);
	return true;
}

static bool
note(Move *move, const ConfigShare *share, const ShareSalvage *salvage,
	 PlanProgress *progress, Account *account, Error *error)
{
	account->folder = new_folder(move);
	account->only = (unsigned long) salvage->only;
	account->newer = (unsigned long) salvage->newer;
	account->changed = (unsigned long) salvage->changed;
	return plan_note(progress, note_name(move, share),
					 arena_printf(&move->arena, "%s %lu %lu %lu",
								  account->folder, account->only,
								  account->newer, account->changed), error);
}

static void
tell(Move *move, const Pair *pair, const Account *account,
	 const ShareSalvage *salvage)
{
	text_addf(&move->notes, "Share \"%s\": %lu files that only site %s has, %lu "
			  "that are newer there and %lu that were changed there after the "
			  "last synchronization were moved to \"%s/%s\":\n",
			  pair->share->name, account->only, move->from->name,
			  account->newer, account->changed, pair->target.place,
			  account->folder);
	for (size_t i = 0; i < salvage->n && i < NAMED; i++)
		text_addf(&move->notes, "  %s\n", salvage->entries[i]->path);
	if (salvage->n > NAMED)
		text_addf(&move->notes, "  and %lu more\n",
				  (unsigned long) (salvage->n - NAMED));
}

static bool
move_aside(Move *move, Pair *pair, PlanProgress *progress, Error *error)
{
	ShareSalvage salvage;
	Account		account = {NULL, 0, 0, 0};
	bool		known = noted(move, pair->share, progress, &account);
	bool		good = share_salvage_find(&pair->source, &pair->target,
										  since_of(move, pair), &salvage,
										  error);

	if (good && salvage.n > 0 && !known)
		good = note(move, pair->share, &salvage, progress, &account, error);
	good = good && share_salvage_move(&salvage, &pair->source, &pair->target,
									  account.folder, error);
	if (good && account.folder != NULL)
		tell(move, pair, &account, &salvage);
	share_salvage_free(&salvage);
	return good;
}

static bool
salvage_one(Move *move, const ConfigShare *share, PlanProgress *progress,
			Error *error)
{
	Pair		pair;

	if (!move_share_is_ours(share))
		return true;
	if (open_pair(move, share, &pair, error) &&
		(is_ready(move, &pair) ||
		 (check_roots(move, &pair, error) &&
		  move_aside(move, &pair, progress, error) &&
		  share_marker_move(&pair.target, SHARE_TARGET, pair.epoch, error))))
		return true;
	if (plat_cancelled())
		return false;
	move_warn(move, arena_printf(&move->arena, "share \"%s\": what only site "
								 "%s has was not moved aside", share->name,
								 move->from->name),
			  arena_printf(&move->arena, "%s%sNothing is brought there until "
						   "it is: when the cause is gone, run \"qsrepl "
						   "rejoin %s\" again.",
						   error->hint != NULL ? error->hint : "",
						   error->hint != NULL ? " " : "",
						   move->from->name), error);
	move->incomplete = true;
	return true;
}

bool
rejoin_salvage_run(void *context, PlanProgress *progress, Error *error)
{
	return move_each_share(context, salvage_one, progress, error);
}

static bool
bring_back(Move *move, const ConfigShare *share, PlanProgress *progress,
		   Error *error)
{
	ShareDirection direction = {move->to, move->from, 0};
	Pair		pair;

	(void) progress;
	if (!move_share_is_ours(share))
		return true;
	/* What could not be moved aside is told already. */
	if (open_pair(move, share, &pair, error) && !is_ready(move, &pair))
		return true;
	direction.epoch = pair.epoch;
	if (error->message == NULL &&
		move_share_bring(move, share, false, &direction, error))
		return true;
	if (plat_cancelled())
		return false;
	move_warn(move, arena_printf(&move->arena, "share \"%s\" is not at site "
								 "%s as site %s has it", share->name,
								 move->from->name, move->to->name),
			  "When the cause is gone, run \"qsrepl share sync\".", error);
	move->incomplete = true;
	return true;
}

bool
rejoin_share_run(void *context, PlanProgress *progress, Error *error)
{
	return move_each_share(context, bring_back, progress, error);
}
