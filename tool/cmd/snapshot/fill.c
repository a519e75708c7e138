/*
 * fill.c
 *		What a snapshot is made of, in its order.
 *
 * First all databases are looked at, each in a session that holds its view.
 * Files are listed and copied only then: one that no row of the view names does
 * no harm, while a row without its file would.  The views are dumped meanwhile,
 * since the one is limited by disks and the other by processors.
 */
#include "cmd/snapshot/fill.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/memory.h"
#include "cmd/snapshot/work.h"
#include "share/access.h"
#include "snapshot/each.h"

/* What is worth a job of pg_dump. */
#define JOB_BYTES 67108864.0

/* The views of the databases that are there. */
typedef struct Views
{
	SnapshotView *list;
	size_t		n;
} Views;

/* What is done now, and with what. */
static void
say(const SnapshotMaking *making, const char *what, const char *name)
{
	char	   *text;

	if (making->work.tell == NULL)
		return;
	text = text_format("%s %s", what, name);
	making->work.tell(making->work.arg, text);
	free(text);
}

static bool
open_views(SnapshotMaking *making, Views *views, Error *error)
{
	SnapshotWork *work = &making->work;
	const ConfigWords *databases = &making->config->databases;

	for (size_t i = 0; i < databases->n; i++)
	{
		bool		exists;

		if (!snapshot_view_open(work, databases->words[i],
								&views->list[views->n++], &exists, error))
			return false;
		if (exists)
			continue;
		views->n--;
		snapshot_add_note(work, "no database", databases->words[i], NULL);
	}
	making->code = EXIT_REFUSED;
	if (views->n == 0)
		return error_set(error, NULL, NULL, "site \"%s\" has none of the "
						 "configured databases", work->site->name);
	making->code = EXIT_SYSTEM;
	return true;
}

static void
close_views(Views *views)
{
	for (size_t i = 0; i < views->n; i++)
		snapshot_view_close(&views->list[i]);
	free(views->list);
}

/*
 * Each database has one job of pg_dump at least, and the configured number is
 * shared by their sizes.  A further one begins with a session of its own, which
 * costs more than it brings where there is little to do.
 */
static int
jobs_of(const SnapshotMaking *making, const Views *views, size_t i)
{
	const double bytes = views->list[i].bytes;
	double		all = 1;
	int			jobs;

	for (size_t j = 0; j < views->n; j++)
		all += views->list[j].bytes;
	jobs = 1 + (int) ((making->config->snapshot.parallel - 1) * bytes / all +
					  0.5);
	return bytes < jobs * JOB_BYTES ? 1 + (int) (bytes / JOB_BYTES) : jobs;
}

static bool
begin_dumps(SnapshotMaking *making, Views *views, Error *error)
{
	for (size_t i = 0; i < views->n; i++)
		if (!snapshot_view_begin(&making->work, &views->list[i],
								 jobs_of(making, views, i), error))
			return false;
	return true;
}

static bool
end_dumps(SnapshotMaking *making, Views *views, Error *error)
{
	Snapshot   *snapshot = &making->work.snapshot;

	for (size_t i = 0; i < views->n; i++)
	{
		const SnapshotDatabase *database = views->list[i].database;

		say(making, "dumping database", database->name);
		if (!snapshot_view_end(&making->work, &views->list[i], error))
			return false;
		snapshot_view_close(&views->list[i]);
		if (snapshot->epoch < database->epoch)
			snapshot->epoch = database->epoch;
	}
	return views->n == 0 || snapshot_add_roles(&making->work, error);
}

/* A share that is to be listed. */
typedef struct Listing
{
	SnapshotMaking *making;
	const ConfigShare *share;
	ShareList	list;
} Listing;

static bool
with_archived_logs(const SnapshotMaking *making)
{
	return making->request->archived_logs ||
		making->config->snapshot.archived_logs;
}

/* The folders where nothing is deleted are not even listed unless wanted. */
static bool
list_share(Listing *listing, Error *error)
{
	SnapshotMaking *making = listing->making;
	const ConfigSite *site = making->work.site;
	Arena		arena = {NULL};
	ConfigShare listed = *listing->share;
	ShareRules	rules;
	ShareAccess access;
	bool		good;

	if (!with_archived_logs(making))
		listed.add.n = 0;
	share_rules_make(&listed, &arena, &rules);
	share_access_directory(making->config, &listed, site,
						   config_share_path(listing->share, site->name),
						   &rules, &arena, &access);
	share_list_begin(&listing->list, &rules);
	good = share_local.list(&access, &listing->list, error);
	arena_free(&arena);
	return good;
}

/* The former snapshot is needed from the first share on. */
static bool
list_or_find_former(void *arg, size_t number, Error *error)
{
	Listing    *listing = arg;

	if (number == 0)
		return list_share(listing, error);
	snapshot_find_former(&listing->making->work);
	return true;
}

static bool
begin_share(SnapshotMaking *making, const ConfigShare *share,
			SnapshotTaking **taking, Error *error)
{
	Listing		listing = {.making = making,.share = share};
	const bool	first = share == making->config->shares;
	bool		good;

	say(making, "listing share", share->name);
	good = snapshot_each(first ? 2 : 1, list_or_find_former, &listing,
						 "cancelled", error) &&
		snapshot_share_begin(&making->work, share,
							 config_share_path(share,
											   making->work.site->name),
							 &listing.list, with_archived_logs(making),
							 taking, error);
	share_list_free(&listing.list);
	return good;
}

static bool
add_share(SnapshotMaking *making, const ConfigShare *share, Error *error)
{
	SnapshotTaking *taking;

	return begin_share(making, share, &taking, error) &&
		snapshot_share_end(taking, false, error);
}

/* The views' dumps, and beside them the first share. */
static bool
dump_beside_share(SnapshotMaking *making, Views *views, Error *error)
{
	const Config *config = making->config;
	SnapshotTaking *taking;
	bool		dumped;

	if (!begin_dumps(making, views, error))
		return false;
	if (making->request->database_only || config->n_shares == 0)
	{
		snapshot_find_former(&making->work);
		return end_dumps(making, views, error);
	}
	if (!begin_share(making, &config->shares[0], &taking, error))
		return false;
	dumped = end_dumps(making, views, error);
	return snapshot_share_end(taking, !dumped, error) && dumped;
}

static bool
add_content(SnapshotMaking *making, Views *views, Error *error)
{
	const Config *config = making->config;

	if ((!making->request->files_only && !open_views(making, views, error)) ||
		!dump_beside_share(making, views, error))
		return false;
	for (size_t i = 1; !making->request->database_only && i < config->n_shares;
		 i++)
		if (!add_share(making, &config->shares[i], error))
			return false;
	return making->request->database_only ||
		snapshot_add_server(&making->work, error);
}

/* Certificates first: what is wrong with their keys shows at once. */
bool
cmd_snapshot_fill(SnapshotMaking *making, Error *error)
{
	const SnapshotRequest *request = making->request;
	Views		views = {NULL, 0};
	bool		good;

	making->code = EXIT_SYSTEM;
	if (!request->database_only &&
		!cmd_snapshot_certificates(&making->work, request->plain_pfx ||
								   making->config->snapshot.plain_pfx, error))
		return false;
	views.list = mem_alloc((making->config->databases.n + 1) *
						   sizeof(SnapshotView));
	good = add_content(making, &views, error);
	close_views(&views);
	return good;
}
