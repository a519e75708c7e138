/*
 * create.c
 *		The verb "snapshot create".
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/timestamp.h"
#include "cmd/config.h"
#include "cmd/snapshot/fill.h"
#include "cmd/snapshot/work.h"
#include "pg/statements.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "server/target.h"
#include "snapshot/encrypt.h"

static void
tell(void *arg, const char *what)
{
	progress_say(arg, "%s", what);
}

/* Is a path below a directory, or it? */
static bool
is_below(const char *path, const char *directory)
{
	size_t		len = strlen(directory);

	return strncmp(path, directory, len) == 0 &&
		(path[len] == '\0' || path[len] == '/');
}

/* The share's root here; false with the reason why there is none. */
static bool
find_root(const SnapshotMaking *making, const ConfigShare *share, const char **root,
		  Error *error)
{
	const ConfigSite *site = making->work.site;
	PlatFileInfo info;

	*root = config_share_path(share, site->name);
	if (*root == NULL)
		return error_set(error, NULL, "Give the path, as this machine sees the "
						 "share, as the key of the site's name in section "
						 "[share].",
						 "share \"%s\" has no path at site \"%s\"",
						 share->name, site->name);
	if (is_below(site->snapshot_directory, *root) ||
		is_below(*root, site->snapshot_directory))
		return error_set(error, NULL, "Snapshots must not be a part of what "
						 "they are made of.", "snapshot_directory \"%s\" and "
						 "share \"%s\" in \"%s\" are in one another",
						 site->snapshot_directory, share->name, *root);
	if (!plat_file_info(*root, &info, error))
		return false;
	return (info.exists && info.directory) ||
		error_set(error, NULL, "Mount it here, or run this command at the "
				  "machine that has it.", "share \"%s\" is not reachable at "
				  "\"%s\"", share->name, *root);
}

/* Before anything is made. */
static bool
is_possible(SnapshotMaking *making, Error *error)
{
	const Config *config = making->config;
	const char *root;

	making->code = EXIT_REFUSED;
	if (making->work.site->snapshot_directory == NULL)
		return error_set(error, NULL, "Set snapshot_directory in the site's "
						 "section.", "site \"%s\" has no directory for "
						 "snapshots", making->work.site->name);
	for (size_t i = 0; !making->request->database_only &&
		 i < config->n_shares; i++)
		if (!find_root(making, &config->shares[i], &root, error))
			return false;
	return true;
}

/* In logical mode both are primaries: the passive one subscribes. */
static bool
ask_role(SnapshotMaking *making, Error *error)
{
	const Config *config = making->config;
	PgConnection *connection = server_connect(config, making->work.site,
											  NULL, error);
	bool		passive;
	bool		good;

	making->code = EXIT_SERVER;
	if (connection == NULL)
		return false;
	good = pg_ask(connection, "SELECT pg_catalog.pg_is_in_recovery() OR "
				  "($1 OPERATOR(pg_catalog.=) 'logical' AND EXISTS (SELECT FROM "
				  "pg_catalog.pg_subscription s WHERE s.subenabled))",
				  PG_PARAMETERS(config->mode == CONFIG_LOGICAL ? "logical" :
								"physical"), &passive, error);
	making->work.snapshot.role = passive ? "passive" : "active";
	pg_close(connection);
	return good;
}

/* A name that no other snapshot has: site, and time in UTC. */
static const char *
dated_name(SnapshotMaking *making, Arena *arena)
{
	const ConfigSite *site = making->work.site;
	char		now[TIMESTAMP_SIZE];
	const char *base;
	const char *name;
	PlatFileInfo info = {.exists = true};
	Error		ignored = ERROR_NONE;

	timestamp_format(plat_wall_ms(), now);
	base = arena_printf(arena, "%s-%.4s%.2s%.2sT%.2s%.2s%.2sZ", site->name,
						now, now + 5, now + 8, now + 11, now + 14, now + 17);
	name = base;
	for (int i = 2; plat_file_info(arena_printf(arena, "%s/%s",
												site->snapshot_directory,
												name), &info, &ignored) &&
		 info.exists; i++)
		name = arena_printf(arena, "%s-%d", base, i);
	error_free(&ignored);
	return name;
}

static bool
choose_name(SnapshotMaking *making, Arena *arena, const char **name, Error *error)
{
	making->code = EXIT_USAGE;
	*name = making->request->name;
	if (*name == NULL)
		*name = dated_name(making, arena);
	return snapshot_name_check(*name, error);
}

static bool
make(SnapshotMaking *making, Error *error)
{
	Arena		arena = {NULL};
	SnapshotWork *work = &making->work;
	const SnapshotRequest *request = making->request;
	const char *name;
	bool		good = is_possible(making, error) &&
	choose_name(making, &arena, &name, error);

	making->code = good ? EXIT_REFUSED : making->code;
	good = good && snapshot_begin(work, name, request->kind,
								  making->certificate != NULL, error) &&
		ask_role(making, error) &&
		cmd_snapshot_fill(making, error) &&
		snapshot_end(work, snapshot_encrypt, making->certificate, error);
	arena_free(&arena);
	return good;
}

static int
make_and_tell(const Config *config, const SnapshotRequest *request, bool json,
			  char **directory, Error *error)
{
	SnapshotMaking making = {.config = config,.request = request};
	const Snapshot *snapshot = &making.work.snapshot;
	int			code = EXIT_OK;

	making.work.config = config;
	making.work.site = config_site(config, config->site);
	making.work.read_all = request->read_all;
	making.certificate = request->encrypt_to;
	progress_start(&making.progress, text_format("snapshot"));
	if (!request->quiet)
	{
		making.work.tell = tell;
		making.work.arg = &making.progress;
	}
	if (!make(&making, error))
		code = error->sqlstate[0] != '\0' ? EXIT_SERVER : making.code;
	if (!request->quiet)
		progress_stop(&making.progress);
	if (code == EXIT_OK)
	{
		cmd_snapshot_warn(snapshot, request->quiet);
		if (json || !request->quiet)
			cmd_snapshot_tell(&making.work, json);
		if (cmd_snapshot_lacks(snapshot))
			code = EXIT_NOT_SO;
		if (directory != NULL)
			*directory = text_format("%s", making.work.final);
	}
	snapshot_abandon(&making.work);
	return code;
}

int
cmd_snapshot_make(const Config *config, const SnapshotRequest *request,
				  char **directory, Error *error)
{
	int			code = make_and_tell(config, request, false, directory, error);

	if (code == EXIT_NOT_SO)
		error_set(error, "The warnings tell which.", NULL, "snapshot \"%s\" "
				  "was made without some files", *directory);
	return code;
}

int
cmd_snapshot_create(const char *file, const SnapshotRequest *request,
					bool json)
{
	Config		config;
	Error		error = ERROR_NONE;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	plat_cancel_install();
	code = make_and_tell(&config, request, json, NULL, &error);
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	config_free(&config);
	return code;
}
