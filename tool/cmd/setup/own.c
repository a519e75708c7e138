/*
 * own.c
 *		"qsrepl setup standby": what the site has already, and whether it may
 *		be replaced.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/work.h"
#include "config/path.h"
#include "platform/child.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/target.h"

const char *
setup_path(Setup *setup, const char *name)
{
	return arena_printf(&setup->arena, "%s/%s", setup->site->data_directory,
						name);
}

bool
setup_is_empty(const char *path, bool *empty, Error *error)
{
	PlatFileInfo info;
	PlatNames	names;

	*empty = true;
	if (!plat_file_info(path, &info, error))
		return false;
	if (!info.exists)
		return true;
	if (!plat_directory_list(path, &names, error))
		return false;
	*empty = names.count == 0;
	plat_names_free(&names);
	return true;
}

bool
setup_has_file(Setup *setup, const char *name, bool *has, Error *error)
{
	PlatFileInfo info;

	if (!plat_file_info(setup_path(setup, name), &info, error))
		return false;
	*has = info.exists;
	return true;
}

/* "Database system identifier:           7345678901234567890" */
static bool
names_system(const char *output, const char *identifier)
{
	const char *label = "Database system identifier:";
	const char *at = strstr(output, label);
	size_t		len = strlen(identifier);

	if (at == NULL)
		return false;
	at += strlen(label);
	at += strspn(at, " ");
	return strncmp(at, identifier, len) == 0 && strcspn(at, "\r\n") == len;
}

bool
setup_same_system(Setup *setup, bool *same, Error *error)
{
	const char *const words[] = {
		server_program(setup->site, "pg_controldata", &setup->arena), "-D",
		setup->site->data_directory, NULL
	};
	const char *const english[] = {"LC_ALL=C", NULL};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.environment = english,
	.deadline_ms = 60000};
	PlatChildResult result;
	bool		has;

	*same = false;
	if (!setup_has_file(setup, "global/pg_control", &has, error))
		return false;
	if (!has)
		return true;
	server_argv(setup->site, words, argv);
	has = plat_child_run(&child, &result, error);
	*same = has && names_system(result.output, setup->system_identifier);
	plat_child_free(&result);
	return has;
}

bool
setup_refuse_own(Setup *setup, const char *detail, const char *hint, Error *error)
{
	return error_set(error, detail, arena_printf(&setup->arena, "%s With "
												 "--discard-site %s they are "
												 "moved aside all the same. "
												 "Nothing was changed.", hint,
												 setup->site->name),
					 "the data of site \"%s\" may not be replaced",
					 setup->site->name);
}

static bool
collect_name(void *arg, const PgRow *row, Error *error)
{
	Text	   *list = arg;

	(void) error;
	text_addf(list, "%s%s", list->len > 0 ? ", " : "", pg_row_text(row, 0));
	return true;
}

/* The databases that the site has and its primary has not. */
static bool
compare_databases(Setup *setup, PgConnection *own, Error *error)
{
	Text		list = {NULL, 0, 0};
	char	   *names = NULL;
	bool		good = pg_value(setup->server, "SELECT pg_catalog.json_agg("
								"datname) FROM pg_catalog.pg_database",
								PG_NONE, &names, error) &&
	pg_rows(own, "SELECT datname FROM pg_catalog.pg_database WHERE NOT "
			"datistemplate AND datname NOT IN (SELECT "
			"pg_catalog.json_array_elements_text($1::json)) ORDER BY 1",
			PG_PARAMETERS(names), collect_name, &list, error);

	if (good && list.len > 0)
		good = setup_refuse_own(setup, arena_printf(&setup->arena, "It has databases "
													"that the primary does not have: "
													"%s.", list.bytes),
								"Look whether they are needed.", error);
	text_free(&list);
	free(names);
	return good;
}

/* Is the server that answers there the one of the data directory? */
static bool
check_own_place(Setup *setup, PgConnection *own, Error *error)
{
	char	   *where;
	bool		good;

	if (!pg_value(own, "SELECT pg_catalog.current_setting('data_directory')",
				  PG_NONE, &where, error))
		return false;
	good = path_is_inside(where, setup->site->data_directory) &&
		path_is_inside(setup->site->data_directory, where);
	if (!good)
		error_set(error, NULL, "Put it right in the configuration. Nothing "
				  "was changed.", "the data directory of site \"%s\" is "
				  "\"%s\", not \"%s\"", setup->site->name, where,
				  setup->site->data_directory);
	free(where);
	return good;
}

/* Own data, not the primary's system: ask the server, if it runs. */
static bool
look_at_other_data(Setup *setup, Error *error)
{
	Error		silent = ERROR_NONE;
	PgConnection *own = server_connect(&setup->config, setup->site, NULL,
									   &silent);
	bool		good;

	if (own == NULL)
		good = setup_refuse_own(setup, silent.message, "Its server must run so that its "
								"databases can be looked at.", error);
	else
		good = check_own_place(setup, own, error) &&
			compare_databases(setup, own, error) &&
			setup_compare_rows(setup, own, error);
	error_free(&silent);
	pg_close(own);
	return good;
}

bool
setup_look_at_own(Setup *setup, Error *error)
{
	bool		empty;
	bool		same;
	bool		standby = false;

	if (!setup_is_empty(setup->site->data_directory, &empty, error) ||
		!setup_same_system(setup, &same, error) ||
		!setup_has_file(setup, "standby.signal", &standby, error))
		return false;
	setup->standby = same && standby && !setup->unfinished;
	if (empty || setup->standby || setup->unfinished)
		return true;
	if (setup->request->discard_site != NULL)
		return true;
	if (same)
		return setup_refuse_own(setup, "They are of the same system as the primary's, "
								"but not a standby's: it may be a former primary.",
								"It may hold rows that the primary has not.", error);
	return look_at_other_data(setup, error);
}
