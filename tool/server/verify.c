/*
 * verify.c
 *		What a server that does not run would read from its configuration.
 */
#include "server/verify.h"

#include <string.h>

#include "platform/child.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/settings.h"

bool
server_config_file(const ConfigSite *site, Arena *arena, const char **path,
				   Error *error)
{
	const char *debian = arena_printf(arena,
									  "/etc/postgresql/%s/postgresql.conf",
									  site->server_name != NULL ?
									  site->server_name : "");
	PlatFileInfo info = {false, false, 0, 0};

	if (site->control == CONFIG_CONTROL_PG_CTLCLUSTER &&
		!plat_file_info(debian, &info, error))
		return false;
	*path = info.exists ? debian :
		arena_printf(arena, "%s/postgresql.conf", site->data_directory);
	return true;
}

bool
server_will_read(const ConfigSite *site, const char *name, Arena *arena,
				 const char **value, Error *error)
{
	const char *config_file;
	const char *argv[10 + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	if (!server_config_file(site, arena, &config_file, error))
		return false;
	server_argv(site, (const char *const[])
				{
		server_program(site, "postgres", arena), "-D",
			site->data_directory, "-c",
			arena_printf(arena, "config_file=%s", config_file), "-C", name,
			NULL
	}, argv);
	good = plat_child_run(&child, &result, error);
	if (good)
		*value = arena_printf(arena, "%.*s",
							  (int) strcspn(result.output, "\r\n"),
							  result.output);
	plat_child_free(&result);
	return good;
}

static bool
verify_value(const ConfigSite *site, const char *name, const char *wanted,
			 Arena *arena, Error *error)
{
	const char *value;

	if (!server_will_read(site, name, arena, &value, error))
		return false;
	if (strcmp(value, wanted) == 0)
		return true;
	return error_set(error, NULL, "Something behind the line that includes "
					 "the settings file, or postgresql.auto.conf, sets it. The "
					 "server was not started.",
					 "the server of site \"%s\" would read %s = \"%s\" "
					 "instead of \"%s\"", site->name, name, value, wanted);
}

static bool
verify_preload(const ConfigSite *site, Arena *arena, Error *error)
{
	const char *value;
	const char *file;

	if (!server_will_read(site, "shared_preload_libraries", arena, &value,
						  error))
		return false;
	if (strstr(value, "qsrepl") != NULL)
		return true;
	if (!server_config_file(site, arena, &file, error))
		return false;
	return error_set(error, NULL,
					 arena_printf(arena, "Add it in \"%s\". The server was "
								  "not started.", file),
					 "shared_preload_libraries lacks qsrepl at site \"%s\"",
					 site->name);
}

bool
server_verify(const Config *config, const ConfigSite *site, Error *error)
{
	Arena		arena = {NULL};
	bool		good = verify_value(site, "qsrepl.local_site", site->name,
									&arena, error) &&
	verify_value(site, "port", arena_printf(&arena, "%d", site->port),
				 &arena, error) &&
	verify_value(site, "primary_slot_name",
				 server_slot(config, site, &arena), &arena, error) &&
	verify_preload(site, &arena, error);

	arena_free(&arena);
	return good;
}
