/*
 * serve.c
 *		The copy's server: started, promoted, localized.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "drill/drill.h"
#include "pg/query.h"
#include "platform/cancel.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "server/control.h"

#define POLL_MS 20
#define CONNECT_MS 10000
#define EXTRA_MS 5000
#define LOG_LIMIT (16 * 1024 * 1024)
#define LOG_TAIL 1200

PgConnection *
drill_connect(const Drill *drill, const char *dbname, const char *role,
			  Error *error)
{
	Text		conninfo = {NULL, 0, 0};
	PgTarget	target = {
		.site = "drill",
		.dbname = dbname != NULL ? dbname :
		drill->config->maintenance_database,
		.deadline_ms = CONNECT_MS,.cancellable = true
	};
	PgConnection *connection;

	pg_conninfo_add(&conninfo, "host", drill->place.root);
	text_addf(&conninfo, " port=%d", drill->site->drill_port);
	pg_conninfo_add(&conninfo, "user", role != NULL ? role : drill->site->user);
	target.conninfo = conninfo.bytes;
	connection = pg_connect(&target, error);
	text_free(&conninfo);
	return connection;
}

/* The end of the log tells why; it goes with the directory. */
static void
add_log(Drill *drill, Error *error)
{
	Error		ignored = ERROR_NONE;
	Text		text = {NULL, 0, 0};

	if (plat_file_read(drill->place.log, LOG_LIMIT, &text, &ignored) &&
		text.len > 0)
	{
		size_t		from = text.len > LOG_TAIL ? text.len - LOG_TAIL : 0;

		/* From the beginning of a line on */
		while (from > 0 && text.bytes[from] != '\0' &&
			   text.bytes[from - 1] != '\n')
			from++;
		error_take_detail(error, text_format("The end of the copy's log: %s",
											 text.bytes + from));
	}
	error_free(&ignored);
	text_free(&text);
}

bool
drill_start(Drill *drill, Error *error)
{
	const long	seconds = (drill->config->stop_timeout + 999) / 1000;
	const char *const words[] = {
		server_program(drill->site, "pg_ctl", &drill->arena), "start", "-w",
		"-t", arena_printf(&drill->arena, "%ld", seconds), "-s", "-D",
		drill->place.root, "-l", drill->place.log, NULL
	};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.cancellable = true,
		.deadline_ms = (int) drill->config->stop_timeout + EXTRA_MS
	};
	PlatChildResult result;
	Error		ignored = ERROR_NONE;
	bool		good;

	if (!drill_settings(drill, error))
		return false;
	server_argv(drill->site, words, argv);
	good = plat_child_run(&child, &result, error);
	/* Only where it was ended itself, a server may be about to appear. */
	if (!good && result.end == PLAT_CHILD_EXITED)
		drill->marker.phase = "failed";
	plat_child_free(&result);
	if (good)
		return true;
	add_log(drill, error);
	drill_marker_write(&drill->place, &drill->marker, &ignored);
	error_free(&ignored);
	return false;
}

static bool
take_until(void *arg, const PgRow *row, Error *error)
{
	Drill	   *drill = arg;
	const char *until = pg_row_text(row, 0);

	(void) error;
	drill->data_until = until != NULL ? arena_strdup(&drill->arena, until) :
		NULL;
	return true;
}

bool
drill_promote(Drill *drill, Error *error)
{
	PgConnection *copy = drill_connect(drill, NULL, NULL, error);
	const long	seconds = (drill->config->promote_timeout + 999) / 1000;
	char	   *promoted = NULL;
	bool		good;

	if (copy == NULL)
		return false;
	pg_set_cancellable(copy, true);
	pg_set_deadline(copy, (int) drill->config->promote_timeout + EXTRA_MS);
	good = pg_rows(copy, "SELECT to_char(pg_last_xact_replay_timestamp() AT "
				   "TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
				   PG_NONE, take_until, drill, error) &&
		pg_value(copy, "SELECT pg_promote(true, $1::int)",
				 PG_PARAMETERS(arena_printf(&drill->arena, "%ld", seconds)),
				 &promoted, error);
	if (good && strcmp(promoted, "t") != 0)
		good = error_set(error, NULL, NULL, "the copy was not promoted within "
						 "%ld s", seconds);
	free(promoted);
	pg_close(copy);
	return good;
}

/* Of the configuration's databases, those that the copy has. */
static bool
list_databases(Drill *drill, Error *error)
{
	PgConnection *copy = drill_connect(drill, NULL, NULL, error);
	const ConfigWords *words = &drill->config->databases;
	bool		good = copy != NULL;

	for (size_t i = 0; good && i < words->n; i++)
	{
		char	   *bytes = NULL;
		json_t	   *database;

		good = pg_value(copy, "SELECT max(pg_database_size(d.oid)) FROM "
						"pg_database d WHERE d.datname = $1",
						PG_PARAMETERS(words->words[i]), &bytes, error);
		if (bytes == NULL)
			continue;
		database = json_object();
		json_set_text(database, "name", words->words[i]);
		json_object_set_new(database, "bytes",
							json_integer(strtoll(bytes, NULL, 10)));
		json_array_append_new(drill->databases, database);
		free(bytes);
	}
	pg_close(copy);
	if (good && json_array_size(drill->databases) == 0)
		good = error_set(error, NULL, NULL, "the copy has none of the "
						 "configured databases");
	return good;
}

/* What the localizer is at; NULL where it is done. */
static bool
ask_state(PgConnection *copy, char **state, Error *error)
{
	return pg_value(copy, "SELECT CASE s.state WHEN 'local' THEN NULL ELSE "
					"concat_ws('; ', s.state, s.localizer) END FROM "
					"qsrepl.status s", PG_NONE, state, error);
}

static bool
wait_for(Drill *drill, const char *name, int64_t end, Error *error)
{
	PgConnection *copy = drill_connect(drill, name, NULL, error);
	char	   *state = NULL;
	bool		good = copy != NULL;

	while (good && (good = ask_state(copy, &state, error)) && state != NULL)
	{
		if (plat_clock_ms() >= end || strncmp(state, "none", 4) == 0)
			good = error_set(error, arena_printf(&drill->arena, "It is: %s.",
												 state),
							 "Look into qsrepl.check() in it, and at \"qsrepl "
							 "check\".", "database \"%s\" was not localized",
							 name);
		else if (!plat_sleep_ms(POLL_MS))
			good = error_set(error, NULL, NULL, "waiting for database \"%s\" "
							 "was interrupted", name);
		free(state);
		state = NULL;
	}
	pg_close(copy);
	return good;
}

bool
drill_localize(Drill *drill, Error *error)
{
	int64_t		begin = plat_clock_ms();
	int64_t		end = begin + drill->config->localize_timeout;

	if (!list_databases(drill, error))
		return false;
	for (size_t i = 0; i < json_array_size(drill->databases); i++)
	{
		json_t	   *database = json_array_get(drill->databases, i);
		const char *name = json_string_value(json_object_get(database,
															 "name"));

		if (!wait_for(drill, name, end, error))
			return false;
		json_object_set_new(database, "localized_seconds",
							json_real((double) (plat_clock_ms() - begin) /
									  1000));
	}
	return true;
}
