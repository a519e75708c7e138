/*
 * survey.c
 *		What a restore would change in a share: the snapshot's files, the
 *		share's, and what differs.
 *
 * Only what the snapshot has is looked at: a folder that it lacks stays as it
 * is, and what it has left out is not taken for deleted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/restore/share.h"
#include "platform/below.h"
#include "share/access.h"

/* A folder of the Snapshots tool has times of a file system of two seconds. */
#define LEGACY_TOLERANCE_NS 2000000000

/* The snapshot's folders of one kind, as words of a configuration. */
static ConfigWords
folders_of(const SnapshotShare *from, bool mirror, Arena *arena)
{
	const char **words = arena_alloc(arena, (from->n_folders + 1) *
									 sizeof(char *));
	ConfigWords result = {words, 0};

	for (size_t i = 0; i < from->n_folders; i++)
		if (from->folders[i].mirror == mirror)
			words[result.n++] = from->folders[i].name;
	return result;
}

static ConfigWords
left_out(const ConfigShare *share, const SnapshotShare *from, Arena *arena)
{
	size_t		n = share->leave_out.n + from->n_leave_out;
	const char **words = arena_alloc(arena, (n + 1) * sizeof(char *));
	ConfigWords result = {words, 0};

	for (size_t i = 0; i < share->leave_out.n; i++)
		words[result.n++] = share->leave_out.words[i];
	for (size_t i = 0; i < from->n_leave_out; i++)
		words[result.n++] = from->leave_out[i];
	return result;
}

static void
make_rules(const RestoreShare *share, Arena *arena, ShareRules *rules)
{
	ConfigShare narrow = *share->share;

	narrow.mirror = folders_of(share->from, true, arena);
	narrow.add = folders_of(share->from, false, arena);
	narrow.leave_out = left_out(share->share, share->from, arena);
	share_rules_make(&narrow, arena, rules);
}

/* The folders above a path, which a manifest does not name. */
static void
add_above(RestoreSurvey *survey, const char *path, Text *last)
{
	const char *slash = strrchr(path, '/');
	size_t		len = slash != NULL ? (size_t) (slash - path) : 0;
	ShareEntry	entry = {.kind = SHARE_FOLDER};
	char	   *above;

	if (len == 0 || (last->len == len && memcmp(last->bytes, path, len) == 0))
		return;
	last->len = 0;
	text_add_bytes(last, path, len);
	above = text_format("%s", last->bytes);
	entry.path = above;
	for (;;)
	{
		char	   *end;

		share_list_add(&survey->source, &survey->rules, &entry);
		end = strrchr(above, '/');
		if (end == NULL)
			break;
		*end = '\0';
	}
	free(above);
}

static bool
is_below(const char *path, const char *prefix)
{
	return strncmp(path, prefix, strlen(prefix)) == 0;
}

/* What could not be put into the snapshot, though it was there. */
static bool
is_lacking(const SnapshotNote *note)
{
	return strcmp(note->what, "unreadable") == 0 ||
		strcmp(note->what, "name") == 0 || strcmp(note->what, "link") == 0 ||
		strcmp(note->what, "special") == 0;
}

/*
 * That it is not in the snapshot does not say that it was not in the share: as
 * with a link at the source, what the site has of it is left alone.
 */
static void
list_lacking(const Snapshot *snapshot, const RestoreShare *share,
			 RestoreSurvey *survey)
{
	for (size_t i = 0; i < snapshot->n_notes; i++)
	{
		const SnapshotNote *note = &snapshot->notes[i];
		ShareEntry	entry = {.kind = SHARE_LINK};

		if (!is_lacking(note) || !is_below(note->path, share->prefix) ||
			note->path[strlen(share->prefix)] == '\0' ||
			snapshot_find(snapshot, note->path) != NULL)
			continue;
		entry.path = note->path + strlen(share->prefix);
		share_list_add(&survey->source, &survey->rules, &entry);
	}
}

static void
list_source(const Snapshot *snapshot, const RestoreShare *share,
			RestoreSurvey *survey)
{
	size_t		skip = strlen(share->prefix);
	Text		last = {NULL, 0, 0};

	share_list_begin(&survey->source, &survey->rules);
	for (size_t i = 0; i < snapshot->n_files; i++)
	{
		const SnapshotFile *file = &snapshot->files[i];
		ShareEntry	entry = {.size = file->size,.mtime_ns = file->modified_ns,
		.kind = SHARE_FILE};

		if (!is_below(file->path, share->prefix))
			continue;
		entry.path = file->path + skip;
		share_list_add(&survey->source, &survey->rules, &entry);
		add_above(survey, entry.path, &last);
	}
	for (size_t i = 0; i < snapshot->n_directories; i++)
	{
		ShareEntry	entry = {.kind = SHARE_FOLDER};

		if (!is_below(snapshot->directories[i], share->prefix))
			continue;
		entry.path = snapshot->directories[i] + skip;
		share_list_add(&survey->source, &survey->rules, &entry);
		add_above(survey, entry.path, &last);
	}
	text_free(&last);
	list_lacking(snapshot, share, survey);
	share_list_end(&survey->source,
				   snapshot->legacy ? LEGACY_TOLERANCE_NS : 0);
}

/* A path in the other case; the same where it has no letters of ASCII. */
static char *
other_case(const char *path)
{
	char	   *other = text_format("%s", path);

	for (char *c = other; *c != '\0'; c++)
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z'))
			*c = (char) (*c ^ 0x20);
	return other;
}

/*
 * Are names that differ by case alone one file there?  Tried with a name that
 * the share has; where it has none, they are, which is the safe answer.
 */
static bool
has_one_case(const RestoreShare *share, const ShareList *target, bool *one,
			 Error *error)
{
	bool		good = true;

	*one = true;
	for (size_t i = 0; good && i < target->n; i++)
	{
		const char *path = target->entries[i].path;
		char	   *other = other_case(path);
		bool		usable = strcmp(path, other) != 0 &&
		share_list_find(target, other) == NULL;
		PlatBelow	found;

		good = !usable || plat_below_look(share->root, other, &found, error);
		free(other);
		if (good && usable)
		{
			*one = found.exists;
			break;
		}
	}
	return good;
}

bool
restore_survey(Restore *restore, const RestoreShare *share,
			   RestoreSurvey *survey, Error *error)
{
	Arena	   *arena = &restore->move.arena;
	ShareAccess access;
	bool		one_case;

	memset(survey, 0, sizeof(*survey));
	make_rules(share, arena, &survey->rules);
	list_source(&restore->snapshot, share, survey);
	share_access_directory(&restore->move.config, share->share,
						   restore->site, share->root, &survey->rules, arena,
						   &access);
	if (!share_access_list(&access, &survey->target, error))
		return false;
	if (!has_one_case(share, &survey->target, &one_case, error))
		return false;
	share_diff(&survey->source, &survey->target, one_case, &survey->diff);
	return true;
}

void
restore_survey_free(RestoreSurvey *survey)
{
	share_diff_free(&survey->diff);
	share_list_free(&survey->source);
	share_list_free(&survey->target);
}
