/*
 * work_exec.c
 *		Services by a command of the user's own.
 *
 * service_command is called with these words behind it; what it prints are
 * lines of JSON as a session has them:
 *
 *	list						{"service", "display", "state", "start"} each
 *	query SERVICE				such a line, with "recovery" (text) if any
 *	stop SERVICE, start SERVICE	nothing; it need not wait
 *	config SERVICE START RECOVERY	nothing; RECOVERY is "none" or as queried
 *	rights SERVICE				{"stop", "start", "config"}
 *	run WORDS					nothing
 *
 * Exit code 0 means that it was done.  Another one is a failure, whose words
 * are the first line on standard error; a line {"error": {"kind", "text"}} of
 * "list" tells more: logon, unreachable, denied.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "service/internal.h"
#include "service/worker.h"

/* A question; actions have a deadline of their own. */
#define ASK_MS 30000

static bool
run(Worker *worker, const char *const *words, int64_t deadline_ms,
	PlatChildResult *result, Error *error)
{
	const ConfigWords *command = &worker->node->service_command;
	const char **argv;
	size_t		n = 0;

	while (words[n] != NULL)
		n++;
	argv = arena_alloc(&worker->arena, (command->n + n + 1) * sizeof(char *));
	memcpy(argv, command->words, command->n * sizeof(char *));
	memcpy(argv + command->n, words, n * sizeof(char *));
	return work_run(worker, argv, deadline_ms, result, error);
}

static const char *
text_of(Worker *worker, const json_t * line, const char *name)
{
	const char *text = json_string_value(json_object_get(line, name));

	return text != NULL ? arena_strdup(&worker->arena, text) : NULL;
}

static void
read_state(Worker *worker, const json_t * line, WorkState *state)
{
	state->there = true;
	state->display = text_of(worker, line, "display");
	if (state->display == NULL)
		state->display = text_of(worker, line, "service");
	state->state = text_of(worker, line, "state");
	state->start = text_of(worker, line, "start");
	state->recovery = text_of(worker, line, "recovery");
}

/* Call a function for each object among the lines. */
static void
each_object(Worker *worker, const char *text,
			void (*take) (Worker *worker, const json_t * line, void *arg),
			void *arg)
{
	while (*text != '\0')
	{
		json_t	   *line = json_loads(work_first_line(worker, text), 0, NULL);

		if (json_is_object(line))
			take(worker, line, arg);
		json_decref(line);
		text += strcspn(text, "\n");
		text += *text == '\n' ? 1 : 0;
	}
}

static void
take_listed(Worker *worker, const json_t * line, void *arg)
{
	const		json_t *error = json_object_get(line, "error");
	const char **kind = arg;
	const char *name = json_string_value(json_object_get(line, "service"));
	ServiceKind service;

	if (json_is_object(error) && text_of(worker, error, "kind") != NULL)
		*kind = text_of(worker, error, "kind");
	if (name != NULL && service_kind(worker->node, name, &service))
		read_state(worker, line, &worker->states[service]);
}

static bool
list(Worker *worker, const char **kind, Error *error)
{
	static const char *const words[] = {"list", NULL};
	PlatChildResult result;
	bool		good;

	memset(worker->states, 0, sizeof(worker->states));
	good = run(worker, words, worker->config->services.answer_timeout,
			   &result, error);
	*kind = result.end == PLAT_CHILD_TIMED_OUT ? "unreachable" : "protocol";
	if (result.output != NULL)
		each_object(worker, result.output, take_listed, (void *) kind);
	plat_child_free(&result);
	return good;
}

static bool
call(Worker *worker, const char *const *words, int64_t deadline_ms,
	 PlatChildResult *result, WorkFailure *failure)
{
	Error		error = ERROR_NONE;
	bool		good = run(worker, words, deadline_ms, result, &error);

	if (!good)
		failure->name = error.detail != NULL && error.detail[0] != '\0' ?
			work_first_line(worker, error.detail) :
			arena_strdup(&worker->arena, error.message);
	error_free(&error);
	return good;
}

static void
take_state(Worker *worker, const json_t * line, void *arg)
{
	read_state(worker, line, arg);
}

static bool
look(Worker *worker, ServiceKind service, WorkState *state,
	 WorkFailure *failure)
{
	const char *const words[] = {
		"query", service_name(worker->node, service), NULL
	};
	PlatChildResult result;
	bool		good;

	memset(state, 0, sizeof(*state));
	if (!worker->states[service].there)
		return true;
	good = call(worker, words, ASK_MS, &result, failure);
	if (good)
		each_object(worker, result.output, take_state, state);
	plat_child_free(&result);
	return good;
}

static bool
act(Worker *worker, const char *op, ServiceKind service, int64_t deadline_ms,
	WorkFailure *failure)
{
	const char *const words[] = {
		op, service_name(worker->node, service), NULL
	};
	PlatChildResult result;
	bool		good = call(worker, words, deadline_ms, &result, failure);

	plat_child_free(&result);
	return good;
}

static bool
configure(Worker *worker, ServiceKind service, const char *start,
		  const char *recovery, WorkFailure *failure)
{
	const char *const words[] = {
		"config", service_name(worker->node, service),
		start != NULL ? start : "", recovery != NULL ? recovery : "none", NULL
	};
	PlatChildResult result;
	bool		good = call(worker, words, ASK_MS, &result, failure);

	plat_child_free(&result);
	return good;
}

typedef struct Rights
{
	bool		control;
	bool		configure;
} Rights;

static void
take_rights(Worker *worker, const json_t * line, void *arg)
{
	Rights	   *rights = arg;

	(void) worker;
	rights->control = json_is_true(json_object_get(line, "stop")) &&
		json_is_true(json_object_get(line, "start"));
	rights->configure = json_is_true(json_object_get(line, "config"));
}

static bool
may(Worker *worker, ServiceKind service, bool *control, bool *configures,
	WorkFailure *failure)
{
	const char *const words[] = {
		"rights", service_name(worker->node, service), NULL
	};
	PlatChildResult result;
	Rights		rights = {false, false};
	bool		good = call(worker, words, ASK_MS, &result, failure);

	if (good)
		each_object(worker, result.output, take_rights, &rights);
	*control = rights.control;
	*configures = rights.configure;
	plat_child_free(&result);
	return good;
}

const WorkDriver work_exec = {list, look, act, configure, may};
