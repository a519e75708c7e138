/*
 * hosts.h
 *		The hosts files of the nodes: a block of lines that is kept, and nothing
 *		else in them.
 */
#ifndef HOSTS_HOSTS_H
#define HOSTS_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/config.h"

typedef enum HostsState
{
	HOSTS_CURRENT,				/* the block is as it should be */
	HOSTS_MISSING,				/* there is no block */
	HOSTS_DIFFERENT,			/* it has other lines */
	HOSTS_CONFLICT,				/* a line outside gives an alias another
								 * address */
	HOSTS_DAMAGED,				/* two blocks, one without end, UTF-16; or
								 * there are no lines for it */
	HOSTS_UNREACHABLE,			/* it could not be read */
	HOSTS_SKIPPED				/* hosts_access is none, or it is elsewhere */
} HostsState;

/* One machine's file, and what was found. */
typedef struct HostsFinding
{
	const ConfigNode *node;		/* NULL: the database server's machine */
	const ConfigSite *site;
	const char *machine;		/* "node CN-A", "this machine" */
	const char *path;
	HostsState	state;
	const char *problem;		/* in a sentence's words; or NULL */
	const char *hint;			/* or NULL */
	const char *old_text;		/* the block as it is, without markers; or
								 * NULL */
	const char *new_text;		/* as it should be; or NULL */
	const char *diff;			/* what apply would change; NULL: nothing */
	bool		written;		/* by hosts_apply() */
	bool		failed;			/* hosts_apply() could not, or would not */
	struct HostsWay *way;		/* private, while it is read */
	Text		content;		/* the file as it was read */
	Text		result;			/* as it would be */
} HostsFinding;

/* Begins as {0}; freed by hosts_report_free(). */
typedef struct HostsReport
{
	HostsFinding *list;			/* machines in the configuration's order */
	size_t		n;
	Arena		arena;
} HostsReport;

typedef struct HostsRequest
{
	const Config *config;
	const char *const *nodes;	/* only these; n_nodes 0: all of them */
	size_t		n_nodes;
	bool		force;			/* although lines outside are in the way: the
								 * block is put in front of them */
} HostsRequest;

/*
 * hosts_block
 *		The lines for a site's machines, without markers, each ending with a
 *		line feed: nodes first, then free aliases.
 *
 * errors: a node has no IP address
 */
extern bool hosts_block(const Config *config, const ConfigSite *site,
						Text *block, Error *error);

/*
 * hosts_check
 *		Read every file that can be reached and compare.
 *
 * out:    *report, whatever the machines do; what it held is freed
 */
extern void hosts_check(const HostsRequest *request, HostsReport *report);

/*
 * hosts_apply
 *		Write what hosts_check() has found to be missing or different.  A file
 *		that has changed since is left alone.  What was written is read again.
 *
 * out:    written, failed and problem of each finding; false: one has failed
 */
extern bool hosts_apply(const HostsRequest *request, HostsReport *report);
extern void hosts_report_free(HostsReport *report);

/* "current", "missing", "different", "conflict", ... */
extern const char *hosts_word(HostsState state);

/*
 * hosts_advice
 *		What Windows needs for a name of a file server that is not the
 *		computer's own: one sentence each; a NULL ends them.
 */
extern const char *const *hosts_advice(const ConfigAlias *alias,
									   Arena *arena);

#endif							/* HOSTS_HOSTS_H */
