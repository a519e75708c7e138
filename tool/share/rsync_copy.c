/*
 * rsync_copy.c
 *		Content carried by rsync.
 *
 * rsync gets a list of paths and does nothing else: no recursion, no deletion
 * but of what is listed.  It writes temporary files in a folder of the trash
 * and renames them, so half a file is never seen; what it replaces or removes
 * goes to the trash.  Copying and removing are two calls, and the second one
 * does not look at the source: what vanishes there meanwhile must not be
 * removed at the target uncounted.
 */
#include <stdlib.h>
#include <string.h>

#include "share/copier.h"
#include "share/rsync_call.h"
#include "share/trash.h"

/* How far a copy is. */
typedef struct Copying
{
	const ShareWork *work;
	ShareDone  *done;
} Copying;

static const ShareAccess *
elsewhere(const ShareWork *work)
{
	return work->source->here ? work->target : work->source;
}

/* "SIZE NAME" of a file that is there now. */
static void
count_line(void *arg, PlatStream stream, const char *line)
{
	const Copying *copying = arg;
	const ShareWork *work = copying->work;
	ShareDone  *done = copying->done;

	if (stream != PLAT_STDOUT || line[0] == '\0' ||
		line[strlen(line) - 1] == '/')
		return;
	done->bytes += strtoull(line, NULL, 10);
	done->files++;
	if (work->progress == NULL)
		return;
	if (work->total_bytes > 0)
		progress_amount(work->progress, done->bytes, work->total_bytes,
						"bytes");
	else
		progress_say(work->progress, "%llu of %llu files",
					 (unsigned long long) done->files,
					 (unsigned long long) work->n);
}

/* "deleting NAME" of what was there. */
static void
count_removed(void *arg, PlatStream stream, const char *line)
{
	ShareDone  *done = arg;

	if (stream == PLAT_STDOUT && strncmp(line, "deleting ", 9) == 0 &&
		line[strlen(line) - 1] != '/')
		done->files++;
}

static void
begin(ShareRsync *rsync, const ShareWork *work, const ShareAccess *remote)
{
	share_rsync_begin(rsync, remote);
	share_rsync_add(rsync, "--files-from=-");
	share_rsync_add(rsync, "--from0");
	share_rsync_add(rsync, "--times");
	share_rsync_add(rsync, "--perms");
	share_rsync_add(rsync, "--owner");
	share_rsync_add(rsync, "--group");
	share_rsync_add(rsync, "--omit-dir-times");
	/* What is listed differs: rsync's own look at it would be coarser. */
	share_rsync_add(rsync, "--ignore-times");
	share_rsync_add(rsync, "--backup");
	share_rsync_addf(rsync, "--backup-dir=%s", work->trash);
	share_rsync_add(rsync, "--temp-dir=" SHARE_TRASH_NEW);
	share_rsync_add(rsync, "--partial-dir=" SHARE_PARTIAL);
}

/* rsync's words, but for the lines that only sum them up. */
static char *
words_of(const char *errors)
{
	Text		text = {NULL, 0, 0};

	while (*errors != '\0')
	{
		size_t		len = strcspn(errors, "\n");

		if (len > 0 && strncmp(errors, "rsync error: ", 13) != 0 &&
			strncmp(errors, "rsync warning: ", 15) != 0 &&
			strncmp(errors, "file has vanished: ", 19) != 0)
		{
			text_add(&text, text.len > 0 ? "\n" : "");
			text_add_bytes(&text, errors, len);
		}
		errors += len + (errors[len] == '\n');
	}
	return text_take(&text);
}

static bool
run(ShareRsync *rsync, const ShareWork *work, const char *what,
	ShareDone *done, Error *error)
{
	bool		good;

	for (size_t i = 0; i < work->n; i++)
		share_rsync_add_path(rsync, work->entries[i]->path);
	share_rsync_add_place(rsync, work->target, "");
	good = share_rsync_run(rsync, what, true, error);
	if (good && rsync->result.code == RSYNC_PARTLY && !done->incomplete)
	{
		done->incomplete = true;
		done->why = words_of(rsync->result.errors);
	}
	return good;
}

static bool
copy_by_rsync(const ShareWork *work, ShareDone *done, Error *error)
{
	Copying		copying = {work, done};
	ShareRsync	rsync;
	bool		good;

	begin(&rsync, work, elsewhere(work));
	share_rsync_add(&rsync, "--ignore-missing-args");
	share_rsync_add(&rsync, "--out-format=%l %n");
	share_rsync_add_place(&rsync, work->source, "");
	rsync.on_line = count_line;
	rsync.arg = &copying;
	good = run(&rsync, work, "copy files to or from", done, error);
	share_rsync_end(&rsync);
	return good;
}

/* The source is an empty directory, which lacks all that is listed. */
static bool
remove_by_rsync(const ShareWork *work, ShareDone *done, Error *error)
{
	ShareRsync	rsync;
	char	   *scratch;
	bool		good;

	if (!share_scratch_make(work->target, &scratch, error))
		return false;
	begin(&rsync, work, work->target);
	/* Removed links and the like are kept, too. */
	share_rsync_add(&rsync, "--links");
	share_rsync_add(&rsync, "-D");
	/* What is above is not in the list. */
	share_rsync_add(&rsync, "--no-implied-dirs");
	share_rsync_add(&rsync, "--delete-missing-args");
	share_rsync_add(&rsync, "--info=del");
	share_rsync_addf(&rsync, "%s/", scratch);
	rsync.on_line = count_removed;
	rsync.arg = done;
	good = run(&rsync, work, "remove files from", done, error);
	share_rsync_end(&rsync);
	share_scratch_drop(scratch);
	return good;
}

/* As what is removed, but with what is in it, and not into the trash. */
static bool
clean_by_rsync(const ShareAccess *target, const char *const *folders,
			   size_t n, Error *error)
{
	ShareRsync	rsync;
	char	   *scratch;
	bool		good;

	if (!share_scratch_make(target, &scratch, error))
		return false;
	share_rsync_begin(&rsync, target);
	share_rsync_add(&rsync, "--files-from=-");
	share_rsync_add(&rsync, "--from0");
	share_rsync_add(&rsync, "--no-implied-dirs");
	share_rsync_add(&rsync, "--delete-missing-args");
	share_rsync_add(&rsync, "--force");
	share_rsync_addf(&rsync, "%s/", scratch);
	for (size_t i = 0; i < n; i++)
		share_rsync_add_path(&rsync, folders[i]);
	share_rsync_add_place(&rsync, target, "");
	good = share_rsync_run(&rsync, "remove unfinished files from", true,
						   error);
	share_rsync_end(&rsync);
	share_scratch_drop(scratch);
	return good;
}

const ShareCopier share_copier_rsync = {
	"rsync", false, share_trash_prepare, copy_by_rsync, remove_by_rsync,
	clean_by_rsync, share_trash_prune
};

const ShareCopier *
share_copier_of(const ConfigShare *share)
{
	return share->method == CONFIG_SHARE_ROBOCOPY ? &share_copier_robocopy :
		&share_copier_rsync;
}
