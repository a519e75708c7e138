/*
 * worker.c
 *		Requests on standard input, answers on standard output, by a driver's
 *		commands.
 */
#include "service/worker.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/lines.h"
#include "platform/clock.h"
#include "service/internal.h"

/* Between two looks at a service: from the first on to the longest. */
#define POLL_FIRST_MS 20
#define POLL_LONGEST_MS 500

#define ERROR_SERVICE_DISABLED 1058
#define ERROR_SERVICE_DOES_NOT_EXIST 1060

/* The first list was made to connect. */
static bool
answer_list(Worker *worker, Error *error)
{
	const char *kind;

	if (!worker->listed && !worker->driver->list(worker, &kind, error))
		return false;
	worker->listed = false;
	for (int i = 0; i < SERVICE_KINDS; i++)
		if (worker->states[i].there)
			work_say_state(worker, (ServiceKind) i, &worker->states[i],
						   false);
	work_say(json_pack("{s:s}", "done", "list"));
	return true;
}

/* Look until it is in the state, or has failed, or the time is over. */
static bool
wait_for(Worker *worker, ServiceKind kind, const char *wanted, int64_t end,
		 WorkState *state, WorkFailure *failure)
{
	int			pause = POLL_FIRST_MS;

	for (;;)
	{
		if (!worker->driver->look(worker, kind, state, failure))
			return false;
		if (service_is(state->state, wanted))
			return true;
		if (state->failed && service_is(wanted, "running"))
		{
			failure->name = "it has failed";
			return false;
		}
		if (plat_clock_ms() >= end || !plat_sleep_ms(pause))
			return false;
		pause = pause * 2 < POLL_LONGEST_MS ? pause * 2 : POLL_LONGEST_MS;
	}
}

static void
answer_act(Worker *worker, const char *op, ServiceKind kind,
		   int64_t deadline_ms)
{
	const char *wanted = service_is(op, "stop") ? "stopped" : "running";
	int64_t		begin = plat_clock_ms();
	WorkState	state = {.there = false};
	WorkFailure failure = {0, NULL};
	bool		ok = worker->driver->look(worker, kind, &state, &failure);

	if (ok && !state.there)
	{
		failure = (WorkFailure)
		{
			ERROR_SERVICE_DOES_NOT_EXIST, "ERROR_SERVICE_DOES_NOT_EXIST"
		};
		ok = false;
	}
	else if (ok && service_is(state.state, wanted))
	{
		work_say_outcome(worker, op, kind, &state, &failure, true, -1);
		return;
	}
	else if (ok && service_is(op, "start") &&
			 service_is(state.start, "disabled"))
	{
		failure = (WorkFailure)
		{
			ERROR_SERVICE_DISABLED, "ERROR_SERVICE_DISABLED"
		};
		ok = false;
	}
	ok = ok && worker->driver->act(worker, op, kind, deadline_ms, &failure) &&
		wait_for(worker, kind, wanted, begin + deadline_ms, &state, &failure);
	work_say_outcome(worker, op, kind, state.there ? &state : NULL, &failure,
					 ok, plat_clock_ms() - begin);
}

static void
answer_query(Worker *worker, ServiceKind kind)
{
	WorkState	state = {.there = false};
	WorkFailure failure = {0, NULL};

	if (worker->driver->look(worker, kind, &state, &failure) && state.there)
		work_say_state(worker, kind, &state, true);
	else
	{
		if (failure.name == NULL)
			failure = (WorkFailure)
		{
			ERROR_SERVICE_DOES_NOT_EXIST, "ERROR_SERVICE_DOES_NOT_EXIST"
		};
		work_say_outcome(worker, "query", kind, NULL, &failure, false, 0);
	}
}

static void
answer_config(Worker *worker, ServiceKind kind, const json_t * request)
{
	const char *start = json_string_value(json_object_get(request, "start"));
	const char *recovery = json_string_value(json_object_get(request,
															 "recovery"));
	WorkFailure failure = {0, "this way of control cannot do it"};
	bool		ok = worker->driver->configure != NULL;

	if (ok)
	{
		failure.name = NULL;
		ok = worker->driver->configure(worker, kind, start, recovery,
									   &failure);
	}
	work_say_outcome(worker, "config", kind, NULL, &failure, ok, -1);
}

static void
answer_rights(Worker *worker, ServiceKind kind)
{
	WorkFailure failure = {0, NULL};
	json_t	   *line;
	bool		control = true;
	bool		configure = worker->driver->configure != NULL;

	if (worker->driver->may != NULL &&
		!worker->driver->may(worker, kind, &control, &configure, &failure))
	{
		work_say_outcome(worker, "rights", kind, NULL, &failure, false, 0);
		return;
	}
	line = json_object();
	json_set_text(line, "service", service_name(worker->node, kind));
	json_object_set_new(line, "stop", json_boolean(control));
	json_object_set_new(line, "start", json_boolean(control));
	json_object_set_new(line, "config", json_boolean(configure));
	work_say(line);
}

/* What a request asks of a service. */
static bool
answer_of_service(Worker *worker, const json_t * request, const char *op,
				  Error *error)
{
	const char *name = json_string_value(json_object_get(request, "service"));
	int64_t		deadline = (int64_t)
	json_integer_value(json_object_get(request, "deadline_ms"));
	ServiceKind kind;

	/* What was listed may not be so any more. */
	worker->listed = false;
	if (name == NULL || !service_kind(worker->node, name, &kind))
		return error_set(error, NULL, NULL, "invalid service in a request");
	if (service_is(op, "stop") || service_is(op, "start"))
		answer_act(worker, op, kind, deadline);
	else if (service_is(op, "query"))
		answer_query(worker, kind);
	else if (service_is(op, "config"))
		answer_config(worker, kind, request);
	else if (service_is(op, "rights"))
		answer_rights(worker, kind);
	else
		return error_set(error, NULL, NULL, "invalid operation in a request");
	return true;
}

static bool
answer(Worker *worker, const char *text, Error *error)
{
	json_t	   *request = json_loads(text, 0, NULL);
	const char *op = json_string_value(json_object_get(request, "op"));
	bool		good = service_is(op, "list") ? answer_list(worker, error) :
	answer_of_service(worker, request, op, error);

	json_decref(request);
	return good;
}

static const WorkDriver *
driver_of(const ConfigNode *node)
{
	switch ((ConfigServiceControl) node->service_control)
	{
		case CONFIG_SERVICE_RPC:
			return &work_rpc;
		case CONFIG_SERVICE_SSH:
		case CONFIG_SERVICE_SYSTEMD:
			return &work_systemctl;
		case CONFIG_SERVICE_EXEC:
			return &work_exec;
		case CONFIG_SERVICE_NONE:
		case CONFIG_SERVICE_SCM:
			break;
	}
	return NULL;
}

/* Whether the node lets us in; how it does not is the first line. */
static bool
begin(Worker *worker, Error *error)
{
	const char *kind = "protocol";
	Text		text = {NULL, 0, 0};

	worker->listed = worker->driver->list(worker, &kind, error);
	if (worker->listed)
	{
		work_say(json_pack("{s:b}", "connected", 1));
		return true;
	}
	text_addf(&text, "%s%s%s", error->message,
			  error->detail != NULL ? ": " : "",
			  error->detail != NULL ? error->detail : "");
	work_say(json_pack("{s:{s:s, s:o}}", "error", "kind", kind, "text",
					   json_text(text.bytes)));
	text_free(&text);
	return false;
}

int
service_work(const Config *config, const ConfigNode *node)
{
	Worker		worker = {.config = config,.node = node,
	.driver = driver_of(node)};
	Line		line = {NULL, 0, 0, false};
	Error		error = ERROR_NONE;
	bool		good = worker.driver != NULL && begin(&worker, &error);

	while (good && lines_next(stdin, &line))
		good = answer(&worker, line.bytes, &error);
	if (!good && error.message != NULL)
		error_report(&error);
	error_free(&error);
	lines_free(&line);
	arena_free(&worker.arena);
	return good ? EXIT_OK : EXIT_SERVER;
}

bool
work_run(Worker *worker, const char *const *words, int64_t deadline_ms,
		 PlatChildResult *result, Error *error)
{
	ConfigWords all = {words, 0};
	PlatChild	child = {.argv = words,.deadline_ms = (int) deadline_ms};

	while (words[all.n] != NULL)
		all.n++;
	if (worker->node->service_control == CONFIG_SERVICE_SSH)
		child.argv = service_command_there(worker->node, &all,
										   &worker->arena);
	return plat_child_run(&child, result, error);
}

const char *
work_first_line(Worker *worker, const char *text)
{
	return arena_printf(&worker->arena, "%.*s", (int) strcspn(text, "\r\n"),
						text);
}
