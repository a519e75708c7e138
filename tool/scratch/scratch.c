/*
 * scratch.c
 *		A database server of our own.
 */
#include "scratch/scratch.h"

#include <stdlib.h>
#include <string.h>

#include "pg/query.h"
#include "platform/cancel.h"
#include "platform/file.h"
#include "scratch/place.h"
#include "server/control.h"
#include "server/settings.h"

#define INIT_MS 120000
#define START_MS 90000
#define START_SECONDS "60"
#define CONNECT_MS 10000
#define LOG_LIMIT (16 * 1024 * 1024)
#define LOG_TAIL 800

/* It need not survive anything, and nobody may find it. */
static const char settings[] =
"listen_addresses = ''\n"
"port = 5432\n"
"unix_socket_permissions = 0700\n"
"cluster_name = 'qsrepl verify'\n"
"fsync = off\n"
"full_page_writes = off\n"
"synchronous_commit = off\n"
"wal_level = minimal\n"
"max_wal_senders = 0\n"
"max_wal_size = 4GB\n"
"checkpoint_timeout = 1h\n"
"shared_buffers = 128MB\n"
"maintenance_work_mem = 128MB\n"
"autovacuum = off\n"
"logging_collector = off\n"
"max_logical_replication_workers = 0\n";

static bool
init(Scratch *scratch, Error *error)
{
	const char *const words[] = {
		server_program(scratch->site, "initdb", &scratch->arena), "-D",
		scratch->data, "-U", scratch->site->user, "-A", "trust", "-E", "UTF8",
		"--no-locale", "--no-sync", NULL
	};

	return scratch_run(scratch, words, INIT_MS, error);
}

static bool
write_settings(Scratch *scratch, bool extension, Error *error)
{
	Text		text = {NULL, 0, 0};
	char	   *path = text_format("%s/postgresql.conf", scratch->data);
	bool		good;

	text_add(&text, settings);
	server_setting_add(&text, "unix_socket_directories", scratch->root);
	if (extension)
	{
		text_add(&text, "shared_preload_libraries = 'qsrepl'\n");
		server_setting_add(&text, "qsrepl.local_site", scratch->site->name);
	}
	good = plat_file_write(path, text.bytes, text.len, false, error);
	text_free(&text);
	free(path);
	return good;
}

static bool
start(Scratch *scratch, Error *error)
{
	const char *const words[] = {
		server_program(scratch->site, "pg_ctl", &scratch->arena), "start",
		"-w", "-t", START_SECONDS, "-s", "-D", scratch->data, "-l",
		scratch->log, NULL
	};
	char	   *mark = text_format("%s/started", scratch->root);
	bool		good = plat_file_write(mark, "", 0, false, error) &&
	scratch_run(scratch, words, START_MS, error);

	free(mark);
	return good;
}

/* The end of the log tells why; it goes with the directory. */
static void
add_log(const Scratch *scratch, Error *error)
{
	Error		ignored = ERROR_NONE;
	Text		text = {NULL, 0, 0};

	if (plat_file_read(scratch->log, LOG_LIMIT, &text, &ignored) &&
		text.len > 0)
		error_take_detail(error, text_format("The end of its log: %s",
											 text.bytes +
											 (text.len > LOG_TAIL ?
											  text.len - LOG_TAIL : 0)));
	error_free(&ignored);
	text_free(&text);
}

/* With the extension where it is installed, and else without. */
static bool
start_either(Scratch *scratch, Error *error)
{
	scratch->extension = write_settings(scratch, true, error) &&
		start(scratch, error);
	if (scratch->extension)
		return true;
	error_free(error);
	if (plat_cancelled())
		return error_set(error, NULL, NULL, "it was interrupted");
	if (write_settings(scratch, false, error) && start(scratch, error))
		return true;
	add_log(scratch, error);
	return false;
}

/* Policies hide no rows from it. */
static bool
make_role(const Scratch *scratch, Error *error)
{
	PgConnection *server = scratch_connect(scratch, NULL, NULL, error);
	bool		good = server != NULL &&
	pg_run(server, "CREATE ROLE " SCRATCH_ROLE " LOGIN BYPASSRLS", PG_NONE,
		   error);

	pg_close(server);
	return good;
}

bool
scratch_begin(Scratch *scratch, Error *error)
{
	return scratch_place(scratch, error) && scratch_lock(scratch, error) &&
		scratch_remove(scratch, error) && scratch_make(scratch, error) &&
		init(scratch, error) && start_either(scratch, error) &&
		make_role(scratch, error);
}

bool
scratch_end(Scratch *scratch, Error *error)
{
	bool		good = true;

	if (scratch->lock != NULL)
	{
		good = scratch_remove(scratch, error);
		plat_lock_release(scratch->lock);
	}
	arena_free(&scratch->arena);
	return good;
}

void
scratch_clear(const Config *config, const ConfigSite *site)
{
	Scratch		scratch = {.config = config,.site = site};
	Error		ignored = ERROR_NONE;
	PlatFileInfo info;

	if (scratch_place(&scratch, &ignored) &&
		plat_file_info(scratch.root, &info, &ignored) && info.exists &&
		scratch_lock(&scratch, &ignored))
		scratch_end(&scratch, &ignored);
	else
		arena_free(&scratch.arena);
	error_free(&ignored);
}

static const char *
user_of(const Scratch *scratch, const char *user)
{
	return user != NULL ? user : scratch->site->user;
}

const char *
scratch_conninfo(Scratch *scratch, const char *user, const char *dbname)
{
	Text		conninfo = {NULL, 0, 0};
	const char *result;

	pg_conninfo_add(&conninfo, "host", scratch->root);
	text_add(&conninfo, " port=5432");
	pg_conninfo_add(&conninfo, "user", user_of(scratch, user));
	pg_conninfo_add(&conninfo, "dbname", dbname);
	result = arena_strdup(&scratch->arena, conninfo.bytes);
	text_free(&conninfo);
	return result;
}

PgConnection *
scratch_connect(const Scratch *scratch, const char *user, const char *dbname,
				Error *error)
{
	Text		conninfo = {NULL, 0, 0};
	PgTarget	target = {
		.site = "the server for trial",
		.dbname = dbname != NULL ? dbname : "postgres",
		.deadline_ms = CONNECT_MS,.cancellable = true
	};
	PgConnection *connection;

	pg_conninfo_add(&conninfo, "host", scratch->root);
	text_add(&conninfo, " port=5432");
	pg_conninfo_add(&conninfo, "user", user_of(scratch, user));
	target.conninfo = conninfo.bytes;
	connection = pg_connect(&target, error);
	text_free(&conninfo);
	if (connection != NULL)
	{
		pg_set_cancellable(connection, true);
		pg_set_deadline(connection, 0);
	}
	return connection;
}
