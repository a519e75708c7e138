/*
 * session.c
 *		What a node is asked and what it answers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "platform/clock.h"
#include "service/internal.h"

/* Win32's codes that are no problems of ours. */
#define ERROR_SERVICE_DISABLED 1058
#define ERROR_SERVICE_DOES_NOT_EXIST 1060

/* What ssh itself exits with, where it does not get there. */
#define SSH_FAILED 255

void
service_session_begin(ServiceSession *session, ServiceWork *work,
					  ServiceNode *node)
{
	memset(session, 0, sizeof(*session));
	session->work = work;
	session->node = node;
}

void
service_session_free(ServiceSession *session)
{
	text_free(&session->input);
	text_free(&session->ops);
	free(session->argv);
}

void
service_ask(ServiceSession *session, json_t * request, int64_t deadline_ms)
{
	const char *op = json_string_value(json_object_get(request, "op"));
	char	   *line = json_dumps(request, JSON_COMPACT);

	text_add(&session->ops, op != NULL && strcmp(op, "list") == 0 ? "l" : "o");
	json_decref(request);
	if (line == NULL)
		return;
	text_add(&session->input, line);
	text_add(&session->input, "\n");
	free(line);
	session->requests++;
	session->deadline_ms += deadline_ms;
}

void
service_ask_list(ServiceSession *session)
{
	service_ask(session, json_pack("{s:s}", "op", "list"), 0);
}

void
service_ask_of(ServiceSession *session, const char *op, ServiceKind kind,
			   int64_t deadline_ms)
{
	json_t	   *request = json_pack("{s:s, s:s}", "op", op, "service",
									service_name(session->node->node, kind));

	if (deadline_ms > 0)
		json_object_set_new(request, "deadline_ms", json_integer(deadline_ms));
	service_ask(session, request, deadline_ms);
}

/*
 * What a node says, on one line, in the arena.  It may say anything: nothing
 * of it reaches a terminal that would obey.
 */
static const char *
one_line(const char *text, Arena *arena)
{
	Text		line = {NULL, 0, 0};
	const char *copy;

	for (; *text != '\0'; text++)
		if (*text == '\n' || *text == '\r')
			text_add(&line, line.len == 0 || text[1] == '\0' ||
					 text[1] == '\n' || text[1] == '\r' ? "" : "; ");
		else if ((unsigned char) *text < ' ' || *text == 0x7F)
			text_add(&line, "?");
		else
			text_add_bytes(&line, text, 1);
	copy = arena_strdup(arena, line.bytes != NULL ? line.bytes : "");
	text_free(&line);
	return copy;
}

static const char *
text_of(const json_t * line, const char *name, Arena *arena)
{
	const char *text = json_string_value(json_object_get(line, name));

	return text != NULL ? one_line(text, arena) : NULL;
}

/* Remember a service that was not there before. */
static ServiceState *
add_state(ServiceSession *session, ServiceKind kind)
{
	ServiceNode *node = session->node;
	Arena	   *arena = &session->work->report->arena;
	size_t		at = 0;

	if (node->services == NULL)
		node->services = arena_alloc(arena, SERVICE_KINDS *
									 sizeof(ServiceState));
	while (at < node->n && node->services[at].kind < kind)
		at++;
	memmove(&node->services[at + 1], &node->services[at],
			(node->n++ - at) * sizeof(ServiceState));
	node->services[at] = (ServiceState)
	{
		.kind = kind,.ms = -1,
			.name = arena_strdup(arena, service_name(node->node, kind))
	};
	return &node->services[at];
}

/* The line of a list or of a query. */
static void
take_state(ServiceSession *session, const json_t * line, ServiceKind kind)
{
	Arena	   *arena = &session->work->report->arena;
	ServiceState *state = service_state_of(session->node, kind);

	if (state == NULL)
		state = add_state(session, kind);
	state->now = text_of(line, "state", arena);
	if (state->before == NULL)
		state->before = state->now;
	if (json_object_get(line, "start") != NULL)
		state->start = text_of(line, "start", arena);
	if (json_object_get(line, "recovery_set") != NULL)
	{
		state->recovery_set = json_is_true(json_object_get(line,
														   "recovery_set"));
		state->recovery = text_of(line, "recovery", arena);
	}
}

static void
take_rights(ServiceState *state, const json_t * line)
{
	state->asked = true;
	state->may_stop = json_is_true(json_object_get(line, "stop"));
	state->may_start = json_is_true(json_object_get(line, "start"));
	state->may_configure = json_is_true(json_object_get(line, "config"));
}

/* "ERROR_ACCESS_DENIED (5)", "it did not stop: stop_pending" */
static const char *
failure_text(const json_t * line, const char *op, Arena *arena)
{
	const char *name = text_of(line, "error_name", arena);
	const char *text = text_of(line, "text", arena);
	const char *state = text_of(line, "state", arena);
	long		code = (long) json_integer_value(json_object_get(line,
																 "error"));

	if (text != NULL)
		return arena_printf(arena, "could not %s: %s", op, text);
	if (name != NULL && name[0] != '\0')
		return code != 0 ? arena_printf(arena, "could not %s: %s (%ld)", op,
										name, code) :
			arena_printf(arena, "could not %s: %s", op, name);
	if (code != 0)
		return arena_printf(arena, "could not %s: error %ld", op, code);
	return arena_printf(arena, "could not %s in time: it is %s", op,
						state != NULL ? state : "in no known state");
}

/* The answer to stop, start or config. */
static void
take_outcome(ServiceSession *session, const json_t * line, ServiceKind kind)
{
	Arena	   *arena = &session->work->report->arena;
	ServiceState *state = service_state_of(session->node, kind);
	const char *op = text_of(line, "op", arena);
	const char *now = text_of(line, "state", arena);
	long		code = (long) json_integer_value(json_object_get(line,
																 "error"));
	bool		good = json_is_true(json_object_get(line, "ok"));

	/* Not there, and so nothing to do. */
	if (code == ERROR_SERVICE_DOES_NOT_EXIST || state == NULL)
		return;
	if (now != NULL)
		state->now = now;
	if (json_is_number(json_object_get(line, "ms")) &&
		!json_is_true(json_object_get(line, "already")))
		state->ms = (int64_t)
			json_number_value(json_object_get(line, "ms"));
	state->problem = NULL;
	if (code == ERROR_SERVICE_DISABLED && op != NULL &&
		strcmp(op, "start") == 0)
		state->start = "disabled";
	else if (!good)
		state->problem = failure_text(line, op != NULL ? op : "do it", arena);
}

static ServiceAnswer
answer_of(const char *kind)
{
	if (kind != NULL && (strcmp(kind, "logon") == 0 ||
						 strcmp(kind, "denied") == 0))
		return SERVICE_REFUSED;
	return kind != NULL && strcmp(kind, "unreachable") == 0 ? SERVICE_SILENT :
		SERVICE_BROKEN;
}

static const char *
error_line(const Error *error, Arena *arena)
{
	if (error->detail == NULL || error->detail[0] == '\0')
		return one_line(error->message, arena);
	return arena_printf(arena, "%s: %s", error->message,
						one_line(error->detail, arena));
}

/* It could not connect. */
static void
take_error(ServiceSession *session, const json_t * error)
{
	Arena	   *arena = &session->work->report->arena;
	const char *kind = json_string_value(json_object_get(error, "kind"));
	const char *text = json_string_value(json_object_get(error, "text"));

	session->node->answer = answer_of(kind);
	session->node->problem = one_line(text != NULL ? text :
									  "it could not be asked", arena);
	/* The account is good, however little it may do. */
	if (kind != NULL && strcmp(kind, "denied") == 0)
		session->connected = true;
}

void
service_answer(ServiceSession *session, const json_t * line)
{
	const		json_t *error = json_object_get(line, "error");
	const char *name = json_string_value(json_object_get(line, "service"));
	ServiceKind kind;
	bool		ours = name != NULL && service_kind(session->node->node, name,
													&kind);

	if (json_is_true(json_object_get(line, "connected")))
	{
		session->connected = true;
		session->node->answer = SERVICE_ANSWERS;
		return;
	}
	if (json_is_object(error) && name == NULL)
	{
		take_error(session, error);
		return;
	}
	if (json_object_get(line, "done") != NULL)
		session->node->read = true;
	else if (ours && json_object_get(line, "display") != NULL)
		take_state(session, line, kind);
	else if (ours && json_is_boolean(json_object_get(line, "stop")) &&
			 service_state_of(session->node, kind) != NULL)
		take_rights(service_state_of(session->node, kind), line);
	else if (ours)
		take_outcome(session, line, kind);
	/* Lines of a list are no answers, its end is. */
	if (session->answers < session->ops.len &&
		(session->ops.bytes[session->answers] != 'l' ||
		 json_object_get(line, "done") != NULL))
		session->answers++;
}

void
service_session_end(ServiceSession *session, const PlatChildResult *result,
					const Error *error)
{
	ServiceNode *node = session->node;
	Arena	   *arena = &session->work->report->arena;
	char		seconds[UNITS_SIZE];

	session->ended = true;
	if (node->problem != NULL)
		return;
	if (!session->connected && result->end == PLAT_CHILD_TIMED_OUT)
	{
		units_seconds((double) result->ms / 1000, seconds);
		node->answer = SERVICE_SILENT;
		node->problem = arena_printf(arena, "did not answer within %s",
									 seconds);
	}
	else if (!session->connected)
	{
		node->answer = node->node->service_control == CONFIG_SERVICE_SSH &&
			result->code == SSH_FAILED ? SERVICE_SILENT : SERVICE_BROKEN;
		node->problem = error->message == NULL ?
			"gave no answer" : error_line(error, arena);
	}
	else if (session->answers < session->requests)
		node->problem = error->message == NULL ?
			"gave fewer answers than it was asked for" :
			arena_printf(arena, "was lost: %s", error_line(error, arena));
}
