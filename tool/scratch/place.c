/*
 * place.c
 *		The directory of a server of our own, and its removal.
 */
#include "scratch/place.h"

#include <stdlib.h>
#include <string.h>

#include "platform/child.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/system.h"
#include "server/control.h"

#define MARKER "qsrepl-scratch"
#define MARKER_TEXT "This directory is made by \"qsrepl snapshot verify " \
	"--deep\" and removed at its end.\n"
#define PID_LIMIT 65536
#define STOP_MS 90000
#define MAKE_MS 60000
#define WORDS_MAX 24

/* A server that was just started writes its process's number first of all. */
#define APPEAR_MS 1000
#define POLL_MS 20

/* Of the path of a socket, without "/.s.PGSQL.5432" and a NUL */
#define ROOT_LIMIT (107 - 15)

/*
 * Beside the snapshots, or beside the server's data, where it has a user of
 * its own, who may not enter the directory of snapshots.
 */
bool
scratch_place(Scratch *scratch, Error *error)
{
	const ConfigSite *site = scratch->site;
	Arena	   *arena = &scratch->arena;

	if (site->server_user == NULL && site->snapshot_directory == NULL)
		return error_set(error, NULL, "Set it in the site's section.",
						 "site \"%s\" has no snapshot_directory", site->name);
	scratch->root = site->server_user != NULL ?
		arena_printf(arena, "%s.verify", site->data_directory) :
		arena_printf(arena, "%s/.verify", site->snapshot_directory);
	if (strlen(scratch->root) > ROOT_LIMIT)
		return error_set(error, NULL, "Set snapshot_directory to a shorter "
						 "path.", "the path of the server for trial is longer "
						 "than %d bytes: \"%s\"", ROOT_LIMIT, scratch->root);
	scratch->data = arena_printf(arena, "%s/data", scratch->root);
	scratch->log = arena_printf(arena, "%s/log", scratch->root);
	return true;
}

bool
scratch_lock(Scratch *scratch, Error *error)
{
	char	   *path = text_format("%s.lock", scratch->root);
	bool		good = plat_lock_take(path, &scratch->lock, NULL, error);

	free(path);
	return good;
}

static const char *
marker_of(Scratch *scratch)
{
	return arena_printf(&scratch->arena, "%s/" MARKER, scratch->root);
}

/* For the server's user, where that is not ours. */
static bool
make_root(Scratch *scratch, Error *error)
{
	const char *const argv[] = {
		"install", "-d", "-m", "0700", "-o", scratch->site->server_user,
		scratch->root, NULL
	};
	PlatChild	child = {.argv = argv,.deadline_ms = MAKE_MS};
	PlatChildResult result;
	bool		good;

	if (scratch->site->server_user == NULL)
		return plat_directory_make(scratch->root, error);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	return good;
}

bool
scratch_make(Scratch *scratch, Error *error)
{
	return make_root(scratch, error) &&
		plat_file_write(marker_of(scratch), MARKER_TEXT, strlen(MARKER_TEXT),
						false, error);
}

bool
scratch_run(Scratch *scratch, const char *const *words, int deadline_ms,
			Error *error)
{
	const char *argv[WORDS_MAX + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.deadline_ms = deadline_ms,
	.cancellable = true};
	PlatChildResult result;
	bool		good;

	server_argv(scratch->site, words, argv);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	return good;
}

/* The number in postmaster.pid; 0 where there is none. */
static int64_t
read_process(Scratch *scratch)
{
	Error		ignored = ERROR_NONE;
	Text		text = {NULL, 0, 0};
	int64_t		process = 0;

	if (plat_file_read(arena_printf(&scratch->arena, "%s/postmaster.pid",
									scratch->data), PID_LIMIT, &text,
					   &ignored) && text.len > 0)
		process = strtoll(text.bytes, NULL, 10);
	error_free(&ignored);
	text_free(&text);
	return process;
}

/* Only a process that runs in its directory is the server. */
static bool
stop(Scratch *scratch, Error *error)
{
	const char *const words[] = {
		server_program(scratch->site, "pg_ctl", &scratch->arena), "stop", "-w",
		"-t", "60", "-s", "-D", scratch->data, "-m", "immediate", NULL
	};
	const char *argv[WORDS_MAX + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.deadline_ms = STOP_MS};
	PlatChildResult result;
	bool		good;

	if (!plat_process_is_in(read_process(scratch), scratch->data))
		return true;
	server_argv(scratch->site, words, argv);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	if (!good && !plat_process_is_in(read_process(scratch), scratch->data))
	{
		error_free(error);
		good = true;
	}
	return good;
}

/* What was started a moment before it was killed has no number yet. */
static void
wait_for_number(Scratch *scratch)
{
	char	   *started = text_format("%s/started", scratch->root);
	int64_t		end = plat_clock_ms() + APPEAR_MS;
	PlatFileInfo info;
	Error		ignored = ERROR_NONE;

	if (plat_file_info(started, &info, &ignored) && info.exists)
		while (read_process(scratch) == 0 && plat_clock_ms() < end)
			plat_sleep_ms(POLL_MS);
	error_free(&ignored);
	free(started);
}

bool
scratch_remove(Scratch *scratch, Error *error)
{
	PlatFileInfo info;
	PlatNames	names;
	bool		empty;

	if (!plat_file_info(scratch->root, &info, error))
		return false;
	if (!info.exists)
		return true;
	if (!plat_file_info(marker_of(scratch), &info, error) ||
		!plat_directory_list(scratch->root, &names, error))
		return false;
	empty = names.count == 0;
	plat_names_free(&names);
	if (!info.exists && !empty)
		return error_set(error, NULL, "Look what is in it, and remove it by "
						 "hand.", "directory \"%s\" is not a server's for "
						 "trial", scratch->root);
	wait_for_number(scratch);
	return stop(scratch, error) && plat_directory_remove(scratch->root, error);
}
