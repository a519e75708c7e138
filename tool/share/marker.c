/*
 * marker.c
 *		The file in a share's root: reading, writing, and what a move does.
 */
#include "share/marker.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *
share_role_word(ShareRole role)
{
	return role == SHARE_SOURCE ? "source" : "target";
}

bool
share_marker_read(const ShareAccess *access, ShareMarker *marker,
				  ShareThere *there, Error *error)
{
	Text		content = {NULL, 0, 0};
	Error		damage = ERROR_NONE;
	bool		good = access->backend->read(access, SHARE_MARKER, SHARE_SMALL,
											 &content, there, error);

	memset(marker, 0, sizeof(*marker));
	if (good && *there == SHARE_IS_THERE &&
		!share_marker_parse(content.bytes != NULL ? content.bytes : "",
							content.len, access->arena, marker, &damage))
		good = error_set(error, damage.message, "Look at the file. Where the "
						 "share is the right one, remove the file and give "
						 "--initial once.", "the marker \"%s/%s\" is damaged",
						 access->place, SHARE_MARKER);
	error_free(&damage);
	text_free(&content);
	return good;
}

bool
share_marker_write(const ShareAccess *access, const ShareMarker *marker,
				   Error *error)
{
	char	   *text = share_marker_format(marker);
	bool		good = access->backend->write(access, SHARE_MARKER, text,
											  strlen(text), error);

	free(text);
	return good;
}

bool
share_marker_is_ours(const ShareAccess *access, const ShareMarker *marker,
					 Error *error)
{
	if (strcmp(marker->share, access->share->name) != 0)
		return error_set(error, NULL, "Correct the share's roots in the "
						 "configuration, or what is mounted there.",
						 "\"%s\" is share \"%s\", not \"%s\"", access->place,
						 marker->share, access->share->name);
	if (strcmp(marker->site, access->site->name) != 0)
		return error_set(error, "Its marker tells so: the roots may be "
						 "swapped, or another share is mounted there.",
						 "Correct the share's roots in the configuration, or "
						 "what is mounted there.",
						 "\"%s\" is the share of site \"%s\", not of site "
						 "\"%s\"", access->place, marker->site,
						 access->site->name);
	return true;
}

static bool
check_epoch(const ShareAccess *access, const ShareMarker *marker,
			int64_t epoch, Error *error)
{
	return marker->epoch <= epoch ||
		error_set(error, NULL, "The active role has moved further than this "
				  "database knows. Look which site is active.",
				  "the marker of share \"%s\" at site \"%s\" is of epoch %"
				  PRId64 ", newer than %" PRId64, access->share->name,
				  access->site->name, marker->epoch, epoch);
}

bool
share_marker_move(const ShareAccess *access, ShareRole role, int64_t epoch,
				  Error *error)
{
	ShareMarker marker;
	ShareThere	there;

	if (!share_marker_read(access, &marker, &there, error))
		return false;
	if (there == SHARE_NO_ROOT)
		return error_set(error, NULL, "Is it mounted?", "the root \"%s\" of "
						 "share \"%s\" is not there", access->place,
						 access->share->name);
	if (there == SHARE_IS_THERE &&
		(!share_marker_is_ours(access, &marker, error) ||
		 !check_epoch(access, &marker, epoch, error)))
		return false;
	if (there == SHARE_IS_THERE && marker.epoch == epoch &&
		marker.role == role)
		return true;
	marker.share = access->share->name;
	marker.site = access->site->name;
	marker.epoch = epoch;
	marker.role = role;
	return share_marker_write(access, &marker, error);
}
