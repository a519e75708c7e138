/*
 * is_active.c
 *		The verb "is-active": an exit code for a load balancer's probe.
 */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/report.h"
#include "cmd/config.h"
#include "cmd/status/status.h"
#include "platform/clock.h"
#include "site/connect.h"
#include "site/status.h"

/* Probes do not wait for longer. */
#define LONGEST_MS 2000L

/* The answer in one word; "active" is the only good one. */
static const char *
word_of(const SiteDatabase *database, const ConfigSite *site)
{
	if (!database->primary)
		return "standby";
	if (database->fenced)
		return "fenced";
	if (database->site == NULL || strcmp(database->site, site->name) != 0)
		return "wrong-site";
	return strcmp(database->state, "local") == 0 ? "active" :
		database->state;
}

static const char *
ask(const Config *config, const ConfigSite *site, const char *name,
	Arena *arena, Error *error)
{
	long		deadline = config->connect_timeout < LONGEST_MS ?
	config->connect_timeout : LONGEST_MS;
	SiteDatabase database = {.name = name};
	PgConnection *connection = site_connect(config, site, name,
											plat_clock_ms() + deadline,
											error);
	bool		good = connection != NULL &&
	site_database_read(connection, arena, &database, error);
	bool		lost = connection == NULL || pg_is_broken(connection);

	pg_close(connection);
	if (good)
		return word_of(&database, site);
	return lost ? "unreachable" : "unknown";
}

static void
print(const ConfigSite *site, const char *word, bool json)
{
	json_t	   *document;

	if (!json)
	{
		puts(word);
		return;
	}
	document = json_object();
	json_set_text(document, "site", site->name);
	json_set_text(document, "answer", word);
	json_object_set_new(document, "active",
						json_boolean(strcmp(word, "active") == 0));
	json_print(document);
}

static int
answer(const Config *config, const ConfigSite *site, const char *database,
	   bool quiet, bool json)
{
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	const char *word = ask(config, site, database != NULL ? database :
						   config->databases.words[0], &arena, &error);
	int			code = EXIT_NOT_SO;

	if (strcmp(word, "active") == 0)
		code = EXIT_OK;
	else if (strcmp(word, "unreachable") == 0)
		code = EXIT_SERVER;
	if (!quiet || json)
		print(site, word, json);
	if (!quiet && error.message != NULL)
		error_report(&error);
	error_free(&error);
	arena_free(&arena);
	return code;
}

int
cmd_is_active(const char *file, const char *name, const char *database,
			  bool quiet, bool json)
{
	Config		config;
	const ConfigSite *site;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	site = config_site(&config, name);
	if (site != NULL)
		code = answer(&config, site, database, quiet, json);
	else
	{
		report_errorf("\"qsrepl config show\" lists the sites.",
					  "site \"%s\" does not exist", name);
		code = EXIT_USAGE;
	}
	config_free(&config);
	return code;
}
