/*
 * rsync_access.c
 *		A share at another machine, by rsync: over ssh, or from its daemon.
 */
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"
#include "share/rsync_call.h"
#include "share/rsync_filter.h"
#include "share/rsync_parse.h"

#define SECOND_NS INT64_C(1000000000)

typedef struct Filling
{
	const ShareAccess *access;
	ShareList  *list;
	char	   *strange;		/* a line that is no entry, or NULL */
} Filling;

/* A line that is passed over might be a file that is then taken for gone. */
static void
take_line(void *arg, PlatStream stream, const char *line)
{
	Filling    *filling = arg;
	ShareEntry	entry;
	char	   *copy;

	if (stream != PLAT_STDOUT || filling->strange != NULL)
		return;
	copy = text_format("%s", line);
	if (!share_rsync_line(copy, &entry))
		filling->strange = text_format("%s", line);
	else
		share_list_add(filling->list, filling->access->rules, &entry);
	free(copy);
}

static bool
list_by_rsync(const ShareAccess *access, ShareList *list, Error *error)
{
	Filling		filling = {access, list, NULL};
	ShareRsync	rsync;
	bool		good;

	share_rsync_begin(&rsync, access);
	share_rsync_add(&rsync, "--list-only");
	share_rsync_add(&rsync, "--recursive");
	share_rsync_add(&rsync, "--links");
	share_rsync_add(&rsync, "-D");
	share_rsync_add(&rsync, "--8-bit-output");
	share_rsync_add(&rsync, "--no-human-readable");
	share_rsync_filter(&rsync, access->rules);
	share_rsync_add_place(&rsync, access, "");
	rsync.on_line = take_line;
	rsync.arg = &filling;
	good = share_rsync_run(&rsync, "list", false, error);
	if (good && filling.strange != NULL)
		good = error_set(error, filling.strange, "A shell that greets its "
						 "users spoils what rsync says.",
						 "the list of \"%s\" has a line that is not "
						 "recognized", access->place);
	free(filling.strange);
	share_rsync_end(&rsync);
	if (good)
		share_list_end(list, SECOND_NS);
	return good;
}

/* The root without what is below, but for one file. */
static bool
fetch(const ShareAccess *access, const char *name, const char *scratch,
	  ShareThere *there, Error *error)
{
	ShareRsync	rsync;
	Error		failed = ERROR_NONE;
	bool		good;

	share_rsync_begin(&rsync, access);
	share_rsync_add(&rsync, "--dirs");
	share_rsync_addf(&rsync, "--max-size=%d", SHARE_SMALL + 1);
	share_rsync_addf(&rsync, "--include=/%s", name);
	share_rsync_add(&rsync, "--exclude=*");
	share_rsync_add_place(&rsync, access, "");
	share_rsync_addf(&rsync, "%s/", scratch);
	good = share_rsync_run(&rsync, "read from", false, &failed);
	*there = SHARE_IS_THERE;
	if (!good && rsync.result.end == PLAT_CHILD_EXITED &&
		rsync.result.code == RSYNC_PARTLY && failed.detail != NULL &&
		strstr(failed.detail, "No such file or directory") != NULL)
	{
		*there = SHARE_NO_ROOT;
		good = true;
	}
	else if (!good)
		error_set(error, failed.detail, failed.hint, "%s", failed.message);
	error_free(&failed);
	share_rsync_end(&rsync);
	return good;
}

static bool
read_by_rsync(const ShareAccess *access, const char *name, size_t limit,
			  Text *content, ShareThere *there, Error *error)
{
	char	   *scratch;
	char	   *path;
	bool		found = false;
	bool		good;

	if (!share_scratch_make(access, &scratch, error))
		return false;
	path = text_format("%s/%s", scratch, name);
	good = fetch(access, name, scratch, there, error) &&
		plat_file_read_plain(path, limit, content, &found, error);
	if (good && !found && *there == SHARE_IS_THERE)
		*there = SHARE_NO_FILE;
	free(path);
	share_scratch_drop(scratch);
	return good;
}

/* rsync makes a temporary file and renames it, as for any file. */
static bool
send(const ShareAccess *access, const char *path, Error *error)
{
	ShareRsync	rsync;
	bool		good;

	share_rsync_begin(&rsync, access);
	share_rsync_add(&rsync, "--ignore-times");
	share_rsync_add(&rsync, "--times");
	share_rsync_add(&rsync, "--perms");
	share_rsync_add(&rsync, "--chmod=F644");
	share_rsync_add(&rsync, path);
	share_rsync_add_place(&rsync, access, "");
	good = share_rsync_run(&rsync, "write to", false, error);
	share_rsync_end(&rsync);
	return good;
}

static bool
write_by_rsync(const ShareAccess *access, const char *name,
			   const char *bytes, size_t len, Error *error)
{
	char	   *scratch;
	char	   *path;
	bool		good;

	if (!share_scratch_make(access, &scratch, error))
		return false;
	path = text_format("%s/%s", scratch, name);
	good = plat_file_write(path, bytes, len, true, error) &&
		send(access, path, error);
	free(path);
	share_scratch_drop(scratch);
	return good;
}

/* What an empty directory does not have. */
static bool
remove_by_rsync(const ShareAccess *access, const char *name, Error *error)
{
	ShareRsync	rsync;
	char	   *scratch;
	bool		good;

	if (!share_scratch_make(access, &scratch, error))
		return false;
	share_rsync_begin(&rsync, access);
	share_rsync_add(&rsync, "--files-from=-");
	share_rsync_add(&rsync, "--from0");
	share_rsync_add(&rsync, "--delete-missing-args");
	share_rsync_addf(&rsync, "%s/", scratch);
	share_rsync_add_place(&rsync, access, "");
	share_rsync_add_path(&rsync, name);
	good = share_rsync_run(&rsync, "remove from", false, error);
	share_rsync_end(&rsync);
	share_scratch_drop(scratch);
	return good;
}

const ShareBackend share_rsync = {
	"rsync", list_by_rsync, read_by_rsync, write_by_rsync, remove_by_rsync
};
