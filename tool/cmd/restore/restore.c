/*
 * restore.c
 *		The verb "snapshot restore": what is looked at and asked before its plan
 *		runs.
 */
#include "cmd/restore/restore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/printable.h"
#include "cmd/ask.h"
#include "cmd/config.h"
#include "cmd/restore/share.h"
#include "cmd/stamp.h"
#include "platform/clock.h"
#include "platform/file.h"

#define STAMP_WAIT_MS 100

/* Has a restore of the same second left something in a share's trash? */
static bool
is_taken(Restore *restore, const char *stamp)
{
	static const char *const endings[] = {"-restore", ".000Z"};
	const Config *config = &restore->move.config;
	Error		ignored = ERROR_NONE;
	bool		taken = false;

	for (size_t i = 0; !taken && i < 2 * config->n_shares; i++)
	{
		const char *root = config_share_path(&config->shares[i / 2],
											 restore->site->name);
		PlatFileInfo info = {.exists = false};

		if (root != NULL &&
			plat_file_info(arena_printf(&restore->move.arena, "%s/%s/%s%s",
										root, SHARE_TRASH, stamp,
										endings[i % 2]), &info, &ignored))
			taken = info.exists;
	}
	error_free(&ignored);
	return taken;
}

/* What is this run's alone: the names of what it makes have it. */
static const char *
choose_stamp(Restore *restore)
{
	const char *stamp = stamp_now(&restore->move.arena);

	while (is_taken(restore, stamp) && plat_sleep_ms(STAMP_WAIT_MS))
		stamp = stamp_now(&restore->move.arena);
	return stamp;
}

bool
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

void
restore_end(Restore *restore)
{
	snapshot_free(&restore->snapshot);
	plat_lock_release(restore->reading);
	text_free(&restore->told);
	move_free(&restore->move);
}

/* Steps of moves look at the move's own request. */
void
restore_choose_site(Restore *restore, const ConfigSite *site)
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

static bool
confirm(const Restore *restore, Error *error)
{
	char	   *question;
	bool		confirmed;

	fflush(stdout);
	if (restore->told.len > 0)
		printed_to(restore->request->dry_run && !restore->request->json ?
				   stdout : stderr, "%s", restore->told.bytes);
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
		code = restore_check_services(restore, error);
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

int
restore_fail(Error *error, int code)
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
		return restore_fail(&error, code);
	if (!restore_begin(&restore, request, &code))
		return code;
	site = cmd_find_site(&restore.move.config, request->site != NULL ?
						 request->site : restore.move.config.site);
	if (site == NULL)
		code = EXIT_USAGE;
	else
	{
		restore_choose_site(&restore, site);
		restore.stamp = choose_stamp(&restore);
		code = prepare(&restore, &error);
		code = code == EXIT_OK ? restore_go(&restore, MOVE_START) :
			restore_fail(&error, code);
	}
	restore_end(&restore);
	return code;
}
