/*
 * rows.h
 *		Rows of the database against the files of a share, both of one site.
 *
 * A row without its file is an app that cannot be opened; a file without a
 * row does no harm.
 */
#ifndef SHARE_ROWS_H
#define SHARE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "share/list.h"
#include "share/rules.h"
#include "site/content.h"

/* How many of a kind are named. */
#define SHARE_EXAMPLES 10

/* A row that lacks its file. */
typedef struct ShareRow
{
	const char *what;			/* the app's name, or the table */
	const char *path;			/* below the root */
	bool		empty;			/* the file is there, and has no byte */
} ShareRow;

/* One kind of rows: apps, or references to static content. */
typedef struct ShareRowKind
{
	const char *left_out;		/* why it was not looked at; NULL: it was */
	const char *folder;			/* below the root */
	size_t		rows;
	size_t		found;
	size_t		missing;		/* no file, or an empty one */
	size_t		older;			/* the file is older than the row */
	size_t		elsewhere;		/* in no known folder of this share: not
								 * looked for */
	size_t		strays;			/* files without a row */
	uint64_t	stray_bytes;
	ShareRow	examples[SHARE_EXAMPLES];	/* of missing */
	const char *stray_examples[SHARE_EXAMPLES];
} ShareRowKind;

typedef struct ShareRows
{
	ShareRowKind apps;
	ShareRowKind references;
} ShareRows;

/*
 * share_rows_judge
 *		Look for the file of every row.
 *
 * in:  content: without an error; list: of the same site
 *      root: the share's, as the site's rows have it; NULL: not known, then
 *      folders are taken for those that Qlik Sense has by default
 * out: *rows: points into list, content and arena
 */
extern void share_rows_judge(const SiteContent *content,
							 const ShareList *list, const ShareRules *rules,
							 const char *root, Arena *arena,
							 ShareRows *rows);

/* How many rows lack their file. */
extern size_t share_rows_missing(const ShareRows *rows);

#endif							/* SHARE_ROWS_H */
