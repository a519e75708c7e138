/*
 * content.c
 *		What the rows of a site say of files: apps, static content, folders.
 *
 * The statements are put together here from the names in the tables below,
 * and from names of relations that the server's format() has quoted.
 */
#include "site/content.h"

#include <stdlib.h>
#include <string.h>

#include "pg/query.h"
#include "site/connect.h"
#include "site/row.h"

#define CLUSTER "ServiceClusterSettingsSharedPersistenceProperties"

/* All columns of the tables that are looked for. */
static const char catalog_query[] =
"SELECT c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), "
"a.attname FROM pg_catalog.pg_attribute a "
"JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
"WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') "
"AND a.attnum > 0 AND NOT a.attisdropped AND c.relname IN "
"('Apps', 'StaticContentReferences', 'FileReferences', "
"'DataConnections', '" CLUSTER "')";

/* Paths come as they are in files' names. */
static const char encoding_query[] =
"SELECT pg_catalog.set_config('client_encoding', 'UTF8', false)";

typedef struct Column
{
	const char *table;
	const char *relation;		/* quoted */
	const char *name;
} Column;

typedef struct Reading
{
	Arena	   *arena;
	SiteContent *content;
	Column	   *columns;		/* of one database */
	size_t		n_columns;
	const char *table;			/* whose rows come */
	const char *column;
} Reading;

/* What is read: one statement for each. */
typedef struct Source
{
	unsigned	part;
	const char *table;
	const char *column;			/* without which there is nothing to read */
	bool		optional;		/* not told where it is not there */
	const char *further[2];		/* columns that may be missing: then null */
	const char *condition;		/* on the column; or NULL */
	const char *kind;			/* a column for the condition; or NULL */
	bool		(*take) (void *arg, const PgRow *row, Error *error);
} Source;

static bool
take_app(void *arg, const PgRow *row, Error *error)
{
	Reading    *reading = arg;
	SiteContent *content = reading->content;

	(void) error;
	content->apps = row_room(reading->arena, content->apps, content->n_apps,
							 sizeof(SiteApp));
	content->apps[content->n_apps++] = (SiteApp)
	{
		row_copy(reading->arena, row, 0), row_copy(reading->arena, row, 1),
			row_number(row, 2)
	};
	return true;
}

static bool
take_reference(void *arg, const PgRow *row, Error *error)
{
	Reading    *reading = arg;
	SiteContent *content = reading->content;

	(void) error;
	content->references = row_room(reading->arena, content->references,
								   content->n_references,
								   sizeof(SiteReference));
	content->references[content->n_references++] = (SiteReference)
	{
		reading->table, row_copy(reading->arena, row, 0)
	};
	return true;
}

static bool
take_connection(void *arg, const PgRow *row, Error *error)
{
	Reading    *reading = arg;
	SiteContent *content = reading->content;
	const char *name = row_copy(reading->arena, row, 1);

	(void) error;
	content->connections = row_room(reading->arena, content->connections,
									content->n_connections,
									sizeof(SiteFolder));
	content->connections[content->n_connections++] = (SiteFolder)
	{
		name != NULL ? name : "", row_copy(reading->arena, row, 0)
	};
	return true;
}

static bool
take_folder(void *arg, const PgRow *row, Error *error)
{
	Reading    *reading = arg;
	SiteContent *content = reading->content;

	(void) error;
	content->folders = row_room(reading->arena, content->folders,
								content->n_folders, sizeof(SiteFolder));
	content->folders[content->n_folders++] = (SiteFolder)
	{
		reading->column, row_copy(reading->arena, row, 0)
	};
	return true;
}

/*
 * FileReferences is known by name alone; only a column that means what it
 * does in StaticContentReferences is taken for a path.
 */
static const Source sources[] = {
	{SITE_CONTENT_FOLDERS, CLUSTER, "RootFolder", false, {NULL, NULL}, NULL,
	NULL, take_folder},
	{SITE_CONTENT_FOLDERS, CLUSTER, "AppFolder", false, {NULL, NULL}, NULL,
	NULL, take_folder},
	{SITE_CONTENT_FOLDERS, CLUSTER, "StaticContentRootFolder", false,
	{NULL, NULL}, NULL, NULL, take_folder},
	{SITE_CONTENT_FOLDERS, CLUSTER, "ArchivedLogsRootFolder", false,
	{NULL, NULL}, NULL, NULL, take_folder},
	{SITE_CONTENT_FOLDERS, "DataConnections", "ConnectionString", false,
		{"Name", NULL}, "pg_catalog.lower(\"Type\"::text) = 'folder'", "Type",
	take_connection},
	{SITE_CONTENT_FILES, "Apps", "ID", false, {"Name", "ModifiedDate"}, NULL,
	NULL, take_app},
	{SITE_CONTENT_FILES, "StaticContentReferences", "DataLocation", false,
	{NULL, NULL}, NULL, NULL, take_reference},
	{SITE_CONTENT_FILES, "FileReferences", "DataLocation", true,
	{NULL, NULL}, NULL, NULL, take_reference}
};

#define N_SOURCES (sizeof(sources) / sizeof(sources[0]))

static bool
take_column(void *arg, const PgRow *row, Error *error)
{
	Reading    *reading = arg;

	(void) error;
	reading->columns = row_room(reading->arena, reading->columns,
								reading->n_columns, sizeof(Column));
	reading->columns[reading->n_columns++] = (Column)
	{
		row_copy(reading->arena, row, 0), row_copy(reading->arena, row, 1),
			row_copy(reading->arena, row, 2)
	};
	return true;
}

/* name NULL: any column of the table */
static const Column *
find(const Reading *reading, const char *table, const char *name)
{
	for (size_t i = 0; i < reading->n_columns; i++)
		if (strcmp(reading->columns[i].table, table) == 0 &&
			(name == NULL || strcmp(reading->columns[i].name, name) == 0))
			return &reading->columns[i];
	return NULL;
}

/* Times of Qlik Sense's rows are in UTC, with or without a time zone. */
static void
add_further(const Reading *reading, const Source *source, Text *sql)
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
statement(const Reading *reading, const Source *source, const Column *column)
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
note_known(SiteContent *content, const Source *source)
{
	if (source->take == take_app)
		content->apps_known = true;
	if (source->take == take_reference)
		content->references_known = true;
}

static bool
read_source(Reading *reading, PgConnection *connection, const Source *source,
			Error *error)
{
	const Column *column = find(reading, source->table, source->column);
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
read_database(Reading *reading, PgConnection *connection, unsigned parts,
			  int *found, Error *error)
{
	reading->columns = NULL;
	reading->n_columns = 0;
	if (!pg_run(connection, encoding_query, PG_NONE, error) ||
		!pg_rows(connection, catalog_query, PG_NONE, take_column, reading,
				 error))
		return false;
	for (size_t i = 0; i < N_SOURCES; i++)
	{
		const Source *source = &sources[i];
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
skip(Reading *reading, const char *text)
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
tell_skipped(Reading *reading, unsigned parts, const int *found)
{
	for (size_t i = 0; i < N_SOURCES; i++)
	{
		const Source *source = &sources[i];

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
	Reading		reading = {.arena = arena,.content = content};
	int			found[N_SOURCES] = {FOUND_NOTHING};

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
