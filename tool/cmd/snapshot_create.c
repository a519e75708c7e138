/*
 * snapshot_create.c
 *		The verb "snapshot create".
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/timestamp.h"
#include "cmd/config.h"
#include "cmd/snapshot_work.h"
#include "pg/statements.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "progress/progress.h"
#include "server/target.h"
#include "share/access.h"
#include "snapshot/encrypt.h"

/* What is made, and what for. */
typedef struct Making
{
	const Config *config;
	const SnapshotRequest *request;
	SnapshotWork work;
	Progress	progress;
	const char *certificate;	/* NULL: not encrypted */
	int			code;			/* where something fails now */
} Making;

static void
tell(void *arg, const char *what)
{
	progress_say(arg, "%s", what);
}

/* What is done now, and with what. */
static void
say(const Making *making, const char *what, const char *name)
{
	char	   *text;

	if (making->work.tell == NULL)
		return;
	text = text_format("%s %s", what, name);
	making->work.tell(making->work.arg, text);
	free(text);
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
find_root(const Making *making, const ConfigShare *share, const char **root,
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
is_possible(Making *making, Error *error)
{
	const Config *config = making->config;
	const char *root;

	making->code = EXIT_REFUSED;
	if (making->work.site->snapshot_directory == NULL)
		return error_set(error, NULL, "Set snapshot_directory in section "
						 "[site %s].", "site \"%s\" has no directory for "
						 "snapshots", making->work.site->name);
	for (size_t i = 0; !making->request->database_only &&
		 i < config->n_shares; i++)
		if (!find_root(making, &config->shares[i], &root, error))
			return false;
	return true;
}

/* In logical mode both are primaries: the passive one subscribes. */
static bool
ask_role(Making *making, Error *error)
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

static bool
add_databases(Making *making, Error *error)
{
	SnapshotWork *work = &making->work;
	Snapshot   *snapshot = &work->snapshot;
	const ConfigWords *databases = &making->config->databases;

	for (size_t i = 0; i < databases->n; i++)
	{
		bool		exists;

		say(making, "dumping database", databases->words[i]);
		if (!snapshot_add_database(work, databases->words[i], &exists, error))
			return false;
		if (!exists)
			snapshot_add_note(work, "no database", databases->words[i], NULL);
	}
	making->code = EXIT_REFUSED;
	if (snapshot->n_databases == 0)
		return error_set(error, NULL, NULL, "site \"%s\" has none of the "
						 "configured databases", work->site->name);
	making->code = EXIT_SYSTEM;
	for (size_t i = 0; i < snapshot->n_databases; i++)
		if (snapshot->epoch < snapshot->databases[i].epoch)
			snapshot->epoch = snapshot->databases[i].epoch;
	return snapshot_add_roles(work, error);
}

/* The folders where nothing is deleted are not even listed unless wanted. */
static bool
add_share(Making *making, const ConfigShare *share, bool archived,
		  Error *error)
{
	Arena		arena = {NULL};
	ConfigShare listed = *share;
	ShareRules	rules;
	ShareAccess access;
	ShareList	list;
	const char *root = config_share_path(share, making->work.site->name);
	bool		good;

	if (!archived)
		listed.add.n = 0;
	say(making, "listing share", share->name);
	share_rules_make(&listed, &arena, &rules);
	share_access_directory(making->config, &listed, making->work.site, root, &rules, &arena,
						   &access);
	memset(&list, 0, sizeof(list));
	share_list_begin(&list, &rules);
	good = share_local.list(&access, &list, error) &&
		snapshot_add_share(&making->work, share, root, &list, archived,
						   error);
	share_list_free(&list);
	arena_free(&arena);
	return good;
}

static bool
add_shares(Making *making, Error *error)
{
	const Config *config = making->config;
	bool		archived = making->request->archived_logs ||
	config->snapshot.archived_logs;

	for (size_t i = 0; i < config->n_shares; i++)
		if (!add_share(making, &config->shares[i], archived, error))
			return false;
	return true;
}

/* Certificates first: what is wrong with their keys shows at once. */
static bool
fill(Making *making, Error *error)
{
	const SnapshotRequest *request = making->request;
	SnapshotWork *work = &making->work;

	making->code = EXIT_SYSTEM;
	if (!request->database_only &&
		!cmd_snapshot_certificates(work, request->plain_pfx ||
								   making->config->snapshot.plain_pfx, error))
		return false;
	if (!request->files_only && !add_databases(making, error))
		return false;
	return request->database_only ||
		(add_shares(making, error) && snapshot_add_server(work, error));
}

/* A name that no other snapshot has: site, and time in UTC. */
static const char *
dated_name(Making *making, Arena *arena)
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
choose_name(Making *making, Arena *arena, const char **name, Error *error)
{
	making->code = EXIT_USAGE;
	*name = making->request->name;
	if (*name == NULL)
		*name = dated_name(making, arena);
	return snapshot_name_check(*name, error);
}

static bool
make(Making *making, Error *error)
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
		ask_role(making, error) && fill(making, error) &&
		snapshot_end(work, snapshot_encrypt, making->certificate, error);
	arena_free(&arena);
	return good;
}

static int
make_and_tell(const Config *config, const SnapshotRequest *request, bool json,
			  char **directory, Error *error)
{
	Making		making = {.config = config,.request = request};
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
