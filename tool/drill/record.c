/*
 * record.c
 *		The records of drills: a file of JSON each, in the directory "drills"
 *		of the journal's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "drill/drill.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/system.h"

#define SUFFIX ".json"
#define FILE_LIMIT (4 * 1024 * 1024)

const DrillWords drill_words[DRILL_PHASES] = {
	{"copy", "Copy the server of site ${site}",
	"pg_basebackup -D ${root}/data -X stream -c fast -h ... -p ... -U ..."},
	{"start", "Start the copy on port ${port}, closed to the network, and let it "
		"recover",
		"Write port, listen_addresses = '127.0.0.1', primary_conninfo = '', "
		"archive_mode = off, qsrepl.peer_conninfo = '' and "
		"qsrepl.local_site = '${site}' into its configuration, touch "
	"standby.signal, pg_ctl -D ${root} start"},
	{"promote", "Promote the copy", "SELECT pg_promote();"},
	{"localize", "Wait until it is localized", "SELECT * FROM qsrepl.status;"},
	{"checks", "Check it",
	"SELECT * FROM qsrepl.leaks(); SELECT * FROM qsrepl.check();"},
	{"removal", "Stop and remove the copy",
	"pg_ctl -D ${root}/data -m immediate stop; rm -r ${root}"}
};

const char *
drill_records(const Config *config, Arena *arena)
{
	return arena_printf(arena, "%s/drills", config->journal_directory);
}

const char *
drill_lock(const Config *config, Arena *arena)
{
	return arena_printf(arena, "%s/drills/lock", config->journal_directory);
}

static json_t *
seconds_of(int64_t ms)
{
	return ms >= 0 ? json_real((double) ms / 1000) : json_null();
}

/* From the promotion's begin until Qlik could write: what a failover takes. */
static int64_t
takeover_ms(const Drill *drill)
{
	if (drill->ms[DRILL_PROMOTE] < 0 || drill->ms[DRILL_LOCALIZE] < 0)
		return -1;
	return drill->ms[DRILL_PROMOTE] + drill->ms[DRILL_LOCALIZE];
}

static json_t *
seconds_object(const Drill *drill)
{
	json_t	   *object = json_object();
	int64_t		total = 0;

	for (int i = 0; i < DRILL_PHASES; i++)
	{
		json_object_set_new(object, drill_words[i].name,
							seconds_of(drill->ms[i]));
		total += drill->ms[i] > 0 ? drill->ms[i] : 0;
	}
	json_object_set_new(object, "total", seconds_of(total));
	json_object_set_new(object, "takeover", seconds_of(takeover_ms(drill)));
	return object;
}

/* When the last drill was, and how long its parts took. */
static json_t *
last_object(const Drill *drill)
{
	json_t	   *last = drill_record_last(drill->config, drill->site->name);
	json_t	   *object;

	if (last == NULL)
		return json_null();
	object = json_object();
	json_object_set(object, "started", json_object_get(last, "started"));
	json_object_set(object, "verdict", json_object_get(last, "verdict"));
	json_object_set(object, "seconds", json_object_get(last, "seconds"));
	json_decref(last);
	return object;
}

json_t *
drill_record(const Drill *drill)
{
	json_t	   *record = json_object();
	char	   *host = plat_host_name();
	char		now[TIMESTAMP_SIZE];

	timestamp_format(plat_wall_ms(), now);
	json_object_set_new(record, "format", json_integer(1));
	json_set_text(record, "verdict", drill->failures == 0 ? "passed" :
				  "failed");
	json_set_text(record, "site", drill->site->name);
	json_set_text(record, "role", drill->standby ? "standby" : "primary");
	json_set_text(record, "host", host);
	json_set_text(record, "qsrepl", QSREPL_VERSION);
	json_set_text(record, "postgresql", drill->version);
	json_set_text(record, "started", drill->marker.started);
	json_set_text(record, "finished", now);
	json_set_text(record, "data_until", drill->data_until);
	json_set_text(record, "timeline", drill->timeline);
	json_set_text(record, "open_until", drill->marker.until);
	json_object_set_new(record, "port",
						json_integer(drill->site->drill_port));
	json_object_set_new(record, "bytes", json_integer(drill->bytes));
	json_object_set_new(record, "seconds", seconds_object(drill));
	json_object_set_new(record, "last", last_object(drill));
	json_object_set(record, "databases", drill->databases);
	json_object_set(record, "checks", drill->checks);
	free(host);
	return record;
}

/* "2026-11-23T00:52:02.123Z" as 20261123T005202.123Z */
static const char *
file_name(const json_t * record, const Config *config, Arena *arena)
{
	const char *started = json_string_value(json_object_get(record,
															"started"));
	char		compact[TIMESTAMP_SIZE];

	timestamp_compact(started, compact, sizeof(compact));
	return arena_printf(arena, "%s/%s" SUFFIX, drill_records(config, arena),
						compact);
}

bool
drill_record_write(const Config *config, const json_t * record, Error *error)
{
	Arena		arena = {NULL};
	char	   *text = json_dumps(record, JSON_INDENT(2));
	bool		good = plat_file_write(file_name(record, config, &arena), text,
									   strlen(text), false, error);

	free(text);
	arena_free(&arena);
	return good;
}

/* NULL where it cannot be read, or is another site's. */
static json_t *
read_record(const char *path, const char *site)
{
	Error		ignored = ERROR_NONE;
	Text		text = {NULL, 0, 0};
	json_t	   *record = NULL;
	const char *of;

	if (plat_file_read(path, FILE_LIMIT, &text, &ignored) && text.len > 0)
		record = json_loadb(text.bytes, text.len, 0, NULL);
	error_free(&ignored);
	text_free(&text);
	of = json_string_value(json_object_get(record, "site"));
	if (of == NULL || strcmp(of, site) != 0)
	{
		json_decref(record);
		return NULL;
	}
	return record;
}

static bool
is_record(const char *name)
{
	size_t		len = strlen(name);

	return len > strlen(SUFFIX) &&
		strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

json_t *
drill_record_last(const Config *config, const char *site)
{
	Arena		arena = {NULL};
	Error		ignored = ERROR_NONE;
	const char *directory = drill_records(config, &arena);
	PlatNames	names;
	json_t	   *record = NULL;

	if (plat_directory_list(directory, &names, &ignored))
	{
		for (size_t i = names.count; record == NULL && i > 0; i--)
			if (is_record(names.names[i - 1]))
				record = read_record(arena_printf(&arena, "%s/%s", directory,
												  names.names[i - 1]), site);
		plat_names_free(&names);
	}
	error_free(&ignored);
	arena_free(&arena);
	return record;
}

double
drill_seconds(const json_t * record, const char *name)
{
	const		json_t *value = json_object_get(json_object_get(record, "seconds"),
												name);

	return json_is_number(value) ? json_number_value(value) : -1;
}
