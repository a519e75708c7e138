/*
 * content.c
 *		What the rows of a site say of files: apps, static content, folders.
 *
 * The statements are put together here from the names in content_sources,
 * and from names of relations that the server's format() has quoted.
 */
#include "site/content.h"

#include <stdlib.h>
#include <string.h>

#include "pg/statements.h"
#include "site/connect.h"
#include "site/content_sources.h"
#include "site/row.h"

/* All columns of the tables that are looked for. */
static const char catalog_query[] =
"SELECT c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), "
"a.attname FROM pg_catalog.pg_attribute a "
"JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
"WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') "
"AND a.attnum > 0 AND " PG_READABLE " AND c.relname IN "
"('Apps', 'StaticContentReferences', 'FileReferences', "
"'DataConnections', '" CONTENT_CLUSTER "')";

/* Paths come as they are in files' names. */
static const char encoding_query[] =
"SELECT pg_catalog.set_config('client_encoding', 'UTF8', false)";

static bool
take_column(void *arg, const PgRow *row, Error *error)
{
	ContentReading *reading = arg;

	(void) error;
	reading->columns = row_room(reading->arena, reading->columns,
								reading->n_columns, sizeof(ContentColumn));
	reading->columns[reading->n_columns++] = (ContentColumn)
	{
		row_copy(reading->arena, row, 0), row_copy(reading->arena, row, 1),
			row_copy(reading->arena, row, 2)
	};
	return true;
}

/* name NULL: any column of the table */
static const ContentColumn *
find(const ContentReading *reading, const char *table, const char *name)
{
	for (size_t i = 0; i < reading->n_columns; i++)
		if (strcmp(reading->columns[i].table, table) == 0 &&
			(name == NULL || strcmp(reading->columns[i].name, name) == 0))
			return &reading->columns[i];
	return NULL;
}

/* Times of Qlik Sense's rows are in UTC, with or without a time zone. */
static void
add_further(const ContentReading *reading, const ContentSource *source, Text *sql)
{
	for (size_t i = 0; i < 2; i++)
	{
		const char *name = source->further[i];

		if (name == NULL || find(reading, source->table, name) == NULL)
			text_add(sql, ", NULL");
		else if (strcmp(name, "ModifiedDate") == 0)
			text_addf(sql, ", extract(epoch FROM \"%s\")", name);
		else
			text_addf(sql, ", \"%s\"::text", name);
	}
}

static char *
statement(const ContentReading *reading, const ContentSource *source, const ContentColumn *column)
{
	Text		sql = {NULL, 0, 0};

	text_addf(&sql, "SELECT \"%s\"::text", source->column);
	add_further(reading, source, &sql);
	text_addf(&sql, " FROM %s WHERE \"%s\"::text OPERATOR(pg_catalog.<>) ''",
			  column->relation, source->column);
	if (find(reading, source->table, "Deleted") != NULL)
		text_add(&sql, " AND \"Deleted\" IS NOT TRUE");
	if (source->condition != NULL)
		text_addf(&sql, " AND %s", source->condition);
	return text_take(&sql);
}

static void
note_known(SiteContent *content, const ContentSource *source)
{
	if (source->known == CONTENT_APPS)
		content->apps_known = true;
	if (source->known == CONTENT_REFERENCES)
		content->references_known = true;
}

static bool
read_source(ContentReading *reading, PgConnection *connection, const ContentSource *source,
			Error *error)
{
	const ContentColumn *column = find(reading, source->table, source->column);
	char	   *sql;
	bool		good;

	if (column == NULL || (source->kind != NULL &&
						   find(reading, source->table, source->kind) == NULL))
		return true;
	note_known(reading->content, source);
	reading->table = source->table;
	reading->column = source->column;
	sql = statement(reading, source, column);
	good = pg_rows(connection, sql, PG_NONE, source->take, reading, error);
	free(sql);
	return good;
}

/* found: of each source, whether it was in a database, or its table was. */
enum Found
{
	FOUND_NOTHING,
	FOUND_TABLE,
	FOUND_COLUMN
};

static bool
read_database(ContentReading *reading, PgConnection *connection, unsigned parts,
			  int *found, Error *error)
{
	reading->columns = NULL;
	reading->n_columns = 0;
	if (!pg_run(connection, encoding_query, PG_NONE, error) ||
		!pg_rows(connection, catalog_query, PG_NONE, take_column, reading,
				 error))
		return false;
	for (size_t i = 0; i < CONTENT_SOURCES; i++)
	{
		const ContentSource *source = &content_sources[i];
		const char *needed = source->kind != NULL &&
		find(reading, source->table, source->kind) == NULL ? source->kind :
		source->column;
		int			now = find(reading, source->table, needed) != NULL ?
		FOUND_COLUMN : find(reading, source->table, NULL) != NULL ?
		FOUND_TABLE : FOUND_NOTHING;

		if (!(source->part & parts))
			continue;
		if (now > found[i])
			found[i] = now;
		if (!read_source(reading, connection, source, error))
			return false;
	}
	return true;
}

static void
skip(ContentReading *reading, const char *text)
{
	SiteContent *content = reading->content;

	for (size_t i = 0; i < content->n_skipped; i++)
		if (strcmp(content->skipped[i], text) == 0)
			return;
	content->skipped = row_room(reading->arena, content->skipped,
								content->n_skipped, sizeof(char *));
	content->skipped[content->n_skipped++] = text;
}

static void
tell_skipped(ContentReading *reading, unsigned parts, const int *found)
{
	for (size_t i = 0; i < CONTENT_SOURCES; i++)
	{
		const ContentSource *source = &content_sources[i];

		if (!(source->part & parts) || source->optional)
			continue;
		if (found[i] == FOUND_NOTHING)
			skip(reading, arena_printf(reading->arena, "table \"%s\"",
									   source->table));
		if (found[i] == FOUND_TABLE)
			skip(reading, arena_printf(reading->arena, "table \"%s\", "
									   "column \"%s\"", source->table,
									   source->column));
	}
}

void
site_content_read(const Config *config, const ConfigSite *site,
				  unsigned parts, int64_t end, Arena *arena,
				  SiteContent *content)
{
	ContentReading reading = {.arena = arena,.content = content};
	int			found[CONTENT_SOURCES] = {FOUND_NOTHING};

	memset(content, 0, sizeof(*content));
	content->site = site;
	for (size_t i = 0; i < config->databases.n && content->error == NULL; i++)
	{
		Error		error = ERROR_NONE;
		PgConnection *connection = site_connect(config, site,
												config->databases.words[i],
												end, &error);

		if (connection == NULL ||
			!read_database(&reading, connection, parts, found, &error))
			content->error = row_error(arena, &error);
		pg_close(connection);
	}
	if (content->error == NULL)
		tell_skipped(&reading, parts, found);
}

const char *
site_content_folder(const SiteContent *content, const char *column)
{
	for (size_t i = 0; i < content->n_folders; i++)
		if (strcmp(content->folders[i].what, column) == 0)
			return content->folders[i].path;
	return NULL;
}
