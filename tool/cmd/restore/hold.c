/*
 * hold.c
 *		The step that keeps the passive site as it is, as the way back: what is
 *		restored would reach it at once.
 *
 * The steps of "maintenance begin" do it, for which the passive site is the
 * move's target meanwhile.
 */
#include "cmd/move/logical_work.h"
#include "cmd/restore/work.h"
#include "platform/cancel.h"

static bool
is_logical(const Restore *restore)
{
	return restore->move.config.mode == CONFIG_LOGICAL;
}

typedef bool (*Step) (void *context, PlanProgress *progress, Error *error);

static bool
with_passive(Restore *restore, Step step, PlanProgress *progress,
			 Error *error)
{
	bool		good;

	restore->move.to = restore->passive;
	good = step(&restore->move, progress, error);
	restore->move.to = restore->site;
	return good;
}

/* One that was held before stays so, whatever becomes of the run. */
PlanAnswer
restore_hold_done(void *context, Error *error)
{
	Restore    *restore = context;
	PlanAnswer	answer;

	if (is_logical(restore))
		return PLAN_NO;
	restore->move.to = restore->passive;
	answer = move_hold_done(&restore->move, error);
	restore->move.to = restore->site;
	return answer;
}

static bool
hold_physical(Restore *restore, PlanProgress *progress, Error *error)
{
	restore->held_before = NULL;
	return plan_note(progress, RESTORE_HELD, restore->passive->name, error) &&
		with_passive(restore, move_catch_up_run, progress, error) &&
		with_passive(restore, move_hold_run, progress, error);
}

/* In logical mode the notes of "maintenance begin" would be wrong. */
static bool
hold_logical(Restore *restore, PlanProgress *progress, Error *error)
{
	size_t		len = restore->move.notes.len;
	bool		good = with_passive(restore, logical_follow_run, progress,
									error) &&
	with_passive(restore, logical_hold_run, progress, error);

	if (restore->move.notes.bytes != NULL)
	{
		restore->move.notes.len = len;
		restore->move.notes.bytes[len] = '\0';
	}
	return good;
}

bool
restore_hold_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	bool		good = is_logical(restore) ?
	hold_logical(restore, progress, error) :
	hold_physical(restore, progress, error);

	if (good || plat_cancelled() || !restore->request->force)
		return good;
	move_warn(&restore->move, arena_printf(&restore->move.arena, "site %s "
										   "could not be held as the way back",
										   restore->passive->name),
			  "Passed over by --force.", error);
	return is_logical(restore) || plan_note(progress, RESTORE_HELD, "", error);
}

/*
 * The site that is restored does not wait for the other one: its services are
 * still down.
 */
bool
restore_hold_undo(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;

	if (with_passive(restore, is_logical(restore) ? logical_hold_undo :
					 move_hold_undo, progress, error))
		return true;
	if (plat_cancelled())
		return false;
	move_warn(&restore->move, arena_printf(&restore->move.arena, "site %s "
										   "does not follow yet",
										   restore->passive->name),
			  "When the cause is gone, run \"qsrepl maintenance end\".", error);
	restore->move.incomplete = true;
	return true;
}
