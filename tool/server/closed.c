/*
 * closed.c
 *		A site's server started so that only this machine reaches it.
 */
#include "server/closed.h"

#include <string.h>

#include "base/arena.h"
#include "platform/child.h"
#include "server/control.h"
#include "server/verify.h"

#define DEBIAN "/etc/postgresql/"

ConfigSite
server_closed_place(const ConfigSite *site)
{
	ConfigSite	place = *site;

	place.host = "127.0.0.1";
	place.port = site->drill_port;
	return place;
}

/* pg_ctl hands them to a shell: nothing but numbers and fixed words. */
static const char *
options(const ConfigSite *site, const char *file, Arena *arena)
{
	return arena_printf(arena, "-p %d -c listen_addresses=127.0.0.1 -c "
						"unix_socket_directories= -c archive_mode=off%s",
						site->drill_port,
						strncmp(file, DEBIAN, strlen(DEBIAN)) == 0 ?
						arena_printf(arena, " -c config_file=%s", file) : "");
}

bool
server_start_closed(const Config *config, const ConfigSite *site,
					Error *error)
{
	Arena		arena = {NULL};
	const char *file;
	const char *argv[16 + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,
	.deadline_ms = (int) config->stop_timeout + 5000};
	PlatChildResult result;
	bool		good = server_config_file(site, &arena, &file, error);

	if (good)
	{
		server_argv(site, (const char *const[])
					{
			server_program(site, "pg_ctl", &arena), "start", "-w", "-t",
				arena_printf(&arena, "%ld",
							 (config->stop_timeout + 999) / 1000),
				"-D", site->data_directory, "-l",
				arena_printf(&arena, "%s.log", site->data_directory), "-o",
				options(site, file, &arena), NULL
		}, argv);
		good = plat_child_run(&child, &result, error);
		plat_child_free(&result);
	}
	arena_free(&arena);
	return good;
}
