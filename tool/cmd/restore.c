/*
 * restore.c
 *		The verb "snapshot restore", and how a restore that has not ended is
 *		taken up.
 */
#include "cmd/restore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "cmd/ask.h"
#include "cmd/config.h"
#include "cmd/documents.h"
#include "cmd/restore_share.h"
#include "platform/cancel.h"
#include "platform/clock.h"

/* The time for names, as 20261123T005202. */
static const char *
stamp_now(Arena *arena)
{
	char		now[TIMESTAMP_SIZE];
	char		compact[TIMESTAMP_SIZE];
	size_t		n = 0;

	timestamp_format(plat_wall_ms(), now);
	for (const char *c = now; *c != '\0' && *c != '.'; c++)
		if (*c != '-' && *c != ':')
			compact[n++] = *c;
	compact[n] = '\0';
	return arena_strdup(arena, compact);
}

static bool
restore_begin(Restore *restore, const RestoreRequest *request, int *code)
{
	memset(restore, 0, sizeof(*restore));
	restore->request = request;
	restore->move.writable_ms = -1;
	restore->move.began = plat_clock_ms();
	restore->move.plan = RESTORE_PLAN;
	*code = cmd_load_config(request->file, &restore->move.config);
	if (*code != EXIT_OK)
		return false;
	restore->move.sites = arena_alloc(&restore->move.arena,
									  restore->move.config.n_sites *
									  sizeof(MoveSite));
	return true;
}

static void
restore_end(Restore *restore)
{
	snapshot_free(&restore->snapshot);
	text_free(&restore->told);
	move_free(&restore->move);
}

/* Steps of moves look at the move's own request. */
static void
choose_site(Restore *restore, const ConfigSite *site)
{
	MoveRequest *request = &restore->move_request;

	restore->site = site;
	restore->move.from = site;
	restore->move.to = site;
	request->file = restore->request->file;
	request->force = restore->request->force;
	request->dry_run = restore->request->dry_run;
	request->yes = restore->request->yes;
	request->json = restore->request->json;
	restore->move.request = request;
}

static const char *
how_rows(Restore *restore)
{
	return restore->request->keep_values ?
		"Leave the rows as they are in the snapshot" :
		arena_printf(&restore->move.arena, "Make the rows those "
					 "of site %s", restore->site->name);
}

static const char *
yes(bool is)
{
	return is ? "yes" : "";
}

static const char *
text_or_none(const char *text)
{
	return text != NULL ? text : "";
}

static PlanOutcome
run_plan(Restore *restore, MoveHow how, json_t * *document, Error *error)
{
	const RestoreRequest *request = restore->request;
	const PlanParameter parameters[] = {
		{"site", restore->site->name}, {"from", restore->site->name},
		{"to", restore->site->name}, {"snapshot", restore->directory},
		{"stamp", restore->stamp}, {"databases", restore->database_names},
		{"shares", restore->share_names},
		{"passive", restore->passive != NULL ? restore->passive->name : ""},
		{"how", how_rows(restore)},
		{"keep_values", yes(request->keep_values)},
		{"database_only", yes(request->database_only)},
		{"files_only", yes(request->files_only)},
		{"force", yes(request->force)},
		{"max_change", text_or_none(request->max_change)},
		{"accept_change", text_or_none(request->accept_change)}
	};
	Plan		plan;
	PlanRun		run = {
		.plan = &plan,
		.context = restore,
		.directory = restore->move.config.journal_directory,
		.pair = {restore->move.system_identifier,
			{restore->move.config.sites[0].name,
		restore->move.config.sites[1].name}},
		.parameters = parameters,
		.n_parameters = sizeof(parameters) / sizeof(parameters[0]),
		.hook = move_hook,
		.dry_run = request->dry_run ? stdout : NULL,
		.document = request->json ? document : NULL
	};

	restore_make_plan(restore, &plan);
	if (how == MOVE_START)
		return plan_start(&run, error);
	return how == MOVE_RESUME ? plan_resume(&run, error) :
		plan_abort(&run, error);
}

/* The advice at the hint's end is for plans that stay where they stop. */
static void
cut_advice(Error *error, const char *advice)
{
	char	   *at = error->hint != NULL ?
	strstr(error->hint, "When the cause is gone,") : NULL;

	if (at == NULL)
		return;
	*at = '\0';
	error_take_hint(error, text_format("%s%s", error->hint, advice));
}

/*
 * What failed is undone at once, so that the site works again.  The exit code.
 */
static int
undo_failed(Restore *restore, Error *error)
{
	Error		undo = ERROR_NONE;
	PlanOutcome outcome = run_plan(restore, MOVE_ABORT, NULL, &undo);
	int			code = EXIT_STOPPED;

	if (outcome == PLAN_ABORTED)
	{
		cut_advice(error, "Everything is as it was before: what the run had "
				   "done is undone. When the cause is gone, restore again.");
		code = EXIT_NOT_SO;
	}
	else if (outcome != PLAN_REFUSED)
	{
		cut_advice(error, "It could not be undone, either.");
		error_report(error);
		error_free(error);
		*error = undo;
		return code;
	}
	error_free(&undo);
	return code;
}

static int
code_of(Restore *restore, PlanOutcome outcome, MoveHow how, Error *error)
{
	switch (outcome)
	{
		case PLAN_FINISHED:
		case PLAN_ABORTED:
			return restore->move.incomplete ? EXIT_NOT_SO : EXIT_OK;
		case PLAN_REFUSED:
			return EXIT_REFUSED;
		case PLAN_STOPPED:
			return how == MOVE_ABORT ? EXIT_STOPPED :
				undo_failed(restore, error);
		default:
			return EXIT_STOPPED;
	}
}

static void
tell(const Restore *restore, PlanOutcome outcome)
{
	const Move *move = &restore->move;

	if (outcome == PLAN_ABORTED)
		printf("All that the run had done is undone. Site %s is as it was "
			   "before.\n", restore->site->name);
	else
		printf("Snapshot \"%s\" is restored at site %s, in %.1f s.\n",
			   restore->directory, restore->site->name,
			   (double) (plat_clock_ms() - move->began) / 1000);
	if (move->notes.len > 0)
		fputs(move->notes.bytes, stdout);
}

static void
tell_json(const Restore *restore, PlanOutcome outcome, json_t * *documents)
{
	const Move *move = &restore->move;
	json_t	   *document = json_object();

	json_set_text(document, "plan", RESTORE_PLAN);
	json_set_text(document, "site", restore->site->name);
	json_set_text(document, "snapshot", restore->directory);
	json_set_text(document, "outcome", outcome == PLAN_ABORTED ? "aborted" :
				  move->incomplete ? "incomplete" : "done");
	json_set_text(document, "held", restore->passive != NULL &&
				  move->config.mode == CONFIG_PHYSICAL ?
				  restore->passive->name : NULL);
	json_object_set_new(document, "ms", json_integer(
													 (json_int_t) (plat_clock_ms() - move->began)));
	json_set_text(document, "notes",
				  move->notes.len > 0 ? move->notes.bytes : "");
	documents_add(documents, document);
}

static int
go(Restore *restore, MoveHow how)
{
	bool		dry = restore->request->dry_run;
	Error		error = ERROR_NONE;
	json_t	   *documents = NULL;
	json_t	   *document = NULL;
	PlanOutcome outcome;
	int			code;

	plat_cancel_install();
	restore->move.started = how == MOVE_START;
	outcome = run_plan(restore, how, &document, &error);
	documents_add(&documents, document);
	code = code_of(restore, outcome, how, &error);
	if ((outcome == PLAN_FINISHED || outcome == PLAN_ABORTED) && !dry)
	{
		if (restore->request->json)
			tell_json(restore, outcome, &documents);
		else
			tell(restore, outcome);
	}
	else if (restore->move.notes.len > 0)
		fputs(restore->move.notes.bytes, stderr);
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	documents_print(documents);
	return code;
}

static bool
confirm(const Restore *restore, Error *error)
{
	char	   *question;
	bool		confirmed;

	fflush(stdout);
	if (restore->told.len > 0)
		fputs(restore->told.bytes, restore->request->dry_run &&
			  !restore->request->json ? stdout : stderr);
	if (restore->request->yes || restore->request->dry_run)
		return true;
	question = text_format("This replaces what site \"%s\" (host %s) has by "
						   "snapshot \"%s\".\nGo on? Type \"yes\": ",
						   restore->site->name, restore->site->host,
						   restore->directory);
	confirmed = ask_possible() && ask_confirmed(question);
	free(question);
	return confirmed ||
		error_set(error, NULL, "Answer \"yes\", or give --yes. Nothing was "
				  "changed.", "the restore was not confirmed");
}

static int
check_request(const RestoreRequest *request, Error *error)
{
	const char *numbers[] = {request->max_change, request->accept_change};

	if (request->database_only && request->files_only)
		error_set(error, NULL, "Give one of them, or none for both parts.",
				  "--database-only and --files-only exclude each other");
	if (request->keep_values && request->site != NULL)
		error_set(error, NULL, "Values are kept, or made those of a site.",
				  "--keep-values and --site exclude each other");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] != NULL && (numbers[i][0] == '\0' ||
								   strlen(numbers[i]) > 9 ||
								   strspn(numbers[i], "0123456789") !=
								   strlen(numbers[i])))
			error_set(error, NULL, "Give a whole number.",
					  "invalid value for option \"--%s\": \"%.80s\"", i == 0 ?
					  "max-change" : "accept-change", numbers[i]);
	return error->message == NULL ? EXIT_OK : EXIT_USAGE;
}

/* Which parts there are, and whether they may be put into place. */
static int
check_parts(Restore *restore, Error *error)
{
	const char *shares = "";
	int			code = restore_check_site(restore, error);

	if (code == EXIT_OK)
		code = restore_check_active(restore, error);
	if (code == EXIT_OK)
		code = restore_check_databases(restore, error);
	if (code == EXIT_OK)
		code = restore_check_room(restore, error);
	if (code != EXIT_OK)
		return code;
	if (!restore->request->database_only)
		shares = restore_share_names(restore);
	restore->share_names = shares;
	if (!restore_name_shares(restore, shares, error))
		return EXIT_REFUSED;
	if (restore->request->files_only && restore->n_shares == 0)
	{
		error_set(error, NULL, "The [share ...] sections name them. Nothing "
				  "was changed.", "the snapshot has none of the configured "
				  "shares");
		return EXIT_REFUSED;
	}
	if (!restore_check_safety(restore, error))
		return error->sqlstate[0] != '\0' ? EXIT_SERVER : EXIT_REFUSED;
	return restore_check_files(restore, error);
}

/* Changes nothing; the exit code. */
static int
prepare(Restore *restore, Error *error)
{
	const Config *config = &restore->move.config;
	int			code;

	if (!plan_check_idle(config->journal_directory, NULL, error))
		return EXIT_REFUSED;
	code = restore_open_snapshot(restore, error);
	if (code != EXIT_OK)
		return code;
	if (!restore->request->dry_run && !move_lock(&restore->move, error))
		return EXIT_REFUSED;
	code = check_parts(restore, error);
	if (code == EXIT_OK && !confirm(restore, error))
		code = EXIT_REFUSED;
	return code;
}

static int
fail(Error *error, int code)
{
	error_report(error);
	error_free(error);
	return code;
}

int
cmd_snapshot_restore(const RestoreRequest *request)
{
	Restore		restore;
	Error		error = ERROR_NONE;
	const ConfigSite *site;
	int			code = check_request(request, &error);

	if (code != EXIT_OK)
		return fail(&error, code);
	if (!restore_begin(&restore, request, &code))
		return code;
	site = cmd_find_site(&restore.move.config, request->site != NULL ?
						 request->site : restore.move.config.site);
	if (site == NULL)
		code = EXIT_USAGE;
	else
	{
		choose_site(&restore, site);
		restore.stamp = stamp_now(&restore.move.arena);
		code = prepare(&restore, &error);
		code = code == EXIT_OK ? go(&restore, MOVE_START) :
			fail(&error, code);
	}
	restore_end(&restore);
	return code;
}

static const char *
parameter(Restore *restore, const PlanJournal *journal, const char *name)
{
	const char *value = plan_journal_parameter(journal, name);

	return arena_strdup(&restore->move.arena, value != NULL ? value : "");
}

static const char *
option(Restore *restore, const PlanJournal *journal, const char *name)
{
	const char *value = parameter(restore, journal, name);

	return value[0] != '\0' ? value : NULL;
}

/* Options hold for the whole run, whoever brings it to its end. */
static void
take_options(Restore *restore, const PlanJournal *journal)
{
	RestoreRequest *taken = &restore->taken_up;

	*taken = *restore->request;
	taken->snapshot = parameter(restore, journal, "snapshot");
	taken->keep_values = option(restore, journal, "keep_values") != NULL;
	taken->database_only = option(restore, journal, "database_only") != NULL;
	taken->files_only = option(restore, journal, "files_only") != NULL;
	taken->force = option(restore, journal, "force") != NULL;
	taken->max_change = option(restore, journal, "max_change");
	taken->accept_change = option(restore, journal, "accept_change");
	restore->request = taken;
}

/* To undo it, only the names of what was made are needed. */
static bool
take_parts(Restore *restore, const PlanJournal *journal, bool undo,
		   Error *error)
{
	const char *passive = option(restore, journal, "passive");

	restore->stamp = parameter(restore, journal, "stamp");
	restore->directory = parameter(restore, journal, "snapshot");
	restore->share_names = parameter(restore, journal, "shares");
	restore->passive = passive != NULL ?
		config_site(&restore->move.config, passive) : NULL;
	restore_name_databases(restore, parameter(restore, journal, "databases"));
	if (!undo && !restore_read_again(restore, error))
		return false;
	return restore_name_shares(restore, restore->share_names, error) &&
		move_value(&restore->move, restore->site, "SELECT system_identifier "
				   "FROM pg_catalog.pg_control_system()", PG_NONE,
				   &restore->move.system_identifier, error) &&
		move_lock(&restore->move, error);
}

static bool
take_up(Restore *restore, bool undo, Error *error)
{
	PlanJournal *journal;
	const ConfigSite *site;
	bool		good = plan_unfinished(
									   restore->move.config.journal_directory, NULL, &journal, error);

	if (!good)
		return false;
	take_options(restore, journal);
	site = config_site(&restore->move.config,
					   parameter(restore, journal, "site"));
	good = site != NULL ||
		error_set(error, NULL, "Give the configuration that it began with.",
				  "the site of the run is not in the configuration");
	if (good)
	{
		choose_site(restore, site);
		good = take_parts(restore, journal, undo, error);
	}
	plan_journal_free(journal);
	return good;
}

int
restore_take_up(const RestoreRequest *request, bool abort)
{
	Restore		restore;
	Error		error = ERROR_NONE;
	int			code;

	if (!restore_begin(&restore, request, &code))
		return code;
	if (take_up(&restore, abort, &error))
		code = go(&restore, abort ? MOVE_ABORT : MOVE_RESUME);
	else
		code = fail(&error, error.sqlstate[0] != '\0' ? EXIT_SERVER :
					EXIT_REFUSED);
	restore_end(&restore);
	return code;
}
