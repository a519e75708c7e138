/*
 * databases.c
 *		The step that makes the databases beside those that are there, by
 *		pg_restore.
 *
 * A database that is complete carries a comment of this run, so that a run that
 * is gone on with does not make it again.
 */
#include <string.h>

#include "cmd/own_rows.h"
#include "cmd/restore/create.h"
#include "cmd/restore/guard.h"
#include "pg/advice.h"
#include "pg/statements.h"
#include "platform/child.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/target.h"

static void
tell_line(void *arg, PlatStream stream, const char *line)
{
	(void) stream;
	plan_progress(arg, "%s", line);
}

/*
 * Sections of a dump, by one call each.  A tar file is read from its beginning
 * to its end, by one process.
 */
static bool
load_section(Restore *restore, const RestoreDatabase *database,
			 const char *section, PlanProgress *progress, Error *error)
{
	const Config *config = &restore->move.config;
	Arena	   *arena = &restore->move.arena;
	const char *dump = arena_printf(arena, "%s/%s", restore->directory,
									database->from->dump);
	const char *argv[] = {
		server_program(restore->site, "pg_restore", arena), "-w",
		"--exit-on-error", "--no-tablespaces", "--no-subscriptions",
		arena_printf(arena, "--section=%s", section),
		"-d", server_conninfo_of(config, restore->site, NULL,
								 database->fresh, arena),
		"-j", arena_printf(arena, "%d", config->snapshot.parallel), dump, NULL
	};
	PlatChild	child = {.argv = argv,.cancellable = true,
	.on_line = tell_line,.arg = progress};
	PlatChildResult result;
	PlatFileInfo info;
	bool		good;

	if (!plat_file_info(dump, &info, error))
		return false;
	if (!info.directory)
		argv[9] = "1";
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	return good || pg_advise(error);
}

static bool
load_sections(Restore *restore, const RestoreDatabase *database,
			  PlanProgress *progress, PgConnection *fresh, Error *error)
{
	return restore_guard_begin(fresh, error) &&
		load_section(restore, database, "pre-data", progress, error) &&
		restore_guard_check(fresh, error) &&
		load_section(restore, database, "data", progress, error) &&
		load_section(restore, database, "post-data", progress, error) &&
		restore_guard_end(fresh, error);
}

static bool
load(Restore *restore, const RestoreDatabase *database,
	 PlanProgress *progress, Error *error)
{
	PgConnection *fresh = restore_connect(restore, database->fresh, error);
	bool		good = fresh != NULL &&
	load_sections(restore, database, progress, fresh, error);

	pg_close(fresh);
	if (!good)
		error_take_message(error, text_format("database \"%s\": %s",
											  database->name, error->message));
	return good;
}

/* Into a database that has the snapshot's. */
static bool
replace_own_rows(PgConnection *from, PgConnection *to, Error *error)
{
	bool		here;
	bool		there;

	if (!pg_has_extension(from, &here, error) ||
		!pg_has_extension(to, &there, error))
		return false;
	if (!here || !there)
		return true;
	return pg_run(to, "TRUNCATE qsrepl.service, qsrepl.transport_key, "
				  "qsrepl.sealed_set", PG_NONE, error) &&
		own_rows_copy(from, to, error);
}

/* Start types and keys are the site's as it is now, whatever is restored. */
static bool
keep_own_rows(Restore *restore, const RestoreDatabase *database, Error *error)
{
	RestoreFound found;
	PgConnection *from;
	PgConnection *to;
	bool		good;

	if (!restore_look(restore, database->name, &found, error))
		return false;
	if (!found.exists)
		return true;
	from = restore_connect(restore, database->name, error);
	to = from != NULL ? restore_connect(restore, database->fresh, error) :
		NULL;
	good = to != NULL && replace_own_rows(from, to, error);
	pg_close(from);
	pg_close(to);
	return good;
}

static bool
mark(Restore *restore, const RestoreDatabase *database, Error *error)
{
	PgConnection *server = restore_server(restore, error);

	return server != NULL &&
		pg_statements(server, "SELECT pg_catalog.format('COMMENT ON DATABASE "
					  "%I IS %L', $1::text, $2::text)",
					  PG_PARAMETERS(database->fresh, restore_mark(restore)),
					  NULL, error);
}

static bool
make_one(Restore *restore, const RestoreDatabase *database,
		 PlanProgress *progress, Error *error)
{
	RestoreFound found;

	plan_progress(progress, "database %s", database->name);
	if (!restore_look(restore, database->fresh, &found, error))
		return false;
	return found.ours ||
		(restore_create(restore, database, error) &&
		 load(restore, database, progress, error) &&
		 keep_own_rows(restore, database, error) &&
		 restore_dress(restore, database, error) &&
		 mark(restore, database, error));
}

bool
restore_databases_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;

	for (size_t i = 0; i < restore->n_databases; i++)
		if (!make_one(restore, &restore->databases[i], progress, error))
			return false;
	return true;
}

bool
restore_databases_undo(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	PgConnection *server = restore_server(restore, error);

	(void) progress;
	for (size_t i = 0; server != NULL && i < restore->n_databases; i++)
		if (!pg_statements(server, "SELECT pg_catalog.format('DROP DATABASE "
						   "%I WITH (FORCE)', d.datname) FROM "
						   "pg_catalog.pg_database d WHERE d.datname = $1",
						   PG_PARAMETERS(restore->databases[i].fresh), NULL,
						   error))
			return false;
	return server != NULL;
}
