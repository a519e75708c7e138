/*
 * limits.c
 *		What is too much to be believed.
 */
#include "share/sync_work.h"

#include <inttypes.h>
#include <stdlib.h>

/* A root that is mounted, but empty, has lost its content somewhere. */
static bool
check_source(const ShareSync *sync, const ShareLook *look, Error *error)
{
	return look->source.files > 0 ||
		error_set(error, NULL, "Look at the folder; a share in use is never "
				  "empty.", "share \"%s\" of site \"%s\" (source) is empty: "
				  "\"%s\" has no files in the known folders",
				  sync->order->share->name, sync->source.site->name,
				  sync->source.place);
}

static bool
check_folder(const ShareSync *sync, const ShareLook *look, size_t i,
			 Error *error)
{
	const ShareFolder *folder = &sync->rules.folders[i];
	size_t		lost = look->target.folder_files[i];

	if (folder->rule != SHARE_MIRROR || lost == 0 ||
		look->source.folder_files[i] > 0)
		return true;
	if (!look->source.folder_there[i])
		return error_set(error, NULL, "Is it a mount of its own? Where it was "
						 "removed on purpose, make an empty one.",
						 "folder \"%s\" of share \"%s\" is not there at site "
						 "\"%s\" (source), but has %zu files at site \"%s\"",
						 folder->path, sync->order->share->name,
						 sync->source.site->name, lost,
						 sync->target.site->name);
	return sync->accepted >= (int64_t) lost ||
		error_set(error, NULL, "Is it a mount of its own? Where it was "
				  "emptied on purpose, give --accept-change with that number.",
				  "folder \"%s\" of share \"%s\" is empty at site \"%s\" "
				  "(source), but has %zu files at site \"%s\"", folder->path,
				  sync->order->share->name, sync->source.site->name, lost,
				  sync->target.site->name);
}

static bool
refuse_change(const ShareSync *sync, const ShareLook *look, size_t risky,
			  int percent, Error *error)
{
	const ShareDiff *diff = &look->diff;
	char	   *detail = text_format("Site \"%s\" has %zu files there; %zu would "
									 "be deleted, and %zu overwritten that "
									 "are newer there or no files at site "
									 "\"%s\".", sync->target.site->name,
									 look->target.files,
									 diff->files[SHARE_GONE],
									 diff->files[SHARE_NEWER] +
									 diff->files[SHARE_KIND],
									 sync->source.site->name);
	char	   *hint = text_format("\"qsrepl share sync --dry-run --json\" lists "
								   "them. Where that is right, give "
								   "--accept-change %zu; --yes alone does not "
								   "do.", risky);

	error_set(error, detail, hint, "share \"%s\": more than %d %% of the files "
			  "would be deleted, or overwritten although they are newer",
			  sync->order->share->name, percent);
	free(detail);
	free(hint);
	return false;
}

static bool
check_change(ShareSync *sync, const ShareLook *look, Error *error)
{
	int			percent = sync->order->max_change >= 0 ?
	sync->order->max_change : sync->order->share->max_change;
	size_t		risky = share_diff_risky(&look->diff);

	if (risky == 0 || (uint64_t) risky * 100 <=
		(uint64_t) look->target.files * (uint64_t) percent)
		return true;
	if (sync->accepted >= (int64_t) risky)
		return true;
	return refuse_change(sync, look, risky, percent, error);
}

bool
share_limits_check(ShareSync *sync, const ShareLook *look, Error *error)
{
	if (!check_source(sync, look, error))
		return false;
	for (size_t i = 0; i < sync->rules.n_folders; i++)
		if (!check_folder(sync, look, i, error))
			return false;
	return check_change(sync, look, error);
}
