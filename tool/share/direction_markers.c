/*
 * direction_markers.c
 *		Do the markers in both roots agree with what the databases say?
 */
#include "share/direction.h"

#include <inttypes.h>

bool
share_markers_read(const ShareAccess *source, const ShareAccess *target,
				   ShareMarkers *markers, Error *error)
{
	return share_marker_read(source, &markers->source,
							 &markers->source_there, error) &&
		share_marker_read(target, &markers->target, &markers->target_there,
						  error);
}

/* One root, and what is expected of it. */
typedef struct Root
{
	const ShareDirection *direction;
	const ShareAccess *access;
	const ShareMarker *marker;
	ShareThere	there;
	ShareRole	role;
	bool		initial;
} Root;

static bool
is_there(const Root *root, Error *error)
{
	return root->there != SHARE_NO_ROOT ||
		error_set(error, NULL, "Is it mounted? A root is never made by this "
				  "command.", "the root \"%s\" of share \"%s\" at site \"%s\" "
				  "(%s) is not there", root->access->place,
				  root->access->share->name, root->access->site->name,
				  share_role_word(root->role));
}

static bool
is_missing(const Root *root, bool *write, Error *error)
{
	*write = root->initial;
	return *write ||
		error_set(error, "Where it has been there, the share is not mounted, "
				  "or another one is.", "Look at the folder. For a share that "
				  "is used for the first time, give --initial once.",
				  "share \"%s\" at site \"%s\" (%s) has no marker \"%s/%s\"",
				  root->access->share->name, root->access->site->name,
				  share_role_word(root->role), root->access->place,
				  SHARE_MARKER);
}

static bool
is_not_newer(const Root *root, Error *error)
{
	return root->marker->epoch <= root->direction->epoch ||
		error_set(error, NULL, "The active role has moved further than these "
				  "databases know. Look which site is really active.",
				  "the marker of share \"%s\" at site \"%s\" (%s) is of epoch "
				  "%" PRId64 ", newer than %" PRId64 " of the databases",
				  root->access->share->name, root->access->site->name,
				  share_role_word(root->role), root->marker->epoch,
				  root->direction->epoch);
}

/*
 * A target that was the source when the role moved, and that no move has made a
 * target, may have what nobody else has: a failover left it so.
 */
static bool
is_handed_over(const Root *root, bool *write, Error *error)
{
	*write = root->marker->role == SHARE_TARGET || root->initial;
	return *write ||
		error_set(error, "What it has had last may not have been brought to "
				  "the other site.",
				  "\"qsrepl rejoin\" of that site moves aside what only it "
				  "has. Where nothing can be lost, give --initial once.",
				  "share \"%s\" at site \"%s\" (target) was the source at "
				  "epoch %" PRId64 ", and was not handed over",
				  root->access->share->name, root->access->site->name,
				  root->marker->epoch);
}

/* A target's own former epoch does not matter. */
static bool
is_current(const Root *root, bool *write, Error *error)
{
	if (root->marker->epoch == root->direction->epoch)
		return true;
	if (root->role == SHARE_TARGET)
		return is_handed_over(root, write, error);
	*write = root->initial;
	return *write ||
		error_set(error, "The active role has moved since, and what moved it "
				  "did not reach this share.", "See that the share is the one "
				  "the users of the active site work with; then give "
				  "--initial once.", "the marker of share \"%s\" at site "
				  "\"%s\" (source) is stale: of epoch %" PRId64
				  ", not %" PRId64, root->access->share->name,
				  root->access->site->name, root->marker->epoch,
				  root->direction->epoch);
}

static bool
has_role(const Root *root, Error *error)
{
	return root->marker->role == root->role ||
		root->marker->epoch != root->direction->epoch ||
		error_set(error, "The databases say otherwise.", "Look which site is "
				  "really active. Where the databases are right, remove the "
				  "marker and give --initial once.",
				  "the marker of share \"%s\" at site \"%s\" says that it is "
				  "the %s at epoch %" PRId64, root->access->share->name,
				  root->access->site->name,
				  share_role_word(root->marker->role), root->marker->epoch);
}

static bool
judge(const Root *root, bool *write, Error *error)
{
	*write = false;
	if (!is_there(root, error))
		return false;
	if (root->there == SHARE_NO_FILE)
		return is_missing(root, write, error);
	return share_marker_is_ours(root->access, root->marker, error) &&
		is_not_newer(root, error) && is_current(root, write, error) &&
		has_role(root, error);
}

ShareVerdict
share_markers_judge(const ShareDirection *direction,
					const ShareAccess *source, const ShareAccess *target,
					const ShareMarkers *markers, bool initial,
					bool *write_source, bool *write_target, Error *error)
{
	const Root	roots[2] = {
		{direction, source, &markers->source, markers->source_there,
		SHARE_SOURCE, initial},
		{direction, target, &markers->target, markers->target_there,
		SHARE_TARGET, initial}
	};

	return judge(&roots[0], write_source, error) &&
		judge(&roots[1], write_target, error) ? SHARE_AGREED : SHARE_REFUSED;
}
