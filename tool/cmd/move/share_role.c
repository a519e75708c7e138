/*
 * share_role.c
 *		The step of a move that makes the share of the site that is active now
 *		the one that content comes from.
 *
 * It is behind the promotion: the markers follow the databases.  Until they do,
 * they contradict them, and nothing is synchronized.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/move/share.h"
#include "platform/cancel.h"
#include "share/external.h"
#include "site/status.h"

bool
move_share_access(Move *move, const ConfigShare *share,
				  const ConfigSite *site, ShareAccess *access, Error *error)
{
	ShareRules *rules = arena_alloc(&move->arena, sizeof(ShareRules));

	share_rules_make(share, &move->arena, rules);
	return share_access_open(&move->config, share, site, rules, &move->arena,
							 access, error);
}

/* The highest one, as for a synchronization. */
bool
move_share_epoch(Move *move, int64_t * epoch, Error *error)
{
	SiteStatus	status;

	site_status_read(&move->config, move->to,
					 (int) move->config.connect_timeout, &move->arena,
					 &status);
	*epoch = -1;
	for (size_t i = 0; i < status.n_databases; i++)
		if (status.databases[i].error == NULL &&
			status.databases[i].epoch > *epoch)
			*epoch = status.databases[i].epoch;
	return *epoch >= 0 ||
		error_set(error, status.error, NULL, "the databases of site \"%s\" do "
				  "not tell its epoch", move->to->name);
}

static bool
is_switchover(const Move *move)
{
	return strcmp(move->plan, "switchover") == 0;
}

/* The former source knows, too, when the other one was last as it is. */
static bool
copy_last(Move *move, const ConfigShare *share, const ShareAccess *former,
		  Error *error)
{
	ShareAccess active;
	ShareMarker got;
	ShareMarker own;
	ShareThere	there;

	if (!move_share_access(move, share, move->to, &active, error) ||
		!share_marker_read(&active, &got, &there, error) ||
		there != SHARE_IS_THERE || got.last.from == NULL)
		return error->message == NULL;
	if (!share_marker_read(former, &own, &there, error) ||
		there != SHARE_IS_THERE)
		return error->message == NULL;
	own.last = got.last;
	return share_marker_write(former, &own, error);
}

/*
 * A root without one was never synchronized, or is not mounted: then a marker
 * would tell that what lies below the mount is the site's share.
 */
static bool
has_marker(const ShareAccess *access, Error *error)
{
	ShareMarker marker;
	ShareThere	there;

	return share_marker_read(access, &marker, &there, error) &&
		(there != SHARE_NO_FILE ||
		 error_set(error, NULL, NULL, "\"%s\" has none, so that nothing tells "
				   "whether the share is mounted", access->place));
}

/* What goes wrong is told: the role has moved. */
static void
mark(Move *move, const ConfigShare *share, const ConfigSite *site,
	 ShareRole role, int64_t epoch)
{
	const char *advice = is_switchover(move) ? "\"qsrepl share sync\" "
	"refuses until it is: when the cause is gone, run \"qsrepl share sync "
	"--initial\"." : "The rejoin of the other site renews it.";
	ShareAccess access;
	Error		error = ERROR_NONE;

	if (move_share_access(move, share, site, &access, &error) &&
		has_marker(&access, &error) &&
		share_marker_move(&access, role, epoch, &error) &&
		(site == move->to || copy_last(move, share, &access, &error)))
		return;
	move_warn(move, arena_printf(&move->arena, "the marker of share \"%s\" at "
								 "site %s is not renewed", share->name,
								 site->name),
			  advice, &error);
	move->incomplete = true;
}

/*
 * Services on a replica that cannot be written are of little use: the run
 * stops, to be gone on with.  In a failover they are better than none.
 */
static bool
make_writable(Move *move, const ConfigShare *share, Error *error)
{
	if (share_writable(&move->config, share, move->to, share->timeout, error))
		return true;
	if (plat_cancelled() || (is_switchover(move) && !move->request->force))
		return false;
	move_warn(move, NULL, is_switchover(move) ? "Passed over by --force." :
			  NULL, error);
	move->incomplete = true;
	return true;
}

static bool
give_role(Move *move, const ConfigShare *share, PlanProgress *progress,
		  Error *error)
{
	int64_t		epoch;

	if (!move_share_is_ours(share))
		return make_writable(move, share, error);
	(void) progress;
	if (!move_share_epoch(move, &epoch, error))
		return false;
	mark(move, share, move->to, SHARE_SOURCE, epoch);
	/* What a lost site has that nobody else has is for its rejoin. */
	if (is_switchover(move))
		mark(move, share, move->from, SHARE_TARGET, epoch);
	return true;
}

bool
move_share_role_run(void *context, PlanProgress *progress, Error *error)
{
	return move_each_share(context, give_role, progress, error);
}
