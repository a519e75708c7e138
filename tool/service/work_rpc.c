/*
 * work_rpc.c
 *		Services of Windows by Samba's "net rpc service".
 *
 * Its exit code is 0 or 255, and what happened is in its words: a name of the
 * form WERR_... or NT_STATUS_....  A start that is accepted but not over ends
 * as "failed [WERR_OK]" with exit code 0; a stop of a service that takes its
 * time ends so too.  So what counts is a later look.  It cannot change start
 * types, and what rights one has is not told.
 */
#include <stdlib.h>
#include <string.h>

#include "service/internal.h"
#include "service/worker.h"

#define ASK_MS 30000

static const struct
{
	const char *word;
	long		code;
	const char *name;
}			failures[] =

{
	{"WERR_ACCESS_DENIED", 5, "ERROR_ACCESS_DENIED"},
	{"WERR_SERVICE_ALREADY_RUNNING", 1056, "ERROR_SERVICE_ALREADY_RUNNING"},
	{"WERR_SERVICE_DISABLED", 1058, "ERROR_SERVICE_DISABLED"},
	{"WERR_SERVICE_DOES_NOT_EXIST", 1060, "ERROR_SERVICE_DOES_NOT_EXIST"},
	{"WERR_SERVICE_NOT_ACTIVE", 1062, "ERROR_SERVICE_NOT_ACTIVE"},
	{"WERR_SERVICE_DEPENDENCY_FAIL", 1068, "ERROR_SERVICE_DEPENDENCY_FAIL"},
	{"WERR_SERVICE_LOGON_FAILED", 1069, "ERROR_SERVICE_LOGON_FAILED"}
};

/* What keeps one from getting as far as the service. */
static const char *
kind_of(const char *words)
{
	static const char *const logons[] = {
		"NT_STATUS_LOGON_FAILURE", "NT_STATUS_ACCOUNT", "NT_STATUS_PASSWORD",
		"NT_STATUS_WRONG_PASSWORD", "NT_STATUS_NO_SUCH_USER",
		"NT_STATUS_INVALID_LOGON", "NT_STATUS_LOGON_TYPE"
	};

	for (size_t i = 0; i < sizeof(logons) / sizeof(logons[0]); i++)
		if (strstr(words, logons[i]) != NULL)
			return "logon";
	if (strstr(words, "ACCESS_DENIED") != NULL)
		return "denied";
	return strstr(words, "Connection failed") != NULL ||
		strstr(words, "Could not connect") != NULL ? "unreachable" :
		"protocol";
}

static bool
run(Worker *worker, const char *verb, const char *service,
	int64_t deadline_ms, PlatChildResult *result, Error *error)
{
	const ConfigNode *node = worker->node;
	const char *words[16] = {"net", "rpc", "service", verb};
	size_t		n = 4;

	if (service != NULL)
		words[n++] = service;
	words[n++] = "-S";
	words[n++] = node->address;
	words[n++] = "-p";
	words[n++] = arena_printf(&worker->arena, "%d", node->smb_port);
	if (node->kerberos)
		words[n++] = "--use-kerberos=required";
	else
	{
		words[n++] = "-A";
		words[n++] = node->credentials;
	}
	words[n] = NULL;
	return work_run(worker, words, deadline_ms, result, error);
}

/* Its words are on both streams. */
static const char *
words_of(Worker *worker, const PlatChildResult *result)
{
	return arena_printf(&worker->arena, "%s\n%s", result->errors,
						result->output);
}

static void
set_failure(Worker *worker, const char *words, WorkFailure *failure)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (strstr(words, failures[i].word) != NULL)
		{
			failure->code = failures[i].code;
			failure->name = failures[i].name;
			return;
		}
	words += strspn(words, "\r\n .");
	failure->name = work_first_line(worker, words);
}

static const char *
state_word(const char *state)
{
	static const char *const words[][2] = {
		{"stop pending", "stop_pending"}, {"start pending", "start_pending"},
		{"continue pending", "continue_pending"},
		{"pause pending", "pause_pending"}, {"stopped", "stopped"},
		{"running", "running"}, {"paused", "paused"}
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(state, words[i][0], strlen(words[i][0])) == 0)
			return words[i][1];
	return "unknown";
}

static const char *
start_word(long type)
{
	return type == 2 ? "auto" : type == 3 ? "manual" : type == 4 ?
		"disabled" : "unknown";
}

/* "NAME service is running." and "Start Type           = 0x2" */
static bool
read_status(Worker *worker, const char *words, WorkState *state)
{
	static const char is[] = " service is ";
	static const char start[] = "Start Type";
	static const char display[] = "Display Name";
	const char *at = strstr(words, is);

	if (at == NULL)
		return false;
	state->there = true;
	state->state = state_word(at + strlen(is));
	at = strstr(words, start);
	at = at != NULL ? strstr(at, "0x") : NULL;
	if (at != NULL)
		state->start = start_word(strtol(at, NULL, 16));
	at = strstr(words, display);
	at = at != NULL ? strstr(at, "= ") : NULL;
	state->display = at != NULL ? work_first_line(worker, at + 2) : "";
	return true;
}

static bool
ask(Worker *worker, ServiceKind service, WorkState *state,
	WorkFailure *failure)
{
	PlatChildResult result;
	Error		error = ERROR_NONE;
	bool		good = run(worker, "status",
						   service_name(worker->node, service), ASK_MS,
						   &result, &error);
	const char *words = words_of(worker, &result);

	memset(state, 0, sizeof(*state));
	good = good && read_status(worker, words, state);
	if (!good)
		set_failure(worker, words[1] != '\0' ? words : error.message != NULL ?
					error.message : "", failure);
	error_free(&error);
	plat_child_free(&result);
	return good;
}

/* One that the list has not is not asked for. */
static bool
look(Worker *worker, ServiceKind service, WorkState *state,
	 WorkFailure *failure)
{
	memset(state, 0, sizeof(*state));
	return !worker->states[service].there ||
		ask(worker, service, state, failure);
}

/* The services that are there, and then each one's state. */
static bool
look_at_all(Worker *worker, const char *names, Error *error)
{
	for (int i = 0; i < SERVICE_KINDS; i++)
	{
		ServiceKind service = (ServiceKind) i;
		WorkFailure failure = {0, NULL};

		memset(&worker->states[i], 0, sizeof(worker->states[i]));
		if (strstr(names, service_name(worker->node, service)) != NULL &&
			!ask(worker, service, &worker->states[i], &failure))
			return error_set(error, failure.name, NULL,
							 "service \"%s\" could not be looked at",
							 service_name(worker->node, service));
	}
	return true;
}

static bool
list(Worker *worker, const char **kind, Error *error)
{
	PlatChildResult result;
	bool		good = run(worker, "list", NULL,
						   worker->config->services.answer_timeout, &result,
						   error);
	const char *words = words_of(worker, &result);

	*kind = result.end == PLAT_CHILD_TIMED_OUT ? "unreachable" :
		kind_of(words);
	if (good)
		good = look_at_all(worker, words, error);
	else if (result.end == PLAT_CHILD_EXITED)
		error_set(error, NULL, NULL, "%s", words + strspn(words, "\r\n"));
	plat_child_free(&result);
	return good;
}

/*
 * What it did not want because it was so already is seen by the look that
 * follows.  That it waits in vain for a slow stop is not its failure.
 */
static bool
act(Worker *worker, const char *op, ServiceKind service, int64_t deadline_ms,
	WorkFailure *failure)
{
	PlatChildResult result;
	Error		error = ERROR_NONE;
	bool		good = run(worker, op, service_name(worker->node, service),
						   deadline_ms, &result, &error);

	if (!good)
		set_failure(worker, words_of(worker, &result), failure);
	if (failure->code == 1056 || failure->code == 1062)
	{
		*failure = (WorkFailure)
		{
			0, NULL
		};
		good = true;
	}
	error_free(&error);
	plat_child_free(&result);
	return good;
}

const WorkDriver work_rpc = {list, look, act, NULL, NULL};
