/*
 * check_sites.c
 *		Do the sites exist that are named, and are they different ones?
 */
#include <string.h>

#include "base/nearest.h"
#include "config/load.h"
#include "config/path.h"

void
config_check_named(const Config *config, Problems *problems,
				   const char *section, const char *name)
{
	const ConfigSetting *setting = config_setting(config, section, "site");
	const char *hint = "Its section begins with [site NAME].";
	Nearest		nearest;

	if (name == NULL || config_site(config, name) != NULL)
		return;
	nearest_begin(&nearest, name);
	for (size_t i = 0; i < config->n_sites; i++)
		nearest_offer(&nearest, config->sites[i].name);
	if (nearest.best != NULL)
		hint = arena_printf(&problems->arena, "Perhaps you meant \"%s\".",
							nearest.best);
	problems_error(problems, setting->line,
				   setting->variable != NULL ?
				   arena_printf(&problems->arena,
								"The environment variable %s names it.",
								setting->variable) : NULL, hint,
				   "site \"%s\" is not defined",
				   arena_quote(&problems->arena, name));
}

static bool
same_path(const char *a, const char *b)
{
	return a != NULL && b != NULL && path_is_inside(a, b) &&
		path_is_inside(b, a);
}

static void
check_pair(const ConfigSite *a, const ConfigSite *b, Problems *problems)
{
	if (!config_same_host(a, b))
		return;
	if (a->port == b->port && a->port > 0)
		problems_error(problems, b->line,
					   arena_printf(&problems->arena, "It is port %d at host "
									"\"%s\".", b->port,
									arena_quote(&problems->arena, b->host)),
					   "Each site has a database server of its own.",
					   "sites \"%s\" and \"%s\" name the same server",
					   a->name, b->name);
	if (same_path(a->data_directory, b->data_directory))
		problems_error(problems, b->line, NULL, NULL,
					   "sites \"%s\" and \"%s\" have the same data directory "
					   "on the same host", a->name, b->name);
	if (same_path(a->settings_file, b->settings_file))
		problems_error(problems, b->line,
					   "Both servers would take themselves for the same "
					   "site.", NULL,
					   "sites \"%s\" and \"%s\" have the same settings file "
					   "on the same host", a->name, b->name);
}

void
config_check_sites(const Config *config, Problems *problems)
{
	config_check_named(config, problems, "qsrepl", config->site);
	for (size_t i = 0; i < config->n_hooks; i++)
		config_check_named(config, problems,
						   arena_printf(&problems->arena, "hook %s",
										config->hooks[i].name),
						   config->hooks[i].site);
	if (config->n_sites < 2)
		problems_missing(problems, 0,
						 "Add a section [site NAME] for each site.",
						 "fewer than two sites are defined");
	for (size_t i = 0; i < config->n_sites; i++)
		for (size_t j = i + 1; j < config->n_sites; j++)
			check_pair(&config->sites[i], &config->sites[j], problems);
}
