/*
 * subscriber_own.c
 *		"qsrepl setup subscriber": what the site has already, and whether it may
 *		be moved aside.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/subscriber.h"
#include "pg/statements.h"
#include "server/settings.h"
#include "server/target.h"

/* A name of PostgreSQL has at most this many bytes. */
#define NAME_BYTES 63

/* What Qlik Sense's users have made. */
static const char *const compared[] = {"Apps", "Users"};

static const char *
joined_name(Setup *setup, const char *database, const char *end)
{
	size_t		room = NAME_BYTES - strlen(end);

	/* At a character's border. */
	if (strlen(database) < room)
		room = strlen(database);
	while (room > 0 && ((unsigned char) database[room] & 0xC0) == 0x80)
		room--;
	return arena_printf(&setup->arena, "%.*s%s", (int) room, database, end);
}

const char *
subscriber_new_name(Setup *setup, const char *database)
{
	return joined_name(setup, database, "_qsrepl_new");
}

const char *
subscriber_aside_name(Setup *setup, const char *database)
{
	return joined_name(setup, database,
					   arena_printf(&setup->arena, "_%s", setup->aside));
}

/* Without a subscription, the definitions tell. */
static bool
is_defined(Setup *setup, const char *name, bool *ours, Error *error)
{
	PgConnection *own;
	bool		good;

	if (!pg_ask(setup->server, "SELECT datallowconn FROM pg_database WHERE "
				"datname = $1", PG_PARAMETERS(name), ours, error))
		return false;
	if (!*ours)
		return true;
	own = server_connect(&setup->config, setup->site, name, error);
	if (own == NULL)
		return false;
	good = pg_ask(own, "SELECT to_regclass('qsrepl.site') IS NOT NULL",
				  PG_NONE, ours, error);
	if (good && *ours)
		good = pg_ask(own, "SELECT EXISTS (SELECT FROM qsrepl.site s WHERE "
					  "s.name = $1)", PG_PARAMETERS(setup->site->name), ours,
					  error);
	pg_close(own);
	return good;
}

bool
subscriber_look(Setup *setup, const char *name, const char *database,
				SubscriberDatabase *found, Error *error)
{
	const char *subscription = server_subscription(&setup->config,
												   setup->site, database,
												   &setup->arena);

	found->ours = false;
	if (!setup_connect(setup, setup->site, error) ||
		!pg_ask(setup->server, "SELECT EXISTS (SELECT FROM pg_database WHERE "
				"datname = $1)", PG_PARAMETERS(name), &found->exists, error))
		return false;
	if (!found->exists)
		return true;
	if (!logical_replicates(&setup->config, database))
		return is_defined(setup, name, &found->ours, error);
	return pg_ask(setup->server, "SELECT EXISTS (SELECT FROM pg_subscription "
				  "s JOIN pg_database d ON d.oid = s.subdbid WHERE s.subname "
				  "= $1 AND d.datname = $2)",
				  PG_PARAMETERS(subscription, name), &found->ours, error);
}

/* Both sites' connections to a database. */
typedef struct Both
{
	PgConnection *own;
	PgConnection *other;
} Both;

/* The table's keys that only the own database has, as "3 (first ...)". */
static bool
compare_table(Setup *setup, const Both *both, const char *table,
			  Text *found, Error *error)
{
	const char *count = arena_printf(&setup->arena, "SELECT json_agg(t.\"ID\") "
									 "FROM public.\"%s\" t", table);
	const char *lack = arena_printf(&setup->arena, "SELECT string_agg(x.id, "
									"', ' ORDER BY x.id) FROM "
									"json_array_elements_text($1::json) AS x "
									"(id) WHERE x.id NOT IN (SELECT "
									"t.\"ID\"::text FROM public.\"%s\" t)",
									table);
	const char *there = "SELECT EXISTS (SELECT FROM pg_attribute a WHERE "
	"a.attrelid = to_regclass(format('public.%I', $1::text)) AND "
	"a.attname = 'ID' AND " PG_READABLE ")";
	bool		own;
	bool		other;
	char	   *keys = NULL;
	char	   *missing = NULL;
	bool		good;

	if (!pg_ask(both->own, there, PG_PARAMETERS(table), &own, error) ||
		!pg_ask(both->other, there, PG_PARAMETERS(table), &other, error))
		return false;
	if (!own)
		return true;
	good = pg_value(both->own, count, PG_NONE, &keys, error);
	if (good && keys != NULL && other)
		good = pg_value(both->other, lack, PG_PARAMETERS(keys), &missing,
						error);
	if (good && ((keys != NULL && !other) || missing != NULL))
		text_addf(found, "%s\"%s\" %.60s%s", found->len > 0 ? ", " : "",
				  table, missing != NULL ? missing : "all",
				  missing != NULL && strlen(missing) > 60 ? "..." : "");
	free(missing);
	free(keys);
	return good;
}

static bool
compare(Setup *setup, const Both *both, const char *database, Error *error)
{
	Text		found = {NULL, 0, 0};
	bool		good = true;

	for (size_t i = 0; good && i < sizeof(compared) / sizeof(compared[0]); i++)
		good = compare_table(setup, both, compared[i], &found, error);
	if (good && found.len > 0)
		good = setup_refuse_own(setup, arena_printf(&setup->arena, "Its "
													"database \"%s\" has rows "
													"that site \"%s\" does not "
													"have: %s.", database,
													setup->peer->name,
													found.bytes),
								"Look whether they are needed.", error);
	text_free(&found);
	return good;
}

static bool
check_database(Setup *setup, const char *database, Error *error)
{
	SubscriberDatabase found;
	Both		both;
	bool		good;

	if (!subscriber_look(setup, database, database, &found, error))
		return false;
	if (!found.exists || found.ours)
		return true;
	both.own = server_connect(&setup->config, setup->site, database, error);
	both.other = both.own == NULL ? NULL :
		server_connect(&setup->config, setup->peer, database, error);
	good = both.other != NULL && compare(setup, &both, database, error);
	pg_close(both.own);
	pg_close(both.other);
	return good;
}

/* A run that is taken up has begun to replace them. */
bool
subscriber_check_own(Setup *setup, Error *error)
{
	if (setup->unfinished || setup->request->discard_site != NULL)
		return true;
	for (size_t i = 0; i < setup->n_databases; i++)
		if (!check_database(setup, setup->databases[i], error))
			return false;
	return true;
}
