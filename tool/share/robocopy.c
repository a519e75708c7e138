/*
 * robocopy.c
 *		Copier: robocopy at a Windows node, which a script of PowerShell there
 *		gives the files of each folder by name.
 *
 * The script puts files beside their places first, and the old ones into the
 * trash: so a run that is cut off leaves no file in part, and nothing is lost.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/clock.h"
#include "powershell/powershell.h"
#include "share/copier.h"
#include "share/robocopy.h"
#include "share/trash.h"
#include "share/windows_node.h"

#define DAY_MS INT64_C(86400000)

/* What has been answered. */
typedef struct Answers
{
	const ShareWork *work;
	ShareDone  *done;
	size_t		failures;
	Text		first;			/* the first failure's words */
	json_int_t	files;
	json_int_t	bytes;
} Answers;

static void
take_failure(Answers *answers, const json_t * line)
{
	const char *path = json_string_value(json_object_get(line, "path"));
	const char *words = json_string_value(json_object_get(line, "failed"));
	const		json_t *code = json_object_get(line, "code");

	if (answers->failures++ > 0)
		return;
	text_addf(&answers->first, "file \"%s\": %s", path != NULL ? path : "",
			  words);
	if (json_is_integer(code))
		text_addf(&answers->first, " (%ld)", (long) json_integer_value(code));
}

static void
take_line(void *arg, const json_t * line)
{
	Answers    *answers = arg;
	const ShareWork *work = answers->work;

	if (json_is_string(json_object_get(line, "failed")))
		take_failure(answers, line);
	answers->files += json_integer_value(json_object_get(line, "copied"));
	answers->bytes += json_integer_value(json_object_get(line, "bytes"));
	if (work->progress != NULL && json_object_get(line, "copied") != NULL)
		progress_amount(work->progress, (uint64_t) answers->bytes,
						work->total_bytes, "bytes");
}

/* All that goes into one run of the script. */
static bool
run(const ShareWork *work, ShareRequests *requests, ShareDone *done,
	Error *error)
{
	Answers		answers = {.work = work,.done = done};
	ShareScript script = {work->target, POWERSHELL_SHARE_COPY, NULL,
	requests, take_line, &answers};
	json_t	   *parameters = json_pack("{s:s, s:s}",
									   "Target", work->target->place,
									   "Trash", work->trash);
	bool		good;

	/* Who removes all that is named gives an empty directory of his own. */
	if (work->source->backend == &share_windows)
		json_object_set_new(parameters, "Source",
							json_string(work->source->place));
	if (work->target->share->copy_security)
		json_object_set_new(parameters, "Security", json_true());
	script.parameters = parameters;
	good = share_windows_run(&script, error);
	json_decref(parameters);
	if (answers.failures > 1)
		text_addf(&answers.first, "; and %zu more", answers.failures - 1);
	if (answers.failures > 0)
	{
		done->incomplete = true;
		free(done->why);
		done->why = text_take(&answers.first);
	}
	done->files += (size_t) answers.files;
	done->bytes += (uint64_t) answers.bytes;
	text_free(&answers.first);
	return good;
}

static bool
begin(const ShareWork *work, ShareRequests *requests, Error *error)
{
	return (work->source->backend != &share_windows ||
			share_requests_logon(requests, work->source, error)) &&
		share_requests_logon(requests, work->target, error);
}

static bool
copy(const ShareWork *work, ShareDone *done, Error *error)
{
	ShareRequests requests = {NULL, 0, 0};
	bool		good = begin(work, &requests, error);

	if (good)
	{
		share_robocopy_requests(work->entries, work->n, &requests);
		good = run(work, &requests, done, error);
	}
	share_requests_free(&requests);
	return good;
}

static bool
remove_entries(const ShareWork *work, ShareDone *done, Error *error)
{
	ShareRequests requests = {NULL, 0, 0};
	bool		good = begin(work, &requests, error);

	if (good)
	{
		share_robocopy_removals(work->entries, work->n, &requests);
		good = run(work, &requests, done, error);
	}
	share_requests_free(&requests);
	return good;
}

/* What a broken run has left is passed over by lists, and dropped at the end. */
static bool
prepare(const ShareAccess *target, Error *error)
{
	(void) target;
	(void) error;
	return true;
}

static bool
prune(const ShareAccess *target, Error *error)
{
	char		older[SHARE_STAMP_SIZE];

	share_trash_stamp(plat_wall_ms() - target->share->trash_days * DAY_MS,
					  older);
	return share_windows_clean(target, older, error);
}

const ShareCopier share_copier_robocopy = {
	"robocopy", true, prepare, copy, remove_entries, NULL, prune
};
