/*
 * restore_safety.c
 *		The step that makes a snapshot of what is to be replaced.
 */
#include <stdlib.h>

#include "base/exitcode.h"
#include "cmd/restore_work.h"
#include "cmd/snapshot.h"

/* Noted when it is whole, so that a run which goes on makes no second one. */
bool
restore_safety_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	const SnapshotRequest request = {
		.kind = SNAPSHOT_SAFETY,
		.database_only = restore->request->database_only,
		.files_only = restore->request->files_only,
		.quiet = true
	};
	char	   *directory = NULL;
	bool		good;

	if (plan_noted(progress, "safety") != NULL)
		return true;
	if (cmd_snapshot_make(&restore->move.config, &request, &directory,
						  error) != EXIT_OK)
		return false;
	good = plan_note(progress, "safety", directory, error);
	text_addf(&restore->move.notes, "What was there is in the snapshot "
			  "\"%s\".\n", directory);
	free(directory);
	return good;
}
