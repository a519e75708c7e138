/*
 * checks.c
 *		What must hold in the copy once it is localized: that it could serve
 *		the site.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "drill/drill.h"
#include "pg/query.h"
#include "pg/statements.h"
#include "server/target.h"
#include "site/status.h"

/* Tables without which Qlik Sense does not start; not every database's. */
static const char key_query[] =
"SELECT c.relname, format('%I.%I', n.nspname, c.relname)"
" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
" WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
" AND c.relname IN ('Users', 'ServerNodeConfigurations', 'Apps', 'Streams',"
" '__MigrationHistory') AND c.oid NOT IN " PG_UNPLANNABLE " ORDER BY 1";

static const char leaks_query[] =
"SELECT count(*), (SELECT string_agg(format('%s, column \"%s\", mapping \"%s\""
"', y.relation, y.\"column\", y.mapping), '; ') FROM (SELECT DISTINCT"
" x.relation, x.\"column\", x.mapping FROM l x LIMIT 3) y) FROM l";

static const char check_query[] =
"SELECT count(*) FILTER (WHERE c.severity = 'error'),"
" count(*) FILTER (WHERE c.severity <> 'error'),"
" string_agg(format('%s: %s', c.object, c.problem), '; ')"
" FILTER (WHERE c.severity = 'error') FROM qsrepl.check() c";

static const char role_query[] =
"SELECT r.rolcanlogin AND has_database_privilege(r.oid, current_database(),"
" 'CONNECT') FROM pg_roles r WHERE r.rolname = $1";

/* One database that is looked at. */
typedef struct Look
{
	Drill	   *drill;
	const char *name;
	PgConnection *copy;
	Text		text;
	size_t		empty;			/* how many key tables have no row */
	Error		error;
} Look;

void
drill_check(Drill *drill, const char *name, const char *result,
			const char *format,...)
{
	json_t	   *check = json_object();
	char		detail[2048];
	va_list		args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	/* One line each. */
	for (char *c = detail; *c != '\0'; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	json_set_text(check, "name", name);
	json_set_text(check, "result", result);
	json_set_text(check, "detail", detail);
	json_array_append_new(drill->checks, check);
	if (strcmp(result, "failed") == 0)
		drill->failures++;
}

/* A check of a database: "QSR: leaks". */
static void
note(Look *look, const char *name, bool passed, const char *detail)
{
	drill_check(look->drill, arena_printf(&look->drill->arena, "%s: %s",
										  look->name, name),
				passed ? "passed" : "failed", "%s", detail);
}

/* A check that could not be made has failed. */
static void
note_error(Look *look, const char *name)
{
	note(look, name, false, look->error.detail != NULL ?
		 arena_printf(&look->drill->arena, "%s: %s", look->error.message,
					  look->error.detail) : look->error.message);
	error_free(&look->error);
}

static void
look_at_state(Look *look)
{
	Arena	   *arena = &look->drill->arena;
	SiteDatabase database;

	memset(&database, 0, sizeof(database));
	if (!site_database_read(look->copy, arena, &database, &look->error))
	{
		note_error(look, "localized");
		return;
	}
	look->drill->timeline = arena_printf(arena, "%ld",
										 (long) database.timeline);
	note(look, "localized", database.localized && database.primary &&
		 database.site != NULL &&
		 strcmp(database.site, look->drill->site->name) == 0,
		 arena_printf(arena, "The server is a %s at site %s, and its rows are "
					  "in state %s.", site_role(&database), database.site !=
					  NULL ? database.site : "(none)", database.state));
	note(look, "residue", database.residues == 0, database.residues == 0 ?
		 "Every rule's rows could be stored." :
		 arena_printf(arena, "Rules with rows that could not be stored: %s",
					  database.residue));
}

static bool
take_leaks(void *arg, const PgRow *row, Error *error)
{
	Look	   *look = arg;
	bool		none = strcmp(pg_row_text(row, 0), "0") == 0;

	(void) error;
	note(look, "leaks", none, none ? "No value of another site is stored." :
		 arena_printf(&look->drill->arena, "%s values of another site are "
					  "stored: %s", pg_row_text(row, 0),
					  pg_row_text(row, 1)));
	return true;
}

static void
look_at_leaks(Look *look)
{
	const char *query = arena_printf(&look->drill->arena, "WITH l AS (SELECT "
									 "* FROM qsrepl.leaks()) %s",
									 leaks_query);

	pg_set_deadline(look->copy, (int) look->drill->config->localize_timeout);
	if (!pg_rows(look->copy, query, PG_NONE, take_leaks, look, &look->error))
		note_error(look, "leaks");
}

static bool
take_check(void *arg, const PgRow *row, Error *error)
{
	Look	   *look = arg;
	bool		none = strcmp(pg_row_text(row, 0), "0") == 0;

	(void) error;
	note(look, "qsrepl.check()", none, none ?
		 arena_printf(&look->drill->arena, "No errors, %s warnings.",
					  pg_row_text(row, 1)) : pg_row_text(row, 2));
	return true;
}

static void
look_at_check(Look *look)
{
	if (!pg_rows(look->copy, check_query, PG_NONE, take_check, look,
				 &look->error))
		note_error(look, "qsrepl.check()");
}

/* Names first: another query cannot run while rows come in. */
static bool
take_key(void *arg, const PgRow *row, Error *error)
{
	json_t	   *tables = arg;
	json_t	   *table = json_object();

	(void) error;
	json_set_text(table, "name", pg_row_text(row, 0));
	json_set_text(table, "quoted", pg_row_text(row, 1));
	json_array_append_new(tables, table);
	return true;
}

static bool
count_rows(Look *look, const json_t * table)
{
	const char *name = json_string_value(json_object_get(table, "name"));
	const char *quoted = json_string_value(json_object_get(table, "quoted"));
	char	   *rows = NULL;

	if (!pg_value(look->copy, arena_printf(&look->drill->arena,
										   "SELECT count(*) FROM %s", quoted),
				  PG_NONE, &rows, &look->error))
		return false;
	text_addf(&look->text, "%s%s %s", look->text.len > 0 ? ", " :
			  "Rows: ", rows, name);
	if (strcmp(rows, "0") == 0)
		look->empty++;
	free(rows);
	return true;
}

static void
look_at_rows(Look *look)
{
	json_t	   *tables = json_array();
	bool		good = pg_rows(look->copy, key_query, PG_NONE, take_key,
							   tables, &look->error);

	for (size_t i = 0; good && i < json_array_size(tables); i++)
		good = count_rows(look, json_array_get(tables, i));
	if (!good)
		note_error(look, "rows");
	else if (json_array_size(tables) > 0)
		note(look, "rows", look->empty == 0, look->text.bytes);
	json_decref(tables);
	text_free(&look->text);
}

static bool
write_probe(void *arg, PgConnection *connection, Error *error)
{
	char	   *value = NULL;
	bool		good = pg_run(connection, "CREATE TEMPORARY TABLE "
							  "qsrepl_drill (n integer) ON COMMIT DROP",
							  PG_NONE, error) &&
	pg_run(connection, "INSERT INTO pg_temp.qsrepl_drill VALUES (1)",
		   PG_NONE, error) &&
	pg_value(connection, "SELECT count(*) FROM pg_temp.qsrepl_drill",
			 PG_NONE, &value, error);

	(void) arg;
	free(value);
	return good;
}

/* May the role log in?  NULL: there is no such role. */
static bool
ask_role(Look *look, char **may)
{
	const char *role = look->drill->site->qlik_role;

	*may = NULL;
	return pg_value(look->copy, arena_printf(&look->drill->arena, "SELECT (%s)",
											 role_query),
					PG_PARAMETERS(role), may, &look->error);
}

static void
look_at_writing(Look *look)
{
	Drill	   *drill = look->drill;
	const char *role = drill->site->qlik_role;
	const char *name = arena_printf(&drill->arena, "%s: reads and writes",
									look->name);
	char	   *may;
	PgConnection *copy;

	if (!ask_role(look, &may))
	{
		note_error(look, "reads and writes");
		return;
	}
	if (may == NULL || strcmp(may, "t") != 0)
	{
		drill_check(drill, name, "skipped", "Role \"%s\" %s.", role,
					may == NULL ? "does not exist" :
					"may not log in to this database");
		free(may);
		return;
	}
	free(may);
	copy = drill_connect(drill, look->name, role, &look->error);
	if (copy == NULL || !pg_transaction(copy, write_probe, NULL, &look->error))
		note_error(look, "reads and writes");
	else
		drill_check(drill, name, "passed", "Role \"%s\" has logged in, and a "
					"temporary table took its row.", role);
	pg_close(copy);
}

static bool
look_at_database(Drill *drill, const char *name, Error *error)
{
	Look		look = {drill, name, NULL, {NULL, 0, 0}, 0, ERROR_NONE};

	look.copy = drill_connect(drill, name, NULL, error);
	if (look.copy == NULL)
		return false;
	look_at_state(&look);
	look_at_leaks(&look);
	look_at_check(&look);
	look_at_rows(&look);
	look_at_writing(&look);
	pg_close(look.copy);
	return true;
}

static bool
take_replay(void *arg, const PgRow *row, Error *error)
{
	Drill	   *drill = arg;
	PgLsn		now = 0;
	bool		paused = strcmp(pg_row_text(row, 1), "t") == 0;

	(void) error;
	pg_lsn_parse(pg_row_text(row, 0), &now);
	drill_check(drill, "replication", paused ? "failed" : "passed",
				"The site's own server has replayed %ld bytes since the drill "
				"began, and its replay is %s.",
				(long) pg_lsn_distance(drill->replayed, now), paused ?
				"paused" : "not paused");
	return true;
}

/* The site's own server goes on as a standby. */
static bool
look_at_replication(Drill *drill, Error *error)
{
	PgConnection *server;
	bool		good;

	if (!drill->standby)
		return true;
	server = server_connect(drill->config, drill->site, NULL, error);
	good = server != NULL &&
		pg_rows(server, "SELECT pg_last_wal_replay_lsn(), "
				"pg_is_wal_replay_paused()", PG_NONE, take_replay, drill,
				error);
	pg_close(server);
	return good;
}

bool
drill_checks(Drill *drill, Error *error)
{
	for (size_t i = 0; i < json_array_size(drill->databases); i++)
	{
		const		json_t *database = json_array_get(drill->databases, i);

		if (!look_at_database(drill,
							  json_string_value(json_object_get(database,
																"name")),
							  error))
			return false;
	}
	return drill_certificates(drill, error) &&
		look_at_replication(drill, error);
}
