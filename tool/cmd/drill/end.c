/*
 * end.c
 *		The verbs "drill end" and "drill status".
 */
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "cmd/config.h"
#include "cmd/drill/drill.h"
#include "cmd/drill/work.h"
#include "platform/clock.h"
#include "platform/file.h"

#define LOOK_MS 50
#define END_MS 90000

/* What there is of a drill. */
typedef struct Found
{
	bool		marked;			/* there is a marker */
	bool		kept;			/* a keeper lives */
	DrillMarker marker;
} Found;

/* Where the lock is free, it is taken and has to be released. */
static bool
find(Drill *drill, Found *found, PlatLock **lock, Error *error)
{
	const char *path = drill_lock(drill->config, &drill->arena);
	PlatFileInfo info;

	memset(found, 0, sizeof(*found));
	*lock = NULL;
	if (!plat_file_info(path, &info, error))
		return false;
	if (info.exists && !drill_take_lock(drill->config, &drill->arena, lock,
										error))
	{
		error_free(error);
		found->kept = true;
	}
	if (drill_marker_read(&drill->place, &drill->arena, &found->marker,
						  &found->marked, error))
		return true;
	plat_lock_release(*lock);
	*lock = NULL;
	return false;
}

/* True, too, where its time was over just now. */
static bool
write_request(const Drill *drill, Error *error)
{
	Error		ignored = ERROR_NONE;
	PlatFileInfo info;
	bool		gone;

	if (plat_file_write(drill->place.request, "", 0, false, error))
		return true;
	gone = plat_file_info(drill->place.marker, &info, &ignored) &&
		!info.exists;
	error_free(&ignored);
	if (gone)
		error_free(error);
	return gone;
}

/* Ask the keeper, and wait until it has released its lock. */
static bool
ask_keeper(Drill *drill, Error *error)
{
	int64_t		end = plat_clock_ms() + END_MS;
	PlatLock   *lock = NULL;

	if (!write_request(drill, error))
		return false;
	while (!plat_lock_take(drill_lock(drill->config, &drill->arena), &lock,
						   NULL, error))
	{
		error_free(error);
		if (plat_clock_ms() >= end)
			return error_set(error, NULL, NULL, "the copy was not removed "
							 "within %d s", END_MS / 1000);
		if (!plat_sleep_ms(LOOK_MS))
			return error_set(error, NULL, NULL, "interrupted");
	}
	plat_lock_release(lock);
	return true;
}

/* The exit code. */
static int
end_found(Drill *drill, const Found *found, Error *error)
{
	bool		removed = false;

	if (!found->marked && !found->kept)
	{
		puts("There is no drill to end.");
		return EXIT_OK;
	}
	if (found->kept && (!found->marked ||
						strcmp(found->marker.phase, "open") != 0))
	{
		error_set(error, NULL, "It ends by itself; Ctrl-C ends it where it was "
				  "started. Nothing was changed.",
				  "a drill is under way and not kept open");
		return EXIT_REFUSED;
	}
	if (found->kept ? !ask_keeper(drill, error) :
		!drill_place_remove(drill->config, &drill->place, &removed, error))
		return EXIT_SYSTEM;
	puts(found->kept ? "The copy is removed." :
		 "What a drill has left is removed.");
	return EXIT_OK;
}

int
cmd_drill_end(const char *file)
{
	Config		config;
	Drill		drill;
	Found		found;
	PlatLock   *lock;
	Error		error = ERROR_NONE;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	drill_begin(&drill, &config, config_site(&config, config.site));
	code = find(&drill, &found, &lock, &error) ?
		end_found(&drill, &found, &error) : EXIT_SYSTEM;
	plat_lock_release(lock);
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	drill_end(&drill);
	config_free(&config);
	return code;
}

static const char *
state_word(const Found *found)
{
	if (!found->marked)
		return found->kept ? "running" : "none";
	if (!found->kept)
		return "left over";
	return strcmp(found->marker.phase, "open") == 0 ? "open" : "running";
}

static void
print_json(const Drill *drill, const Found *found, json_t * last)
{
	json_t	   *document = json_object();

	json_set_text(document, "site", drill->site->name);
	json_set_text(document, "state", state_word(found));
	json_set_text(document, "phase", found->marker.phase);
	json_set_text(document, "started", found->marker.started);
	json_set_text(document, "open_until", found->marker.until);
	json_set_text(document, "directory", found->marked ? drill->place.root :
				  NULL);
	json_object_set_new(document, "port",
						json_integer(drill->site->drill_port));
	json_object_set_new(document, "last", last != NULL ? json_incref(last) :
						json_null());
	json_print(document);
}

static void
print_text(const Drill *drill, const Found *found, const json_t * last)
{
	const char *state = state_word(found);

	if (strcmp(state, "open") == 0)
		printf("A drill's copy is open on 127.0.0.1, port %d, until %s; "
			   "\"qsrepl drill end\" removes it.\n", drill->site->drill_port,
			   found->marker.until);
	else if (strcmp(state, "left over") == 0)
		printf("A drill of %s was killed (%s) and has left \"%s\"; \"qsrepl "
			   "drill end\" removes it, and so does the next drill.\n",
			   found->marker.started, found->marker.phase,
			   drill->place.root);
	else if (strcmp(state, "running") == 0)
		printf("A drill is under way: %s.\n", found->marker.phase != NULL ?
			   found->marker.phase : "it begins");
	else
		puts("No drill is under way.");
	if (last == NULL)
		puts("There is no record of a drill.");
	else
		printf("The last one was at %s: %s.\n", drill_member(last, "started"),
			   drill_member(last, "verdict"));
}

int
cmd_drill_status(const char *file, bool json)
{
	Config		config;
	Drill		drill;
	Found		found;
	PlatLock   *lock;
	Error		error = ERROR_NONE;
	json_t	   *last;
	int			code = cmd_load_config(file, &config);

	if (code != EXIT_OK)
		return code;
	drill_begin(&drill, &config, config_site(&config, config.site));
	if (find(&drill, &found, &lock, &error))
	{
		plat_lock_release(lock);
		last = drill_record_last(&config, config.site);
		if (json)
			print_json(&drill, &found, last);
		else
			print_text(&drill, &found, last);
		json_decref(last);
	}
	else
	{
		error_report(&error);
		code = EXIT_SYSTEM;
	}
	error_free(&error);
	drill_end(&drill);
	config_free(&config);
	return code;
}
