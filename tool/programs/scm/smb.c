/*
 * smb.c
 *		The pipe \PIPE\svcctl of a node, by libsmbclient.
 *
 * The library finds out by itself how to sign and what versions there are, as
 * smb.conf of this machine allows.  What it writes to its log is looked at for
 * the cause of a refused logon, and else dropped; at this level it has no
 * secrets.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
/* libsmbclient's header has POSIX' types. */
#define _DEFAULT_SOURCE

#include "programs/scm/smb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libsmbclient.h>

#include "base/text.h"
#include "platform/alarm.h"
#include "programs/scm/logon.h"

/* The level at which the library tells why a logon was refused. */
#define LOG_LEVEL 3

/* The library's own deadline, once a connection is there, cannot be changed. */
#define LIBRARY_TIMEOUT_MS (3600 * 1000)

static const char no_answer[] =
"{\"error\": {\"kind\": \"unreachable\", \"code\": 110, "
"\"text\": \"no answer in time\"}}\n";

static struct
{
	SMBCCTX    *context;
	SMBCFILE   *file;
	Account    *account;		/* while connecting */
	Failure    *failure;		/* the same */
	bool		resolved;		/* the host's address was found */
	int			timeout_ms;
	int			patience_ms;	/* on top of it */
}			smb;

static void
begin_waiting(void)
{
	plat_alarm_set(smb.timeout_ms + smb.patience_ms, no_answer, 1);
}

static void
end_waiting(void)
{
	plat_alarm_set(0, NULL, 0);
}

static void
copy(char *to, int size, const char *from)
{
	if (size > 0)
		snprintf(to, (size_t) size, "%s", from);
}

static void
tell_account(SMBCCTX * context, const char *server, const char *share,
			 char *domain, int domain_size, char *user, int user_size,
			 char *password, int password_size)
{
	(void) context;
	(void) server;
	(void) share;
	if (smb.account == NULL)
		return;
	copy(user, user_size, smb.account->user);
	copy(password, password_size, smb.account->password);
	if (smb.account->domain[0] != '\0')
		copy(domain, domain_size, smb.account->domain);
}

static void
on_log(void *arg, int level, const char *line)
{
	(void) arg;
	(void) level;
	if (smb.failure == NULL)
		return;
	if (strstr(line, "Connecting to ") != NULL)
		smb.resolved = true;
	logon_failure(line, smb.failure);
}

static bool
set_up(const Options *options)
{
	SMBCCTX    *context = smbc_new_context();

	if (context == NULL)
		return false;
	smb.context = context;
	smbc_setDebug(context, LOG_LEVEL);
	smbc_setLogCallback(context, NULL, on_log);
	smbc_setFunctionAuthDataWithContext(context, tell_account);
	smbc_setPort(context, options->port);
	smbc_setTimeout(context, LIBRARY_TIMEOUT_MS);
	smbc_setOptionNoAutoAnonymousLogin(context, 1);
	smbc_setOptionUseCCache(context, 0);
	smbc_setOptionUseKerberos(context, options->credentials == NULL);
	smbc_setOptionFallbackAfterKerberos(context, 0);
	return smbc_init_context(context) != NULL;
}

/* What errno of libsmbclient means, where its log did not tell. */
static bool
fail(Failure *failure, const char *what, int error)
{
	FailureKind kind = FAILURE_UNREACHABLE;

	if (error == EACCES || error == EPERM)
		kind = FAILURE_DENIED;
	else if (error == ENOENT || error == EINVAL || error == EPROTO)
		kind = FAILURE_PROTOCOL;
	return failure_set(failure, kind, (uint32_t) error, "%s: %s", what,
					   strerror(error));
}

/* A pipe has no offset, but the library counts one. */
static void
rewind_pipe(void)
{
	smbc_getFunctionLseek(smb.context) (smb.context, smb.file, 0, SEEK_SET);
}

static bool
smb_write(void *arg, const void *bytes, size_t len, Failure *failure)
{
	ssize_t		done;

	(void) arg;
	begin_waiting();
	rewind_pipe();
	done = smbc_getFunctionWrite(smb.context) (smb.context, smb.file, bytes,
											   len);
	end_waiting();
	if (done == (ssize_t) len)
		return true;
	return fail(failure, "could not write to the pipe", errno);
}

/* The library reads on until it has as much as it was asked for. */
static bool
smb_read(void *arg, void *bytes, size_t len, size_t *got, Failure *failure)
{
	ssize_t		done;

	(void) arg;
	begin_waiting();
	rewind_pipe();
	done = smbc_getFunctionRead(smb.context) (smb.context, smb.file, bytes,
											  len);
	end_waiting();
	if (done > 0)
	{
		*got = (size_t) done;
		return true;
	}
	if (done == 0)
		return failure_set(failure, FAILURE_PROTOCOL, 0,
						   "the pipe was closed");
	return fail(failure, "could not read from the pipe", errno);
}

static void
smb_patience(void *arg, int ms)
{
	(void) arg;
	smb.patience_ms = ms;
}

static bool
open_pipe(const Options *options)
{
	char	   *url = text_format("smb://%s/IPC$/svcctl", options->host);

	begin_waiting();
	errno = 0;
	smb.file = smbc_getFunctionOpen(smb.context) (smb.context, url, O_RDWR,
												  0);
	end_waiting();
	free(url);
	return smb.file != NULL;
}

bool
smb_open(const Options *options, Account *account, RpcPipe *pipe,
		 Failure *failure)
{
	bool		good;
	int			error;

	smb.resolved = false;
	smb.account = account;
	smb.failure = failure;
	smb.timeout_ms = options->timeout_ms;
	good = set_up(options);
	good = good && open_pipe(options);
	error = errno;
	smb.account = NULL;
	smb.failure = NULL;
	if (account != NULL)
		account_wipe(account);
	*pipe = (RpcPipe)
	{
		smb_write, smb_read, smb_patience, NULL
	};
	if (!good && !smb.resolved)
		failure_set(failure, FAILURE_UNREACHABLE, 0,
					"could not find the address of host \"%s\"",
					options->host);
	return good || fail(failure, "could not open the pipe of the service "
						"control manager", error);
}

void
smb_close(void)
{
	if (smb.context == NULL)
		return;
	plat_alarm_set(smb.timeout_ms, "", 0);
	if (smb.file != NULL)
		smbc_getFunctionClose(smb.context) (smb.context, smb.file);
	smbc_free_context(smb.context, 1);
	plat_alarm_set(0, NULL, 0);
	memset(&smb, 0, sizeof(smb));
}
