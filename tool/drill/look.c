/*
 * look.c
 *		What a drill asks the site's server before anything is done.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "drill/drill.h"
#include "pg/query.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "server/target.h"

/* Room for what the copy itself writes: segments of log, rewritten rows. */
#define SPARE_BYTES (INT64_C(256) * 1024 * 1024)

/* pg_database_size() of all is what there is to copy, but for some files. */
static const char look_query[] =
"SELECT pg_is_in_recovery(), current_setting('config_file'),"
" current_setting('server_version'),"
" coalesce(current_setting('qsrepl.local_site', true), ''),"
" EXISTS (SELECT FROM pg_subscription s WHERE s.subenabled),"
" (SELECT sum(pg_database_size(d.oid)) FROM pg_database d),"
" (SELECT sum(pg_database_size(d.oid)) FROM pg_database d)"
" + greatest(pg_wal_lsn_diff(l.lsn, c.redo_lsn), 0)::bigint,"
" l.lsn, position('qsrepl' IN current_setting("
"'shared_preload_libraries')) > 0"
" FROM pg_control_checkpoint() c, (SELECT CASE WHEN pg_is_in_recovery() THEN"
" pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn) l";

static const char space_query[] =
"SELECT s.oid, pg_tablespace_location(s.oid) FROM pg_tablespace s"
" WHERE pg_tablespace_location(s.oid) <> ''";

typedef struct Look
{
	Drill	   *drill;
	const char *local_site;
	bool		subscribes;
	bool		preloaded;
} Look;

static bool
take_look(void *arg, const PgRow *row, Error *error)
{
	Look	   *look = arg;
	Drill	   *drill = look->drill;

	(void) error;
	drill->standby = strcmp(pg_row_text(row, 0), "t") == 0;
	drill->config_file = arena_strdup(&drill->arena, pg_row_text(row, 1));
	drill->version = arena_strdup(&drill->arena, pg_row_text(row, 2));
	look->local_site = arena_strdup(&drill->arena, pg_row_text(row, 3));
	look->subscribes = strcmp(pg_row_text(row, 4), "t") == 0;
	drill->bytes = strtoll(pg_row_text(row, 5), NULL, 10);
	drill->needed = strtoll(pg_row_text(row, 6), NULL, 10) + SPARE_BYTES;
	pg_lsn_parse(pg_row_text(row, 7), &drill->replayed);
	look->preloaded = strcmp(pg_row_text(row, 8), "t") == 0;
	return true;
}

static bool
take_space(void *arg, const PgRow *row, Error *error)
{
	Drill	   *drill = arg;
	DrillSpace *spaces = arena_alloc(&drill->arena, (drill->n_spaces + 1) *
									 sizeof(DrillSpace));

	(void) error;
	if (drill->n_spaces > 0)
		memcpy(spaces, drill->spaces, drill->n_spaces * sizeof(DrillSpace));
	spaces[drill->n_spaces].oid = arena_strdup(&drill->arena,
											   pg_row_text(row, 0));
	spaces[drill->n_spaces].location = arena_strdup(&drill->arena,
													pg_row_text(row, 1));
	drill->spaces = spaces;
	drill->n_spaces++;
	return true;
}

static bool
ask(Look *look, Error *error)
{
	Drill	   *drill = look->drill;
	PgConnection *server = server_connect(drill->config, drill->site, NULL,
										  error);
	bool		good = server != NULL &&
	pg_rows(server, look_query, PG_NONE, take_look, look, error) &&
	pg_rows(server, space_query, PG_NONE, take_space, drill, error);

	if (server != NULL)
		drill->version_number = pg_server_version(server);
	pg_close(server);
	return good;
}

/* Is it the passive site's own server? */
static bool
check_server(const Look *look, bool explicit_site, Error *error)
{
	const Drill *drill = look->drill;
	const char *name = drill->site->name;

	if (!look->preloaded)
		return error_set(error, NULL, "Set the site up first. Nothing was "
						 "changed.", "the server of site \"%s\" does not load "
						 "the library qsrepl", name);
	if (strcmp(look->local_site, name) != 0)
		return error_set(error, NULL, "Correct the configuration, or the "
						 "setting. Nothing was changed.",
						 "the server of site \"%s\" has qsrepl.local_site = "
						 "\"%s\"", name, look->local_site);
	if (!drill->standby && !look->subscribes && !explicit_site)
		return error_set(error, "Its server is neither a standby nor has it a "
						 "subscription.", "Run it at the passive site, or name "
						 "this one with --site. Nothing was changed.",
						 "site \"%s\" is the active one", name);
	return true;
}

/* The directory itself may not be there yet. */
static bool
check_space(Drill *drill, Error *error)
{
	char	   *path = arena_strdup(&drill->arena, drill->place.root);
	char	   *slash;
	PlatFileInfo info;
	uint64_t	bytes;
	char		have[UNITS_SIZE];
	char		need[UNITS_SIZE];

	if (!plat_file_info(path, &info, error))
		return false;
	slash = strrchr(path, '/');
	if (!info.exists && slash != NULL && slash != path)
		*slash = '\0';
	if (!plat_free_space(path, &bytes, error))
		return false;
	if (bytes >= (uint64_t) drill->needed)
		return true;
	units_bytes((int64_t) bytes, have);
	units_bytes(drill->needed, need);
	return error_set(error, arena_printf(&drill->arena, "There are %s free, "
										 "and the copy needs about %s.", have,
										 need),
					 "Make room, or set drill_directory to another disk. "
					 "Nothing was changed.",
					 "there is not enough room for a drill in \"%s\"", path);
}

bool
drill_look(Drill *drill, bool explicit_site, bool *refused, Error *error)
{
	Look		look = {drill, NULL, false, false};

	*refused = false;
	if (!ask(&look, error))
		return false;
	*refused = true;
	return check_server(&look, explicit_site, error) &&
		check_space(drill, error);
}
