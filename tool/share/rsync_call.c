/*
 * rsync_call.c
 *		One call of rsync.
 */
#include "share/rsync_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "platform/clock.h"
#include "share/rsync_remote.h"

/* Seconds without a byte after which a connection is given up. */
#define IO_TIMEOUT "120"

void
share_rsync_begin(ShareRsync *rsync, const ShareAccess *remote)
{
	size_t		n = 0;

	memset(rsync, 0, sizeof(*rsync));
	rsync->remote = remote;
	/* Times of a list are to be UTC, and messages those that are known. */
	rsync->environment[n++] = "TZ=UTC";
	rsync->environment[n++] = "LC_ALL=C";
	if (!remote->here && !share_rsync_is_daemon(remote->place) &&
		remote->share->ssh_command.n > 0)
		rsync->environment[n++] =
			share_rsync_shell(&remote->share->ssh_command, &rsync->arena);
	rsync->environment[n] = NULL;
	share_rsync_add(rsync, "rsync");
	if (remote->here)
		return;
	share_rsync_add(rsync, "--timeout=" IO_TIMEOUT);
	if (!share_rsync_is_daemon(remote->place))
		return;
	share_rsync_add(rsync, "--no-motd");
	share_rsync_add(rsync, "--contimeout=15");
	if (remote->share->password_file != NULL)
		share_rsync_addf(rsync, "--password-file=%s",
						 remote->share->password_file);
}

void
share_rsync_add(ShareRsync *rsync, const char *argument)
{
	rsync->argv = mem_grow(rsync->argv, (rsync->n + 2) * sizeof(char *));
	rsync->argv[rsync->n++] = argument;
	rsync->argv[rsync->n] = NULL;
}

void
share_rsync_addf(ShareRsync *rsync, const char *format,...)
{
	va_list		args;
	int			len;
	char	   *argument;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	argument = arena_alloc(&rsync->arena, (size_t) (len < 0 ? 0 : len) + 1);
	va_start(args, format);
	vsnprintf(argument, (size_t) (len < 0 ? 0 : len) + 1, format, args);
	va_end(args);
	share_rsync_add(rsync, argument);
}

void
share_rsync_add_place(ShareRsync *rsync, const ShareAccess *access,
					  const char *below)
{
	share_rsync_addf(rsync, "%s/%s", access->place, below);
}

void
share_rsync_add_path(ShareRsync *rsync, const char *path)
{
	text_add_bytes(&rsync->input, path, strlen(path) + 1);
}

/* What can be done about it, where that can be told. */
static const char *
hint_of(const ShareRsync *rsync)
{
	if (rsync->result.end == PLAT_CHILD_NOT_STARTED)
		return "Install rsync on this machine.";
	switch (rsync->result.end == PLAT_CHILD_EXITED ? rsync->result.code : 0)
	{
		case 5:
			return "Look at the module and its user in the daemon's "
				"configuration, and at key \"password_file\".";
		case 2:
		case 10:
		case 12:
		case 30:
		case 35:
		case 127:
		case 255:
			return "Try the location by hand: key \"ssh_command\" must log on "
				"without a question, and rsync must be there.";
		case 11:
			return "Look for room on the disk.";
		default:
			return NULL;
	}
}

static int
rest_of(const ShareAccess *access)
{
	int64_t		rest = access->end - plat_clock_ms();

	if (access->end == 0)
		return 0;
	return rest < 1 ? 1 : (int) rest;
}

bool
share_rsync_run(ShareRsync *rsync, const char *what, bool partly,
				Error *error)
{
	const PlatChild child = {
		.argv = rsync->argv,
		.environment = rsync->environment,
		.input = rsync->input.bytes,
		.input_len = rsync->input.len,
		.on_line = rsync->on_line,
		.arg = rsync->arg,
		.output_limit = 1,
		.deadline_ms = rest_of(rsync->remote),
		.cancellable = true
	};
	Error		cause = ERROR_NONE;
	int			code;
	bool		good = plat_child_run(&child, &rsync->result, &cause);

	code = rsync->result.end == PLAT_CHILD_EXITED ? rsync->result.code : -1;
	good = good || code == RSYNC_VANISHED || (partly && code == RSYNC_PARTLY);
	if (!good)
		error_set(error, cause.detail, hint_of(rsync),
				  "could not %s \"%s\" at site \"%s\": %s", what,
				  rsync->remote->place, rsync->remote->site->name,
				  cause.message);
	error_free(&cause);
	return good;
}

void
share_rsync_end(ShareRsync *rsync)
{
	plat_child_free(&rsync->result);
	text_free(&rsync->input);
	free(rsync->argv);
	arena_free(&rsync->arena);
}
