/*
 * content.h
 *		What the rows of a site say of files: apps, static content, folders.
 *
 * Which tables and columns there are depends on the release of Qlik Sense, so
 * the catalog is asked first, and what is not there is told and left out.  At
 * a standby the reader gives the site's own values.
 */
#ifndef SITE_CONTENT_H
#define SITE_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"

typedef struct SiteApp
{
	const char *id;				/* which is its file's name */
	const char *name;			/* or NULL */
	double		modified;		/* seconds since 1970; -1: the row does not
								 * say */
} SiteApp;

/* A row that names a file of the static content. */
typedef struct SiteReference
{
	const char *table;
	const char *location;		/* below the folder of static content, or a
								 * whole path; as stored, not empty */
} SiteReference;

/* A path that Qlik Sense uses as a folder. */
typedef struct SiteFolder
{
	const char *what;			/* the connection's name, or the column's */
	const char *path;			/* not empty */
} SiteFolder;

/* What to read. */
enum SiteContentParts
{
	SITE_CONTENT_FILES = 1 << 0,	/* apps and references */
	SITE_CONTENT_FOLDERS = 1 << 1	/* the cluster's folders, connections */
};

typedef struct SiteContent
{
	const ConfigSite *site;
	const char *error;			/* NULL: all of it was read */
	SiteApp    *apps;
	size_t		n_apps;
	SiteReference *references;
	size_t		n_references;
	SiteFolder *folders;		/* of the cluster: AppFolder and so on */
	size_t		n_folders;
	SiteFolder *connections;	/* data connections that are folders */
	size_t		n_connections;
	const char **skipped;		/* table "X", table "X", column "Y" */
	size_t		n_skipped;
	bool		apps_known;		/* the table was there */
	bool		references_known;
} SiteContent;

/*
 * site_content_read
 *		Ask the databases of a site.
 *
 * in:  parts: of enum SiteContentParts
 *      end: by plat_clock_ms(), for connecting and for each statement
 * out: *content: in the arena
 */
extern void site_content_read(const Config *config, const ConfigSite *site,
							  unsigned parts, int64_t end, Arena *arena,
							  SiteContent *content);

/* The path in a column of the cluster's row, as "AppFolder"; or NULL. */
extern const char *site_content_folder(const SiteContent *content,
									   const char *column);

#endif							/* SITE_CONTENT_H */
