/*
 * rules_views.c
 *		The verbs of "qsrepl rules" that ask a site's databases: preview, scan,
 *		leaks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/report.h"
#include "cmd/config.h"
#include "cmd/rules.h"
#include "pg/query.h"
#include "platform/cancel.h"
#include "server/target.h"

/* A view: its query gives one JSON object a row, whose members are told. */
typedef struct View
{
	const char *name;
	const char *query;			/* $1: a relation, or null where all */
} View;

static const View views[] = {
	{"preview", "SELECT pg_catalog.row_to_json(v) FROM qsrepl.preview("
	"pg_catalog.to_regclass($1)) AS v"},
	{"leaks", "SELECT pg_catalog.row_to_json(v) FROM qsrepl.leaks("
	"pg_catalog.to_regclass($1)) AS v"},
	{"scan", "SELECT pg_catalog.row_to_json(v) FROM qsrepl.scan() AS v WHERE "
	"$1::text IS NULL OR v.relation = $1"}
};

/* Rows on their way out. */
typedef struct Output
{
	const char *database;
	json_t	   *list;			/* NULL: print them as text */
	unsigned long rows;
	unsigned long databases;	/* that have the relation */
} Output;

static const View *
view_of(const char *name)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(views[i].name, name) == 0)
			return &views[i];
	return NULL;
}

/* "  column: value", in the order of the view's columns */
static void
print_row(const Output *output, json_t * row)
{
	const char *name;
	json_t	   *value;

	printed("%s", output->database);
	json_object_foreach(row, name, value)
	{
		char	   *text = json_is_string(value) ? NULL :
		json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

		if (!json_is_null(value))
			printed("\n  %s: %s", name, text != NULL ? text :
					json_string_value(value));
		free(text);
	}
	puts("");
}

static bool
take(void *arg, const PgRow *row, Error *error)
{
	Output	   *output = arg;
	json_t	   *object = json_loads(pg_row_text(row, 0), 0, NULL);

	if (object == NULL)
		return error_set(error, NULL, NULL, "the server's JSON cannot be "
						 "read");
	output->rows++;
	if (output->list == NULL)
	{
		print_row(output, object);
		json_decref(object);
		return true;
	}
	json_set_text(object, "database", output->database);
	json_array_append_new(output->list, object);
	return true;
}

static bool
show_database(const Config *config, const ConfigSite *site, const View *view,
			  const char *relation, Output *output, Error *error)
{
	PgConnection *connection = server_connect(config, site, output->database,
											  error);
	bool		there = true;
	bool		good = connection != NULL;

	if (good)
	{
		/* It reads whole tables; Ctrl-C ends it. */
		pg_set_deadline(connection, 0);
		pg_set_cancellable(connection, true);
	}
	if (good && relation != NULL)
	{
		char	   *text;

		good = pg_value(connection, "SELECT pg_catalog.to_regclass($1) IS NOT "
						"NULL", PG_PARAMETERS(relation), &text, error);
		there = good && text[0] == 't';
		if (good)
			free(text);
	}
	output->databases += good && there ? 1 : 0;
	if (good && there)
		good = pg_rows(connection, view->query, PG_PARAMETERS(relation), take,
					   output, error);
	pg_close(connection);
	return good;
}

/* All configured databases that are there, or the one that is named. */
static bool
show(const Config *config, const ConfigSite *site, const RulesRequest *request,
	 const View *view, Output *output, Error *error)
{
	for (size_t i = 0; i < config->databases.n; i++)
	{
		output->database = config->databases.words[i];
		if (request->database != NULL &&
			strcmp(request->database, output->database) != 0)
			continue;
		if (!show_database(config, site, view, request->relation, output,
						   error))
			return false;
	}
	return output->databases > 0 ||
		error_set(error, NULL, "Give it with its schema, as in "
				  "public.\"DataConnections\".",
				  "no database has table \"%s\"", request->relation);
}

static bool
is_configured(const Config *config, const char *database)
{
	for (size_t i = 0; i < config->databases.n; i++)
		if (strcmp(config->databases.words[i], database) == 0)
			return true;
	return false;
}

/* The site and the database that are meant; the exit code. */
static int
choose(const Config *config, const RulesRequest *request,
	   const ConfigSite **site)
{
	*site = cmd_find_site(config, request->site != NULL ? request->site :
						  config->site);
	if (*site == NULL)
		return EXIT_USAGE;
	if (request->database != NULL &&
		!is_configured(config, request->database))
		report_errorf("They are in the key \"databases\".",
					  "database \"%.80s\" is none of the configured ones",
					  request->database);
	else
		return EXIT_OK;
	return EXIT_USAGE;
}

int
cmd_rules_view(const RulesRequest *request)
{
	Config		config;
	const ConfigSite *site;
	Error		error = ERROR_NONE;
	Output		output = {NULL, NULL, 0, 0};
	int			code = cmd_load_config(request->file, &config);

	if (code != EXIT_OK)
		return code;
	code = choose(&config, request, &site);
	if (code == EXIT_OK)
	{
		plat_cancel_install();
		output.list = request->json ? json_array() : NULL;
		if (!show(&config, site, request, view_of(request->view), &output,
				  &error))
			code = output.databases > 0 || request->relation == NULL ?
				EXIT_SERVER : EXIT_USAGE;
		if (code == EXIT_OK && output.list != NULL)
			json_print(output.list);
		else if (code == EXIT_OK)
			printed("%lu rows\n", output.rows);
	}
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	config_free(&config);
	return code;
}
