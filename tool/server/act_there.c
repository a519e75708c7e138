/*
 * act_there.c
 *		Having it done: here, or by the qsrepl of the other machine.
 */
#include "server/act.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "pg/lsn.h"
#include "platform/child.h"

/*
 * Over the deadlines that hold at the other machine; alone for what only looks.
 */
#define EXTRA_MS 20000

bool
server_is_here(const Config *config, const ConfigSite *site)
{
	const ConfigSite *own = config_site(config, config->site);

	return site == own || (site->remote_command.n == 0 &&
						   config_same_host(site, own));
}

const char **
server_there_argv(const ConfigSite *site, const char *const *words)
{
	const ConfigWords *command = &site->remote_command;
	const char **argv;
	size_t		n = 0;

	while (words[n] != NULL)
		n++;
	argv = mem_alloc((command->n + n + 1) * sizeof(char *));
	for (size_t i = 0; i < command->n; i++)
		argv[i] = command->words[i];
	memcpy(argv + command->n, words, (n + 1) * sizeof(char *));
	return argv;
}

bool
server_act_there(const Config *config, const ConfigSite *site, const char *act,
				 char **output, Error *error)
{
	const char *const words[] = {"do", act, "--site", site->name, NULL};
	const char **argv = server_there_argv(site, words);
	PlatChild	child = {.argv = argv,
	.deadline_ms = EXTRA_MS};
	PlatChildResult result;
	bool		good;

	if (strcmp(act, "state") != 0 && strcmp(act, "reach") != 0)
		child.deadline_ms += (int) config->stop_timeout;
	/* Which may start the server for it, and stop it again. */
	if (strcmp(act, "fence") == 0)
		child.deadline_ms += (int) config->stop_timeout;
	good = plat_child_run(&child, &result, error);
	if (good)
		*output = mem_strdup(result.output);
	else
		error_take_message(error, text_format("\"%s\" could not be done at "
											  "site \"%s\"", act, site->name));
	plat_child_free(&result);
	free(argv);
	return good;
}

static bool
no_way(const ConfigSite *site, Error *error)
{
	return error_set(error, NULL, "Set remote_command in its section, for "
					 "example to \"ssh -o BatchMode=yes root@HOST qsrepl\".",
					 "the server of site \"%s\" is on another machine, and no "
					 "remote_command leads there", site->name);
}

bool
server_act(const Config *config, const ConfigSite *site, const char *act,
		   Error *error)
{
	char	   *output;

	if (server_is_here(config, site))
		return server_act_here(config, site, act, error);
	if (site->remote_command.n == 0)
		return no_way(site, error);
	if (!server_act_there(config, site, act, &output, error))
		return false;
	free(output);
	return true;
}

static bool
parse_state(const char *text, Arena *arena, ServerControlData *data)
{
	json_t	   *document = json_loads(text, 0, NULL);
	const char *identifier = json_string_value(
											   json_object_get(document, "system_identifier"));
	bool		good = json_is_object(document) &&
	json_is_boolean(json_object_get(document, "there"));

	data->there = json_is_true(json_object_get(document, "there"));
	data->running = json_is_true(json_object_get(document, "running"));
	data->standby = json_is_true(json_object_get(document, "standby"));
	data->clean = json_is_true(json_object_get(document, "clean"));
	data->primary = json_is_true(json_object_get(document, "primary"));
	data->timeline = (PgTimeline)
		json_integer_value(json_object_get(document, "timeline"));
	if (identifier != NULL)
		data->system_identifier = arena_strdup(arena, identifier);
	if (!pg_lsn_parse(json_string_value(json_object_get(document,
														"checkpoint")),
					  &data->checkpoint))
		data->checkpoint = 0;
	json_decref(document);
	return good && (!data->there || (identifier != NULL &&
									 data->timeline > 0));
}

bool
server_state(const Config *config, const ConfigSite *site, Arena *arena,
			 ServerControlData *data, Error *error)
{
	char	   *output;
	bool		good;

	memset(data, 0, sizeof(*data));
	if (server_is_here(config, site))
		return server_controldata_read(site, arena, data, error);
	if (site->remote_command.n == 0)
		return no_way(site, error);
	if (!server_act_there(config, site, "state", &output, error))
		return false;
	good = parse_state(output, arena, data) ||
		error_set(error, NULL, "remote_command must end in the qsrepl there: "
				  "what follows are its words.",
				  "what answers for site \"%s\" is no qsrepl", site->name);
	free(output);
	return good;
}
