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
	{"list", false, scm_op_list},
	{"query", true, scm_op_query},
	{"start", true, scm_op_start},
	{"stop", true, scm_op_stop},
	{"config", true, scm_op_config},
	{"rights", true, scm_op_rights},
	{"kill", true, scm_op_kill},
};

bool
scm_begin(Session *session)
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
scm_end(Session *session)
{
	if (session->rpc.failure.kind == FAILURE_NONE)
		scmr_close(&session->rpc, &session->manager);
	rpc_end(&session->rpc);
}

static bool
refuse(Session *session, const json_t * request, const char *why)
{
	json_t	   *answer = scm_answer_new(request);

	scm_answer_text(answer, why);
	return scm_answer_end(session, answer, INVALID_PARAMETER);
}

bool
scm_request(Session *session, const json_t * request)
{
	const char *name = scm_request_text(request, "op");
	const char *service = scm_request_text(request, "service");

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
scm_skip(Session *session, const json_t * request)
{
	json_t	   *answer = scm_answer_new(request);

	json_object_set_new(answer, "skipped", json_true());
	json_object_set_new(answer, "ok", json_false());
	scm_answer_print(session->out, answer);
}

void
scm_print_failure(FILE *out, const Failure *failure)
{
	json_t	   *answer = json_object();
	json_t	   *error = json_object();

	json_object_set_new(error, "kind",
						json_string(failure_word(failure->kind)));
	json_object_set_new(error, "code", json_integer(failure->code));
	json_object_set_new(error, "text", json_text(failure->text));
	json_object_set_new(answer, "error", error);
	scm_answer_print(out, answer);
}

void
scm_print_connected(FILE *out)
{
	json_t	   *answer = json_object();

	json_object_set_new(answer, "connected", json_true());
	scm_answer_print(out, answer);
}

uint32_t
scm_request_open(Session *session, const json_t * request, uint32_t access,
				 ScmrHandle *handle)
{
	return scmr_open_service(&session->rpc, &session->manager,
							 scm_request_text(request, "service"), access,
							 handle);
}

const char *
scm_request_text(const json_t * request, const char *name)
{
	return json_string_value(json_object_get(request, name));
}
