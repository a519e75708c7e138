/*
 * define.c
 *		What the configuration says, in a database: the extension, sites and
 *		mappings, the rules of the profile.
 */
#include "cmd/define.h"

#include <stdlib.h>

#include "base/memory.h"
#include "pg/query.h"

bool
define_extension(PgConnection *connection, Error *error)
{
	return pg_run(connection, "CREATE EXTENSION IF NOT EXISTS qsrepl",
				  PG_NONE, error);
}

/* The current values in one call: they are checked as a whole. */
static bool
set_mapping(PgConnection *connection, const ConfigMapping *mapping,
			Error *error)
{
	const char **values = mem_alloc((2 + 2 * mapping->n_values) *
									sizeof(char *));
	Text		sql = {NULL, 0, 0};
	int			n = 0;
	bool		good;

	values[n++] = mapping->name;
	values[n++] = rw_kind_name((RwKind) mapping->kind);
	text_add(&sql, "SELECT qsrepl.set_mapping($1, $2");
	for (size_t i = 0; i < mapping->n_values; i++)
		if (mapping->values[i].current)
		{
			values[n++] = mapping->values[i].site;
			values[n++] = mapping->values[i].value;
			text_addf(&sql, ", $%d, $%d", n - 1, n);
		}
	text_add(&sql, ")");
	good = pg_run(connection, sql.bytes, (PgParameters)
				  {
		n, values
	}, error);
	text_free(&sql);
	free(values);
	return good;
}

static bool
set_aliases(PgConnection *connection, const ConfigMapping *mapping,
			Error *error)
{
	for (size_t i = 0; i < mapping->n_values; i++)
		if (!mapping->values[i].current &&
			!pg_run(connection, "SELECT qsrepl.add_alias($1, $2, $3)",
					PG_PARAMETERS(mapping->name, mapping->values[i].site,
								  mapping->values[i].value), error))
			return false;
	return true;
}

/* The body of a transaction. */
static bool
define(void *arg, PgConnection *connection, Error *error)
{
	const Config *config = arg;

	for (size_t i = 0; i < config->n_sites; i++)
		if (!pg_run(connection, "SELECT qsrepl.set_site($1, $2)",
					PG_PARAMETERS(config->sites[i].name,
								  config->sites[i].description), error))
			return false;
	for (size_t i = 0; i < config->n_mappings; i++)
		if (!set_mapping(connection, &config->mappings[i], error) ||
			!set_aliases(connection, &config->mappings[i], error))
			return false;
	return true;
}

bool
define_mappings(const Config *config, PgConnection *connection, Error *error)
{
	Config		copy = *config;

	return pg_transaction(connection, define, &copy, error);
}

bool
define_profile(const Config *config, PgConnection *connection, Error *error)
{
	return pg_run(connection, "SELECT qsrepl.load_profile($1)",
				  PG_PARAMETERS(config->profile), error);
}
