/*
 * dump.c
 *		A database, or the server's roles, by PostgreSQL's own programs.
 *
 * One transaction gives its view of the database to pg_dump, and counts the
 * rows in that view: so it is known what a dump must have when it is restored.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pg/advice.h"
#include "pg/connection.h"
#include "pg/query.h"
#include "pg/statements.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/replace.h"
#include "server/control.h"
#include "server/target.h"
#include "snapshot/internal.h"

#define ROLES "databases/roles.sql"

/*
 * A program that writes into the work directory, beside the caller; argv ends
 * before it does.
 */
static bool
begin(const char *const *argv, Arena *arena, PlatChildRunning **running,
	  Error *error)
{
	PlatChild	child = {.cancellable = true};
	const char **words;
	size_t		n = 0;

	while (argv[n++] != NULL)
		;
	words = arena_alloc(arena, n * sizeof(char *));
	memcpy(words, argv, n * sizeof(char *));
	child.argv = words;
	return plat_child_begin(&child, running, error);
}

static bool
end(PlatChildRunning **running, bool stop, Error *error)
{
	PlatChildResult result;
	bool		good;

	if (*running == NULL)
		return true;
	good = plat_child_end(*running, stop, &result, error);
	*running = NULL;
	if (!good && strstr(result.errors, "conflict with recovery") != NULL)
		error_take_hint(error, mem_strdup("The standby had to replay what the "
										  "dump was still reading: set "
										  "max_standby_streaming_delay higher "
										  "there, or hot_standby_feedback = "
										  "on."));
	plat_child_free(&result);
	return good || pg_advise(error);
}

/* The view that other sessions may share, as a name. */
static bool
export_view(PgConnection *connection, char **name, Error *error)
{
	*name = NULL;
	/* It waits while other databases are dumped. */
	return pg_run(connection, "SET idle_in_transaction_session_timeout = 0",
				  PG_NONE, error) &&
		pg_run(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
			   PG_NONE, error) &&
		pg_value(connection, "SELECT pg_catalog.pg_export_snapshot()", PG_NONE,
				 name, error);
}

/* A statement that counts all tables whose rows a dump has; NULL: none. */
static bool
counting(PgConnection *connection, char **sql, Error *error)
{
	return pg_value(connection,
					"SELECT string_agg(format('SELECT %L, %L, count(*) FROM "
					"ONLY %I.%I', n.nspname, c.relname, n.nspname, "
					"c.relname), ' UNION ALL ' ORDER BY n.nspname, c.relname) "
					"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
					"ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND "
					"n.nspname !~ '^pg_' AND n.nspname <> "
					"'information_schema' AND c.relpersistence = 'p' AND "
					"NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE "
					"d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass "
					"AND d.objid = c.oid AND d.deptype = 'e') AND "
					"c.oid NOT IN " PG_UNPLANNABLE, PG_NONE, sql, error);
}

/* Tables as they come. */
typedef struct Counting
{
	Arena	   *arena;
	SnapshotTable *tables;
	size_t		n;
	size_t		capacity;
} Counting;

static bool
take_count(void *arg, const PgRow *row, Error *error)
{
	Counting   *counts = arg;
	SnapshotTable *table;

	(void) error;
	if (counts->n == counts->capacity)
	{
		counts->capacity = counts->capacity == 0 ? 64 : 2 * counts->capacity;
		counts->tables = mem_grow(counts->tables, counts->capacity *
								  sizeof(SnapshotTable));
	}
	table = &counts->tables[counts->n++];
	table->schema = arena_strdup(counts->arena, pg_row_text(row, 0));
	table->name = arena_strdup(counts->arena, pg_row_text(row, 1));
	table->rows = strtoll(pg_row_text(row, 2), NULL, 10);
	return true;
}

static void
keep_counts(const Counting *counts, SnapshotDatabase *database)
{
	database->tables = arena_alloc(counts->arena, (counts->n + 1) *
								   sizeof(SnapshotTable));
	if (counts->n > 0)
		memcpy(database->tables, counts->tables, counts->n *
			   sizeof(SnapshotTable));
	database->n_tables = counts->n;
}

static bool
begin_dump(SnapshotWork *work, SnapshotView *view, int jobs, Error *error)
{
	Arena	   *arena = &work->snapshot.arena;
	const SnapshotDatabase *database = view->database;
	const char *const argv[] = {
		server_program(work->site, "pg_dump", arena),
		"--format=directory", "--no-password", "--no-sync",
		arena_printf(arena, "--jobs=%d", jobs),
		arena_printf(arena, "--compress=%d",
					 work->config->snapshot.compression),
		arena_printf(arena, "--snapshot=%s", view->name),
		arena_printf(arena, "--file=%s/%s", work->work, database->dump),
		"-d", server_conninfo_of(work->config, work->site, NULL,
								 database->name, arena), NULL
	};

	return begin(argv, arena, &view->dump, error);
}

/* While pg_dump works, the server counts. */
static bool
begin_counting(SnapshotView *view, Error *error)
{
	char	   *sql = NULL;
	bool		good = counting(view->connection, &sql, error);

	pg_set_deadline(view->connection, 0);
	view->counting = good && sql != NULL;
	good = good && (sql == NULL ||
					pg_send(view->connection, sql, PG_NONE, error));
	free(sql);
	return good;
}

static bool
end_counting(SnapshotWork *work, SnapshotView *view, Error *error)
{
	Counting	counts = {.arena = &work->snapshot.arena};
	bool		good = !view->counting ||
	pg_receive(view->connection, take_count, &counts, error);

	if (good)
		keep_counts(&counts, view->database);
	free(counts.tables);
	return good;
}

static bool
ask_size(SnapshotView *view, Error *error)
{
	char	   *bytes;

	if (!pg_value(view->connection, "SELECT pg_catalog.pg_database_size("
				  "pg_catalog.current_database())", PG_NONE, &bytes, error))
		return false;
	view->bytes = strtod(bytes, NULL);
	free(bytes);
	return true;
}

static bool
look(SnapshotWork *work, SnapshotView *view, Error *error)
{
	Arena	   *arena = &work->snapshot.arena;

	if (!snapshot_database_place(view->connection, view->database, arena,
								 error) ||
		!export_view(view->connection, &view->name, error))
		return false;
	view->database->time_ms = plat_wall_ms();
	return ask_size(view, error) &&
		snapshot_database_read(view->connection, view->database, arena,
							   error);
}

static bool
check_name(const char *name, Error *error)
{
	if (snapshot_name_check(name, error))
		return true;
	error_take_message(error, text_format("database \"%s\" cannot be put into "
										  "a folder of its name", name));
	return false;
}

bool
snapshot_view_open(SnapshotWork *work, const char *name, SnapshotView *view,
				   bool *exists, Error *error)
{
	Snapshot   *snapshot = &work->snapshot;

	memset(view, 0, sizeof(*view));
	*exists = false;
	if (!check_name(name, error) ||
		!snapshot_database_exists(work->config, work->site, name, exists,
								  error))
		return false;
	if (!*exists)
		return true;
	view->begun_ms = plat_wall_ms();
	view->connection = server_connect(work->config, work->site, name, error);
	if (view->connection == NULL)
		return false;
	view->database = &snapshot->databases[snapshot->n_databases++];
	view->database->name = arena_strdup(&snapshot->arena, name);
	view->database->dump = arena_printf(&snapshot->arena, "databases/%s",
										name);
	return look(work, view, error);
}

bool
snapshot_view_begin(SnapshotWork *work, SnapshotView *view, int jobs,
					Error *error)
{
	return plat_directory_make_all(work->work, "databases", error) &&
		begin_dump(work, view, jobs, error) && begin_counting(view, error);
}

bool
snapshot_view_end(SnapshotWork *work, SnapshotView *view, Error *error)
{
	SnapshotDatabase *database = view->database;
	bool		good = snapshot_part_begin(work, SNAPSHOT_PART_DATABASE,
										   database->name, database->dump,
										   error);

	work->part->begun_ms = view->begun_ms;
	good = good && end(&view->dump, false, error) &&
		end_counting(work, view, error) &&
		snapshot_add_tree(work, database->dump, error);
	snapshot_part_end(work);
	return good;
}

void
snapshot_view_close(SnapshotView *view)
{
	Error		ignored = ERROR_NONE;

	end(&view->dump, true, &ignored);
	error_free(&ignored);
	pg_close(view->connection);
	free(view->name);
	memset(view, 0, sizeof(*view));
}

bool
snapshot_add_roles(SnapshotWork *work, Error *error)
{
	Arena	   *arena = &work->snapshot.arena;
	const char *const argv[] = {
		server_program(work->site, "pg_dumpall", arena),
		"--roles-only", "--no-role-passwords", "--no-password", "--no-sync",
		arena_printf(arena, "--file=%s/" ROLES, work->work),
		arena_printf(arena, "--database=%s",
					 work->config->maintenance_database),
		"-d", server_conninfo_of(work->config, work->site, NULL,
								 work->config->maintenance_database, arena),
		NULL
	};
	PlatChildRunning *running = NULL;
	bool		good = snapshot_part_begin(work, SNAPSHOT_PART_ROLES, "",
										   ROLES, error) &&
	begin(argv, arena, &running, error) && end(&running, false, error) &&
	snapshot_add_file(work, ROLES, error);

	snapshot_part_end(work);
	return good;
}
