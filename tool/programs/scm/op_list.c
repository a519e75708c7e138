/*
 * op_list.c
 *		Requests that look: list, query, rights.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "programs/scm/session.h"

/* The start type of a service of a list, which may not be ours to see. */
static uint32_t
add_start(Session *session, const ScmrEntry *entry, json_t * answer)
{
	ScmrConfig	config = {0, false, NULL};
	ScmrHandle	handle;
	uint32_t	code = scmr_open_service(&session->rpc, &session->manager,
										 entry->name, SCMR_QUERY_CONFIG,
										 &handle);

	if (code == 0)
	{
		code = scmr_config(&session->rpc, &handle, &config);
		scmr_close(&session->rpc, &handle);
	}
	if (code == 0)
		scm_answer_config(answer, &config);
	else
		json_set_text(answer, "start", NULL);
	free(config.display);
	return code;
}

static uint32_t
print_entry(Session *session, const ScmrEntry *entry)
{
	json_t	   *answer = json_object();
	uint32_t	code;

	json_set_text(answer, "service", entry->name);
	json_set_text(answer, "display", entry->display);
	scm_answer_status(answer, &entry->status);
	code = add_start(session, entry, answer);
	if (code == SCMR_BROKEN)
		json_decref(answer);
	else
		scm_answer_print(session->out, answer);
	return code;
}

static bool
wanted(const ScmrEntry *entry, const char *prefix)
{
	return prefix == NULL
		|| strncmp(entry->name, prefix, strlen(prefix)) == 0;
}

bool
scm_op_list(Session *session, const json_t * request)
{
	const char *prefix = scm_request_text(request, "prefix");
	json_t	   *answer = json_object();
	ScmrList	list = {NULL, 0};
	ScmrHandle	manager;
	uint32_t	code = scmr_open_manager(&session->rpc, SCMR_CONNECT
										 | SCMR_ENUMERATE, &manager);

	if (code == 0)
	{
		code = scmr_list(&session->rpc, &manager, &list);
		scmr_close(&session->rpc, &manager);
	}
	for (size_t i = 0; i < list.count && code == 0; i++)
		if (wanted(&list.entries[i], prefix)
			&& print_entry(session, &list.entries[i]) == SCMR_BROKEN)
			code = SCMR_BROKEN;
	scmr_list_free(&list);
	json_set_text(answer, "done", "list");
	return scm_answer_end(session, answer, code);
}

static uint32_t
query(Session *session, const ScmrHandle *handle, json_t * answer)
{
	ScmrStatus	status;
	ScmrConfig	config = {0, false, NULL};
	ScmrRecovery recovery = {{NULL, 0, 0}, false};
	uint32_t	code = scmr_status(&session->rpc, handle, &status);

	if (code == 0)
		code = scmr_config(&session->rpc, handle, &config);
	if (code == 0)
		code = scmr_recovery(&session->rpc, handle, &recovery);
	if (code == 0)
	{
		scm_answer_config(answer, &config);
		scm_answer_status(answer, &status);
		scm_answer_recovery(answer, &recovery);
	}
	free(config.display);
	text_free(&recovery.bytes);
	return code;
}

bool
scm_op_query(Session *session, const json_t * request)
{
	json_t	   *answer = scm_answer_new(request);
	ScmrHandle	handle;
	uint32_t	code = scm_request_open(session, request, SCMR_QUERY_CONFIG
										| SCMR_QUERY_STATUS, &handle);

	if (code == 0)
	{
		code = query(session, &handle, answer);
		scmr_close(&session->rpc, &handle);
	}
	return scm_answer_end(session, answer, code);
}

/* Whether a service may be opened so; the code of another hindrance. */
static uint32_t
may(Session *session, const json_t * request, uint32_t access, bool *may_it)
{
	ScmrHandle	handle;
	uint32_t	code = scm_request_open(session, request, access, &handle);

	*may_it = code == 0;
	if (code == 0)
		scmr_close(&session->rpc, &handle);
	return code == 5 ? 0 : code;
}

bool
scm_op_rights(Session *session, const json_t * request)
{
	static const struct
	{
		const char *name;
		uint32_t	access;
	}			rights[] = {
		{"stop", SCMR_STOP | SCMR_QUERY_STATUS | SCMR_DEPENDENTS},
		{"start", SCMR_START | SCMR_QUERY_STATUS},
		{"config", SCMR_CHANGE_CONFIG | SCMR_QUERY_CONFIG | SCMR_START},
	};
	json_t	   *answer = scm_answer_new(request);
	uint32_t	code = 0;

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0])
		 && code == 0; i++)
	{
		bool		may_it;

		code = may(session, request, rights[i].access, &may_it);
		json_object_set_new(answer, rights[i].name, json_boolean(may_it));
	}
	return scm_answer_end(session, answer, code);
}

bool
scm_op_kill(Session *session, const json_t * request)
{
	json_t	   *answer = scm_answer_new(request);

	json_set_text(answer, "error_name", "not supported");
	scm_answer_text(answer, "The service control manager cannot end a process.");
	return scm_answer_end(session, answer, 50);
}
