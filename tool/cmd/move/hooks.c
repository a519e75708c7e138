/*
 * hooks.c
 *		The user's own programs before and after the phases of a move.
 *
 * A phase is a step of that name.  The facts are in the program's environment.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/work.h"
#include "platform/child.h"

/* In the order of enum ConfigPhase */
static const char *const phases[] = {
	"switchover", "failover", "rejoin", "restore", "drain", "fence", "stop",
	"promote", "localize", "start", "services_down", "services_up", "dns", "share"
};

/* The site that a phase is about. */
static const ConfigSite *
site_of(const Move *move, int phase)
{
	switch ((ConfigPhase) phase)
	{
		case CONFIG_PHASE_SWITCHOVER:
		case CONFIG_PHASE_FAILOVER:
		case CONFIG_PHASE_PROMOTE:
		case CONFIG_PHASE_LOCALIZE:
		case CONFIG_PHASE_SERVICES_UP:
		case CONFIG_PHASE_DNS:
		case CONFIG_PHASE_SHARE:
			return move->to;
		default:
			return move->from;
	}
}

/*
 * The step "before" and "after" stand for the whole plan, which the hook names.
 */
static bool
is_due(const Move *move, const ConfigHook *hook, const char *plan,
	   const char *step, bool after)
{
	bool		whole = hook->phase <= CONFIG_PHASE_RESTORE;
	const char *wanted = !whole ? phases[hook->phase] :
	hook->when == CONFIG_AFTER ? "after" : "before";

	if (strcmp(step, wanted) != 0 ||
		(whole ? after || strcmp(plan, phases[hook->phase]) != 0 :
		 after != (hook->when == CONFIG_AFTER)))
		return false;
	return hook->site == NULL ||
		strcmp(hook->site, site_of(move, hook->phase)->name) == 0;
}

static bool
call(Move *move, const ConfigHook *hook, const char *plan, Error *error)
{
	Arena	   *arena = &move->arena;
	const char *const environment[] = {
		arena_printf(arena, "QSREPL_PLAN=%s", plan),
		arena_printf(arena, "QSREPL_PHASE=%s", phases[hook->phase]),
		arena_printf(arena, "QSREPL_WHEN=%s",
					 hook->when == CONFIG_AFTER ? "after" : "before"),
		arena_printf(arena, "QSREPL_FROM=%s", move->from->name),
		arena_printf(arena, "QSREPL_TO=%s", move->to->name),
		arena_printf(arena, "QSREPL_PHASE_SITE=%s",
					 site_of(move, hook->phase)->name),
		arena_printf(arena, "QSREPL_HERE=%s", move->config.site),
		NULL
	};
	PlatChild	child = {
		.argv = hook->command.words,
		.environment = environment,
		.deadline_ms = (int) hook->timeout
	};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);

	plat_child_free(&result);
	if (good)
		return true;
	error_take_message(error, text_format("hook \"%s\": %s", hook->name,
										  error->message));
	if (hook->on_failure == CONFIG_FAILURE_STOPS)
		return false;
	text_addf(&move->notes, "Warning: %s.\n", error->message);
	error_free(error);
	return true;
}

bool
move_hook(void *context, const char *step, bool after, PlanProgress *progress,
		  Error *error)
{
	Move	   *move = context;

	(void) progress;
	for (size_t i = 0; i < move->config.n_hooks; i++)
	{
		const ConfigHook *hook = &move->config.hooks[i];

		if (is_due(move, hook, move->plan, step, after) &&
			!call(move, hook, move->plan, error))
			return false;
	}
	return true;
}

bool
move_nothing(void *context, PlanProgress *progress, Error *error)
{
	(void) context;
	(void) progress;
	(void) error;
	return true;
}
