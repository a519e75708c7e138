/*
 * rejoin_rewind.c
 *		Steps of a rejoin that change the data directory, and those around.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/rejoin_work.h"
#include "pg/advice.h"
#include "platform/cancel.h"
#include "platform/child.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "server/act.h"
#include "server/control.h"
#include "server/settings.h"
#include "server/target.h"

#define FILE_LIMIT (4 * 1024 * 1024)

/* What belongs to the site's machine, and pg_rewind copies. */
static const char *const own[] = {
	"postgresql.conf", "pg_hba.conf", "pg_ident.conf"
};

/* Noted where the data are to be replaced by a base backup. */
static bool
is_rebuilt(Move *move, const PlanProgress *progress)
{
	move->rebuild = plan_noted(progress, "rebuild") != NULL;
	return move->rebuild;
}

PlanAnswer
rejoin_done(void *context, Error *error)
{
	Move	   *move = context;

	(void) error;
	/* --rebuild is meant, whatever there is. */
	return move->request->rebuild ? PLAN_NO : move_start_done(context, error);
}

bool
rejoin_stop_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	move_disconnect(move, move->from);
	return server_act(&move->config, move->from, "stop", error);
}

static const char *
own_path(Move *move, const char *name)
{
	return arena_printf(&move->arena, "%s/%s", move->from->data_directory,
						name);
}

static const char *
copy_directory(Move *move)
{
	return arena_printf(&move->arena, "%s/rejoin-%s",
						move->config.journal_directory, move->from->name);
}

static const char *
copy_path(Move *move, const char *name)
{
	return arena_printf(&move->arena, "%s/%s", copy_directory(move), name);
}

static bool
copy_file(const char *from, const char *to, Error *error)
{
	PlatFileInfo info;
	Text		text = {NULL, 0, 0};
	bool		good;

	if (!plat_file_info(from, &info, error))
		return false;
	if (!info.exists)
		return true;
	good = plat_file_read(from, FILE_LIMIT, &text, error) &&
		plat_file_write(to, text.bytes, text.len, false, error);
	text_free(&text);
	return good;
}

/*
 * pg_rewind that was ended in its middle leaves data that no second one can
 * mend; and one that had come to its end, whose recovery a second one would
 * run, a log that is no more the active site's.  So that it was begun is on the
 * disk, until the step is known to be done, whichever run it belongs to.
 */
static const char *
broken_path(Move *move)
{
	return copy_path(move, "rewinding");
}

bool
rejoin_broken(Move *move, bool *broken, Error *error)
{
	PlatFileInfo info;

	if (!plat_file_info(broken_path(move), &info, error))
		return false;
	*broken = info.exists;
	return true;
}

/* Neither pg_rewind nor a base backup keeps slots: whoever uses one is told. */
static bool
tell_slots(Move *move, Error *error)
{
	const char *expected = server_slot(&move->config, move->to, &move->arena);
	PlatNames	names;

	if (!plat_directory_list(own_path(move, "pg_replslot"), &names, error))
		return false;
	for (size_t i = 0; i < names.count; i++)
		if (strcmp(names.names[i], expected) != 0)
			text_addf(&move->notes, "Replication slot \"%s\" of site %s is "
					  "dropped. What uses it cannot go on: make it anew.\n",
					  names.names[i], move->from->name);
	plat_names_free(&names);
	return true;
}

/* What writing a copy leaves where it is killed; the folder is qsrepl's own. */
static bool
clear_partial(Move *move, Error *error)
{
	PlatNames	names;
	bool		good = plat_directory_list(copy_directory(move), &names, error);

	if (!good)
		return false;
	for (size_t i = 0; good && i < names.count; i++)
	{
		const char *name = names.names[i];
		size_t		len = strlen(name);

		if (len > 4 && strcmp(name + len - 4, ".tmp") == 0)
			good = plat_file_remove(copy_path(move, name), error);
	}
	plat_names_free(&names);
	return good;
}

/* Once: a second time, they may be the active site's. */
bool
rejoin_copy_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	bool		broken;

	if (plan_noted(progress, "copied") != NULL)
		return true;
	if (!rejoin_broken(move, &broken, error))
		return false;
	if (broken)
		return plan_note(progress, "copied", copy_directory(move), error);
	if (!tell_slots(move, error) ||
		!plat_directory_make(copy_directory(move), error) ||
		!clear_partial(move, error))
		return false;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!copy_file(own_path(move, own[i]), copy_path(move, own[i]), error))
			return false;
	return plan_note(progress, "copied", copy_directory(move), error);
}

bool
rejoin_keep_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!copy_file(copy_path(move, own[i]), own_path(move, own[i]), error))
			return false;
	return is_rebuilt(move, progress) ||
		plat_file_remove(broken_path(move), error);
}

static void
on_line(void *arg, PlatStream stream, const char *line)
{
	if (stream == PLAT_STDERR)
		plan_progress(arg, "%s", line);
}

static bool
run_rewind(Move *move, PlanProgress *progress, Error *error)
{
	Arena	   *arena = &move->arena;
	const char *const words[] = {
		server_program(move->from, "pg_rewind", arena), "-D",
		move->from->data_directory,
		arena_printf(arena, "--source-server=%s connect_timeout=%ld "
					 "tcp_user_timeout=25000 "
					 "keepalives_idle=10 keepalives_interval=5 "
					 "keepalives_count=3",
					 server_conninfo_of(&move->config, move->to, NULL,
										move->config.maintenance_database,
										arena),
					 (move->config.connect_timeout + 999) / 1000 + 1),
		"--progress", NULL
	};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.on_line = on_line,.arg = progress};
	PlatChildResult result;
	Error		second = ERROR_NONE;

	/*
	 * pg_rewind believes the control file, which a promotion does not renew;
	 * and it cannot recover what was not shut down, where that is a
	 * standby's.
	 */
	if (!server_act(&move->config, move->from, "primary", error) ||
		!plat_file_write(broken_path(move), "", 0, false, error))
		return false;
	server_argv(move->from, words, argv);

	/*
	 * At once, and also where it has failed: what is half rewound may have
	 * the other site's configuration, and a start as a primary would be one
	 * too many.
	 */
	if (plat_child_run(&child, &result, error))
	{
		plat_child_free(&result);
		return plat_file_write(own_path(move, "standby.signal"), "", 0,
							   false, error);
	}
	plat_child_free(&result);
	plat_file_write(own_path(move, "standby.signal"), "", 0, false, &second);
	error_free(&second);
	return pg_advise(error);
}

bool
rejoin_rewind_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	bool		broken;

	if (is_rebuilt(move, progress))
		return true;
	if (!rejoin_broken(move, &broken, error))
		return false;
	if (broken)
		text_add(&move->notes, "pg_rewind was interrupted. A new base backup "
				 "is taken.\n");
	else if (!move->request->rebuild)
	{
		PgConnection *active = move_server(move, move->to, error);

		if (active == NULL)
			return false;
		pg_set_deadline(active, (int) move->config.stop_timeout);
		if (!pg_run(active, "CHECKPOINT", PG_NONE, error))
			return false;
		if (run_rewind(move, progress, error))
			return true;
		/* A server that does not answer, or Ctrl-C, is no reason to rebuild. */
		if (plat_cancelled() || error->sqlstate[0] != '\0')
			return false;
		text_addf(&move->notes, "pg_rewind could not be used: %s. A new base "
				  "backup is taken.\n", error->detail != NULL ?
				  error->detail : error->message);
		error_free(error);
	}
	move->rebuild = true;
	return plan_note(progress, "rebuild", "yes", error);
}

/* Whoever starts it must not make it a primary. */
bool
rejoin_rewind_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	return server_act(&move->config, move->from, "standby", error);
}

bool
rejoin_standby_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return is_rebuilt(move, progress) ||
		server_act(&move->config, move->from, "standby", error);
}

bool
rejoin_start_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return is_rebuilt(move, progress) ||
		move_bring_back(move, progress, error);
}

bool
rejoin_slots_run(void *context, PlanProgress *progress, Error *error)
{
	return is_rebuilt(context, progress) ||
		move_slots_run(context, progress, error);
}

bool
rejoin_after_run(void *context, PlanProgress *progress, Error *error)
{
	(void) error;
	is_rebuilt(context, progress);
	return true;
}
