/*
 * rejoin_diverged.c
 *		Steps of a rejoin that save what the site has committed and the active
 *		one never got.
 *
 * pg_waldump tells the transactions behind the place where the timelines part,
 * and the tables they have written to; the rows are then read from the server.
 * One that does not run is started for that, fenced, on the drill's port and
 * for this machine alone: it was killed perhaps, and recovers.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "cmd/move/rejoin_work.h"
#include "pg/lsn.h"
#include "pg/statements.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "server/act.h"
#include "server/closed.h"
#include "server/target.h"
#include "server/waldump.h"

/* Rows under way to a file. */
typedef struct Saved
{
	Text		rows;			/* a JSON object a line */
	size_t		n;
} Saved;

#define HISTORY \
	"SELECT pg_catalog.left(f, 8), CASE WHEN pg_catalog.left(f, 8) <> " \
	"'00000001' THEN (SELECT m[1] FROM pg_catalog.regexp_matches(" \
	"pg_catalog.pg_read_file('pg_wal/' || pg_catalog.left(f, 8) || " \
	"'.history'), '^\\s*' || $1 || '\\s+([0-9A-F]+/[0-9A-F]+)', 'n') AS m) " \
	"END FROM pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) " \
	"AS f"

static bool
take_history(void *arg, const PgRow *row, Error *error)
{
	Move	   *move = arg;

	(void) error;
	move->timeline = arena_strdup(&move->arena, pg_row_text(row, 0));
	move->fork = pg_row_text(row, 1) != NULL ?
		arena_strdup(&move->arena, pg_row_text(row, 1)) : NULL;
	return true;
}

bool
rejoin_fork(Move *move, PgTimeline timeline, bool *same, PgLsn * fork,
			Error *error)
{
	PgConnection *server = move_server(move, move->to, error);
	const char *number = arena_printf(&move->arena, "%" PRIu32, timeline);

	if (server == NULL ||
		!pg_rows(server, HISTORY, PG_PARAMETERS(number), take_history, move,
				 error))
		return false;
	*same = strtoul(move->timeline, NULL, 16) == timeline;
	if (!pg_lsn_parse(move->fork, fork))
		*fork = 0;
	return true;
}

/* The server where it runs as a primary, or NULL. */
static PgConnection *
running_primary(Move *move, const ConfigSite *place)
{
	Error		silent = ERROR_NONE;
	PgConnection *server = move_connect(move, place,
										move->databases[0], &silent);
	char	   *standby = NULL;

	if (server != NULL &&
		(!pg_value(server, "SELECT pg_catalog.pg_is_in_recovery()", PG_NONE,
				   &standby, &silent) || standby[0] == 't'))
	{
		pg_close(server);
		server = NULL;
	}
	free(standby);
	error_free(&silent);
	return server;
}

bool
rejoin_fence_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	PgConnection *server = running_primary(move, move->from);
	bool		good;

	(void) progress;
	if (server == NULL)
		return true;
	good = pg_run(server, "SELECT qsrepl.fence('rejoin')", PG_NONE, error);
	pg_close(server);
	return good;
}

static bool
take_row(void *arg, const PgRow *row, Error *error)
{
	Saved	   *saved = arg;

	(void) error;
	text_addf(&saved->rows, "%s\n", pg_row_text(row, 0));
	saved->n++;
	return true;
}

/*
 * All tables: a transaction may have written before the place where the
 * timelines part, and have committed behind it; and a table may have got
 * another file since.  Casts of a type that somebody has made are not run.
 * Columns of a table that must be read with its owner's rights come behind a
 * mark.
 */
#define AS_OWNER "!"
#define TABLES \
	"SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), " \
	"pg_catalog.pg_relation_filenode(c.oid), CASE WHEN c.oid IN " \
	PG_UNPLANNABLE " THEN '" AS_OWNER "' ELSE '' END || coalesce((SELECT " \
	"pg_catalog.string_agg(" \
	"pg_catalog.format(CASE WHEN a.atttypid < 16384 THEN 't.%I' ELSE " \
	"'CASE WHEN t.%1$I IS NOT NULL THEN pg_catalog.concat(t.%1$I) END AS " \
	"%1$I' END, a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog." \
	"pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT " \
	"a.attisdropped), '') FROM pg_catalog.pg_class c JOIN " \
	"pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = " \
	"'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'qsrepl') " \
	"AND n.nspname !~ '^pg_' ORDER BY 1"

/* Names, files, and lists of columns, each with its NUL. */
static bool
take_table(void *arg, const PgRow *row, Error *error)
{
	const char *name = pg_row_text(row, 0);
	const char *file = pg_row_text(row, 1) != NULL ? pg_row_text(row, 1) : "";
	const char *columns = pg_row_text(row, 2) != NULL ? pg_row_text(row, 2) :
	"";

	(void) error;
	text_add_bytes(arg, name, strlen(name) + 1);
	text_add_bytes(arg, file, strlen(file) + 1);
	text_addf(arg, "%s", columns);
	text_add_bytes(arg, "", 1);
	return true;
}

/* How many rows of a table those transactions have deleted, by the log. */
static unsigned long
deleted_from(const WalChanges *changes, const char *file)
{
	for (size_t i = 0; i < changes->n_tables; i++)
		if (strcmp(changes->tables[i].file, file) == 0)
			return changes->tables[i].deleted;
	return 0;
}

/* The rows that those transactions left in a table. */
static bool
read_rows(Move *move, PgConnection *database, const WalChanges *changes,
		  const char *name, const char *columns, Saved *saved, Error *error)
{
	bool		as_owner = strncmp(columns, AS_OWNER, strlen(AS_OWNER)) == 0;
	const char *query = arena_printf(&move->arena, "SELECT (SELECT "
									 "pg_catalog.to_jsonb(x) FROM (SELECT %s) "
									 "AS x) FROM ONLY %s AS t WHERE t.xmin "
									 "OPERATOR(pg_catalog.=) ANY "
									 "('%s'::pg_catalog.xid[])",
									 as_owner ? columns + strlen(AS_OWNER) :
									 columns, name, changes->transactions);

	if (as_owner)
		return pg_rows(database, "SELECT pg_catalog.jsonb_build_object("
					   "'table', $1::text, 'row', q.x) FROM "
					   "qsrepl._query_as_owner($1::pg_catalog.regclass, $2) "
					   "AS q (x jsonb)", PG_PARAMETERS(name, query), take_row,
					   saved, error);
	return pg_rows(database, arena_printf(&move->arena, "SELECT pg_catalog."
										  "jsonb_build_object('table', "
										  "$1::text, 'row', q.x) FROM (%s) AS "
										  "q (x)", query),
				   PG_PARAMETERS(name), take_row, saved, error);
}

static bool
save_table(Move *move, PgConnection *database, const WalChanges *changes,
		   const char *name, const char *columns, unsigned long deleted,
		   Saved *saved, Error *error)
{
	size_t		before = saved->n;
	bool		good = read_rows(move, database, changes, name, columns, saved,
								 error);

	if (!good || (saved->n == before && deleted == 0))
		return good;
	text_addf(&move->notes, "  %s: %lu rows inserted or updated", name,
			  (unsigned long) (saved->n - before));
	if (deleted > 0)
		text_addf(&move->notes, ", %lu deleted (they are still at site %s)",
				  deleted, move->to->name);
	text_add(&move->notes, "\n");
	return true;
}

static bool
save_tables(Move *move, PgConnection *database, const WalChanges *changes,
			Saved *saved, Error *error)
{
	Text		list = {NULL, 0, 0};
	bool		good = pg_rows(database, TABLES, PG_NONE, take_table, &list,
							   error);

	for (size_t at = 0; good && at < list.len;)
	{
		const char *name = list.bytes + at;
		const char *file = name + strlen(name) + 1;
		const char *columns = file + strlen(file) + 1;

		good = save_table(move, database, changes, name, columns,
						  deleted_from(changes, file), saved, error);
		at = (size_t) (columns + strlen(columns) + 1 - list.bytes);
	}
	text_free(&list);
	return good;
}

/* A file a database, which only its owner reads. */
static bool
write_rows(Move *move, const char *name, const Saved *saved, Error *error)
{
	const char *directory = arena_printf(&move->arena, "%s/diverged",
										 move->config.journal_directory);
	const char *path;
	char		stamp[TIMESTAMP_SIZE];

	if (saved->n == 0)
		return true;
	timestamp_format(plat_wall_ms(), stamp);
	for (char *c = stamp; *c != '\0'; c++)
		if (*c == ':' || *c == '.')
			*c = '-';
	path = arena_printf(&move->arena, "%s/%s-%s-%s.jsonl", directory,
						move->from->name, stamp, name);
	text_addf(&move->notes, "  saved in \"%s\"\n", path);
	return plat_directory_make(directory, error) &&
		plat_file_write(path, saved->rows.bytes, saved->rows.len, true, error);
}

bool
rejoin_save(Move *move, const ConfigSite *place, const char *name,
			const WalChanges *changes, Error *error)
{
	PgConnection *database = server_connect(&move->config, place, name,
											error);
	Saved		saved = {{NULL, 0, 0}, 0};
	bool		good = database != NULL;

	if (good)
		pg_set_deadline(database, (int) move->config.localize_timeout);
	good = good && save_tables(move, database, changes, &saved, error) &&
		write_rows(move, name, &saved, error) &&
		rejoin_definitions(move, database, name, changes, error);
	pg_close(database);
	text_free(&saved.rows);
	return good;
}

/* Fenced, or false with the error. */
static bool
fence_at(Move *move, const ConfigSite *place, Error *error)
{
	PgConnection *server = move_connect(move, place, move->databases[0],
										error);
	bool		good = server != NULL &&
	pg_run(server, "SELECT qsrepl.fence('rejoin')", PG_NONE, error);

	pg_close(server);
	return good;
}

bool
rejoin_open(Move *move, ConfigSite *place, Error *error)
{
	const Config *config = &move->config;
	PgConnection *server;

	/* A run before may have left it so. */
	*place = server_closed_place(move->from);
	server = running_primary(move, place);
	if (server == NULL)
	{
		*place = *move->from;
		server = running_primary(move, place);
	}
	pg_close(server);
	if (server != NULL)
		return fence_at(move, place, error);
	*place = server_closed_place(move->from);
	return server_act(config, move->from, "stop", error) &&
		server_act(config, move->from, "primary", error) &&
		server_start_closed(config, move->from, error) &&
		fence_at(move, place, error);
}

static bool
read_and_save(Move *move, const WalChanges *changes, Error *error)
{
	ConfigSite	place;
	size_t		before;
	bool		good = true;

	if (!rejoin_open(move, &place, error))
		return false;
	text_addf(&move->notes, "Site %s had committed %lu transactions that "
			  "site %s never got:\n", move->from->name,
			  (unsigned long) changes->n_transactions, move->to->name);
	before = move->notes.len;
	for (size_t i = 0; good && i < move->n_databases; i++)
		good = rejoin_save(move, &place, move->databases[i], changes, error);
	if (good)
		rejoin_tell_nothing(move, before);
	return good;
}

/*
 * What cannot be read is not thrown away: then the data are moved aside as they
 * are, and a base backup takes their place.
 */
static bool
keep_all(Move *move, PlanProgress *progress, Error *error)
{
	text_addf(&move->notes, "What only site %s had could not be listed: %s. "
			  "Its data are kept as they are, and a new base backup is "
			  "taken.\n", move->from->name, error->message);
	error_free(error);
	return plan_note(progress, "rebuild", "yes", error);
}

/*
 * A timeline of the same number may be another one: where this site was a
 * primary on it, both were promoted, and nothing tells where they part.
 */
static bool
check_same(Move *move, PlanProgress *progress, Error *error)
{
	ServerControlData data;

	if (!server_state(&move->config, move->from, &move->arena, &data, error))
		return false;
	if (!data.primary)
		return true;
	error_set(error, NULL, NULL, "it was a primary on the same timeline as "
			  "site \"%s\"", move->to->name);
	return keep_all(move, progress, error);
}

bool
rejoin_diverged_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	WalChanges	changes;
	PgTimeline	timeline;
	PgLsn		fork;
	bool		same;
	bool		broken;

	/* What pg_rewind has left half done was listed before. */
	if (!rejoin_broken(move, &broken, error))
		return false;
	if (broken)
		return true;
	if (!server_wal_timeline(move->from, &timeline, error) ||
		!rejoin_fork(move, timeline, &same, &fork, error))
		return false;
	if (same)
		return check_same(move, progress, error);
	if (fork == 0)
	{
		error_set(error, NULL, NULL, "its timeline %" PRIu32 " is not in the "
				  "history of site \"%s\"", timeline, move->to->name);
		return keep_all(move, progress, error);
	}
	if (!server_wal_changes(move->from, fork, timeline, &move->arena,
							&changes, error))
		return keep_all(move, progress, error);
	if (changes.n_transactions == 0 || read_and_save(move, &changes, error))
		return true;
	return keep_all(move, progress, error);
}
