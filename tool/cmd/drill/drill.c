/*
 * drill.c
 *		The verb "drill": it starts the keeper, shows what that tells, and is
 *		not needed by it: where this process is killed, the keeper removes the
 *		copy.
 */
#include "cmd/drill/drill.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/report.h"
#include "base/units.h"
#include "cmd/config.h"
#include "cmd/drill/work.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/partner.h"
#include "platform/system.h"

#define WAIT_MS 500

/* What takes longer is told of. */
#define SILENT_MS 2000

/* What the keeper has told. */
typedef struct Talk
{
	const DrillRequest *request;
	PlatPartner *keeper;
	const char *title;			/* of the phase; NULL: it was told */
	int64_t		since;			/* when it began, by plat_clock_ms() */
	bool		hung_up;
	bool		told;			/* of an error */
	int			code;
	json_t	   *record;			/* NULL: none was told */
} Talk;

const char *
drill_member(const json_t * object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value != NULL ? value : "";
}

/* Which site?  The exit code. */
static int
choose_site(const Config *config, const DrillRequest *request)
{
	int64_t		hold;
	const char *name = request->site != NULL ? request->site : config->site;

	if (cmd_find_site(config, name) == NULL)
		return EXIT_USAGE;
	if (!cmd_is_here(config, name))
		return EXIT_REFUSED;
	if (request->hold != NULL &&
		(units_parse_duration(request->hold, &hold) != UNITS_GOOD ||
		 hold <= 0 || hold > DRILL_HOLD_MAX))
	{
		report_errorf("Give a whole number and a unit, as in 30min, of at "
					  "most 7d: ms, s, min, h or d.",
					  "invalid value for option \"--hold\": \"%.80s\"",
					  request->hold);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/* The phase, where it takes long. */
static void
tell_phase(Talk *talk)
{
	if (talk->title == NULL || plat_clock_ms() - talk->since < SILENT_MS)
		return;
	fprintf(stderr, "qsrepl: drill: %s ...\n", talk->title);
	talk->title = NULL;
}

static const char *
title_of(const char *phase)
{
	static const char *const titles[] = {
		"the copy is made", "the copy starts and recovers",
		"the copy is promoted", "the copy is localized",
		"the copy is checked", "the copy is removed"
	};

	for (int i = 0; i < DRILL_PHASES; i++)
		if (strcmp(drill_words[i].name, phase) == 0)
			return titles[i];
	return NULL;
}

static void
take_error(Talk *talk, const char *text)
{
	json_t	   *object = json_loads(text, 0, NULL);

	report_error(drill_member(object, "message"),
				 drill_member(object, "detail"), drill_member(object, "hint"));
	talk->code = (int) json_integer_value(json_object_get(object, "code"));
	talk->told = true;
	json_decref(object);
}

static void
take_record(Talk *talk, const char *text)
{
	json_decref(talk->record);
	talk->record = json_loads(text, 0, NULL);
	talk->code = strcmp(drill_member(talk->record, "verdict"), "passed") == 0 ?
		EXIT_OK : EXIT_NOT_SO;
}

/* The text behind a word at the beginning of a line; or NULL. */
static const char *
behind(const char *line, const char *word)
{
	size_t		len = strlen(word);

	return strncmp(line, word, len) == 0 ? line + len : NULL;
}

static void
take_line(Talk *talk, const char *line)
{
	const char *text;

	if ((text = behind(line, DRILL_SAYS_PHASE)) != NULL)
	{
		talk->title = title_of(text);
		talk->since = plat_clock_ms();
	}
	else if ((text = behind(line, DRILL_SAYS_PROGRESS)) != NULL)
		fprintf(stderr, "qsrepl: drill: %s\n", text);
	else if ((text = behind(line, DRILL_SAYS_ERROR)) != NULL)
		take_error(talk, text);
	else if ((text = behind(line, DRILL_SAYS_RECORD)) != NULL)
		take_record(talk, text);
	else
		fprintf(stderr, "%s\n", line);
}

/* A copy that stays open: the keeper goes on alone. */
static bool
is_over(const Talk *talk)
{
	return talk->record != NULL &&
		drill_member(talk->record, "open_until")[0] != '\0';
}

/* Show what the keeper tells until it has ended, or goes on alone. */
static void
listen(Talk *talk)
{
	Text		line = {NULL, 0, 0};
	PlatLine	read = PLAT_LINE_NONE;

	while (read != PLAT_LINE_END && !is_over(talk))
	{
		read = plat_partner_line(talk->keeper, WAIT_MS, &line);
		if (read == PLAT_LINE_READ)
			take_line(talk, line.bytes != NULL ? line.bytes : "");
		tell_phase(talk);
		/* It tells when it has removed the copy; that is waited for. */
		if (plat_cancelled() && !talk->hung_up)
		{
			plat_partner_hang_up(talk->keeper);
			plat_cancel_clear();
			talk->hung_up = true;
		}
	}
	text_free(&line);
}

static void
report(Talk *talk)
{
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	const char *path = NULL;

	if (talk->request->report != NULL &&
		!drill_write_page(talk->record, talk->request->report, &arena, &path,
						  &error))
	{
		error_report(&error);
		talk->code = EXIT_SYSTEM;
	}
	error_free(&error);
	if (talk->request->json)
		json_print(json_incref(talk->record));
	else
	{
		drill_print_text(talk->record);
		if (path != NULL)
			printf("The report is in \"%s\".\n", path);
	}
	arena_free(&arena);
}

/* Start the keeper: this program itself. */
static bool
start_keeper(Talk *talk, const char *site, Error *error)
{
	const DrillRequest *request = talk->request;
	char	   *program;
	const char *argv[12];
	int			n = 0;
	bool		good;

	if (!plat_own_path(&program, error))
		return false;
	argv[n++] = program;
	argv[n++] = "drill";
	argv[n++] = "keep";
	argv[n++] = "--config";
	argv[n++] = request->file;
	argv[n++] = "--site";
	argv[n++] = site;
	if (request->site != NULL)
		argv[n++] = "--named";
	if (request->hold != NULL)
	{
		argv[n++] = "--hold";
		argv[n++] = request->hold;
	}
	argv[n] = NULL;
	good = plat_partner_start(argv, &talk->keeper, error);
	free(program);
	return good;
}

static int
run(const Config *config, const DrillRequest *request)
{
	Talk		talk = {.request = request,.code = EXIT_STOPPED};
	Error		error = ERROR_NONE;

	plat_cancel_install();
	if (!start_keeper(&talk, config->site, &error))
	{
		error_report(&error);
		error_free(&error);
		return EXIT_SYSTEM;
	}
	listen(&talk);
	if (talk.record != NULL)
	{
		if (is_over(&talk))
			plat_partner_tell(talk.keeper, DRILL_ANSWER_HOLD);
		report(&talk);
	}
	else if (!talk.told)
		report_errorf("Run \"qsrepl drill end\" to remove what it has left.",
					  "the drill's keeper has ended without a word");
	plat_partner_leave(talk.keeper);
	json_decref(talk.record);
	return talk.code;
}

/* What would be done; the server is asked, and nothing changed. */
static int
plan(const Config *config, const DrillRequest *request)
{
	Drill		drill;
	Error		error = ERROR_NONE;
	bool		refused;
	int			code = EXIT_OK;

	drill_begin(&drill, config, config_site(config, config->site));
	if (drill_look(&drill, request->site != NULL, &refused, &error))
		drill_print_plan(&drill);
	else
	{
		error_report(&error);
		code = refused ? EXIT_REFUSED : EXIT_SERVER;
	}
	error_free(&error);
	drill_end(&drill);
	return code;
}

int
cmd_drill(const DrillRequest *request)
{
	Config		config;
	int			code = cmd_load_config(request->file, &config);

	if (code != EXIT_OK)
		return code;
	code = choose_site(&config, request);
	if (code == EXIT_OK)
		code = request->dry_run ? plan(&config, request) :
			run(&config, request);
	config_free(&config);
	return code;
}
