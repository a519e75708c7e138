/*
 * thumbprints.c
 *		Certificates that a site's databases name by thumbprint.
 */
#include "site/thumbprints.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pg/statements.h"
#include "site/connect.h"

/* Temporary tables and copies of the system's are nobody's settings. */
static const char columns_query[] =
"SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname, "
"pg_catalog.format('SELECT DISTINCT %I::text FROM %I.%I WHERE %1$I::text "
"<> '''' ORDER BY 1', a.attname, n.nspname, c.relname) "
"FROM pg_catalog.pg_attribute AS a "
"JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid "
"JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
"WHERE a.attname LIKE '%Thumbprint' AND a.attnum > 0 AND " PG_READABLE " "
"AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
"AND c.relpersistence <> 't' "
"AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'qsrepl') "
"ORDER BY 1, 2";

/* A column that could name certificates. */
typedef struct Column
{
	const char *relation;
	const char *name;
	const char *query;			/* for its values */
} Column;

/* A database that is asked. */
typedef struct Look
{
	const char *database;
	Arena	   *arena;
	SiteThumbprints *found;
	Column	   *columns;		/* freed with free() */
	size_t		n;
	const Column *column;		/* whose values come */
} Look;

static bool
take_column(void *arg, const PgRow *row, Error *error)
{
	Look	   *look = arg;

	(void) error;
	look->columns = mem_grow(look->columns, (look->n + 1) * sizeof(Column));
	look->columns[look->n++] = (Column)
	{
		arena_strdup(look->arena, pg_row_text(row, 0)),
			arena_strdup(look->arena, pg_row_text(row, 1)),
			arena_strdup(look->arena, pg_row_text(row, 2))
	};
	return true;
}

static bool
take_value(void *arg, const PgRow *row, Error *error)
{
	Look	   *look = arg;
	SiteThumbprints *found = look->found;
	SiteThumbprint *list = arena_alloc(look->arena, (found->n + 1) *
									   sizeof(SiteThumbprint));

	(void) error;
	if (found->n > 0)
		memcpy(list, found->list, found->n * sizeof(SiteThumbprint));
	list[found->n++] = (SiteThumbprint)
	{
		look->database, look->column->relation, look->column->name,
			arena_strdup(look->arena, pg_row_text(row, 0)),
			strstr(look->column->name, "Encrypt") != NULL
	};
	found->list = list;
	return true;
}

bool
site_thumbprints_look(PgConnection *connection, const char *database,
					  Arena *arena, SiteThumbprints *found, Error *error)
{
	Look		look = {.database = database,.arena = arena,.found = found};
	bool		good = pg_rows(connection, columns_query, PG_NONE, take_column,
							   &look, error);

	for (size_t i = 0; good && i < look.n; i++)
	{
		look.column = &look.columns[i];
		good = pg_rows(connection, look.columns[i].query, PG_NONE, take_value,
					   &look, error);
	}
	found->columns += look.n;
	free(look.columns);
	return good;
}

void
site_thumbprints_read(const Config *config, const ConfigSite *site,
					  int64_t end, Arena *arena, SiteThumbprints *found)
{
	memset(found, 0, sizeof(*found));
	for (size_t i = 0; i < config->databases.n && found->error == NULL; i++)
	{
		const char *database = config->databases.words[i];
		Error		error = ERROR_NONE;
		PgConnection *connection = site_connect(config, site, database, end,
												&error);

		if (connection == NULL ||
			!site_thumbprints_look(connection, database, arena, found, &error))
			found->error = arena_strdup(arena, error.message);
		pg_close(connection);
		error_free(&error);
	}
}
