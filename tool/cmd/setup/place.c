/*
 * place.c
 *		"qsrepl setup": whether the server is the one that is meant, and which
 *		databases it has.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/setup/work.h"
#include "config/path.h"
#include "platform/child.h"
#include "platform/file.h"
#include "server/control.h"

static bool
keep_database(void *arg, const PgRow *row, Error *error)
{
	Setup	   *setup = arg;

	(void) error;
	setup->databases[setup->n_databases++] =
		arena_strdup(&setup->arena, pg_row_text(row, 0));
	return true;
}

bool
setup_find_databases(Setup *setup, PgConnection *server,
					 const ConfigSite *site, Error *error)
{
	const ConfigWords *words = &setup->config.databases;

	setup->databases = mem_alloc((words->n + 1) * sizeof(char *));
	for (size_t i = 0; i < words->n; i++)
	{
		size_t		before = setup->n_databases;

		if (!pg_rows(server, "SELECT datname FROM "
					 "pg_catalog.pg_database WHERE datname = $1",
					 PG_PARAMETERS(words->words[i]), keep_database, setup,
					 error))
			return false;
		if (setup->n_databases == before)
			text_addf(&setup->notes, "Warning: site %s has no database "
					  "\"%s\". Run this again when it has, or take it out of "
					  "the configuration.\n", site->name,
					  words->words[i]);
	}
	return setup->n_databases > 0 ||
		error_set(error, NULL, "Key \"databases\" of the configuration names "
				  "them. Nothing was changed.",
				  "site \"%s\" has none of the configured databases",
				  site->name);
}

bool
setup_check_place(Setup *setup, Error *error)
{
	const char *where;
	PlatFileInfo info;

	if (!setup_value(setup, "SELECT pg_catalog.current_setting("
					 "'data_directory')", PG_NONE, &where, error) ||
		!plat_file_info(setup->site->data_directory, &info, error))
		return false;
	if (!path_is_inside(where, setup->site->data_directory) ||
		!path_is_inside(setup->site->data_directory, where))
		return error_set(error, NULL, "Put it right in the configuration. "
						 "Nothing was changed.",
						 "the data directory of site \"%s\" is \"%s\", not "
						 "\"%s\"", setup->site->name, where,
						 setup->site->data_directory);
	if (!info.exists)
		return error_set(error, NULL, "Run this on the machine of the "
						 "database server. Nothing was changed.",
						 "the data directory \"%s\" is not on this machine",
						 where);
	return setup_value(setup, "SELECT pg_catalog.current_setting("
					   "'config_file')", PG_NONE, &setup->config_file, error);
}

bool
setup_check_server(Setup *setup, Error *error)
{
	PlanAnswer	standby = setup_answer(setup->server, "SELECT "
									   "pg_catalog.pg_is_in_recovery()",
									   PG_NONE, error);
	PlanAnswer	files;

	if (standby == PLAN_ERROR)
		return false;
	if (standby == PLAN_YES)
		return error_set(error, NULL, "Run it at the active site. Nothing was "
						 "changed.", "the server of site \"%s\" is a standby",
						 setup->site->name);
	files = setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
						 "pg_catalog.pg_available_extensions WHERE name = "
						 "'qsrepl')", PG_NONE, error);
	if (files == PLAN_NO)
		error_set(error, NULL, "Install it with \"make install\" and the "
				  "server's pg_config. Nothing was changed.",
				  "the extension is not installed at the server of site "
				  "\"%s\"", setup->site->name);
	return files == PLAN_YES;
}

bool
setup_prepare_active(Setup *setup, Error *error)
{
	return setup_connect(setup, setup->site, error) &&
		setup_value(setup, "SELECT system_identifier FROM "
					"pg_catalog.pg_control_system()", PG_NONE,
					&setup->system_identifier, error) &&
		setup_check_server(setup, error) && setup_check_place(setup, error) &&
		setup_find_databases(setup, setup->server, setup->site, error);
}

bool
setup_tell_replication(Setup *setup, Error *error)
{
	Error		refused = ERROR_NONE;

	(void) error;

	if (!setup_replication(setup, setup->site, setup->peer, &refused))
		text_addf(&setup->notes, "Left to do: %s.\n%s\n%s\n", refused.message,
				  refused.detail != NULL ? refused.detail : "",
				  refused.hint);
	error_free(&refused);
	return true;
}

bool
setup_check_discard(const Setup *setup, Error *error)
{
	const char *discard = setup->request->discard_site;

	return discard == NULL || strcmp(discard, setup->site->name) == 0 ||
		error_set(error, NULL, "Nothing was changed.",
				  "option \"--discard-site\" names another site than \"%s\"",
				  setup->site->name);
}

/* "pg_basebackup (PostgreSQL) 15.14" */
static long
major_of(const char *output)
{
	const char *label = "(PostgreSQL)";
	const char *number = strstr(output, label);

	return number != NULL ? strtol(number + strlen(label), NULL, 10) : 0;
}

bool
setup_check_program(Setup *setup, const char *program, int major, bool same,
					Error *error)
{
	const char *const argv[] = {
		server_program(setup->site, program, &setup->arena), "--version", NULL
	};
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);
	long		own = good ? major_of(result.output) : 0;

	if (good && (same ? own != major : own < major))
		good = error_set(error, result.output, "Install the same major version, "
						 "or set bin_directory. Nothing was changed.",
						 "the other site's server is PostgreSQL %d, but this "
						 "machine's programs are not", major);
	plat_child_free(&result);
	return good;
}
