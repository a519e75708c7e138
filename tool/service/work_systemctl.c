/*
 * work_systemctl.c
 *		Services of Linux, by systemctl, here or by ssh.
 *
 * A unit that is enabled starts with the machine: "auto"; one that is not is
 * "manual", and one that is masked "disabled".  What a unit does when its
 * process dies (Restart=) happens only while it runs, so that there are no
 * recovery actions that would start a stopped one.
 */
#include <stdlib.h>
#include <string.h>

#include "service/internal.h"
#include "service/worker.h"

/* A question; actions have a deadline of their own. */
#define ASK_MS 30000

/* What ssh itself exits with. */
#define SSH_FAILED 255

#define PROPERTIES "--property=LoadState,ActiveState,UnitFileState,Description"

static const char *
state_word(const char *active)
{
	static const char *const words[][2] = {
		{"active", "running"}, {"reloading", "running"},
		{"inactive", "stopped"}, {"failed", "stopped"},
		{"activating", "start_pending"}, {"deactivating", "stop_pending"}
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (service_is(active, words[i][0]))
			return words[i][1];
	return "unknown";
}

static const char *
start_word(const char *load, const char *file)
{
	if (service_is(load, "masked"))
		return "disabled";
	return service_is(file, "enabled") ||
		service_is(file, "enabled-runtime") ? "auto" : "manual";
}

/* The value of a property in a block of lines; NULL: it is not there. */
static const char *
property(Worker *worker, const char *block, const char *name)
{
	size_t		len = strlen(name);

	while (*block != '\0' && *block != '\n')
	{
		if (strncmp(block, name, len) == 0 && block[len] == '=')
			return work_first_line(worker, block + len + 1);
		block += strcspn(block, "\n");
		block += *block == '\n' ? 1 : 0;
	}
	return NULL;
}

static void
read_block(Worker *worker, const char *block, WorkState *state)
{
	const char *load = property(worker, block, "LoadState");
	const char *active = property(worker, block, "ActiveState");

	memset(state, 0, sizeof(*state));
	state->there = load != NULL && !service_is(load, "not-found");
	state->display = property(worker, block, "Description");
	state->state = state_word(active);
	state->failed = service_is(active, "failed");
	state->start = start_word(load, property(worker, block,
											 "UnitFileState"));
}

/* The blocks come in the order of the names, with an empty line between. */
static size_t
read_blocks(Worker *worker, const char *text, WorkState *states, size_t n)
{
	size_t		found = 0;

	while (found < n && *text != '\0')
	{
		const char *end = strstr(text, "\n\n");

		read_block(worker, text, &states[found++]);
		text = end != NULL ? end + 2 : "";
	}
	return found;
}

static bool
list(Worker *worker, const char **kind, Error *error)
{
	const char *words[SERVICE_KINDS + 6] = {
		"systemctl", "show", "--no-pager", PROPERTIES, "--"
	};
	PlatChildResult result;
	size_t		n = 5;
	bool		good;

	for (int i = 0; i < SERVICE_KINDS; i++)
		words[n++] = service_name(worker->node, (ServiceKind) i);
	words[n] = NULL;
	good = work_run(worker, words, worker->config->services.answer_timeout,
					&result, error);
	*kind = good || (result.end == PLAT_CHILD_EXITED &&
					 result.code != SSH_FAILED) ? "protocol" : "unreachable";
	if (good && read_blocks(worker, result.output, worker->states,
							SERVICE_KINDS) < SERVICE_KINDS)
		good = error_set(error, result.output, NULL,
						 "systemctl did not tell of all services");
	plat_child_free(&result);
	return good;
}

/* What systemctl said in its last words. */
static void
set_failure(Worker *worker, const Error *error, WorkFailure *failure)
{
	failure->name = error->detail != NULL && error->detail[0] != '\0' ?
		work_first_line(worker, error->detail) :
		arena_strdup(&worker->arena, error->message);
}

static bool
run(Worker *worker, const char *const *words, int64_t deadline_ms,
	PlatChildResult *result, WorkFailure *failure)
{
	Error		error = ERROR_NONE;
	bool		good = work_run(worker, words, deadline_ms, result, &error);

	if (!good)
		set_failure(worker, &error, failure);
	error_free(&error);
	return good;
}

static bool
look(Worker *worker, ServiceKind service, WorkState *state,
	 WorkFailure *failure)
{
	const char *const words[] = {
		"systemctl", "show", "--no-pager", PROPERTIES, "--",
		service_name(worker->node, service), NULL
	};
	PlatChildResult result;
	bool		good = run(worker, words, ASK_MS, &result, failure);

	if (good)
		read_blocks(worker, result.output, state, 1);
	plat_child_free(&result);
	return good;
}

static bool
simple(Worker *worker, const char *verb, const char *option,
	   ServiceKind service, WorkFailure *failure)
{
	const char *const words[] = {
		"systemctl", verb, option, "--", service_name(worker->node, service),
		NULL
	};
	PlatChildResult result;
	bool		good = run(worker, words, ASK_MS, &result, failure);

	plat_child_free(&result);
	return good;
}

static bool
act(Worker *worker, const char *op, ServiceKind service, int64_t deadline_ms,
	WorkFailure *failure)
{
	(void) deadline_ms;
	return simple(worker, op, "--no-block", service, failure);
}

/* A masked one is enabled only when it is not masked any more. */
static bool
configure(Worker *worker, ServiceKind service, const char *start,
		  const char *recovery, WorkFailure *failure)
{
	(void) recovery;
	if (start == NULL)
		return true;
	if (service_is(start, "disabled"))
		return simple(worker, "mask", "--quiet", service, failure);
	return simple(worker, service_is(start, "manual") ? "disable" : "enable",
				  "--quiet", service, failure);
}

/* Root may; whom else polkit lets is not known before it is asked. */
static bool
may(Worker *worker, ServiceKind service, bool *control, bool *configures,
	WorkFailure *failure)
{
	static const char *const words[] = {"id", "-u", NULL};
	PlatChildResult result;
	bool		good = run(worker, words, ASK_MS, &result, failure);

	(void) service;
	*control = good && service_is(work_first_line(worker, result.output), "0");
	*configures = *control;
	plat_child_free(&result);
	return good;
}

const WorkDriver work_systemctl = {list, look, act, configure, may};
