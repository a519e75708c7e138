/*
 * share.c
 *		Steps of a switchover about the content of file shares: it is brought to
 *		the other site while the active one works, and what has changed since,
 *		when its services are down.
 *
 * The last pass comes before the fence: until then the site that is active has
 * lost nothing but its services, and a share that cannot be brought along is a
 * reason to stop, not one to go on without it.
 */
#include <string.h>

#include "cmd/move/share.h"
#include "platform/cancel.h"
#include "share/external.h"

bool
move_each_share(Move *move, MoveShare each, PlanProgress *progress,
				Error *error)
{
	for (size_t i = 0; i < move->config.n_shares; i++)
		if (!each(move, &move->config.shares[i], progress, error))
			return false;
	return true;
}

bool
move_share_is_ours(const ConfigShare *share)
{
	return share->replicated_by == CONFIG_REPLICATED_BY_QSREPL;
}

bool
move_share_bring(Move *move, const ConfigShare *share, bool final,
				 const ShareDirection *direction, Error *error)
{
	const ShareOrder order = {
		.config = &move->config,
		.share = share,
		.direction = *direction,
		.max_change = -1,
		.accept_change = -1,
		.deadline_ms = final ? (int) share->timeout : 0,
		.final = final
	};
	ShareSync	sync;
	ShareOutcome outcome = share_sync(&order, &sync, error);

	if (outcome == SHARE_PARTLY)
		error_set(error, sync.why, NULL, "some files of share \"%s\" could "
				  "not be brought to site \"%s\"", share->name,
				  direction->to->name);
	share_sync_free(&sync);
	return outcome == SHARE_SYNCED;
}

/* The direction that the databases tell must be the one of this move. */
static bool
find_direction(Move *move, ShareDirection *direction, Error *error)
{
	if (share_direction_find(&move->config, &move->arena, direction,
							 error) != SHARE_AGREED)
		return false;
	return direction->from == move->from ||
		error_set(error, NULL, NULL, "site \"%s\" is not active",
				  move->from->name);
}

/* A share that is left behind is told at the end, where that is forced. */
static bool
pass_over(Move *move, const ConfigShare *share, Error *error)
{
	if (!move->request->force || plat_cancelled())
		return false;
	move_warn(move, arena_printf(&move->arena, "share \"%s\" is not at site "
								 "%s as site %s has it", share->name,
								 move->to->name, move->from->name),
			  "Passed over by --force.", error);
	move->incomplete = true;
	return true;
}

/*
 * What something else brings is waited for: while the site works, to see whether
 * anything comes at all, and in the end until both are the same.
 */
static bool
await(Move *move, const ConfigShare *share, bool final, Error *error)
{
	ShareDirection direction;
	ShareDelay	delay;
	bool		good;

	if (!find_direction(move, &direction, error))
		return false;
	good = final ?
		share_external_wait(&move->config, share, &direction, share->timeout,
							&delay, error) :
		share_external_measure(&move->config, share, &direction,
							   share->timeout, &delay, error);
	arena_free(&delay.arena);
	return good;
}

static bool
bring(Move *move, const ConfigShare *share, bool final, Error *error)
{
	ShareDirection direction;

	return find_direction(move, &direction, error) &&
		move_share_bring(move, share, final, &direction, error);
}

static bool
pass(Move *move, const ConfigShare *share, bool final, Error *error)
{
	return (move_share_is_ours(share) ? bring(move, share, final, error) :
			await(move, share, final, error)) ||
		pass_over(move, share, error);
}

static bool
first_pass(Move *move, const ConfigShare *share, PlanProgress *progress,
		   Error *error)
{
	(void) progress;
	return pass(move, share, false, error);
}

static bool
last_pass(Move *move, const ConfigShare *share, PlanProgress *progress,
		  Error *error)
{
	(void) progress;
	return pass(move, share, true, error);
}

bool
move_share_first_run(void *context, PlanProgress *progress, Error *error)
{
	return move_each_share(context, first_pass, progress, error);
}

bool
move_share_run(void *context, PlanProgress *progress, Error *error)
{
	return move_each_share(context, last_pass, progress, error);
}
