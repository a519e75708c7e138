/*
 * mirror.c
 *		The journal's mirror: in the database that can be written, or in logical
 *		mode in both.
 */
#include <string.h>

#include "cmd/move/work.h"
#include "pg/journal.h"

/* The server that takes writes, and has the extension's tables. */
static PgConnection *
writable(Move *move, Error *error)
{
	const ConfigSite *first = move->from != NULL ? move->from :
	&move->config.sites[0];
	const char *why = NULL;

	for (size_t i = 0; i < 2; i++)
	{
		const ConfigSite *site = i == 0 ? first :
		config_other_site(&move->config, first);
		Error		silent = ERROR_NONE;
		bool		standby;

		if (move_is_standby(move, site, &standby, &silent) && !standby)
			return move_server(move, site, error);
		if (silent.message != NULL && why == NULL)
			why = arena_strdup(&move->arena, silent.message);
		error_free(&silent);
	}
	error_set(error, why, NULL, "no site's server takes writes");
	return NULL;
}

/* In logical mode the table is not replicated: each site has its own. */
static bool
store_everywhere(Move *move, const char *run, size_t first,
				 const char *const *entries, size_t count, Error *error)
{
	for (size_t i = 0; i < move->config.n_sites; i++)
	{
		PgConnection *server;

		if (move->sites[i].silent)
			continue;
		server = move_server(move, &move->config.sites[i], error);
		if (server == NULL ||
			!pg_journal_store(server, run, first, entries, count, error))
			return false;
	}
	return true;
}

static bool
store(void *arg, const char *run, size_t first, const char *const *entries,
	  size_t count, Error *error)
{
	Move	   *move = arg;
	PgConnection *server;

	if (move->config.mode == CONFIG_LOGICAL)
		return store_everywhere(move, run, first, entries, count, error);
	server = writable(move, error);
	return server != NULL &&
		pg_journal_store(server, run, first, entries, count, error);
}

/* When a journal's run began, as text that can be compared. */
static const char *
began(const Text *lines)
{
	const char *label = "\"time\": \"";
	const char *time = lines->len > 0 ? strstr(lines->bytes, label) : NULL;

	return time != NULL ? time + strlen(label) : "";
}

/* Of two journals the one that was begun later, or has more lines. */
static bool
is_newer(const Text *a, const Text *b)
{
	int			order = strncmp(began(a), began(b), strlen("2026-01-01T00:00:00.000"));

	return order > 0 || (order == 0 && a->len > b->len);
}

static bool
load_newest(Move *move, const char *run, Text *lines, Error *error)
{
	for (size_t i = 0; i < move->config.n_sites; i++)
	{
		Error		silent = ERROR_NONE;
		PgConnection *server = move_server(move, &move->config.sites[i],
										   &silent);
		Text		found = {NULL, 0, 0};

		error_free(&silent);
		if (server == NULL)
			continue;
		if (!pg_journal_load(server, run, &found, error))
			return false;
		if (is_newer(&found, lines))
		{
			text_free(lines);
			*lines = found;
		}
		else
			text_free(&found);
	}
	return true;
}

/* A primary has all that a standby has. */
static bool
load(void *arg, const char *run, Text *lines, Error *error)
{
	Move	   *move = arg;
	Error		silent = ERROR_NONE;
	PgConnection *server;

	if (move->config.mode == CONFIG_LOGICAL)
		return load_newest(move, run, lines, error);
	server = writable(move, &silent);
	error_free(&silent);
	for (size_t i = 0; server == NULL && i < move->config.n_sites; i++)
	{
		server = move_server(move, &move->config.sites[i], &silent);
		error_free(&silent);
	}
	return server == NULL || pg_journal_load(server, run, lines, error);
}

void
move_mirror(Move *move, PlanMirror *mirror)
{
	*mirror = (PlanMirror)
	{
		move, store, load
	};
}
