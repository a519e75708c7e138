/*
 * controldata.c
 *		What a data directory says of itself.
 */
#include "server/controldata.h"

#include <string.h>

#include "platform/child.h"
#include "platform/file.h"
#include "server/control.h"

static bool
has_file(const ConfigSite *site, const char *name, Arena *arena, bool *has,
		 Error *error)
{
	PlatFileInfo info;
	bool		good = plat_file_info(arena_printf(arena, "%s/%s",
												   site->data_directory,
												   name), &info, error);

	*has = good && info.exists;
	return good;
}

/* What stands behind a label at the beginning of a line; NULL: nowhere. */
static const char *
value_of(const char *output, const char *label, Arena *arena)
{
	size_t		len = strlen(label);

	while (strncmp(output, label, len) != 0)
	{
		output += strcspn(output, "\n");
		if (*output == '\0')
			return NULL;
		output++;
	}
	output += len + strspn(output + len, " ");
	return arena_printf(arena, "%.*s", (int) strcspn(output, "\r\n"), output);
}

static bool
parse(const char *output, Arena *arena, ServerControlData *data)
{
	const char *state = value_of(output, "Database cluster state:", arena);
	const char *lsn = value_of(output, "Latest checkpoint location:", arena);
	const char *timeline = value_of(output, "Latest checkpoint's TimeLineID:",
									arena);

	data->system_identifier = value_of(output, "Database system identifier:",
									   arena);
	data->clean = state != NULL && (strcmp(state, "shut down") == 0 ||
									strcmp(state, "shut down in recovery") == 0);
	data->primary = state != NULL && (strcmp(state, "shut down") == 0 ||
									  strcmp(state, "in production") == 0 ||
									  strcmp(state, "shutting down") == 0 ||
									  strcmp(state, "in crash recovery") == 0);
	return data->system_identifier != NULL && state != NULL &&
		pg_lsn_parse(lsn, &data->checkpoint) &&
		pg_timeline_parse(timeline, &data->timeline);
}

static bool
ask(const ConfigSite *site, Arena *arena, ServerControlData *data,
	Error *error)
{
	const char *const words[] = {
		server_program(site, "pg_controldata", arena), "-D",
		site->data_directory, NULL
	};
	const char *const english[] = {"LC_ALL=C", NULL};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.environment = english,
	.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	server_argv(site, words, argv);
	good = plat_child_run(&child, &result, error);
	if (good && !parse(result.output, arena, data))
		good = error_set(error, NULL, "It must be of the server's major "
						 "version: see bin_directory.",
						 "pg_controldata says something else about the data "
						 "directory of site \"%s\" than expected", site->name);
	plat_child_free(&result);
	return good;
}

bool
server_controldata_read(const ConfigSite *site, Arena *arena,
						ServerControlData *data, Error *error)
{
	memset(data, 0, sizeof(*data));
	if (!has_file(site, "global/pg_control", arena, &data->there, error))
		return false;
	return !data->there ||
		(server_runs(site, &data->running, error) &&
		 has_file(site, "standby.signal", arena, &data->standby, error) &&
		 ask(site, arena, data, error));
}
