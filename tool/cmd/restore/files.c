/*
 * files.c
 *		Which shares a restore is about, and what it would change there: counted
 *		first, and refused where it is more than is believable.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/memory.h"
#include "base/units.h"
#include "cmd/restore/share.h"
#include "platform/directory.h"
#include "platform/file.h"

static const ConfigShare *
config_share(const Config *config, const char *name)
{
	for (size_t i = 0; i < config->n_shares; i++)
		if (strcmp(config->shares[i].name, name) == 0)
			return &config->shares[i];
	return NULL;
}

/* The folder of a share in the snapshot, with a '/' at its end. */
static const char *
prefix_of(Restore *restore, const char *name)
{
	const Snapshot *snapshot = &restore->snapshot;

	for (size_t i = 0; i < snapshot->n_parts; i++)
		if (snapshot->parts[i].kind == SNAPSHOT_PART_SHARE &&
			strcmp(snapshot->parts[i].name, name) == 0)
			return snapshot->parts[i].path[0] == '\0' ? "" :
				arena_printf(&restore->move.arena, "%s/",
							 snapshot->parts[i].path);
	return arena_printf(&restore->move.arena, "share/%s/", name);
}

static bool
add_share(Restore *restore, const ConfigShare *share, Error *error)
{
	Arena	   *arena = &restore->move.arena;
	RestoreShare *added = &restore->shares[restore->n_shares];

	added->share = share;
	added->from = restore->snapshot_read ?
		snapshot_share(&restore->snapshot, share->name) : NULL;
	added->prefix = restore->snapshot_read ? prefix_of(restore, share->name) :
		"";
	added->root = config_share_path(share, restore->site->name);
	if (added->root == NULL)
		return error_set(error, NULL, "Set it in the share's section, or give "
						 "--database-only. Nothing was changed.",
						 "share \"%s\" has no path at site \"%s\"",
						 share->name, restore->site->name);
	added->place.root = added->root;
	added->place.work = arena_printf(arena, "%s/%s-restore", SHARE_TRASH,
									 restore->stamp);
	restore->n_shares++;
	return true;
}

bool
restore_name_shares(Restore *restore, const char *names, Error *error)
{
	const Config *config = &restore->move.config;

	restore->shares = arena_alloc(&restore->move.arena,
								  (config->n_shares + 1) *
								  sizeof(RestoreShare));
	restore->n_shares = 0;
	for (size_t i = 0; i < config->n_shares; i++)
	{
		const char *name = config->shares[i].name;
		char	   *padded = text_format(" %s ", names);
		char	   *word = text_format(" %s ", name);
		bool		named = strstr(padded, word) != NULL;

		free(padded);
		free(word);
		if (named && !add_share(restore, &config->shares[i], error))
			return false;
	}
	return true;
}

const char *
restore_share_names(Restore *restore)
{
	const Snapshot *snapshot = &restore->snapshot;
	Text		names = {NULL, 0, 0};
	const char *result;

	for (size_t i = 0; i < snapshot->n_shares; i++)
	{
		const SnapshotShare *share = &snapshot->shares[i];

		if (config_share(&restore->move.config, share->name) != NULL)
			text_addf(&names, "%s%s", names.len > 0 ? " " : "", share->name);
		else
			text_addf(&restore->told, "Left out: share \"%s\" of the snapshot "
					  "is not in the configuration.\n", share->name);
	}
	result = arena_strdup(&restore->move.arena,
						  names.len > 0 ? names.bytes : "");
	text_free(&names);
	return result;
}

/* Files of the target that would be removed, or replaced by older ones. */
static size_t
allowed_files(Restore *restore, const RestoreShare *share,
			  const RestoreSurvey *survey)
{
	const char *given = restore->request->max_change;
	unsigned long percent = given != NULL ? strtoul(given, NULL, 10) :
	(unsigned long) share->share->max_change;

	return survey->target.files * percent / 100;
}

bool
restore_check_change(Restore *restore, const RestoreShare *share,
					 const RestoreSurvey *survey, Error *error)
{
	const char *accept = restore->request->accept_change;
	size_t		risky = share_diff_risky(&survey->diff);
	size_t		allowed = allowed_files(restore, share, survey);
	const ShareDiff *diff = &survey->diff;

	if (diff->counts[SHARE_KIND] > 0)
		return error_set(error, NULL, "Move them out of the way.",
						 "share \"%s\": %lu names are a file in the snapshot "
						 "and a folder or link at the site, or the reverse",
						 share->share->name,
						 (unsigned long) diff->counts[SHARE_KIND]);
	if (risky <= allowed || (accept != NULL &&
							 strtoul(accept, NULL, 10) >= risky))
		return true;
	error_take_detail(error, text_format("%lu files would be removed, and %lu "
										 "replaced by older ones, of %lu; %lu "
										 "are in order.",
										 (unsigned long) diff->files[SHARE_GONE],
										 (unsigned long) diff->files[SHARE_NEWER],
										 (unsigned long) survey->target.files,
										 (unsigned long) allowed));
	return error_set(error, error->detail,
					 "Look whether it is the right snapshot. Then accept as "
					 "many with --accept-change COUNT; --yes alone does not do "
					 "it. They are kept in the share's trash.",
					 "too many files of share \"%s\" would be lost",
					 share->share->name);
}

static void
tell_share(Restore *restore, const RestoreShare *share,
		   const RestoreSurvey *survey)
{
	const ShareDiff *diff = &survey->diff;
	char		bytes[UNITS_SIZE];

	units_bytes((int64_t) diff->copy_bytes, bytes);
	text_addf(&restore->told, "Share %s (%s): %lu files new, %lu changed, %lu "
			  "newer here and replaced by older ones, %lu removed; %s to "
			  "copy.\n", share->share->name, share->root,
			  (unsigned long) diff->files[SHARE_NEW],
			  (unsigned long) diff->files[SHARE_CHANGED],
			  (unsigned long) diff->files[SHARE_NEWER],
			  (unsigned long) diff->files[SHARE_GONE], bytes);
	if (diff->counts[SHARE_SKIPPED] > 0)
		text_addf(&restore->told, "Warning: share %s: %lu names could not be "
				  "put into the snapshot when it was made; what is here of "
				  "them stays.\n", share->share->name,
				  (unsigned long) diff->counts[SHARE_SKIPPED]);
	if (diff->counts[SHARE_TWIN] > 0)
		text_addf(&restore->told, "Warning: share %s: %lu names of the snapshot "
				  "differ by case alone from another one, and there can be only "
				  "one of each.\n", share->share->name,
				  (unsigned long) diff->counts[SHARE_TWIN]);
}

static bool
check_room(const RestoreShare *share, const RestoreSurvey *survey,
		   Error *error)
{
	uint64_t	room;
	char		needed[UNITS_SIZE];
	char		there[UNITS_SIZE];

	if (!plat_free_space(share->root, &room, error))
		return false;
	if (room >= survey->diff.copy_bytes)
		return true;
	units_bytes((int64_t) survey->diff.copy_bytes, needed);
	units_bytes((int64_t) room, there);
	return error_set(error, NULL, "Old and new content are there at the same "
					 "time. Make room.", "share \"%s\" needs %s of space, and "
					 "has %s", share->share->name, needed, there);
}

static bool
check_share(Restore *restore, const RestoreShare *share, Error *error)
{
	RestoreSurvey survey;
	PlatFileInfo info;
	bool		good;

	if (!plat_file_info(share->root, &info, error))
		return false;
	if (!info.directory)
		return error_set(error, NULL, "Mount it, or give --database-only.",
						 "share \"%s\" is not there: there is no directory "
						 "\"%s\"", share->share->name, share->root);
	if (!plat_directory_writable(share->root, error))
	{
		error_take_message(error, text_format("share \"%s\": %s",
											  share->share->name,
											  error->message));
		error_take_hint(error, mem_strdup("Mount it so that this user can write, "
										  "or give --database-only."));
		return false;
	}
	good = restore_survey(restore, share, &survey, error);
	if (good)
		tell_share(restore, share, &survey);
	good = good && restore_check_change(restore, share, &survey, error) &&
		check_room(share, &survey, error);
	restore_survey_free(&survey);
	return good;
}

int
restore_check_files(Restore *restore, Error *error)
{
	for (size_t i = 0; i < restore->n_shares; i++)
		if (!check_share(restore, &restore->shares[i], error))
		{
			const char *hint = error->hint != NULL ? error->hint : "";

			error_take_hint(error, text_format("%s%sNothing was changed.",
											   hint, hint[0] != '\0' ? " " :
											   ""));
			return EXIT_REFUSED;
		}
	return EXIT_OK;
}
