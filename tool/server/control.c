/*
 * control.c
 *		Starting and stopping a server: argument vectors for what the
 *		configuration names.
 */
#include "server/control.h"

#include <string.h>

#include "platform/child.h"
#include "platform/file.h"

#define WORDS 16
/* Over the program's own deadline, so that its words are heard. */
#define EXTRA_MS 5000

const char *
server_program(const ConfigSite *site, const char *name, Arena *arena)
{
	if (site->bin_directory == NULL)
		return name;
	return arena_printf(arena, "%s/%s", site->bin_directory, name);
}

int
server_argv(const ConfigSite *site, const char *const *words,
			const char **argv)
{
	int			n = 0;

	if (site->server_user != NULL)
	{
		argv[n++] = "runuser";
		argv[n++] = "-u";
		argv[n++] = site->server_user;
		argv[n++] = "--";
	}
	while (*words != NULL)
		argv[n++] = *words++;
	argv[n] = NULL;
	return n;
}

static void
use_pg_ctl(const Config *config, const ConfigSite *site, bool start,
		   const char **argv, Arena *arena)
{
	const char *const words[] = {
		server_program(site, "pg_ctl", arena), start ? "start" : "stop", "-w",
		"-t", arena_printf(arena, "%ld", (config->stop_timeout + 999) / 1000),
		"-D", site->data_directory, start ? "-l" : "-m",
		start ? arena_printf(arena, "%s.log", site->data_directory) : "fast",
		NULL
	};

	server_argv(site, words, argv);
}

/* "15/main" as two words. */
static void
use_pg_ctlcluster(const ConfigSite *site, bool start, const char **argv,
				  Arena *arena)
{
	char	   *version = arena_strdup(arena, site->server_name);
	char	   *cluster = strchr(version, '/');
	int			n = 0;

	argv[n++] = "pg_ctlcluster";
	argv[n++] = version;
	if (cluster != NULL)
	{
		*cluster++ = '\0';
		argv[n++] = cluster;
	}
	argv[n++] = start ? "start" : "stop";
	if (!start)
	{
		argv[n++] = "-m";
		argv[n++] = "fast";
	}
	argv[n] = NULL;
}

static void
use_service(const char *program, const ConfigSite *site, bool start,
			const char **argv)
{
	argv[0] = program;
	argv[1] = start ? "start" : "stop";
	argv[2] = site->server_name;
	argv[3] = NULL;
}

/* The child's argument vector. */
static const char *const *
control_argv(const Config *config, const ConfigSite *site, bool start,
			 const char **argv, Arena *arena)
{
	switch ((ConfigControl) site->control)
	{
		case CONFIG_CONTROL_PG_CTLCLUSTER:
			use_pg_ctlcluster(site, start, argv, arena);
			break;
		case CONFIG_CONTROL_SYSTEMCTL:
			use_service("systemctl", site, start, argv);
			break;
		case CONFIG_CONTROL_WINDOWS_SERVICE:
			use_service("net", site, start, argv);
			break;
		case CONFIG_CONTROL_COMMAND:
			return start ? site->start_command.words :
				site->stop_command.words;
		default:
			use_pg_ctl(config, site, start, argv, arena);
	}
	return argv;
}

static bool
control(const Config *config, const ConfigSite *site, bool start,
		Error *error)
{
	Arena		arena = {NULL};
	const char *room[WORDS];
	PlatChild	child = {
		.argv = control_argv(config, site, start, room, &arena),
		.deadline_ms = (int) config->stop_timeout + EXTRA_MS
	};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);

	plat_child_free(&result);
	arena_free(&arena);
	return good;
}

bool
server_start(const Config *config, const ConfigSite *site, Error *error)
{
	return control(config, site, true, error);
}

bool
server_stop(const Config *config, const ConfigSite *site, Error *error)
{
	bool		runs;

	if (!server_runs(site, &runs, error))
		return false;
	return !runs || control(config, site, false, error);
}

/* What pg_ctl exits with for a directory of which no server runs, or none. */
#define NOT_RUNNING 3
#define NO_DIRECTORY 4

static bool
ask_pg_ctl(const ConfigSite *site, bool *runs, Error *error)
{
	Arena		arena = {NULL};
	const char *argv[8 + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	server_argv(site, (const char *const[])
				{
		server_program(site, "pg_ctl", &arena), "status", "-D",
			site->data_directory, NULL
	}, argv);
	good = plat_child_run(&child, &result, error);
	*runs = good;
	if (!good && result.end == PLAT_CHILD_EXITED &&
		(result.code == NOT_RUNNING || result.code == NO_DIRECTORY))
	{
		error_free(error);
		good = true;
	}
	plat_child_free(&result);
	arena_free(&arena);
	return good;
}

/* One that was killed leaves its file behind: pg_ctl looks for the process. */
bool
server_runs(const ConfigSite *site, bool *runs, Error *error)
{
	Arena		arena = {NULL};
	PlatFileInfo info = {false, false, 0, 0};
	bool		good = plat_file_info(arena_printf(&arena, "%s/postmaster.pid",
												   site->data_directory),
									  &info, error);

	*runs = false;
	arena_free(&arena);
	return good && (!info.exists || ask_pg_ctl(site, runs, error));
}
