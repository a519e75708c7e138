/*
 * look.c
 *		Both sides of a share, compared.
 */
#include <string.h>

#include "share/sync_work.h"

/*
 * Only names that are alike but for case make it matter whether the target
 * has both; without its marker the careful answer has to do.
 */
static bool
look_at_case(ShareSync *sync, ShareLook *look, Error *error)
{
	if (sync->one_case ||
		(look->diff.alike == 0 && look->diff.counts[SHARE_TWIN] == 0))
		return true;
	sync->one_case = true;
	if (sync->markers.target_there == SHARE_IS_THERE &&
		!share_access_one_case(&sync->target, &sync->one_case, error))
		return false;
	if (!sync->one_case)
		return true;
	share_diff_free(&look->diff);
	share_diff(&look->source, &look->target, true, &look->diff);
	return true;
}

/*
 * What a source that has gone meanwhile does not show must not be removed: a
 * mount that is lost leaves an empty directory without a marker.
 */
static bool
look_again(ShareSync *sync, const ShareLook *look, Error *error)
{
	ShareMarker marker;
	ShareThere	there;

	if (share_diff_risky(&look->diff) == 0 ||
		(sync->write_source && !sync->marked))
		return true;
	return share_marker_read(&sync->source, &marker, &there, error) &&
		(there == SHARE_IS_THERE ||
		 error_set(error, NULL, "Is it mounted?", "share \"%s\" of site \"%s\" "
				   "(source) has gone while it was read",
				   sync->order->share->name, sync->source.site->name)) &&
		share_marker_is_ours(&sync->source, &marker, error);
}

bool
share_look(ShareSync *sync, ShareLook *look, Error *error)
{
	memset(look, 0, sizeof(*look));
	progress_say(&sync->progress, "reading site %s", sync->source.site->name);
	if (!share_access_list(&sync->source, &look->source, error))
		return false;
	progress_say(&sync->progress, "reading site %s", sync->target.site->name);
	if (!share_access_list(&sync->target, &look->target, error))
		return false;
	share_diff(&look->source, &look->target, sync->one_case, &look->diff);
	return look_at_case(sync, look, error) && look_again(sync, look, error);
}

void
share_look_free(ShareLook *look)
{
	share_diff_free(&look->diff);
	share_list_free(&look->source);
	share_list_free(&look->target);
}
