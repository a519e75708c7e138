/*
 * backup.c
 *		Steps of a standby: its own data moved aside, the base backup.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/steps.h"
#include "cmd/stamp.h"
#include "pg/advice.h"
#include "platform/child.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/settings.h"
#include "server/target.h"

/* What belongs to the site's machine, not to the database. */
static const char *const kept[] = {
	"postgresql.conf", "pg_hba.conf", "pg_ident.conf"
};

PlanAnswer
setup_stop_done(void *context, Error *error)
{
	Setup	   *setup = context;
	bool		runs;

	if (setup->standby)
		return PLAN_YES;
	if (!server_runs(setup->site, &runs, error))
		return PLAN_ERROR;
	return runs ? PLAN_NO : PLAN_YES;
}

bool
setup_stop_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return server_stop(&setup->config, setup->site, error);
}

PlanAnswer
setup_aside_done(void *context, Error *error)
{
	Setup	   *setup = context;
	bool		empty;

	if (setup->standby)
		return PLAN_YES;
	if (!setup_is_empty(setup->site->data_directory, &empty, error))
		return PLAN_ERROR;
	return empty ? PLAN_YES : PLAN_NO;
}

bool
setup_aside_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	bool		runs;

	(void) progress;
	if (!server_runs(setup->site, &runs, error))
		return false;
	if (runs)
		return error_set(error, NULL, "Stop it.",
						 "the server of site \"%s\" runs again",
						 setup->site->name);
	setup->changed++;
	return plat_file_rename(setup->site->data_directory, setup->aside, error);
}

/* Moved back; what came in its place goes under a name of its own. */
static bool
move_incomplete(Setup *setup, Error *error)
{
	bool		empty;

	if (!setup_is_empty(setup->site->data_directory, &empty, error))
		return false;
	if (empty)
		return true;
	return plat_file_rename(setup->site->data_directory,
							arena_printf(&setup->arena, "%s.incomplete-%s",
										 setup->site->data_directory,
										 stamp_now(&setup->arena)),
							error);
}

bool
setup_aside_undo(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	PlatFileInfo info;

	(void) progress;
	if (!plat_file_info(setup->aside, &info, error))
		return false;
	return !info.exists ||
		(move_incomplete(setup, error) &&
		 plat_file_rename(setup->aside, setup->site->data_directory, error));
}

PlanAnswer
setup_backup_done(void *context, Error *error)
{
	Setup	   *setup = context;
	bool		same;
	bool		complete = false;

	if (setup->standby)
		return PLAN_YES;
	/* pg_basebackup gives the manifest its name at the very end. */
	if (!setup_same_system(setup, &same, error) ||
		!setup_has_file(setup, "backup_manifest", &complete, error))
		return PLAN_ERROR;
	return same && complete ? PLAN_YES : PLAN_NO;
}

/* "  23046/38912 kB (59%), 0/1 tablespace" */
static void
on_line(void *arg, PlatStream stream, const char *line)
{
	char	   *end;
	uint64_t	done = strtoull(line, &end, 10);

	if (stream == PLAT_STDERR && end != line && *end == '/')
		plan_progress_amount(arg, done, strtoull(end + 1, NULL, 10), "kB");
}

/* A directory of the server's user, where we run as another one. */
static bool
make_directory(Setup *setup, Error *error)
{
	const char *const argv[] = {
		"install", "-d", "-m", "0700", "-o", setup->site->server_user,
		setup->site->data_directory, NULL
	};
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	if (setup->site->server_user == NULL)
		return true;
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	return good;
}

bool
setup_backup_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	const char *const words[] = {
		server_program(setup->site, "pg_basebackup", &setup->arena),
		"-D", setup->site->data_directory, "-X", "stream",
		"-S", server_slot(&setup->config, setup->site, &setup->arena),
		"-c", "fast", "-P", "-w", "-d",
		server_conninfo(&setup->config, setup->peer,
						setup->config.replication_role, &setup->arena), NULL
	};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.on_line = on_line,.arg = progress,
	.cancellable = true};
	PlatChildResult result;
	bool		good;

	setup->changed++;
	if (!move_incomplete(setup, error) || !make_directory(setup, error))
		return false;
	server_argv(setup->site, words, argv);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	return good || pg_advise(error);
}

PlanAnswer
setup_keep_done(void *context, Error *error)
{
	Setup	   *setup = context;
	PlatFileInfo info;

	if (setup->standby)
		return PLAN_YES;
	if (!plat_file_info(setup->aside, &info, error))
		return PLAN_ERROR;
	return info.exists ? PLAN_NO : PLAN_YES;
}

static bool
keep_file(Setup *setup, const char *name, Error *error)
{
	const char *old = arena_printf(&setup->arena, "%s/%s", setup->aside,
								   name);
	PlatFileInfo info;
	Text		text = {NULL, 0, 0};
	bool		good;

	if (!plat_file_info(old, &info, error))
		return false;
	if (!info.exists)
		return true;
	/* Nobody else enters the data directory; the server's user must read it. */
	good = plat_file_read(old, SETUP_FILE_LIMIT, &text, error) &&
		plat_file_write(setup_path(setup, name), text.bytes, text.len, false,
						error);
	text_free(&text);
	return good;
}

bool
setup_keep_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (!keep_file(setup, kept[i], error))
			return false;
	return true;
}
