/*
 * content_sources.h
 *		What of a database says something of files; private to this folder.
 */
#ifndef SITE_CONTENT_SOURCES_H
#define SITE_CONTENT_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/query.h"
#include "site/content.h"

#define CONTENT_CLUSTER "ServiceClusterSettingsSharedPersistenceProperties"

typedef struct ContentColumn
{
	const char *table;
	const char *relation;		/* quoted */
	const char *name;
} ContentColumn;

typedef struct ContentReading
{
	Arena	   *arena;
	SiteContent *content;
	ContentColumn *columns;		/* of one database */
	size_t		n_columns;
	const char *table;			/* whose rows come */
	const char *column;
} ContentReading;

typedef enum ContentKnown
{
	CONTENT_FOLDERS,
	CONTENT_APPS,
	CONTENT_REFERENCES
} ContentKnown;

/* What is read: one statement for each. */
typedef struct ContentSource
{
	unsigned	part;			/* of enum SiteContentParts */
	ContentKnown known;			/* what it tells something of */
	bool		optional;		/* not told where it is not there */
	const char *table;
	const char *column;			/* without which there is nothing to read */
	const char *further[2];		/* columns that may be missing: then null */
	const char *condition;		/* on the column; or NULL */
	const char *kind;			/* a column for the condition; or NULL */
	bool		(*take) (void *arg, const PgRow *row, Error *error);
} ContentSource;

#define CONTENT_SOURCES 8

extern const ContentSource content_sources[CONTENT_SOURCES];

#endif							/* SITE_CONTENT_SOURCES_H */
