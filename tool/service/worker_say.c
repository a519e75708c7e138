/*
 * worker_say.c
 *		The lines that a worker answers with.
 */
#include "service/worker.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "service/internal.h"

void
work_say(json_t * line)
{
	char	   *text = json_dumps(line, JSON_COMPACT);

	json_decref(line);
	if (text == NULL)
		return;
	puts(text);
	fflush(stdout);
	free(text);
}

static json_t *
state_line(const Worker *worker, ServiceKind kind, const WorkState *state,
		   bool recovery)
{
	json_t	   *line = json_object();

	json_set_text(line, "service", service_name(worker->node, kind));
	json_set_text(line, "display", state->display);
	json_set_text(line, "state", state->state);
	json_set_text(line, "start", state->start);
	if (!recovery)
		return line;
	json_set_text(line, "recovery", state->recovery);
	json_object_set_new(line, "recovery_set",
						json_boolean(state->recovery != NULL));
	return line;
}

void
work_say_state(const Worker *worker, ServiceKind kind,
			   const WorkState *state, bool recovery)
{
	work_say(state_line(worker, kind, state, recovery));
}

static void
add_failure(json_t * line, const WorkFailure *failure)
{
	if (failure->code != 0)
		json_object_set_new(line, "error",
							json_integer((json_int_t) failure->code));
	if (failure->name != NULL)
		json_set_text(line, "error_name", failure->name);
}

void
work_say_outcome(const Worker *worker, const char *op, ServiceKind kind,
				 const WorkState *state, const WorkFailure *failure, bool ok,
				 int64_t ms)
{
	json_t	   *line = json_object();

	json_set_text(line, "service", service_name(worker->node, kind));
	json_set_text(line, "op", op);
	if (state != NULL)
		json_set_text(line, "state", state->state);
	json_object_set_new(line, "ok", json_boolean(ok));
	json_object_set_new(line, "already", json_boolean(ok && ms < 0));
	if (ms >= 0)
		json_object_set_new(line, "ms", json_integer(ms));
	add_failure(line, failure);
	work_say(line);
}
