/*
 * content_sources.c
 *		What of a database says something of files: tables, columns, and where
 *		their values go.
 */
#include "site/content_sources.h"

#include "site/row.h"

static bool
take_app(void *arg, const PgRow *row, Error *error)
{
	ContentReading *reading = arg;
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
	ContentReading *reading = arg;
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
	ContentReading *reading = arg;
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
	ContentReading *reading = arg;
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
const ContentSource content_sources[CONTENT_SOURCES] = {
	{.part = SITE_CONTENT_FOLDERS,.table = CONTENT_CLUSTER,.column = "RootFolder",
	.take = take_folder},
	{.part = SITE_CONTENT_FOLDERS,.table = CONTENT_CLUSTER,.column = "AppFolder",
	.take = take_folder},
	{.part = SITE_CONTENT_FOLDERS,.table = CONTENT_CLUSTER,
	.column = "StaticContentRootFolder",.take = take_folder},
	{.part = SITE_CONTENT_FOLDERS,.table = CONTENT_CLUSTER,
	.column = "ArchivedLogsRootFolder",.take = take_folder},
	{.part = SITE_CONTENT_FOLDERS,.table = "DataConnections",
		.column = "ConnectionString",.further = {"Name", NULL},
		.condition = "pg_catalog.lower(\"Type\"::text) = 'folder'",
	.kind = "Type",.take = take_connection},
	{.part = SITE_CONTENT_FILES,.table = "Apps",.column = "ID",
	.further = {"Name", "ModifiedDate"},.take = take_app,.known = CONTENT_APPS},
	{.part = SITE_CONTENT_FILES,.table = "StaticContentReferences",
	.column = "DataLocation",.take = take_reference,.known = CONTENT_REFERENCES},
	{.part = SITE_CONTENT_FILES,.optional = true,.table = "FileReferences",
	.column = "DataLocation",.take = take_reference,.known = CONTENT_REFERENCES}
};
