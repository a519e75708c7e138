/*
 * act.c
 *		What is done at the machine of a site's server, at that machine.
 */
#include "server/act.h"

#include <string.h>

#include "base/json.h"
#include "platform/file.h"
#include "server/closed.h"
#include "server/control.h"
#include "server/logical.h"
#include "server/reach.h"
#include "server/settings.h"
#include "server/target.h"
#include "server/verify.h"

static bool
need_data(const ConfigSite *site, Arena *arena, ServerControlData *data,
		  Error *error)
{
	if (!server_controldata_read(site, arena, data, error))
		return false;
	return data->there ||
		error_set(error, NULL, "Run it on the machine of the database server, "
				  "or set remote_command for the site.",
				  "the data directory \"%s\" of site \"%s\" is not on this "
				  "machine", site->data_directory, site->name);
}

static bool
tell_state(const Config *config, const ConfigSite *site, Error *error)
{
	Arena		arena = {NULL};
	ServerControlData data;
	bool		good = server_controldata_read(site, &arena, &data, error);
	char		lsn[PG_LSN_SIZE];
	json_t	   *document;

	(void) config;
	if (good)
	{
		document = json_object();
		pg_lsn_format(data.checkpoint, lsn);
		json_object_set_new(document, "there", json_boolean(data.there));
		json_object_set_new(document, "running", json_boolean(data.running));
		json_object_set_new(document, "standby", json_boolean(data.standby));
		json_object_set_new(document, "clean", json_boolean(data.clean));
		json_object_set_new(document, "primary", json_boolean(data.primary));
		json_set_text(document, "system_identifier", data.system_identifier);
		json_object_set_new(document, "timeline",
							json_integer((json_int_t) data.timeline));
		json_set_text(document, "checkpoint", lsn);
		json_print(document);
	}
	arena_free(&arena);
	return good;
}

static bool
start(const Config *config, const ConfigSite *site, Error *error)
{
	Arena		arena = {NULL};
	ServerControlData data;
	bool		good = need_data(site, &arena, &data, error) &&
	(data.running || server_start(config, site, error));

	arena_free(&arena);
	return good;
}

static bool
stop(const Config *config, const ConfigSite *site, Error *error)
{
	Arena		arena = {NULL};
	ServerControlData data;
	bool		good = need_data(site, &arena, &data, error) &&
	server_stop(config, site, error);

	arena_free(&arena);
	return good;
}

static const char *
signal_path(const ConfigSite *site, Arena *arena)
{
	return arena_printf(arena, "%s/standby.signal", site->data_directory);
}

/* The file of the data directory's owner, who starts the server. */
static bool
put_signal(const ConfigSite *site, Arena *arena, Error *error)
{
	return plat_file_write(signal_path(site, arena), "", 0, false, error);
}

static bool
make_standby(const Config *config, const ConfigSite *site, Arena *arena,
			 Error *error)
{
	const char *file;
	bool		same;

	return server_config_file(site, arena, &file, error) &&
		server_settings_write(config, site,
							  config_other_site(config, site), false,
							  &same, error) &&
		server_include_write(config, site, file, false, &same, error) &&
		put_signal(site, arena, error) && server_verify(config, site, error);
}

static bool
standby(const Config *config, const ConfigSite *site, Error *error)
{
	Arena		arena = {NULL};
	ServerControlData data;
	bool		good = need_data(site, &arena, &data, error);

	if (good && data.running && !data.standby)
		good = error_set(error, NULL, "Stop it first.",
						 "the server of site \"%s\" runs as a primary",
						 site->name);
	else if (good && !data.running)
		good = make_standby(config, site, &arena, error);
	arena_free(&arena);
	return good;
}

static bool
primary(const Config *config, const ConfigSite *site, Error *error)
{
	Arena		arena = {NULL};
	ServerControlData data;
	bool		good = need_data(site, &arena, &data, error);

	(void) config;
	if (good && data.running && data.standby)
		good = error_set(error, NULL, NULL,
						 "the server of site \"%s\" runs as a standby",
						 site->name);
	good = good && plat_file_remove(signal_path(site, &arena), error);
	arena_free(&arena);
	return good;
}

static bool
hold(const Config *config, const ConfigSite *site, Error *error)
{
	return server_settings_hold(config, site,
								config_other_site(config, site), error);
}

static bool
release(const Config *config, const ConfigSite *site, Error *error)
{
	bool		same;

	return server_settings_write(config, site,
								 config_other_site(config, site), false,
								 &same, error);
}

/* Its first database has the extension, and the fence is the server's. */
static bool
fence_at(const Config *config, const ConfigSite *place, Error *error)
{
	PgConnection *server = server_connect(config, place,
										  config->databases.words[0], error);
	bool		good = server != NULL && logical_fence(server, error);

	pg_close(server);
	return good;
}

static bool
fence(const Config *config, const ConfigSite *site, Error *error)
{
	Arena		arena = {NULL};
	ServerControlData data;
	ConfigSite	place = server_closed_place(site);
	Error		ignored = ERROR_NONE;
	bool		good = need_data(site, &arena, &data, error);

	if (good && data.running)
		good = fence_at(config, site, error);
	else if (good)
	{
		good = server_start_closed(config, site, error) &&
			fence_at(config, &place, error);
		if (!server_stop(config, site, good ? error : &ignored))
			good = false;
		error_free(&ignored);
	}
	arena_free(&arena);
	return good;
}

static bool
reach(const Config *config, const ConfigSite *site, Error *error)
{
	const ServerReach to = {
		config, site, config_other_site(config, site), site,
		config->databases.words,
		config->databases.n
	};

	return server_reach(&to, error);
}

/* In the order of SERVER_ACTS. */
static const struct
{
	const char *name;
	bool		(*run) (const Config *config, const ConfigSite *site,
						Error *error);
}			acts[] =

{
	{"state", tell_state},
	{"start", start},
	{"stop", stop},
	{"standby", standby},
	{"primary", primary},
	{"hold", hold},
	{"release", release},
	{"fence", fence},
	{"reach", reach}
};

bool
server_act_here(const Config *config, const ConfigSite *site,
				const char *act, Error *error)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].name, act) == 0)
			return acts[i].run(config, site, error);
	return error_set(error, NULL, "Acts are: " SERVER_ACTS ".",
					 "act \"%s\" is not known", act);
}
