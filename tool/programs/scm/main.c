/*
 * main.c
 *		qsrepl-scm: services of a Windows node.
 *
 * A program of its own because of libsmbclient's licence.  It knows one node
 * and logs on once; qsrepl runs as many as there are nodes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/lines.h"
#include "base/text.h"
#include "platform/secret.h"
#include "programs/scm/kerberos.h"
#include "programs/scm/session.h"
#include "programs/scm/smb.h"

/* A line's request; what is no object is an empty one, which is refused. */
static json_t *
take_request(const Line *line)
{
	json_t	   *request = json_loadb(line->bytes, line->len, 0, NULL);

	if (json_is_object(request))
		return request;
	json_decref(request);
	return json_object();
}

/* Carry out what is asked, line by line, until the end or a failure. */
static void
serve(Session *session, FILE *in)
{
	Line		line = {NULL, 0, 0, false};
	bool		skip = false;

	while (session->rpc.failure.kind == FAILURE_NONE
		   && lines_next(in, &line))
	{
		json_t	   *request = take_request(&line);

		if (skip)
			scm_skip(session, request);
		else if (!scm_request(session, request))
			skip = json_is_true(json_object_get(request, "stop_on_error"));
		json_decref(request);
	}
	lines_free(&line);
}

static bool
log_on(const Options *options, Session *session)
{
	Failure    *failure = &session->rpc.failure;
	Account		account = {"", "", ""};
	Error		error = ERROR_NONE;
	bool		given = options->credentials != NULL;

	if (given && !account_read(options->credentials, &account, &error))
	{
		account_wipe(&account);
		failure_set(failure, FAILURE_LOGON, 0, "%s%s%s", error.message,
					error.detail != NULL ? ": " : "",
					error.detail != NULL ? error.detail : "");
		error_free(&error);
		return false;
	}
	if (options->keytab != NULL && !kerberos_begin(options, failure))
		return false;
	return smb_open(options, given ? &account : NULL, &session->rpc.pipe,
					failure) && scm_begin(session);
}

int
main(int argc, char **argv)
{
	Session		session = {.out = stdout};
	Options		options;
	int			exit_code;

	if (!options_take(argc, argv, &options, &exit_code))
		return exit_code;
	plat_secret_process();
	if (log_on(&options, &session))
	{
		scm_print_connected(stdout);
		serve(&session, stdin);
	}
	exit_code = session.rpc.failure.kind == FAILURE_NONE ? EXIT_OK
		: EXIT_NOT_SO;
	if (exit_code != EXIT_OK)
		scm_print_failure(stdout, &session.rpc.failure);
	scm_end(&session);
	/* A connection that is broken is not worth waiting for. */
	if (exit_code == EXIT_OK)
		smb_close();
	kerberos_end();
	return exit_code;
}
