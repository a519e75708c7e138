/*
 * receive_there.c
 *		The target's part of "snapshot copy" at another machine, and the command
 *		that it ends in there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "cmd/config.h"
#include "cmd/snapshot/copy.h"
#include "cmd/snapshot/receive.h"
#include "platform/cancel.h"
#include "platform/child.h"
#include "platform/secret.h"
#include "server/act.h"

#define QUESTION_MAX 65536

bool
snapshot_receive_is_there(const Config *config, const ConfigSite *site)
{
	return site->remote_command.n > 0 && !server_is_here(config, site);
}

/* Its words, or that there are none of a qsrepl. */
static bool
take_answer(const ConfigSite *site, const PlatChildResult *result,
			json_t * *answer, Error *error)
{
	*answer = json_loadb(result->output, result->output_len, 0, NULL);
	return json_is_object(*answer) ||
		error_set(error, NULL, "remote_command must end in the qsrepl there, "
				  "of the same version.", "what answers for site \"%s\" is no "
				  "qsrepl", site->name);
}

static bool
ask_there(const ConfigSite *site, const json_t * question, json_t * *answer,
		  Error *error)
{
	const char *const words[] = {
		"snapshot", "receive", "--site", site->name, NULL
	};
	const char **argv = server_there_argv(site, words);
	char	   *input = json_dumps(question, JSON_COMPACT);
	PlatChild	child = {.argv = argv,.input = input,
		.input_len = strlen(input),.cancellable = true
	};
	PlatChildResult result;
	bool		good;

	good = plat_child_run(&child, &result, error);
	if (good)
		good = take_answer(site, &result, answer, error);
	else
		error_take_message(error, text_format("the snapshot could not be "
											  "received at site \"%s\"",
											  site->name));
	plat_child_free(&result);
	free(input);
	free(argv);
	return good;
}

bool
snapshot_receive(const Config *config, const ConfigSite *site,
				 const json_t * question, json_t * *answer, Error *error)
{
	*answer = NULL;
	return snapshot_receive_is_there(config, site) ?
		ask_there(site, question, answer, error) :
		snapshot_receive_here(config, site, question, answer, error);
}

static json_t *
read_question(void)
{
	static char bytes[QUESTION_MAX];
	size_t		len = fread(bytes, 1, sizeof(bytes), stdin);

	return json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
}

static int
answer_question(const Config *config, const ConfigSite *site)
{
	Error		error = ERROR_NONE;
	json_t	   *question = read_question();
	json_t	   *answer = NULL;
	int			code = EXIT_OK;

	if (!json_is_object(question))
		error_set(&error, NULL, NULL, "what is asked for is no JSON");
	else if (snapshot_receive_here(config, site, question, &answer, &error))
		json_print(answer);
	if (error.message != NULL)
	{
		error_report(&error);
		code = EXIT_STOPPED;
	}
	json_decref(question);
	error_free(&error);
	return code;
}

int
cmd_snapshot_receive(const char *file, const char *name)
{
	Config		config;
	int			code = cmd_load_config_at(file, name, &config);

	if (code != EXIT_OK)
		return code;
	plat_secret_process();
	plat_cancel_install();
	code = answer_question(&config, config_site(&config, config.site));
	config_free(&config);
	return code;
}
