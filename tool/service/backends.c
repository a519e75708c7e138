/*
 * backends.c
 *		The table of what controls services.
 *
 * A way that is driven by commands has no answer of its own that a session
 * could read: this program, started once more as "service work", makes one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/file.h"
#include "platform/system.h"
#include "service/internal.h"

#define WORDS_MOST 16

/* The words of a child: copied, since numbers among them are made here. */
static void
set_words(ServiceSession *session, PlatChild *child, const char *const *words)
{
	size_t		n = 0;

	while (words[n] != NULL)
		n++;
	session->argv = mem_alloc((n + 1) * sizeof(char *));
	memcpy(session->argv, words, (n + 1) * sizeof(char *));
	child->argv = session->argv;
	child->input = session->input.bytes;
	child->input_len = session->input.len;
}

/* The program beside this one, or else the one in PATH. */
static const char *
scm_program(Arena *arena)
{
	static const char name[] = "qsrepl-scm";
	Error		error = ERROR_NONE;
	PlatFileInfo info = {.exists = false};
	char	   *own;
	char	   *beside;

	if (!plat_own_path(&own, &error))
	{
		error_free(&error);
		return name;
	}
	beside = arena_printf(arena, "%.*s%s",
						  (int) (strlen(own) -
								 strlen("qsrepl") -
								 (strrchr(own, '.') != NULL &&
								  strcmp(strrchr(own, '.'), ".exe") == 0 ?
								  strlen(".exe") : 0)), own, name);
	free(own);
	if (plat_file_info(beside, &info, &error) && info.exists)
		return beside;
	error_free(&error);
	return name;
}

static bool
prepare_scm(ServiceSession *session, PlatChild *child, Error *error)
{
	const ConfigNode *node = session->node->node;
	Arena	   *arena = &session->work->report->arena;
	const char *words[WORDS_MOST] = {
		scm_program(arena), "--host", node->address, "--port",
		arena_printf(arena, "%d", node->smb_port), "--timeout",
		arena_printf(arena, "%ld",
					 session->work->config->services.answer_timeout)
	};
	size_t		n = 7;

	(void) error;
	if (node->keytab != NULL)
	{
		words[n++] = "--keytab";
		words[n++] = node->keytab;
		words[n++] = "--principal";
		words[n++] = node->principal;
	}
	else if (node->kerberos)
		words[n++] = "--kerberos";
	else
	{
		words[n++] = "--credentials";
		words[n++] = node->credentials;
	}
	words[n] = NULL;
	set_words(session, child, words);
	return true;
}

static bool
prepare_worker(ServiceSession *session, PlatChild *child, Error *error)
{
	Arena	   *arena = &session->work->report->arena;
	char	   *own;
	const char *words[] = {
		NULL, "service", "work", "--config", session->work->config->file,
		"--node", session->node->node->name, NULL
	};

	if (!plat_own_path(&own, error))
		return false;
	words[0] = arena_strdup(arena, own);
	free(own);
	set_words(session, child, words);
	return true;
}

static bool
prepare_ssh(ServiceSession *session, PlatChild *child, Error *error)
{
	return session->node->node->system == CONFIG_WINDOWS ?
		service_prepare_powershell(session, child, error) :
		prepare_worker(session, child, error);
}

static void
judge_ssh(ServiceSession *session, const PlatChildResult *result,
		  Error *error)
{
	if (session->node->node->system == CONFIG_WINDOWS)
		service_judge_powershell(session, result, error);
}

/* In the order of ConfigServiceControl. */
static const ServiceBackend backends[] = {
	{false, false, NULL, NULL},
	{true, true, prepare_scm, NULL},
	{false, true, prepare_worker, NULL},
	{true, false, prepare_ssh, judge_ssh},
	{true, false, prepare_worker, NULL},
	{true, false, prepare_worker, NULL}
};

const ServiceBackend *
service_backend(const ConfigNode *node)
{
	return &backends[node->service_control];
}

bool
service_can_configure(const ConfigNode *node)
{
	return service_backend(node)->configures;
}

bool
service_can_run(const ConfigNode *node)
{
	return node->ssh_command.n > 0 ||
		node->service_control == CONFIG_SERVICE_SYSTEMD ||
		node->service_control == CONFIG_SERVICE_EXEC;
}
