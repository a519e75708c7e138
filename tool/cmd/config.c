/*
 * config.c
 *		The verbs of "qsrepl config".
 */
#include "cmd/config.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/exitcode.h"
#include "base/json.h"
#include "base/report.h"

static int
code_of(ConfigResult result)
{
	switch (result)
	{
		case CONFIG_GOOD:
			return EXIT_OK;
		case CONFIG_WRONG:
			return EXIT_INPUT;
		default:
			return EXIT_SYSTEM;
	}
}

int
cmd_load_config(const char *file, Config *config)
{
	Problems	problems;
	int			code;

	report_info("reading configuration file \"%s\"", file);
	code = code_of(config_load(file, config, &problems));
	if (code != EXIT_OK)
	{
		problems_print(&problems, file);
		config_free(config);
	}
	problems_free(&problems);
	return code;
}

int
cmd_load_config_at(const char *file, const char *site, Config *config)
{
	int			code = cmd_load_config(file, config);

	if (code != EXIT_OK || strcmp(config->site, site) == 0)
		return code;
	report_errorf("Look at remote_command, and at \"site\" in the "
				  "configuration there. Nothing was changed.",
				  "this machine is at site \"%s\", not \"%s\"", config->site,
				  site);
	config_free(config);
	return EXIT_REFUSED;
}

bool
cmd_is_here(const Config *config, const char *site)
{
	if (strcmp(site, config->site) == 0)
		return true;
	report_errorf("Run it at that site's machine. Nothing was changed.",
				  "this machine is at site \"%s\", not \"%s\"", config->site,
				  site);
	return false;
}

const ConfigSite *
cmd_find_site(const Config *config, const char *name)
{
	const ConfigSite *site = config_site(config, name);

	Arena		arena = {NULL};

	if (site == NULL)
		report_errorf("The sites are the [site ...] sections of the "
					  "configuration.", "site \"%s\" is not defined",
					  arena_quote(&arena, name));
	arena_free(&arena);
	return site;
}

static json_t *
problem_object(const Problem *problem)
{
	json_t	   *object = json_object();

	json_set_text(object, "severity", problem->severity == REPORT_WARNING ?
				  "warning" : "error");
	json_object_set_new(object, "line", problem->line > 0 ?
						json_integer((json_int_t) problem->line) :
						json_null());
	json_set_text(object, "message", problem->message);
	json_set_text(object, "detail", problem->detail);
	json_set_text(object, "hint", problem->hint);
	return object;
}

static void
print_problems(const char *file, const Problems *problems)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < problems->n; i++)
		json_array_append_new(list, problem_object(&problems->list[i]));
	json_set_text(document, "file", file);
	json_object_set_new(document, "errors",
						json_integer((json_int_t) problems->errors));
	json_object_set_new(document, "warnings",
						json_integer((json_int_t) problems->warnings));
	json_object_set_new(document, "problems", list);
	json_print(document);
}

int
cmd_config_check(const char *file, bool json)
{
	Config		config;
	Problems	problems;
	int			code;

	report_info("reading configuration file \"%s\"", file);
	code = code_of(config_load(file, &config, &problems));
	if (json)
		print_problems(file, &problems);
	else
	{
		problems_print(&problems, file);
		if (code != EXIT_SYSTEM)
			printf("%s: %lu errors, %lu warnings\n", file,
				   (unsigned long) problems.errors,
				   (unsigned long) problems.warnings);
	}
	problems_free(&problems);
	config_free(&config);
	return code;
}

static const char *
source_word(ConfigSource source)
{
	switch (source)
	{
		case CONFIG_FROM_DEFAULT:
			return "default";
		case CONFIG_FROM_FILE:
			return "file";
		case CONFIG_FROM_ENVIRONMENT:
			return "environment";
		default:
			return "not set";
	}
}

static void
show_json(const Config *config)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < config->n_settings; i++)
	{
		const ConfigSetting *setting = &config->settings[i];
		json_t	   *object = json_object();

		json_set_text(object, "section", setting->section);
		json_set_text(object, "key", setting->name);
		json_set_text(object, "value", setting->value);
		json_set_text(object, "source", source_word(setting->source));
		json_object_set_new(object, "line", setting->line > 0 ?
							json_integer((json_int_t) setting->line) :
							json_null());
		json_set_text(object, "variable", setting->variable);
		json_array_append_new(list, object);
	}
	json_set_text(document, "file", config->file);
	json_object_set_new(document, "settings", list);
	json_print(document);
}

/* Comments stand before what they explain: the output is a file too. */
static void
show_setting(const ConfigSetting *setting)
{
	switch (setting->source)
	{
		case CONFIG_FROM_NOWHERE:
			printf("# not set: %s\n", setting->name);
			return;
		case CONFIG_FROM_DEFAULT:
			printf("# default\n");
			break;
		case CONFIG_FROM_FILE:
			printf("# line %lu\n", (unsigned long) setting->line);
			break;
		case CONFIG_FROM_ENVIRONMENT:
			printf("# environment variable %s\n", setting->variable);
			break;
	}
	printf("%s = %s\n", setting->name, setting->value);
}

int
cmd_config_show(const char *file, bool json)
{
	Config		config;
	const char *section = "";
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	if (json)
		show_json(&config);
	else
	{
		printf("# %s\n", file);
		for (size_t i = 0; i < config.n_settings; i++)
		{
			if (strcmp(section, config.settings[i].section) != 0)
				printf("\n[%s]\n", config.settings[i].section);
			section = config.settings[i].section;
			show_setting(&config.settings[i]);
		}
	}
	config_free(&config);
	return code;
}
