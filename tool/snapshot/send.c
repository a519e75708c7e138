/*
 * send.c
 *		A snapshot's files on their way to another directory, by rsync.
 */
#include "snapshot/send.h"

#include "base/arena.h"
#include "share/rsync_remote.h"

/* Seconds without a byte after which a connection is given up. */
#define IO_TIMEOUT "300"

#define WORDS_MAX 20

/*
 * Directories that the list names are made, as are those that files are in.
 * Without -r nothing but what is listed goes.
 */
static size_t
make_words(const SnapshotSend *send, const char **words, Arena *arena)
{
	size_t		n = 0;

	words[n++] = "rsync";
	words[n++] = "--dirs";
	words[n++] = "--times";
	words[n++] = "--perms";
	words[n++] = "--secluded-args";
	words[n++] = "--from0";
	words[n++] = "--files-from=-";
	words[n++] = "--partial-dir=" SNAPSHOT_SEND_HALF;
	words[n++] = "--info=progress2";
	if (send->doubt)
		words[n++] = "--checksum";
	if (send->former != NULL)
		words[n++] = arena_printf(arena, "--link-dest=../%s", send->former);
	if (send->remote)
		words[n++] = "--timeout=" IO_TIMEOUT;
	if (share_rsync_is_daemon(send->target) &&
		send->site->snapshot_password_file != NULL)
		words[n++] = arena_printf(arena, "--password-file=%s",
								  send->site->snapshot_password_file);
	words[n++] = "--";
	words[n++] = arena_printf(arena, "%s/", send->source);
	words[n++] = arena_printf(arena, "%s/", send->target);
	words[n] = NULL;
	return n;
}

/* What can be done about it, where that can be told. */
static const char *
hint_of(const PlatChildResult *result)
{
	if (result->end == PLAT_CHILD_NOT_STARTED)
		return "Install rsync on this machine.";
	switch (result->end == PLAT_CHILD_EXITED ? result->code : 0)
	{
		case 11:
			return "Look for room on the disk there. The same command goes on "
				"with what has come.";
		case 10:
		case 12:
		case 30:
		case 255:
			return "Look at snapshot_remote and snapshot_ssh_command: ssh must "
				"log on without a question, and rsync must be there. The same "
				"command goes on with what has come.";
		default:
			return "The same command goes on with what has come.";
	}
}

bool
snapshot_send(const SnapshotSend *send, Error *error)
{
	Arena		arena = {NULL};
	const char *words[WORDS_MAX];
	const char *environment[3] = {"LC_ALL=C", NULL, NULL};
	PlatChild	child = {
		.argv = words,.environment = environment,.input = send->paths.bytes,
		.input_len = send->paths.len,.on_line = send->on_line,
		.arg = send->arg,.output_limit = 1,.cancellable = true
	};
	PlatChildResult result;
	Error		cause = ERROR_NONE;
	bool		good;

	make_words(send, words, &arena);
	if (send->remote && !share_rsync_is_daemon(send->target) &&
		send->site->snapshot_ssh_command.n > 0)
		environment[1] = share_rsync_shell(&send->site->snapshot_ssh_command,
										   &arena);
	good = plat_child_run(&child, &result, &cause);
	if (!good)
		error_set(error, cause.detail, hint_of(&result),
				  "could not copy to \"%s\" at site \"%s\": %s", send->target,
				  send->site->name, cause.message);
	error_free(&cause);
	plat_child_free(&result);
	arena_free(&arena);
	return good;
}
