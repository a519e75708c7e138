/*
 * server.c
 *		What a site's server says of itself, for checks.
 */
#include "site/server.h"

#include <string.h>

#include "platform/clock.h"
#include "site/connect.h"
#include "site/row.h"

/* Database's collation versions are of PostgreSQL 15 and later. */
#define COLLATION_VERSIONS 150000

static const char identity_query[] =
"SELECT pg_is_in_recovery(),"
" (SELECT c.system_identifier FROM pg_control_system() c),"
" current_setting('server_version_num'), version(),"
" pg_postmaster_start_time(), current_setting('data_directory'),"
" (SELECT pg_collation_actual_version(c.oid) FROM pg_collation c"
"  WHERE c.collprovider = 'c' AND c.collcollate NOT IN ('C', 'POSIX')"
"  AND c.collcollate NOT LIKE 'C.%' LIMIT 1)";

static const char space_query[] =
"SELECT (SELECT sum(w.size)::bigint FROM pg_ls_waldir() w),"
" (SELECT sum(pg_database_size(d.oid))::bigint FROM pg_database d)";

static const char setting_query[] =
"SELECT s.name, s.setting FROM pg_settings s WHERE s.name = ANY ('{"
"wal_level,hot_standby,fsync,synchronous_standby_names,"
"recovery_min_apply_delay,max_connections,max_worker_processes,"
"max_wal_senders,max_prepared_transactions,max_locks_per_transaction,"
"max_replication_slots}'::text[])";

static const char replicator_query[] =
"SELECT r.rolsuper, r.rolcanlogin AND r.rolreplication"
" FROM pg_roles r WHERE r.rolname = $1";

static const char settings_query[] =
"SELECT current_setting('wal_log_hints') = 'on'"
" OR current_setting('data_checksums') = 'on',"
" current_setting('full_page_writes') = 'on',"
" current_setting('shared_preload_libraries'),"
" current_setting('qsrepl.local_site', true),"
" coalesce(current_setting('qsrepl.peer_conninfo', true), '') <> '',"
" current_setting('qsrepl.peer_unreachable', true),"
" (SELECT s.setting FROM pg_settings s"
"  WHERE s.name = 'max_slot_wal_keep_size'),"
" (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = $1),"
" EXISTS (SELECT FROM pg_roles r WHERE r.rolname = $1),"
" (SELECT count(*) FROM pg_subscription s WHERE s.subenabled),"
" extract(epoch FROM clock_timestamp())";

static const char log_query[] =
"SELECT CASE WHEN pg_is_in_recovery() THEN"
" greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())"
" ELSE pg_current_wal_lsn() END,"
" CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END,"
" CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END,"
" extract(epoch FROM pg_last_xact_replay_timestamp()),"
" r.status, r.slot_name, extract(epoch FROM r.latest_end_time),"
" pg_is_in_recovery() AND current_setting('primary_conninfo') = ''"
" FROM (SELECT) x LEFT JOIN pg_stat_wal_receiver r ON true";

static const char sender_query[] =
"SELECT r.application_name, r.state, s.slot_name,"
" coalesce(s.slot_type, 'physical') = 'physical',"
" extract(epoch FROM r.flush_lag), extract(epoch FROM r.replay_lag),"
" r.client_addr, r.usename, coalesce(u.rolsuper, false)"
" FROM pg_stat_replication r"
" LEFT JOIN pg_roles u ON u.oid = r.usesysid"
" LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid"
" WHERE r.state <> 'backup' ORDER BY 1";

static const char slot_query[] =
"SELECT s.slot_name, s.slot_type = 'physical', s.active, s.wal_status,"
" s.safe_wal_size, pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()"
" THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,"
" s.restart_lsn)::bigint, CASE WHEN NOT pg_is_in_recovery() THEN"
" pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn) END::bigint"
" FROM pg_replication_slots s WHERE NOT s.temporary ORDER BY 1";

static const char prepared_query[] =
"SELECT p.gid, p.database, p.prepared FROM pg_prepared_xacts p"
" ORDER BY p.prepared";

#define CATALOG_QUERY(versions) \
"SELECT d.datname, pg_encoding_to_char(d.encoding), d.datcollate," \
" d.datctype, " versions " FROM pg_database d ORDER BY 1"

/* Where rows go. */
typedef struct Target
{
	Arena	   *arena;
	SiteServer *server;
	const char *replicator;		/* name of the replication role */
} Target;

static PgLsn
lsn_of(const PgRow *row, int column)
{
	PgLsn		lsn;

	return pg_lsn_parse(pg_row_text(row, column), &lsn) ? lsn : 0;
}

static bool
take_identity(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;

	(void) error;
	server->standby = row_is_true(row, 0);
	server->system_identifier = row_copy(target->arena, row, 1);
	server->version_number = row_integer(row, 2);
	server->version = row_copy(target->arena, row, 3);
	server->started = row_copy(target->arena, row, 4);
	server->data_directory = row_copy(target->arena, row, 5);
	server->libc = row_copy(target->arena, row, 6);
	return true;
}

static bool
take_settings(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;

	(void) error;
	server->hints = row_is_true(row, 0);
	server->full_page_writes = row_is_true(row, 1);
	server->preload = row_copy(target->arena, row, 2);
	server->local_site = row_copy(target->arena, row, 3);
	server->peer_set = row_is_true(row, 4);
	server->peer_unreachable = row_copy(target->arena, row, 5);
	server->keep_megabytes = row_integer(row, 6);
	server->qlik_super = row_is_true(row, 7);
	server->qlik_exists = row_is_true(row, 8);
	server->subscriptions = row_integer(row, 9);
	server->clock = row_number(row, 10);
	return true;
}

static bool
take_log(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;

	(void) error;
	server->lsn = lsn_of(row, 0);
	server->replayed = lsn_of(row, 1);
	server->paused = row_is_true(row, 2);
	server->last_commit = row_number(row, 3);
	server->receiver = row_copy(target->arena, row, 4);
	server->receiver_slot = row_copy(target->arena, row, 5);
	server->last_heard = row_number(row, 6);
	server->held = row_is_true(row, 7);
	return true;
}

static bool
take_sender(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;
	SiteSender *sender;

	(void) error;
	server->senders = row_room(target->arena, server->senders,
							   server->n_senders, sizeof(SiteSender));
	sender = &server->senders[server->n_senders++];
	sender->name = row_copy(target->arena, row, 0);
	sender->state = row_copy(target->arena, row, 1);
	sender->slot = row_copy(target->arena, row, 2);
	sender->physical = row_is_true(row, 3);
	sender->flush_seconds = row_number(row, 4);
	sender->replay_seconds = row_number(row, 5);
	sender->address = row_copy(target->arena, row, 6);
	sender->user = row_copy(target->arena, row, 7);
	sender->super = row_is_true(row, 8);
	return true;
}

static bool
take_slot(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;
	SiteSlot   *slot;

	(void) error;
	server->slots = row_room(target->arena, server->slots, server->n_slots,
							 sizeof(SiteSlot));
	slot = &server->slots[server->n_slots++];
	slot->name = row_copy(target->arena, row, 0);
	slot->physical = row_is_true(row, 1);
	slot->active = row_is_true(row, 2);
	slot->wal_status = row_copy(target->arena, row, 3);
	slot->safe_bytes = row_integer(row, 4);
	slot->kept_bytes = row_integer(row, 5);
	slot->behind_bytes = row_integer(row, 6);
	return true;
}

static bool
take_prepared(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;
	SitePrepared *prepared;

	(void) error;
	server->prepared = row_room(target->arena, server->prepared,
								server->n_prepared, sizeof(SitePrepared));
	prepared = &server->prepared[server->n_prepared++];
	prepared->gid = row_copy(target->arena, row, 0);
	prepared->database = row_copy(target->arena, row, 1);
	prepared->since = row_copy(target->arena, row, 2);
	return true;
}

static bool
take_catalog(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;
	SiteCatalog *catalog;

	(void) error;
	server->catalogs = row_room(target->arena, server->catalogs,
								server->n_catalogs, sizeof(SiteCatalog));
	catalog = &server->catalogs[server->n_catalogs++];
	catalog->name = row_copy(target->arena, row, 0);
	catalog->encoding = row_copy(target->arena, row, 1);
	catalog->collate = row_copy(target->arena, row, 2);
	catalog->ctype = row_copy(target->arena, row, 3);
	catalog->version = row_copy(target->arena, row, 4);
	catalog->recorded = row_copy(target->arena, row, 5);
	return true;
}

static bool
take_setting(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;
	SiteSetting *setting;

	(void) error;
	server->settings = row_room(target->arena, server->settings,
								server->n_settings, sizeof(SiteSetting));
	setting = &server->settings[server->n_settings++];
	setting->name = row_copy(target->arena, row, 0);
	setting->value = row_copy(target->arena, row, 1);
	return true;
}

static bool
take_replicator(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteServer *server = target->server;

	(void) error;
	server->replicator_exists = true;
	server->replicator_super = row_is_true(row, 0);
	server->replicator_may = row_is_true(row, 1);
	return true;
}

static bool
take_space(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;

	(void) error;
	target->server->wal_bytes = row_integer(row, 0);
	target->server->data_bytes = row_integer(row, 1);
	return true;
}

static bool
read_settings(PgConnection *connection, Target *target, Error *error)
{
	int64_t		before = plat_wall_ms();
	int64_t		after;

	if (!pg_rows(connection, settings_query,
				 PG_PARAMETERS(target->server->site->qlik_role),
				 take_settings, target, error))
		return false;
	after = plat_wall_ms();
	target->server->asking = (double) (after - before) / 1000;
	target->server->host_clock = (double) (before + after) / 2000;
	return true;
}

static bool
read_catalogs(PgConnection *connection, Target *target, Error *error)
{
	bool		versions =
	pg_server_version(connection) >= COLLATION_VERSIONS;

	return pg_rows(connection, versions ?
				   CATALOG_QUERY("pg_database_collation_actual_version(d.oid), "
								 "d.datcollversion")
				   : CATALOG_QUERY("NULL, NULL"), PG_NONE, take_catalog, target,
				   error);
}

static bool
read_all(PgConnection *connection, Target *target, Error *error)
{
	return pg_rows(connection, identity_query, PG_NONE, take_identity, target,
				   error) &&
		read_settings(connection, target, error) &&
		pg_rows(connection, setting_query, PG_NONE, take_setting, target,
				error) &&
		pg_rows(connection, space_query, PG_NONE, take_space, target,
				error) &&
		pg_rows(connection, replicator_query,
				PG_PARAMETERS(target->replicator), take_replicator, target,
				error) &&
		pg_rows(connection, log_query, PG_NONE, take_log, target, error) &&
		pg_rows(connection, sender_query, PG_NONE, take_sender, target,
				error) &&
		pg_rows(connection, slot_query, PG_NONE, take_slot, target, error) &&
		pg_rows(connection, prepared_query, PG_NONE, take_prepared, target,
				error) &&
		read_catalogs(connection, target, error);
}

void
site_server_read(const Config *config, const ConfigSite *site, Arena *arena,
				 SiteServer *server)
{
	Error		error = ERROR_NONE;
	int64_t		begin = plat_clock_ms();
	Target		target = {arena, server, config->replication_role};
	PgConnection *connection;

	memset(server, 0, sizeof(*server));
	server->site = site;
	connection = site_connect(config, site, config->maintenance_database,
							  begin + config->connect_timeout, &error);
	server->answer_ms = plat_clock_ms() - begin;
	if (connection == NULL || !read_all(connection, &target, &error))
		server->error = row_error(arena, &error);
	pg_close(connection);
}

const char *
site_setting(const SiteServer *server, const char *name)
{
	for (size_t i = 0; i < server->n_settings; i++)
		if (strcmp(server->settings[i].name, name) == 0)
			return server->settings[i].value;
	return NULL;
}

const SiteCatalog *
site_catalog(const SiteServer *server, const char *name)
{
	for (size_t i = 0; i < server->n_catalogs; i++)
		if (strcmp(server->catalogs[i].name, name) == 0)
			return &server->catalogs[i];
	return NULL;
}
