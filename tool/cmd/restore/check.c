/*
 * check.c
 *		What is looked at before a restore: the server, and the snapshot's
 *		databases.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cmd/restore/roles.h"
#include "pg/statements.h"
#include "server/act.h"
#include "server/target.h"
#include "service/service.h"

#define NO_DATABASE "3D000"

static int
refuse_standby(const Restore *restore, Error *error)
{
	error_set(error, NULL, "To try the passive site, run \"qsrepl drill\"; to "
			  "make it the active one, \"qsrepl failover\". Nothing was "
			  "changed.", "site \"%s\" is passive: what is restored there "
			  "would be replaced by what the other site has",
			  restore->site->name);
	return EXIT_REFUSED;
}

/* Rows can only be made the site's by a server that knows which one it is. */
static bool
check_set_up(Restore *restore, Error *error)
{
	const char *name;

	if (restore->request->keep_values)
		return true;
	if (!move_value(&restore->move, restore->site, "SELECT "
					"pg_catalog.current_setting('qsrepl.local_site', true)",
					PG_NONE, &name, error))
		return false;
	return name[0] != '\0' ||
		error_set(error, NULL, "Run \"qsrepl setup primary\" (or \"setup "
				  "publisher\") there first, or give --keep-values. Nothing "
				  "was changed.", "the server of site \"%s\" does not know "
				  "that it is that site's", restore->site->name);
}

int
restore_check_site(Restore *restore, Error *error)
{
	Move	   *move = &restore->move;
	bool		standby;

	if (!server_is_here(&move->config, restore->site))
	{
		error_set(error, NULL, "Run it on the machine of that site's database "
				  "server; \"qsrepl snapshot copy\" brings the snapshot "
				  "there. Nothing was changed.",
				  "the server of site \"%s\" is on another machine",
				  restore->site->name);
		return EXIT_REFUSED;
	}
	if (!move_value(move, restore->site, "SELECT system_identifier FROM "
					"pg_catalog.pg_control_system()", PG_NONE,
					&move->system_identifier, error) ||
		!move_is_passive(move, restore->site, &standby, error))
		return move_unasked(move);
	if (standby)
		return refuse_standby(restore, error);
	if (!service_has_nodes(&move->config, restore->site))
		text_addf(&restore->told, "Warning: no node of site %s is configured, so "
				  "nobody stops its services: stop those of Qlik Sense there "
				  "first.\n", restore->site->name);
	if (restore->request->files_only || check_set_up(restore, error))
		return EXIT_OK;
	return error->sqlstate[0] != '\0' ? EXIT_SERVER : EXIT_REFUSED;
}

static bool
is_configured(const Config *config, const char *name)
{
	for (size_t i = 0; i < config->databases.n; i++)
		if (strcmp(config->databases.words[i], name) == 0)
			return true;
	return false;
}

/* The configured ones that the snapshot has. */
static void
choose_databases(Restore *restore)
{
	const Snapshot *snapshot = &restore->snapshot;
	const Config *config = &restore->move.config;
	Text		names = {NULL, 0, 0};

	for (size_t i = 0; i < config->databases.n; i++)
		if (snapshot_database(snapshot, config->databases.words[i]) != NULL)
			text_addf(&names, "%s%s", names.len > 0 ? " " : "",
					  config->databases.words[i]);
		else
			text_addf(&restore->told, "Left as it is: database %s, which the "
					  "snapshot does not have.\n",
					  config->databases.words[i]);
	for (size_t i = 0; i < snapshot->n_databases; i++)
		if (!is_configured(config, snapshot->databases[i].name))
			text_addf(&restore->told, "Left out: database %s of the snapshot, "
					  "which the configuration does not name.\n",
					  snapshot->databases[i].name);
	restore_name_databases(restore, names.len > 0 ? names.bytes : "");
	text_free(&names);
	for (size_t i = 0; i < restore->n_databases; i++)
		restore->databases[i].from =
			snapshot_database(snapshot, restore->databases[i].name);
}

static bool
check_version(Restore *restore, const RestoreDatabase *database, Error *error)
{
	PgConnection *server = restore_server(restore, error);
	int64_t		there = database->from->server_version;

	if (server == NULL)
		return false;
	if (there / 10000 <= pg_server_version(server) / 10000)
		return true;
	return error_set(error, NULL, "Restore it at a server of that major "
					 "version or a later one. Nothing was changed.",
					 "database \"%s\" was dumped from PostgreSQL %d, and the "
					 "server of site \"%s\" is %d", database->name,
					 (int) (there / 10000), restore->site->name,
					 pg_server_version(server) / 10000);
}

/* What would stand in the way of the renames. */
static bool
check_free(Restore *restore, const RestoreDatabase *database, Error *error)
{
	PgConnection *server = restore_server(restore, error);
	char	   *prepared = NULL;
	bool		closed;
	bool		good;

	if (server == NULL ||
		!pg_ask(server, "SELECT EXISTS (SELECT FROM pg_catalog.pg_database "
				"WHERE datname = $1 AND NOT datallowconn)",
				PG_PARAMETERS(database->name), &closed, error) ||
		!pg_value(server, "SELECT max(gid) FROM pg_catalog.pg_prepared_xacts "
				  "WHERE database = $1", PG_PARAMETERS(database->name),
				  &prepared, error))
		return false;
	good = !closed ||
		error_set(error, NULL, "ALTER DATABASE ... ALLOW_CONNECTIONS true "
				  "opens it. Nothing was changed.",
				  "database \"%s\" does not take connections",
				  database->name);
	if (good && prepared != NULL)
		good = error_set(error, NULL, "COMMIT PREPARED or ROLLBACK PREPARED "
						 "it. Nothing was changed.",
						 "database \"%s\" has a prepared transaction: \"%s\"",
						 database->name, prepared);
	free(prepared);
	return good;
}

/* Two databases of these names would be taken for ours. */
static bool
check_names(Restore *restore, const RestoreDatabase *database, Error *error)
{
	RestoreFound found;

	if (!restore_look(restore, database->fresh, &found, error))
		return false;
	return !found.exists ||
		error_set(error, NULL, "Look what it is, and drop or rename it. "
				  "Nothing was changed.", "there is a database \"%s\" "
				  "already", database->fresh);
}

/* Long names are cut, and those of two databases may become one. */
static bool
check_twins(const Restore *restore, size_t i, Error *error)
{
	const RestoreDatabase *database = &restore->databases[i];

	for (size_t j = 0; j < i; j++)
		if (strcmp(restore->databases[j].fresh, database->fresh) == 0 ||
			strcmp(restore->databases[j].aside, database->aside) == 0)
			return error_set(error, NULL, "Restore them one after the other, "
							 "with a configuration that names one. Nothing "
							 "was changed.", "the names of databases \"%s\" "
							 "and \"%s\" are too long to be told apart while "
							 "they are restored",
							 restore->databases[j].name, database->name);
	return true;
}

static bool
tell_roles(Restore *restore, Error *error)
{
	RestoreRoles roles = {NULL, 0};

	if (!restore_missing_roles(restore, &roles, error))
		return false;
	for (size_t i = 0; i < roles.n; i++)
		text_addf(&restore->told, "Role %s is not there, and is created without "
				  "a password.\n", roles.names[i]);
	return true;
}

static bool
has_value(const ConfigMapping *mapping, const char *value)
{
	for (size_t i = 0; i < mapping->n_values; i++)
		if (config_same_name(mapping->values[i].value, value))
			return true;
	return false;
}

/* Rows that no mapping knows would stay as they are, and nobody would tell. */
static bool
check_share_known(Restore *restore, Error *error)
{
	const Config *config = &restore->move.config;
	const Snapshot *snapshot = &restore->snapshot;

	if (!snapshot->legacy || restore->request->keep_values)
		return true;
	for (size_t i = 0; i < snapshot->n_shares; i++)
	{
		const char *root = snapshot->shares[i].root;
		bool		known = root == NULL;

		for (size_t j = 0; !known && j < config->n_mappings; j++)
			known = has_value(&config->mappings[j], root);
		for (size_t j = 0; !known && j < config->n_shares; j++)
			known = config->shares[j].mapping != NULL;
		if (!known)
			return error_set(error, NULL, "Add it to a mapping as an alias "
							 "(\"alias.SITE = ...\"), or give --keep-values. "
							 "Nothing was changed.", "the snapshot was made "
							 "with the share \"%s\", which no mapping has",
							 root);
	}
	return true;
}

static bool
check_each(Restore *restore, Error *error)
{
	for (size_t i = 0; i < restore->n_databases; i++)
		if (!check_version(restore, &restore->databases[i], error) ||
			!check_free(restore, &restore->databases[i], error) ||
			!check_names(restore, &restore->databases[i], error) ||
			!check_twins(restore, i, error))
			return false;
	return tell_roles(restore, error) && check_share_known(restore, error);
}

/* Services are stopped first, and how they were is written down by then. */
static bool
check_records(Restore *restore, Error *error)
{
	const Config *config = &restore->move.config;
	const char *first = config->databases.words[0];
	PgConnection *connection = server_connect(config, restore->site, first,
											  error);
	bool		there = false;
	bool		good = connection != NULL ?
	pg_has_extension(connection, &there, error) :
	strcmp(error->sqlstate, NO_DATABASE) == 0;

	pg_close(connection);
	if (!good || there)
		return good;
	error_free(error);
	return error_set(error, NULL, "Run \"qsrepl setup primary\" (or \"setup "
					 "publisher\") there first; or stop the services of Qlik "
					 "Sense by hand, and restore with a configuration that has "
					 "no nodes of that site. Nothing was changed.",
					 "what its services were started by is written into "
					 "database \"%s\" of site \"%s\", which has no extension "
					 "qsrepl", first, restore->site->name);
}

int
restore_check_services(Restore *restore, Error *error)
{
	if (!service_has_nodes(&restore->move.config, restore->site) ||
		check_records(restore, error))
		return EXIT_OK;
	return error->sqlstate[0] != '\0' ? EXIT_SERVER : EXIT_REFUSED;
}

int
restore_check_databases(Restore *restore, Error *error)
{
	restore_name_databases(restore, "");
	if (restore->request->files_only)
		return EXIT_OK;
	choose_databases(restore);
	if (restore->n_databases == 0)
	{
		error_set(error, NULL, "Key \"databases\" names them. Nothing was "
				  "changed.", "the snapshot has none of the configured "
				  "databases");
		return EXIT_REFUSED;
	}
	if (check_each(restore, error))
		return EXIT_OK;
	return error->sqlstate[0] != '\0' ? EXIT_SERVER : EXIT_REFUSED;
}
