/*
 * plan.c
 *		The steps of a restore: those that the request and the site want.
 */
#include <string.h>

#include "cmd/restore/work.h"

/* When a step belongs to a plan. */
typedef enum When
{
	ALWAYS,
	DATABASES,
	VALUES,						/* databases whose rows are made the site's */
	FILES,
	PASSIVE,					/* databases, and a site that follows */
	SUBSCRIBER					/* the same in logical mode */
} When;

typedef struct Choice
{
	When		when;
	PlanStep	step;
} Choice;

static const Choice choices[] = {
	{ALWAYS, MOVE_STEP_BEFORE("restore")},
	{ALWAYS, {"services_down", "Stop the services of Qlik Sense at site "
			"${site}",
			"On each node of site ${site}, rims first: Get-Service Qlik* | "
			"Set-Service -StartupType\nManual; Stop-Service -Force; all but "
			"the Repository Database.",
	NULL, move_services_down_run, move_services_down_undo, 0}},
	{ALWAYS, {"safety", "Make a snapshot of what is to be replaced",
	"qsrepl snapshot create", NULL, restore_safety_run, NULL, 0}},
	{PASSIVE, {"hold", "Hold site ${passive} where it is, as the way back",
			"qsrepl maintenance begin",
	restore_hold_done, restore_hold_run, restore_hold_undo, 0}},
	{DATABASES, {"roles", "Create the roles that are missing",
			"CREATE ROLE, ALTER ROLE and GRANT of "
			"\"${snapshot}/databases/roles.sql\"",
	NULL, restore_roles_run, restore_roles_undo, 0}},
	{DATABASES, {"databases", "Make the databases beside those that are there",
			"CREATE DATABASE ..._qsrepl_new TEMPLATE template0;\npg_restore "
			"--exit-on-error -j 2 -d ..._qsrepl_new "
			"\"${snapshot}/databases/...\"",
	NULL, restore_databases_run, restore_databases_undo, 0}},
	{DATABASES, {"localize", "${how}",
			"In each: SELECT qsrepl.localize(); (with --keep-values: DELETE "
			"FROM qsrepl.state;)\nANALYZE;",
	NULL, restore_localize_run, NULL, 0}},
	{VALUES, {"leaks", "Look for stored values of another site",
			"In each: SELECT * FROM qsrepl.leaks();",
	NULL, restore_leaks_run, NULL, 0}},
	{FILES, {"stage", "Copy the share's files beside those that are there",
			"rsync -a \"${snapshot}/share/...\" .qsrepl-trash/...",
	NULL, restore_stage_run, restore_stage_undo, 0}},
	{FILES, {"files", "Put the share's files into place",
			"rsync -a --delete \"${snapshot}/share/.../Apps/\" Apps/",
	NULL, restore_files_run, restore_files_undo, 0}},
	{DATABASES, {"swap", "Put the databases into place, all at once",
			"BEGIN; ALTER DATABASE ... RENAME TO ..._before_${stamp}; ALTER "
			"DATABASE\n..._qsrepl_new RENAME TO ...; COMMIT;",
	restore_swap_done, restore_swap_run, restore_swap_undo, 0}},
	{DATABASES, {"certificates", "Install the snapshot's certificates, where "
			"there are others",
			"qsrepl cert import",
	NULL, restore_certificates_run, restore_certificates_undo, 0}},
	{ALWAYS, {"services_up", "Start the services of Qlik Sense at site "
			"${site}",
			"On each node of site ${site}, the central one first, after its "
			"bootstrap command:\nStart-Service QlikSenseServiceDispatcher, "
			"QlikSenseRepositoryService, then the others.",
	NULL, move_services_up_run, restore_services_up_undo, 0}},
	{ALWAYS, MOVE_STEP_AFTER("restore")},
	{SUBSCRIBER, {"unsubscribe", "Drop the subscriptions of site ${passive}, "
			"and their slots",
			"At site ${passive}, in each database: DROP SUBSCRIPTION ...;",
	NULL, restore_unsubscribe_run, NULL, PLAN_NO_RETURN}},
	{DATABASES, {"clean", "Drop the old databases",
			"DROP DATABASE ..._before_${stamp};",
	NULL, restore_clean_run, NULL, PLAN_NO_RETURN}},
	{FILES, {"tidy", "Leave what was replaced in the share's trash",
			"rm -r .qsrepl-trash/.../new",
	NULL, restore_tidy_run, NULL, PLAN_NO_RETURN}},
	{SUBSCRIBER, {"publish", "Publish the restored databases",
			"In each: CREATE PUBLICATION ... FOR TABLE ...;",
	NULL, restore_publish_run, NULL, PLAN_NO_RETURN}},
	{SUBSCRIBER, {"subscribe", "Copy them to site ${passive}, which follows "
			"again",
			"At site ${passive}: qsrepl setup subscriber --discard-site "
			"${passive}",
	NULL, restore_subscribe_run, NULL, PLAN_NO_RETURN}}
};

static bool
belongs(const Restore *restore, When when)
{
	bool		logical = restore->move.config.mode == CONFIG_LOGICAL;

	switch (when)
	{
		case ALWAYS:
			return true;
		case DATABASES:
			return !restore->request->files_only;
		case VALUES:
			return !restore->request->files_only &&
				!restore->request->keep_values;
		case FILES:
			return restore->n_shares > 0;
		case PASSIVE:
			return !restore->request->files_only && restore->passive != NULL;
		case SUBSCRIBER:
			return !restore->request->files_only &&
				restore->passive != NULL && logical;
	}
	return false;
}

void
restore_make_plan(Restore *restore, Plan *plan)
{
	size_t		n = sizeof(choices) / sizeof(choices[0]);
	PlanStep   *steps = arena_alloc(&restore->move.arena,
									n * sizeof(PlanStep));

	plan->name = RESTORE_PLAN;
	plan->title = "Restore snapshot \"${snapshot}\" at site ${site}";
	plan->way_back = "The safety snapshot can be restored the same way.";
	plan->steps = steps;
	plan->n_steps = 0;
	for (size_t i = 0; i < n; i++)
		if (belongs(restore, choices[i].when))
			steps[plan->n_steps++] = choices[i].step;
}

/* What was started is stopped, before the old content is back. */
bool
restore_services_up_undo(void *context, PlanProgress *progress, Error *error)
{
	return move_services_down_run(context, progress, error);
}
