/*
 * keep.c
 *		The keeper: the process that does a drill, and removes its copy.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/config.h"
#include "cmd/drill/drill.h"
#include "cmd/drill/work.h"
#include "cmd/share/risk.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/partner.h"
#include "platform/system.h"

#define LOOK_MS 100
#define LOCK_TRIES 10
#define LOCK_PAUSE_MS 50

static void
say(const char *what, const char *text)
{
	printf("%s%s\n", what, text);
	fflush(stdout);
}

static void
say_progress(const char *text)
{
	say(DRILL_SAYS_PROGRESS, text);
}

static void
say_json(const char *what, json_t * document)
{
	char	   *text = json_dumps(document, JSON_COMPACT);

	say(what, text != NULL ? text : "{}");
	free(text);
	json_decref(document);
}

/* The error goes to the partner, whose exit code it tells. */
static int
say_error(int code, Error *error)
{
	json_t	   *object = json_object();

	json_object_set_new(object, "code", json_integer(code));
	json_set_text(object, "message", error->message);
	json_set_text(object, "detail", error->detail);
	json_set_text(object, "hint", error->hint);
	say_json(DRILL_SAYS_ERROR, object);
	error_free(error);
	return code;
}

void
drill_begin(Drill *drill, const Config *config, const ConfigSite *site)
{
	char		now[TIMESTAMP_SIZE];

	memset(drill, 0, sizeof(*drill));
	drill->config = config;
	drill->site = site;
	drill->progress = say_progress;
	drill->databases = json_array();
	drill->checks = json_array();
	for (int i = 0; i < DRILL_PHASES; i++)
		drill->ms[i] = -1;
	timestamp_format(plat_wall_ms(), now);
	drill->marker.started = arena_strdup(&drill->arena, now);
	drill->marker.phase = drill_words[DRILL_COPY].name;
	/* One at a time: the drill's process tells it from the one before. */
	drill->marker.data = arena_printf(&drill->arena, "data_%ld",
									  (long) plat_process());
	drill_place(site, drill->marker.data, &drill->arena, &drill->place);
}

void
drill_end(Drill *drill)
{
	json_decref(drill->databases);
	json_decref(drill->checks);
	arena_free(&drill->arena);
}

bool
drill_take_lock(const Config *config, Arena *arena, PlatLock **lock,
				Error *error)
{
	if (!plat_directory_make(config->journal_directory, error) ||
		!plat_directory_make(drill_records(config, arena), error))
		return false;
	/* Who only looks whether it is free has it for a moment. */
	for (int i = 1; !plat_lock_take(drill_lock(config, arena), lock, NULL,
									error); i++)
	{
		if (i == LOCK_TRIES)
			return false;
		error_free(error);
		plat_sleep_ms(LOCK_PAUSE_MS);
	}
	return true;
}

/* Nothing is removed that another drill needs: the lock is ours. */
static bool
remove_copy(Drill *drill, bool *removed, Error *error)
{
	int64_t		begin = plat_clock_ms();
	bool		good = drill_place_remove(drill->config, &drill->place, removed, error);

	drill->ms[DRILL_REMOVAL] = plat_clock_ms() - begin;
	return good;
}

/* Until the marker is there. */
static int
prepare(Drill *drill, bool named, Error *error)
{
	bool		removed;
	bool		refused;

	if (!drill_place_remove(drill->config, &drill->place, &removed, error))
		return EXIT_SYSTEM;
	if (removed)
		say_progress("what a former drill left was removed");
	if (!drill_look(drill, named, &refused, error))
		return refused ? EXIT_REFUSED : EXIT_SERVER;
	return drill_place_make(drill, error) ? EXIT_OK : EXIT_REFUSED;
}

/*
 * What a failover would lose of file shares.  It changes with each
 * synchronization, so that it is told and does not make the drill fail.
 */
static bool
check_all(Drill *drill, Error *error)
{
	const Config *config = drill->config;
	const ConfigSite *other = config_other_site(config, drill->site);
	const ShareRisk *risks;

	if (!drill_checks(drill, error))
		return false;
	risks = share_risks_read(config, drill->site, &drill->arena);
	for (size_t i = 0; i < config->n_shares; i++)
	{
		Text		text = {NULL, 0, 0};

		share_risk_describe(&risks[i], other, drill->site, &text);
		drill_check(drill, arena_printf(&drill->arena, "share %s",
										config->shares[i].name),
					risks[i].no_rows != NULL ? "skipped" : "passed", "%s",
					text.bytes);
		text_free(&text);
	}
	return true;
}

/* A phase that fails is a check that fails, and the last one. */
static bool
run_phase(Drill *drill, DrillPhase phase, Error *error)
{
	static bool (*const phases[]) (Drill *drill, Error *error) =
	{
		drill_copy, drill_start, drill_promote, drill_localize, check_all
	};
	int64_t		begin = plat_clock_ms();

	say(DRILL_SAYS_PHASE, drill_words[phase].name);
	drill->marker.phase = drill_words[phase].name;
	if (!drill_marker_write(&drill->place, &drill->marker, error) ||
		!phases[phase] (drill, error))
	{
		drill_check(drill, drill_words[phase].name, "failed", "%s%s%s%s%s",
					error->message, error->detail != NULL ? ": " : "",
					error->detail != NULL ? error->detail : "",
					error->hint != NULL ? " Hint: " : "",
					error->hint != NULL ? error->hint : "");
		return false;
	}
	drill->ms[phase] = plat_clock_ms() - begin;
	return true;
}

static bool
run_phases(Drill *drill, Error *error)
{
	for (int i = DRILL_COPY; i < DRILL_REMOVAL; i++)
		if (plat_cancelled() || !run_phase(drill, (DrillPhase) i, error))
			return false;
	return !plat_cancelled();
}

static int
tell_record(const Drill *drill)
{
	json_t	   *record = drill_record(drill);
	Error		error = ERROR_NONE;

	if (!drill_record_write(drill->config, record, &error))
	{
		json_decref(record);
		return say_error(EXIT_SYSTEM, &error);
	}
	say_json(DRILL_SAYS_RECORD, record);
	return EXIT_OK;
}

/* Interrupted: there is nothing to tell but that it is gone. */
static int
give_up(Drill *drill, Error *error)
{
	bool		removed;

	plat_partner_alone();
	error_free(error);
	if (!remove_copy(drill, &removed, error))
		return say_error(EXIT_SYSTEM, error);
	error_set(error, NULL, "The copy is removed. Nothing else was changed.",
			  "the drill was interrupted");
	return say_error(EXIT_STOPPED, error);
}

/* The copy is removed, and the record tells how long that took. */
static int
finish(Drill *drill, Error *error)
{
	bool		removed;

	plat_partner_alone();
	error_free(error);
	say(DRILL_SAYS_PHASE, drill_words[DRILL_REMOVAL].name);
	if (!remove_copy(drill, &removed, error))
		drill_check(drill, drill_words[DRILL_REMOVAL].name, "failed",
					"%s. Run \"qsrepl drill end\" when that is mended.",
					error->message);
	error_free(error);
	return tell_record(drill);
}

/* Has somebody run "qsrepl drill end"? */
static bool
is_asked(const Drill *drill)
{
	Error		ignored = ERROR_NONE;
	PlatFileInfo info;
	bool		asked = plat_file_info(drill->place.request, &info, &ignored) &&
	info.exists;

	error_free(&ignored);
	return asked;
}

/* Does the partner know that the copy stays? */
static bool
is_confirmed(void)
{
	char		answer[16] = "";

	return fgets(answer, sizeof(answer), stdin) != NULL &&
		strncmp(answer, DRILL_ANSWER_HOLD, strlen(DRILL_ANSWER_HOLD)) == 0;
}

/* Keep the copy open, for others to look at. */
static int
hold(Drill *drill, long hold_ms, Error *error)
{
	int64_t		end = plat_clock_ms() + hold_ms;
	char		until[TIMESTAMP_SIZE];
	bool		removed;

	timestamp_format(plat_wall_ms() + hold_ms, until);
	drill->marker.until = arena_strdup(&drill->arena, until);
	drill->marker.phase = "open";
	if (!drill_marker_write(&drill->place, &drill->marker, error))
		return finish(drill, error);
	if (tell_record(drill) != EXIT_OK || !is_confirmed())
		return give_up(drill, error);
	plat_partner_alone();
	while (plat_clock_ms() < end && !is_asked(drill))
		if (!plat_sleep_ms(LOOK_MS))
			break;
	plat_cancel_clear();
	return remove_copy(drill, &removed, error) ? EXIT_OK :
		say_error(EXIT_SYSTEM, error);
}

static int
run(Drill *drill, const DrillRequest *request)
{
	Error		error = ERROR_NONE;
	int			code = prepare(drill, request->named, &error);
	int64_t		ms;
	bool		whole;

	if (code != EXIT_OK)
		return say_error(code, &error);
	whole = run_phases(drill, &error);
	if (plat_cancelled())
		return give_up(drill, &error);
	if (whole && request->hold != NULL)
		return units_parse_duration(request->hold, &ms) == UNITS_GOOD ?
			hold(drill, (long) ms, &error) : EXIT_USAGE;
	return finish(drill, &error);
}

static int
run_locked(const Config *config, const DrillRequest *request)
{
	Error		error = ERROR_NONE;
	PlatLock   *lock;
	Drill		drill;
	int			code;

	drill_begin(&drill, config, config_site(config, request->site));
	if (!drill_take_lock(config, &drill.arena, &lock, &error))
	{
		error_take_hint(&error, text_format("If a drill is under way or open, "
											"\"qsrepl drill status\" tells, "
											"and \"qsrepl drill end\" ends one "
											"that is kept open. Nothing was "
											"changed."));
		drill_end(&drill);
		return say_error(EXIT_REFUSED, &error);
	}
	code = run(&drill, request);
	plat_lock_release(lock);
	drill_end(&drill);
	return code;
}

int
cmd_drill_keep(const DrillRequest *request)
{
	Config		config;
	int			code;

	plat_partner_serve();
	code = cmd_load_config(request->file, &config);
	if (code != EXIT_OK)
		return code;
	code = run_locked(&config, request);
	config_free(&config);
	return code;
}
