/*
 * access.h
 *		A way to a share's content at a site: here, by rsync, at a Windows node.
 */
#ifndef SHARE_ACCESS_H
#define SHARE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "share/list.h"
#include "share/rules.h"

/* Bytes that a small file has at most. */
#define SHARE_SMALL (64 * 1024)

struct ShareBackend;

/* Filled by share_access_open(); nothing to close but its arena. */
typedef struct ShareAccess
{
	const struct ShareBackend *backend;
	const Config *config;
	const ConfigShare *share;
	const ConfigSite *site;		/* whose share it is */
	const char *place;			/* its root: a path, or a remote location as
								 * rsync takes it; no '/' at the end */
	bool		here;			/* place is a path of this machine */
	const ShareRules *rules;
	int64_t		end;			/* by plat_clock_ms(); 0: no deadline */
	Arena	   *arena;
} ShareAccess;

typedef enum ShareThere
{
	SHARE_IS_THERE,
	SHARE_NO_FILE,				/* the root is there, the file is not */
	SHARE_NO_ROOT				/* not even the root */
} ShareThere;

typedef struct ShareBackend
{
	const char *name;

	/* All entries of the known folders, sorted; a missing root is an error. */
	bool		(*list) (const ShareAccess *access, ShareList *list,
						 Error *error);

	/*
	 * A small file of the root: at most limit bytes, put behind a text.  That
	 * it is not there is no error; a link is never followed.
	 */
	bool		(*read) (const ShareAccess *access, const char *name,
						 size_t limit, Text *content, ShareThere *there,
						 Error *error);

	/* Make or replace such a file, in one step and durably. */
	bool		(*write) (const ShareAccess *access, const char *name,
						  const char *bytes, size_t len, Error *error);

	/* Remove such a file; one that is not there is no error. */
	bool		(*remove) (const ShareAccess *access, const char *name,
						   Error *error);
} ShareBackend;

/* In local.c, rsync_access.c and windows.c. */
extern const ShareBackend share_local;
extern const ShareBackend share_rsync;
extern const ShareBackend share_windows;

/*
 * share_access_open
 *		The way from this machine to a site's share: its own path where that is
 *		this machine's site, or where no remote location is configured.
 *
 * in:     rules, arena: live as long as the access
 * errors: no path is configured for the site.  Nothing is looked at yet.
 */
extern bool share_access_open(const Config *config, const ConfigShare *share,
							  const ConfigSite *site, const ShareRules *rules,
							  Arena *arena, ShareAccess *access,
							  Error *error);

/* The same of a directory of this machine, whatever the configuration says. */
extern void share_access_directory(const Config *config,
								   const ConfigShare *share,
								   const ConfigSite *site, const char *path,
								   const ShareRules *rules, Arena *arena,
								   ShareAccess *access);

/*
 * share_local_answers
 *		Whether a root that is a path of this machine answers at all, within
 *		connect_timeout and the access's deadline: a mount whose server is gone
 *		would keep everybody waiting who looks at it.  One that is missing
 *		answers.  All that a backend does looks itself.
 */
extern bool share_local_answers(const ShareAccess *access, Error *error);

/*
 * share_access_list
 *		The entries of the known folders, sorted.
 *
 * out:    *list: freed with share_list_free() where it returns true
 * errors: also a known folder that is a link or a file
 */
extern bool share_access_list(const ShareAccess *access, ShareList *list,
							  Error *error);

/*
 * share_access_one_case
 *		Whether names that differ by case alone are one file there: tried with
 *		the marker's name, so true (which is the safe answer) of a root without
 *		a marker cannot be told from that.
 */
extern bool share_access_one_case(const ShareAccess *access, bool *one_case,
								  Error *error);

#endif							/* SHARE_ACCESS_H */
