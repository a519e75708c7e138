/*
 * pair.c
 *		The two servers of a move: connections, and what they are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/memory.h"
#include "cmd/move/work.h"
#include "platform/clock.h"
#include "server/target.h"

static MoveSite *
site_of(Move *move, const ConfigSite *site)
{
	return &move->sites[site - move->config.sites];
}

/* Before the databases are known, the maintenance database. */
static const char *
first_database(const Move *move)
{
	return move->n_databases > 0 ? move->databases[0] : NULL;
}

/* A server that has no name is for "qsrepl check" to tell. */
static bool
check_site(Move *move, PgConnection *server, const ConfigSite *site,
		   Error *error)
{
	char	   *name;
	bool		same;

	if (!pg_value(server, "SELECT pg_catalog.current_setting("
				  "'qsrepl.local_site', true)", PG_NONE, &name, error))
		return false;
	same = name == NULL || name[0] == '\0' || strcmp(name, site->name) == 0 ||
		error_set(error, NULL, "Correct host and port in the site's section "
				  "of the configuration.", "the server at %s, port %d, is "
				  "site \"%s\", not \"%s\"", site->host, site->port, name,
				  site->name);
	free(name);
	move->wrong_server = move->wrong_server || !same;
	return same;
}

int
move_unasked(const Move *move)
{
	return move->wrong_server ? EXIT_REFUSED : EXIT_SERVER;
}

PgConnection *
move_connect(Move *move, const ConfigSite *site, const char *dbname,
			 Error *error)
{
	PgConnection *server = server_connect(&move->config, site, dbname, error);

	if (server == NULL || check_site(move, server, site, error))
		return server;
	pg_close(server);
	return NULL;
}

PgConnection *
move_server(Move *move, const ConfigSite *site, Error *error)
{
	MoveSite   *own = site_of(move, site);

	if (own->silent)
	{
		error_set(error, NULL, NULL, "site \"%s\" is lost", site->name);
		return NULL;
	}
	if (own->server == NULL || pg_is_broken(own->server))
	{
		pg_close(own->server);
		own->server = move_connect(move, site, first_database(move), error);
	}
	return own->server;
}

void
move_disconnect(Move *move, const ConfigSite *site)
{
	MoveSite   *own = site_of(move, site);

	pg_close(own->server);
	own->server = NULL;
}

bool
move_value(Move *move, const ConfigSite *site, const char *sql,
		   PgParameters parameters, const char **value, Error *error)
{
	PgConnection *server = move_server(move, site, error);
	char	   *text;

	if (server == NULL || !pg_value(server, sql, parameters, &text, error))
		return false;
	*value = arena_strdup(&move->arena, text != NULL ? text : "");
	free(text);
	return true;
}

bool
move_true(Move *move, const ConfigSite *site, const char *sql,
		  PgParameters parameters, bool *yes, Error *error)
{
	const char *value;

	if (!move_value(move, site, sql, parameters, &value, error))
		return false;
	*yes = value[0] == 't';
	return true;
}

bool
move_sql(Move *move, const ConfigSite *site, const char *sql,
		 PgParameters parameters, Error *error)
{
	PgConnection *server = move_server(move, site, error);

	return server != NULL && pg_run(server, sql, parameters, error);
}

bool
move_is_standby(Move *move, const ConfigSite *site, bool *standby,
				Error *error)
{
	return move_true(move, site, "SELECT pg_catalog.pg_is_in_recovery()",
					 PG_NONE, standby, error);
}

int
move_check_target(Move *move, Error *error)
{
	bool		standby;

	if (!move_is_standby(move, move->to, &standby, error))
		return move_unasked(move);
	if (standby)
		return EXIT_OK;
	error_set(error, NULL, "Nothing was changed.",
			  "site \"%s\" is active already", move->to->name);
	return EXIT_REFUSED;
}

bool
move_is_passive(Move *move, const ConfigSite *site, bool *passive,
				Error *error)
{
	if (move->config.mode == CONFIG_PHYSICAL)
		return move_is_standby(move, site, passive, error);
	return move_true(move, site, "SELECT EXISTS (SELECT FROM "
					 "pg_catalog.pg_subscription)", PG_NONE, passive, error);
}

static bool
keep_database(void *arg, const PgRow *row, Error *error)
{
	Move	   *move = arg;

	(void) error;
	move->databases[move->n_databases++] =
		arena_strdup(&move->arena, pg_row_text(row, 0));
	return true;
}

static bool
find_databases(Move *move, PgConnection *server, Error *error)
{
	const ConfigWords *words = &move->config.databases;

	move->n_databases = 0;
	move->databases = arena_alloc(&move->arena,
								  (words->n + 1) * sizeof(char *));
	for (size_t i = 0; i < words->n; i++)
		if (!pg_rows(server, "SELECT datname FROM pg_catalog.pg_database "
					 "WHERE datname = $1", PG_PARAMETERS(words->words[i]),
					 keep_database, move, error))
			return false;
	return move->n_databases > 0 ||
		error_set(error, NULL, "Key \"databases\" of the configuration names "
				  "them. Nothing was changed.",
				  "site \"%s\" has none of the configured databases",
				  pg_site(server));
}

/* What tells the pair: "logical: a:4432 b:4432" */
static const char *
endpoints(Move *move)
{
	Text		text = {NULL, 0, 0};
	const char *result;

	text_add(&text, "logical:");
	for (size_t i = 0; i < move->config.n_sites; i++)
		text_addf(&text, " %s:%d", move->config.sites[i].host,
				  move->config.sites[i].port);
	result = arena_strdup(&move->arena, text.bytes);
	text_free(&text);
	return result;
}

bool
move_learn(Move *move, const ConfigSite *site, Error *error)
{
	PgConnection *server = move_server(move, site, error);

	if (server == NULL ||
		!move_value(move, site, "SELECT system_identifier FROM "
					"pg_catalog.pg_control_system()", PG_NONE,
					&move->system_identifier, error) ||
		!find_databases(move, server, error))
		return false;
	/* In logical mode each site has an identifier of its own. */
	if (move->config.mode == CONFIG_LOGICAL)
		move->system_identifier = endpoints(move);
	/* From now on, what is connected to has the extension. */
	for (size_t i = 0; i < move->config.n_sites; i++)
		move_disconnect(move, &move->config.sites[i]);
	return true;
}

void
move_free(Move *move)
{
	for (size_t i = 0; move->sites != NULL && i < move->config.n_sites; i++)
	{
		pg_close(move->sites[i].server);
		pg_close(move->sites[i].lock);
	}
	pg_close(move->tasks);
	text_free(&move->notes);
	arena_free(&move->arena);
	config_free(&move->config);
}

bool
move_wait(int64_t end, const char *what, Error *error)
{
	if (plat_clock_ms() > end)
		return error_set(error, NULL, NULL, "%s took too long", what);
	return plat_sleep_ms(MOVE_POLL_MS) ||
		error_set(error, NULL, NULL, "interrupted");
}
