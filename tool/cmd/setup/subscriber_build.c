/*
 * subscriber_build.c
 *		"qsrepl setup subscriber": databases with the publisher's schema, made
 *		beside those that are there, and put into their place.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/own_rows.h"
#include "cmd/setup/subscriber.h"
#include "pg/advice.h"
#include "pg/statements.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/settings.h"
#include "server/target.h"

#define OBJECT_IN_USE "55006"

#define POLL_MS 100

/*
 * At the publisher.  $1: the database, $2: the name of its copy.  Majors have
 * other columns; privileges that were never changed are the default ones.
 */
static const char create_query[] =
"WITH d AS (SELECT d.*, to_jsonb(d) AS j FROM pg_database d"
" WHERE d.datname = $1) "
"SELECT x.statement FROM ("
"SELECT 1, format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L"
" LC_COLLATE %L LC_CTYPE %L%s', $2::text, pg_get_userbyid(d.datdba),"
" pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,"
" CASE d.j ->> 'datlocprovider'"
" WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',"
"  coalesce(d.j ->> 'datlocale', d.j ->> 'daticulocale'))"
" WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L',"
"  d.j ->> 'datlocale') END) FROM d"
" UNION ALL "
"SELECT 2, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2) FROM d"
" WHERE d.datacl IS NOT NULL"
" UNION ALL "
"SELECT 3, format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2,"
" CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE"
"  quote_ident(pg_get_userbyid(a.grantee)) END,"
" CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
" FROM d, aclexplode(d.datacl) a"
") AS x (place, statement) ORDER BY x.place, x.statement";

/* A run that was killed has left it without its end. */
static bool
create_database(Setup *setup, const char *database, const char *name,
				Error *error)
{
	Text		statements = {NULL, 0, 0};
	bool		good;

	pg_set_deadline(setup->server, (int) setup->config.localize_timeout);
	good = setup_source(setup, error) &&
		pg_statements(setup->server, "SELECT format('DROP DATABASE IF EXISTS "
					  "%I WITH (FORCE)', $1::text)", PG_PARAMETERS(name), NULL,
					  error) &&
		pg_collect(setup->source, create_query, PG_PARAMETERS(database, name),
				   &statements, error) &&
		pg_run_all(setup->server, &statements, error);
	text_free(&statements);
	return good;
}

/* One of PostgreSQL's programs, with the tool's own rights. */
static bool
run_program(const char *const *argv, Error *error)
{
	PlatChild	child = {.argv = argv,.cancellable = true};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);

	plat_child_free(&result);
	return good || pg_advise(error);
}

static bool
dump_schema(Setup *setup, const char *database, const char *file,
			Error *error)
{
	const char *const argv[] = {
		server_program(setup->site, "pg_dump", &setup->arena), "-w", "-Fc",
		"--schema-only", "--no-publications", "--no-subscriptions",
		"--no-tablespaces", "--exclude-schema=qsrepl", "-f", file, "-d",
		server_conninfo_of(&setup->config, setup->peer, NULL, database,
						   &setup->arena), NULL
	};

	return run_program(argv, error);
}

static bool
restore_schema(Setup *setup, const char *name, const char *file, Error *error)
{
	const char *const argv[] = {
		server_program(setup->site, "pg_restore", &setup->arena), "-w",
		"--single-transaction", "--exit-on-error", "--no-tablespaces", "-d",
		server_conninfo_of(&setup->config, setup->site, NULL, name,
						   &setup->arena), file, NULL
	};

	return run_program(argv, error);
}

/* By a file that only we can read. */
static bool
copy_schema(Setup *setup, const char *database, const char *name,
			Error *error)
{
	const char *directory = arena_printf(&setup->arena, "%s/schema",
										 setup->config.journal_directory);
	const char *file = arena_printf(&setup->arena, "%s/%s.dump", directory,
									server_subscription(&setup->config,
														setup->site, database,
														&setup->arena));
	Error		ignored = ERROR_NONE;
	bool		good = plat_directory_make(directory, error) &&
	dump_schema(setup, database, file, error) &&
	restore_schema(setup, name, file, error);

	plat_file_remove(file, good ? error : &ignored);
	error_free(&ignored);
	return good;
}

bool
subscriber_link(Setup *setup, PgConnection *connection, LogicalLink *link,
				Error *error)
{
	const Config *config = &setup->config;

	link->config = config;
	link->name = server_subscription(config, setup->site, setup->database,
									 &setup->arena);
	link->conninfo = arena_printf(&setup->arena, "%s application_name=%s",
								  server_conninfo_of(config, setup->peer,
													 config->replication_role,
													 setup->database,
													 &setup->arena),
								  link->name);
	link->subscriber = connection;
	link->publisher = server_connect(config, setup->peer, setup->database,
									 error);
	return link->publisher != NULL;
}

/* What is not replicated, since both sites have it of their own. */
static bool
copy_own_rows(Setup *setup, PgConnection *connection, Error *error)
{
	PgConnection *source = server_connect(&setup->config, setup->peer,
										  setup->database, error);
	bool		good = source != NULL &&
	own_rows_copy(source, connection, error);

	pg_close(source);
	return good;
}

/* The mark that the database is complete comes last. */
static bool
furnish(Setup *setup, PgConnection *connection, const char *name,
		Error *error)
{
	LogicalLink link;
	bool		good;

	pg_set_deadline(connection, (int) setup->config.localize_timeout);
	if (!pg_run(connection, "CREATE EXTENSION qsrepl", PG_NONE, error) ||
		!copy_schema(setup, setup->database, name, error) ||
		!copy_own_rows(setup, connection, error) ||
		!setup_define(setup, connection, error))
		return false;
	if (!logical_replicates(&setup->config, setup->database))
		return true;
	good = subscriber_link(setup, connection, &link, error) &&
		logical_subscribe(&link, error);
	pg_close(link.publisher);
	return good;
}

static bool
build(Setup *setup, const char *database, Error *error)
{
	const char *name = subscriber_new_name(setup, database);
	PgConnection *connection;
	SubscriberDatabase found;
	bool		good;

	if (!subscriber_look(setup, database, database, &found, error))
		return false;
	if (!found.ours && !subscriber_look(setup, name, database, &found, error))
		return false;
	if (found.ours)
		return true;
	if (!create_database(setup, database, name, error))
		return false;
	connection = server_connect(&setup->config, setup->site, name, error);
	setup->database = database;
	good = connection != NULL && furnish(setup, connection, name, error);
	pg_close(connection);
	return good;
}

PlanAnswer
subscriber_build_done(void *context, Error *error)
{
	Setup	   *setup = context;
	SubscriberDatabase found = {.ours = true};

	for (size_t i = 0; found.ours && i < setup->n_databases; i++)
	{
		const char *database = setup->databases[i];

		if (!subscriber_look(setup, database, database, &found, error) ||
			(!found.ours &&
			 !subscriber_look(setup, subscriber_new_name(setup, database),
							  database, &found, error)))
			return PLAN_ERROR;
	}
	return found.ours ? PLAN_YES : PLAN_NO;
}

bool
subscriber_build_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	setup->changed++;
	for (size_t i = 0; i < setup->n_databases; i++)
	{
		plan_progress(progress, "database \"%s\"", setup->databases[i]);
		if (!build(setup, setup->databases[i], error))
			return false;
	}
	return true;
}

/* The body of a transaction, of one database. */
typedef struct Swap
{
	const char *database;
	const char *aside;			/* NULL: there is none to move */
	const char *fresh;
} Swap;

static bool
swap(void *arg, PgConnection *connection, Error *error)
{
	const Swap *names = arg;

	return pg_statements(connection, "SELECT x.statement FROM ("
						 "SELECT 1, format('ALTER DATABASE %I RENAME TO %I', "
						 "$1::text, $2::text) WHERE $2 IS NOT NULL "
						 "UNION ALL SELECT 2, format('ALTER DATABASE %I "
						 "ALLOW_CONNECTIONS true', $2) WHERE $2 IS NOT NULL "
						 "UNION ALL SELECT 3, format('ALTER DATABASE %I "
						 "RENAME TO %I', $3::text, $1)"
						 ") AS x (place, statement) ORDER BY x.place",
						 PG_PARAMETERS(names->database, names->aside,
									   names->fresh), NULL, error);
}

/* Nobody comes in any more, and whoever is in it is sent out. */
static bool
clear(PgConnection *server, const char *database, Error *error)
{
	return pg_statements(server, "SELECT format('ALTER DATABASE %I "
						 "ALLOW_CONNECTIONS false', $1::text)",
						 PG_PARAMETERS(database), NULL, error) &&
		pg_run(server, "SELECT pg_terminate_backend(a.pid) FROM "
			   "pg_stat_activity a WHERE a.datname = $1",
			   PG_PARAMETERS(database), error);
}

/* The server itself waits five seconds for sessions to leave. */
static bool
put_into_place(Setup *setup, Swap *names, Error *error)
{
	int64_t		end = plat_clock_ms() + setup->config.stop_timeout;

	for (;;)
	{
		if (names->aside != NULL &&
			!clear(setup->server, names->database, error))
			return false;
		if (pg_transaction(setup->server, swap, names, error))
			return true;
		if (strcmp(error->sqlstate, OBJECT_IN_USE) != 0 ||
			plat_clock_ms() > end || !plat_sleep_ms(POLL_MS))
			return false;
		error_free(error);
	}
}

static bool
place(Setup *setup, const char *database, Error *error)
{
	SubscriberDatabase found;
	Swap		names = {.database = database};

	if (!subscriber_look(setup, database, database, &found, error))
		return false;
	if (found.ours)
		return true;
	names.aside = found.exists ? subscriber_aside_name(setup, database) : NULL;
	names.fresh = subscriber_new_name(setup, database);
	return put_into_place(setup, &names, error);
}

PlanAnswer
subscriber_place_done(void *context, Error *error)
{
	Setup	   *setup = context;
	SubscriberDatabase found = {.ours = true};

	for (size_t i = 0; found.ours && i < setup->n_databases; i++)
		if (!subscriber_look(setup, setup->databases[i], setup->databases[i],
							 &found, error))
			return PLAN_ERROR;
	return found.ours ? PLAN_YES : PLAN_NO;
}

bool
subscriber_place_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	for (size_t i = 0; i < setup->n_databases; i++)
		if (!place(setup, setup->databases[i], error))
			return false;
	return true;
}
