/*
 * check_servers.c
 *		Do the keys of a server fit each other?
 */
#include <string.h>

#include "config/load.h"
#include "config/path.h"
#include "config/words.h"

/* What must not be in the data directory. */
static void
check_outside(const Config *config, const ConfigSite *site, const char *key,
			  const char *path, const char *why, Problems *problems)
{
	if (path == NULL || site->data_directory == NULL ||
		!path_is_inside(path, site->data_directory))
		return;
	problems_error(problems, config_line(config, "site", site->name, key, site->line), why,
				   "Choose a place outside of data_directory.",
				   "key \"%s\" names a place inside the data directory of "
				   "site \"%s\"", key, site->name);
}

/*
 * pg_ctl starts the server by a shell, and puts its directory and its log, and
 * where the programs are, into double quotes without a further look.
 */
static void
check_plain(const Config *config, const ConfigSite *site, const char *key,
			const char *path, Problems *problems)
{
	if (path == NULL || path[0] != '/' || strpbrk(path, "\"$`\\") == NULL)
		return;
	problems_error(problems, config_line(config, "site", site->name, key, site->line),
				   "pg_ctl gives it to a shell.",
				   "Use a path without the characters \" $ ` and \\.",
				   "key \"%s\" of site \"%s\" holds special characters",
				   key, site->name);
}

static void
check_paths(const Config *config, const ConfigSite *site, Problems *problems)
{
	check_plain(config, site, "data_directory", site->data_directory,
				problems);
	check_plain(config, site, "bin_directory", site->bin_directory, problems);
	check_plain(config, site, "drill_directory", site->drill_directory,
				problems);
	check_plain(config, site, "snapshot_directory", site->snapshot_directory,
				problems);
}

/* A key that the way of control needs. */
static void
need(const Config *config, const ConfigSite *site, const char *key,
	 bool given, Problems *problems)
{
	static const char *const ways[] = {
		"pg_ctl", "pg_ctlcluster", "systemctl", "windows_service", "command"
	};

	if (!given)
		problems_missing(problems,
						 config_line(config, "site", site->name, "server_control", site->line),
						 NULL,
						 "key \"%s\" is missing from section \"[site %s]\", "
						 "since server_control is \"%s\"", key, site->name,
						 ways[site->control]);
}

/* A key that the way of control does not use. */
static void
spare(const Config *config, const ConfigSite *site, const char *key,
	  bool given, Problems *problems)
{
	if (given)
		problems_warning(problems, config_line(config, "site", site->name, key, site->line),
						 "Another server_control is chosen.", NULL,
						 "key \"%s\" has no effect", key);
}

static void
check_control(const Config *config, const ConfigSite *site,
			  Problems *problems)
{
	bool		named = site->server_name != NULL;
	bool		start = site->start_command.n > 0;
	bool		stop = site->stop_command.n > 0;

	switch ((ConfigControl) site->control)
	{
		case CONFIG_CONTROL_PG_CTL:
			spare(config, site, "server_name", named, problems);
			break;
		case CONFIG_CONTROL_COMMAND:
			need(config, site, "start_command", start, problems);
			need(config, site, "stop_command", stop, problems);
			spare(config, site, "server_name", named, problems);
			return;
		default:
			need(config, site, "server_name", named, problems);
			break;
	}
	spare(config, site, "start_command", start, problems);
	spare(config, site, "stop_command", stop, problems);
	if (named && site->server_name[0] == '-')
		problems_error(problems,
					   config_line(config, "site", site->name, "server_name", site->line),
					   "It would be taken for an option.", NULL,
					   "invalid value for key \"server_name\": \"%s\"",
					   arena_quote(&problems->arena, site->server_name));
	else if (site->control == CONFIG_CONTROL_PG_CTLCLUSTER && named &&
			 (strchr(site->server_name, '/') == NULL ||
			  strchr(site->server_name, ' ') != NULL))
		problems_error(problems,
					   config_line(config, "site", site->name, "server_name", site->line), NULL,
					   "Write version and cluster, as in 15/main.",
					   "invalid value for key \"server_name\": \"%s\"",
					   arena_quote(&problems->arena, site->server_name));
}

/* A drill's server stands beside the site's own. */
static void
check_drill(const Config *config, const ConfigSite *site, Problems *problems)
{
	if (site->drill_port == site->port && site->port > 0)
		problems_error(problems,
					   config_line(config, "site", site->name, "drill_port", site->line),
					   "The server itself listens there.",
					   "Choose a port that is free.",
					   "ports of server and drill at site \"%s\" are the "
					   "same", site->name);
}

/* Keys of [qsrepl] that only one mode has. */
static void
check_mode(const Config *config, Problems *problems)
{
	static const char *const logical[] = {"copy_qsmq", "disable_on_error"};

	if (config->mode != CONFIG_PHYSICAL)
		return;
	for (size_t i = 0; i < sizeof(logical) / sizeof(logical[0]); i++)
	{
		const ConfigSetting *setting = config_setting(config, "qsrepl",
													  logical[i]);

		if (setting->source == CONFIG_FROM_FILE && setting->value != NULL &&
			!words_has("off no false 0", setting->value))
			problems_warning(problems, setting->line,
							 "It is for mode = logical.", NULL,
							 "key \"%s\" has no effect", logical[i]);
	}
}

void
config_check_servers(const Config *config, Problems *problems)
{
	static const char travels[] =
	"Base backups copy what is in there to the other site.";
	static const char lost[] =
	"What is in there goes when the data is replaced.";

	for (size_t i = 0; i < config->n_sites; i++)
	{
		const ConfigSite *site = &config->sites[i];

		check_outside(config, site, "settings_file", site->settings_file,
					  travels, problems);
		check_outside(config, site, "aside_directory", site->aside_directory,
					  lost, problems);
		check_outside(config, site, "drill_directory", site->drill_directory,
					  lost, problems);
		check_paths(config, site, problems);
		check_control(config, site, problems);
		check_drill(config, site, problems);
		if (config->journal_directory != NULL &&
			site->data_directory != NULL &&
			path_is_inside(config->journal_directory, site->data_directory))
			problems_error(problems,
						   config_setting(config, "qsrepl",
										  "journal_directory")->line, lost,
						   "Choose a place outside of data_directory.",
						   "key \"journal_directory\" names a place inside "
						   "the data directory of site \"%s\"", site->name);
	}
	check_mode(config, problems);
}
