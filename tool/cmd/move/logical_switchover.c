/*
 * logical_switchover.c
 *		The verb "switchover" in logical mode.
 */
#include <stddef.h>

#include "base/exitcode.h"
#include "cmd/move/logical_work.h"

static const PlanStep steps[] = {
	MOVE_STEP_BEFORE("switchover"),
	MOVE_STEP_CERTIFICATES,
	MOVE_STEP_SHARE_FIRST(logical_fence_done),
	{"drain", "Wait for the running tasks of site ${from}",
		"Look into the QMC of site ${from}, and stop the schedulers.",
	logical_fence_done, move_drain_run, NULL, 0},
	MOVE_STEP_SERVICES_DOWN,
	MOVE_STEP_SHARE(logical_fence_done),
	{"fence", "Fence site ${from}: nothing is written there any more",
		"At site ${from}: SELECT qsrepl.fence('passive site', true);",
	logical_fence_done, logical_fence_run, logical_fence_undo, PLAN_MIRRORED},
	{"follow", "Wait until site ${to} has all that was written",
		"At site ${from}: SELECT slot_name, confirmed_flush_lsn FROM "
		"pg_replication_slots;",
	logical_follow_done, logical_follow_run, NULL, 0},
	{"sequences", "Set the sequences of site ${to}",
		"At site ${from}: SELECT * FROM pg_sequences; at site ${to}: SELECT "
		"setval(...);",
	logical_sequences_done, logical_sequences_run, NULL, 0},
	{"publication", "Publish the tables of site ${to}",
		"At site ${to}, in each database: CREATE PUBLICATION ... FOR TABLE "
		"...;",
	NULL, logical_publication_run, NULL, 0},
	{"reverse", "Make slots at site ${to}, and subscriptions at site ${from}",
		"At site ${to}: SELECT pg_create_logical_replication_slot(...);\n"
		"At site ${from}: SELECT qsrepl.enable(); CREATE SUBSCRIPTION ... WITH "
		"(enabled = false,\ncreate_slot = false, copy_data = false);",
	logical_reverse_done, logical_reverse_run, logical_reverse_undo, 0},
	{"turn", "Drop the subscriptions of site ${to}, and open it",
		"At site ${to}: DROP SUBSCRIPTION ...; SELECT qsrepl.unfence();",
	logical_turn_done, logical_turn_run, NULL, PLAN_NO_RETURN | PLAN_MIRRORED},
	{"start", "Have site ${from} follow it",
		"At site ${from}: ALTER SUBSCRIPTION ... ENABLE;",
	NULL, logical_attach_run, NULL, 0},
	MOVE_STEP_SHARE_ROLE,
	MOVE_STEP_SERVICES_UP,
	MOVE_STEP_DNS,
	MOVE_STEP_LEAKS,
	MOVE_STEP_AFTER("switchover")
};

static const Plan plan = {
	"switchover", "Move the active role from site ${from} to site ${to}",
	"To go back, run \"qsrepl switchover --to ${from}\" when it has ended.",
	steps, sizeof(steps) / sizeof(steps[0])
};

static bool
check_roles(Move *move, Error *error)
{
	PlanAnswer	active = logical_is_turned(move, error);
	bool		subscribes;

	if (active == PLAN_ERROR)
		return false;
	if (active == PLAN_YES)
		return error_set(error, NULL, "Nothing was changed.",
						 "site \"%s\" is active already, or was never set up "
						 "as a subscriber: it is not fenced", move->to->name);
	if (!logical_subscribes(move, move->from, &subscribes, error))
		return false;
	return !subscribes ||
		error_set(error, NULL, "Nothing was changed. If the active site is "
				  "lost, run \"qsrepl failover\".",
				  "site \"%s\" is not active either: it is a subscriber",
				  move->from->name);
}

static int
prepare(Move *move, Error *error)
{
	if (!check_roles(move, error))
		return error->sqlstate[0] != '\0' ? EXIT_SERVER : EXIT_REFUSED;
	return move_is_ready(move, error) && move_confirm(move, error) ?
		EXIT_OK : EXIT_REFUSED;
}

const MoveVerb logical_switchover = {
	.plan = &plan,.prepare = prepare,.may_abort = logical_may_abort
};
