/*
 * place.c
 *		The directory of a drill, and its removal.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "drill/drill.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/system.h"
#include "server/control.h"

#define MARKER "qsrepl-drill.json"
#define FILE_LIMIT 65536
#define STOP_SECONDS "60"

/* A server that was just started writes its process's number first of all. */
#define APPEAR_MS 2000
#define POLL_MS 20

/* Of the path of a socket, without ".s.PGSQL.54329" and a NUL */
#define ROOT_LIMIT (107 - 15)

void
drill_place(const ConfigSite *site, const char *data, Arena *arena,
			DrillPlace *place)
{
	const char *root = site->drill_directory != NULL ? site->drill_directory :
	arena_printf(arena, "%s.drill", site->data_directory);

	place->site = site;
	place->root = root;
	place->data = arena_printf(arena, "%s/%s", root, data);
	place->marker = arena_printf(arena, "%s/" MARKER, root);
	place->request = arena_printf(arena, "%s/" MARKER ".end", root);
	place->hba = arena_printf(arena, "%s/pg_hba.conf", root);
	place->settings = arena_printf(arena, "%s/postgresql.conf", root);
	place->log = arena_printf(arena, "%s/log", root);
}

static const char *
member(const json_t * object, const char *name, Arena *arena)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value != NULL ? arena_strdup(arena, value) : NULL;
}

bool
drill_marker_read(const DrillPlace *place, Arena *arena, DrillMarker *marker,
				  bool *there, Error *error)
{
	PlatFileInfo info;
	Text		text = {NULL, 0, 0};
	json_t	   *object;

	memset(marker, 0, sizeof(*marker));
	*there = false;
	if (!plat_file_info(place->marker, &info, error))
		return false;
	if (!info.exists)
		return true;
	if (!plat_file_read(place->marker, FILE_LIMIT, &text, error))
		return false;
	object = text.len > 0 ? json_loadb(text.bytes, text.len, 0, NULL) : NULL;
	text_free(&text);
	marker->phase = member(object, "phase", arena);
	marker->started = member(object, "started", arena);
	marker->data = member(object, "data", arena);
	marker->until = member(object, "until", arena);
	marker->made = json_is_true(json_object_get(object, "made"));
	*there = marker->phase != NULL && marker->data != NULL;
	json_decref(object);
	return *there || error_set(error, NULL, "Look what is in its directory. If "
							   "it is a drill's, remove it by hand.",
							   "file \"%s\" is not the marker of a drill",
							   place->marker);
}

bool
drill_marker_write(const DrillPlace *place, const DrillMarker *marker,
				   Error *error)
{
	json_t	   *object = json_object();
	char	   *text;
	bool		good;

	json_set_text(object, "what", "This directory is a drill's of qsrepl, and "
				  "is removed at its end.");
	json_set_text(object, "site", place->site->name);
	json_set_text(object, "phase", marker->phase);
	json_set_text(object, "started", marker->started);
	json_set_text(object, "data", marker->data);
	json_set_text(object, "until", marker->until);
	json_object_set_new(object, "made", json_boolean(marker->made));
	text = json_dumps(object, JSON_INDENT(2));
	json_decref(object);
	good = plat_file_write(place->marker, text, strlen(text), false, error);
	free(text);
	return good;
}

/* Does the directory hold anything but what a killed write of a marker left? */
static bool
is_free(const char *root, const char **other, Arena *arena, Error *error)
{
	PlatNames	names;

	*other = NULL;
	if (!plat_directory_list(root, &names, error))
		return false;
	for (size_t i = 0; i < names.count; i++)
		if (strncmp(names.names[i], MARKER, strlen(MARKER)) != 0)
			*other = arena_strdup(arena, names.names[i]);
	plat_names_free(&names);
	return true;
}

/* For the server's user, where that is not ours. */
static bool
make_root(const ConfigSite *site, const char *root, Error *error)
{
	const char *const argv[] = {
		"install", "-d", "-m", "0700", "-o", site->server_user, root, NULL
	};
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	if (site->server_user == NULL)
		return plat_directory_make(root, error);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	return good;
}

bool
drill_place_make(Drill *drill, Error *error)
{
	const char *root = drill->place.root;
	const char *other;
	PlatFileInfo info;

	if (strlen(root) > ROOT_LIMIT)
		return error_set(error, NULL, "Set drill_directory to a shorter path.",
						 "the path of the drill's directory is longer than %d "
						 "bytes: \"%s\"", ROOT_LIMIT, root);
	if (!plat_file_info(root, &info, error) ||
		!make_root(drill->site, root, error) ||
		!is_free(root, &other, &drill->arena, error))
		return false;
	if (other != NULL)
		return error_set(error, arena_printf(&drill->arena, "It holds \"%s\".",
											 other),
						 "Set drill_directory to one that is empty, or that "
						 "does not exist.",
						 "directory \"%s\" is not a drill's", root);
	drill->marker.made = !info.exists;
	/* One that came too late for the drill before */
	return plat_file_remove(drill->place.request, error) &&
		drill_marker_write(&drill->place, &drill->marker, error);
}

/* The number in postmaster.pid; 0 where there is none. */
static int64_t
read_process(const DrillPlace *place)
{
	Error		ignored = ERROR_NONE;
	Text		text = {NULL, 0, 0};
	char	   *path = text_format("%s/postmaster.pid", place->data);
	int64_t		process = 0;

	if (plat_file_read(path, FILE_LIMIT, &text, &ignored) && text.len > 0)
		process = strtoll(text.bytes, NULL, 10);
	error_free(&ignored);
	text_free(&text);
	free(path);
	return process;
}

static bool
stop_server(const DrillPlace *place, Error *error)
{
	Arena		arena = {NULL};
	const char *const words[] = {
		server_program(place->site, "pg_ctl", &arena), "stop", "-w", "-t",
		STOP_SECONDS, "-D", place->data, "-m", "immediate", NULL
	};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv};
	PlatChildResult result;
	bool		good;

	server_argv(place->site, words, argv);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	arena_free(&arena);
	/* It may have ended by itself meanwhile. */
	if (!good && !plat_process_is_in(read_process(place), place->data))
	{
		error_free(error);
		good = true;
	}
	return good;
}

/*
 * Only a process that runs in the copy's directory is the copy's server: the
 * number in its file may be another one's after a restart of the machine.
 */
static bool
end_server(const DrillPlace *place, const DrillMarker *marker, Error *error)
{
	int64_t		end = plat_clock_ms() + APPEAR_MS;

	while (strcmp(marker->phase, drill_words[DRILL_START].name) == 0 &&
		   read_process(place) == 0 &&
		   plat_clock_ms() < end)
		plat_sleep_ms(POLL_MS);
	if (!plat_process_is_in(read_process(place), place->data))
		return true;
	return stop_server(place, error);
}

/* All but the marker, which is needed until nothing else is left. */
static bool
remove_content(const DrillPlace *place, Arena *arena, Error *error)
{
	PlatNames	names;
	bool		good = plat_directory_list(place->root, &names, error);

	if (!good)
		return false;
	for (size_t i = 0; good && i < names.count; i++)
		if (strcmp(names.names[i], MARKER) != 0)
			good = plat_directory_remove(arena_printf(arena, "%s/%s",
													  place->root,
													  names.names[i]), error);
	plat_names_free(&names);
	return good;
}

static bool
remove_all(const Config *config, const DrillPlace *place,
		   const DrillMarker *marker, Arena *arena, Error *error)
{
	if (strcmp(marker->phase, drill_words[DRILL_COPY].name) == 0)
		drill_copy_end(config, place->site);
	return end_server(place, marker, error) &&
		remove_content(place, arena, error) &&
		plat_file_remove(place->marker, error) &&
		(!marker->made || plat_directory_remove(place->root, error));
}

bool
drill_place_remove(const Config *config, const DrillPlace *place,
				   bool *removed, Error *error)
{
	Arena		arena = {NULL};
	DrillMarker marker;
	DrillPlace	left;
	bool		good = drill_marker_read(place, &arena, &marker, removed,
										 error);

	if (good && *removed)
	{
		/* The copy may be another drill's. */
		drill_place(place->site, marker.data, &arena, &left);
		good = remove_all(config, &left, &marker, &arena, error);
	}
	arena_free(&arena);
	return good;
}
