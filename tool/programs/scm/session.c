/*
 * session.c
 *		A connection to a node's service control manager, and its requests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/session.h"

#include <string.h>

#include "base/json.h"
#include "programs/scm/words.h"

#define INVALID_PARAMETER 87

typedef struct Operation
{
	const char *name;
	bool		service;		/* needs the name of one */
	bool		(*run) (Session *session, const json_t * request);
} Operation;

static const Operation operations[] = {
	{"list", false, op_list},
	{"query", true, op_query},
	{"start", true, op_start},
	{"stop", true, op_stop},
	{"config", true, op_config},
	{"rights", true, op_rights},
	{"kill", true, op_kill},
};

bool
session_begin(Session *session)
{
	Rpc		   *rpc = &session->rpc;
	uint32_t	code;

	if (!rpc_bind(rpc))
		return false;
	code = scmr_open_manager(rpc, SCMR_CONNECT, &session->manager);
	if (code != 0 && code != SCMR_BROKEN)
		failure_set(&rpc->failure, FAILURE_DENIED, code,
					"could not open the service control manager: %s",
					words_error(code));
	return code == 0;
}

void
session_end(Session *session)
{
	if (session->rpc.failure.kind == FAILURE_NONE)
		scmr_close(&session->rpc, &session->manager);
	rpc_end(&session->rpc);
}

static bool
refuse(Session *session, const json_t * request, const char *why)
{
	json_t	   *answer = answer_new(request);

	answer_text(answer, why);
	return answer_end(session, answer, INVALID_PARAMETER);
}

bool
session_request(Session *session, const json_t * request)
{
	const char *name = request_text(request, "op");
	const char *service = request_text(request, "service");

	if (name == NULL)
		return refuse(session, request, "A request needs \"op\".");
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
	{
		if (strcmp(operations[i].name, name) != 0)
			continue;
		if (operations[i].service && (service == NULL || service[0] == '\0'
									  || strlen(service) > SCMR_NAME_MAX))
			return refuse(session, request,
						  "A request of this kind needs \"service\".");
		return operations[i].run(session, request);
	}
	return refuse(session, request, "\"op\" is not recognized.");
}

void
session_skip(Session *session, const json_t * request)
{
	json_t	   *answer = answer_new(request);

	json_object_set_new(answer, "skipped", json_true());
	json_object_set_new(answer, "ok", json_false());
	answer_print(session->out, answer);
}

void
session_print_failure(FILE *out, const Failure *failure)
{
	json_t	   *answer = json_object();
	json_t	   *error = json_object();

	json_object_set_new(error, "kind",
						json_string(failure_word(failure->kind)));
	json_object_set_new(error, "code", json_integer(failure->code));
	json_object_set_new(error, "text", json_text(failure->text));
	json_object_set_new(answer, "error", error);
	answer_print(out, answer);
}

void
session_print_connected(FILE *out)
{
	json_t	   *answer = json_object();

	json_object_set_new(answer, "connected", json_true());
	answer_print(out, answer);
}

uint32_t
request_open(Session *session, const json_t * request, uint32_t access,
			 ScmrHandle *handle)
{
	return scmr_open_service(&session->rpc, &session->manager,
							 request_text(request, "service"), access,
							 handle);
}

const char *
request_text(const json_t * request, const char *name)
{
	return json_string_value(json_object_get(request, name));
}
