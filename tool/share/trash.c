/*
 * trash.c
 *		The folder that keeps what was removed or replaced.
 */
#include "share/trash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/tree.h"
#include "share/rsync_call.h"
#include "share/rsync_parse.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

void
share_trash_stamp(int64_t ms, char *out)
{
	char		time[TIMESTAMP_SIZE];

	timestamp_format(ms, time);
	timestamp_compact(time, out, SHARE_STAMP_SIZE);
}

/* Whether a text has this shape, where 9 stands for any digit. */
static bool
is_like(const char *text, const char *shape)
{
	if (strlen(text) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i] != '\0'; i++)
		if (shape[i] == '9' ? text[i] < '0' || text[i] > '9' :
			text[i] != shape[i])
			return false;
	return true;
}

/* By the parser of the same parts in a list. */
int64_t
share_trash_time(const char *name)
{
	char		line[80];
	ShareEntry	entry;

	if (!is_like(name, "99999999T999999.999Z"))
		return -1;
	snprintf(line, sizeof(line),
			 "drwx------ 0 %.4s/%.2s/%.2s %.2s:%.2s:%.2s x", name, name + 4,
			 name + 6, name + 9, name + 11, name + 13);
	if (!share_rsync_line(line, &entry))
		return -1;
	return entry.mtime_ns / 1000000 + strtol(name + 16, NULL, 10);
}

/* A folder that is to go. */
typedef struct Old
{
	char	  **names;
	size_t		n;
	int64_t		before;			/* ms since 1970 */
	const char *link;			/* this name must be none, or NULL */
	bool		is_link;
} Old;

static void
note(Old *old, const char *name)
{
	int64_t		time = share_trash_time(name);

	if (time < 0 || time >= old->before)
		return;
	old->names = mem_grow(old->names, (old->n + 1) * sizeof(char *));
	old->names[old->n++] = mem_strdup(name);
}

static void
free_old(Old *old)
{
	for (size_t i = 0; i < old->n; i++)
		free(old->names[i]);
	free(old->names);
}

static PlatVisit
visit(void *arg, const PlatEntry *entry)
{
	Old		   *old = arg;

	if (old->link != NULL && strcmp(entry->path, old->link) == 0 &&
		entry->kind != PLAT_DIRECTORY)
		old->is_link = true;
	if (old->link == NULL && entry->kind == PLAT_DIRECTORY)
		note(old, entry->path);
	return PLAT_VISIT_SKIP;
}

/* Who may write to the share must not lead us elsewhere. */
static bool
check_plain(const ShareAccess *target, Error *error)
{
	Old			old = {NULL, 0, 0, SHARE_TRASH, false};

	return plat_tree_walk(target->place, visit, &old, error) &&
		(!old.is_link ||
		 error_set(error, NULL, "Remove it; qsrepl makes a folder there.",
				   "\"%s/%s\" is not a folder", target->place, SHARE_TRASH));
}

static bool
prepare_here(const ShareAccess *target, Error *error)
{
	char	   *trash = text_format("%s/%s", target->place, SHARE_TRASH);
	char	   *new = text_format("%s/%s", target->place, SHARE_TRASH_NEW);
	bool		good = check_plain(target, error) &&
	plat_directory_make(trash, error) && plat_directory_remove(new, error) &&
	plat_directory_make(new, error);

	free(trash);
	free(new);
	return good;
}

/* An empty one from here takes the place of the one there. */
static bool
prepare_elsewhere(const ShareAccess *target, const char *scratch,
				  Error *error)
{
	char	   *trash = text_format("%s/%s", scratch, SHARE_TRASH);
	char	   *new = text_format("%s/%s", scratch, SHARE_TRASH_NEW);
	ShareRsync	rsync;
	bool		good;

	share_rsync_begin(&rsync, target);
	share_rsync_add(&rsync, "--recursive");
	share_rsync_add(&rsync, "--relative");
	share_rsync_add(&rsync, "--delete");
	share_rsync_add(&rsync, "--perms");
	share_rsync_addf(&rsync, "%s/./%s/", scratch, SHARE_TRASH_NEW);
	share_rsync_add_place(&rsync, target, "");
	good = plat_directory_make(trash, error) &&
		plat_directory_make(new, error) &&
		share_rsync_run(&rsync, "write to", false, error);
	share_rsync_end(&rsync);
	free(trash);
	free(new);
	return good;
}

bool
share_trash_prepare(const ShareAccess *target, Error *error)
{
	char	   *scratch;
	bool		good;

	if (target->here)
		return prepare_here(target, error);
	if (!share_scratch_make(target, &scratch, error))
		return false;
	good = prepare_elsewhere(target, scratch, error);
	share_scratch_drop(scratch);
	return good;
}

static bool
prune_here(const ShareAccess *target, Old *old, Error *error)
{
	char	   *trash = text_format("%s/%s", target->place, SHARE_TRASH);
	PlatFileInfo info;
	bool		good = check_plain(target, error) &&
	plat_file_info(trash, &info, error) &&
	(!info.exists || plat_tree_walk(trash, visit, old, error));

	for (size_t i = 0; good && i < old->n; i++)
	{
		char	   *path = text_format("%s/%s", trash, old->names[i]);

		good = plat_directory_remove(path, error);
		free(path);
	}
	free(trash);
	return good;
}

static void
note_line(void *arg, PlatStream stream, const char *line)
{
	char	   *copy = mem_strdup(line);
	ShareEntry	entry;

	if (stream == PLAT_STDOUT && share_rsync_line(copy, &entry) &&
		entry.kind == SHARE_FOLDER)
		note(arg, entry.path);
	free(copy);
}

static bool
list_elsewhere(const ShareAccess *target, Old *old, Error *error)
{
	ShareRsync	rsync;
	bool		good;

	share_rsync_begin(&rsync, target);
	share_rsync_add(&rsync, "--list-only");
	share_rsync_add(&rsync, "--no-human-readable");
	share_rsync_add_place(&rsync, target, SHARE_TRASH "/");
	rsync.on_line = note_line;
	rsync.arg = old;
	/* One that is not there yet has nothing old. */
	good = share_rsync_run(&rsync, "list the trash of", true, error);
	share_rsync_end(&rsync);
	return good;
}

/* What is included here and is not in an empty directory is deleted. */
static bool
drop_elsewhere(const ShareAccess *target, const Old *old,
			   const char *scratch, Error *error)
{
	ShareRsync	rsync;
	bool		good;

	share_rsync_begin(&rsync, target);
	share_rsync_add(&rsync, "--recursive");
	share_rsync_add(&rsync, "--delete");
	for (size_t i = 0; i < old->n; i++)
		share_rsync_addf(&rsync, "--include=/%s/***", old->names[i]);
	share_rsync_add(&rsync, "--exclude=*");
	share_rsync_addf(&rsync, "%s/", scratch);
	share_rsync_add_place(&rsync, target, SHARE_TRASH "/");
	good = share_rsync_run(&rsync, "remove old trash of", false, error);
	share_rsync_end(&rsync);
	return good;
}

static bool
prune_elsewhere(const ShareAccess *target, Old *old, Error *error)
{
	char	   *scratch;
	bool		good;

	if (!list_elsewhere(target, old, error))
		return false;
	if (old->n == 0)
		return true;
	if (!share_scratch_make(target, &scratch, error))
		return false;
	good = drop_elsewhere(target, old, scratch, error);
	share_scratch_drop(scratch);
	return good;
}

bool
share_trash_prune(const ShareAccess *target, Error *error)
{
	Old			old = {NULL, 0, 0, NULL, false};
	bool		good;

	old.before = plat_wall_ms() - target->share->trash_days * DAY_MS;
	good = target->here ? prune_here(target, &old, error) :
		prune_elsewhere(target, &old, error);
	free_old(&old);
	return good;
}
