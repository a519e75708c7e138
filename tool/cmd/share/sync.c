/*
 * sync.c
 *		The verb "share sync".
 */
#include "cmd/share/share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/report.h"
#include "cmd/ask.h"
#include "cmd/config.h"
#include "cmd/share/lock.h"
#include "cmd/share/print.h"
#include "cmd/share/work.h"
#include "platform/cancel.h"

static bool
read_number(const char *option, const char *text, int64_t least,
			int64_t most, int64_t * number)
{
	char	   *end;

	if (text == NULL)
		return true;
	errno = 0;
	*number = strtoll(text, &end, 10);
	if (text[0] != '\0' && *end == '\0' && errno == 0 && *number >= least &&
		*number <= most)
		return true;
	report_errorf(NULL, "--%s takes a number from %lld to %lld, not \"%s\"",
				  option, (long long) least, (long long) most, text);
	return false;
}

/* What does not go together. */
static bool
check_options(const ShareSyncRequest *request)
{
	if (request->accept_change != NULL && request->n_shares != 1)
	{
		report_errorf("Name it by --share.", "--accept-change is for one "
					  "share");
		return false;
	}
	if (request->watch == NULL)
		return true;
	if (request->accept_change != NULL || request->initial ||
		request->dry_run)
	{
		report_errorf("Do that once before.", "--watch does not go with "
					  "--initial, --accept-change and --dry-run");
		return false;
	}
	if (!request->yes)
	{
		report_errorf("Give --yes: each round acts without asking, within the "
					  "limits.", "--watch needs --yes");
		return false;
	}
	return true;
}

static int
code_of(ShareOutcome outcome)
{
	switch (outcome)
	{
		case SHARE_SYNCED:
		case SHARE_DRY:
			return EXIT_OK;
		case SHARE_PARTLY:
			return EXIT_NOT_SO;
		case SHARE_NOT_CONFIRMED:
		case SHARE_NOT_ALLOWED:
			return EXIT_REFUSED;
		case SHARE_UNREACHABLE:
		case SHARE_FAILED:
			break;
	}
	return EXIT_SYSTEM;
}

static bool
confirm(void *arg, const ShareSync *sync)
{
	const ShareSyncRequest *request = arg;

	if (share_diff_is_none(&sync->look.diff) && !sync->write_source &&
		!sync->write_target)
		return true;
	if (!request->json)
		share_print_plan(sync);
	if (ask_possible() && ask_confirmed("Do it? (yes or no) "))
		return true;
	report_error("not confirmed", NULL, "Nothing was changed. Give --yes where "
				 "nobody is there to answer.");
	return false;
}

/* A watch has lines of its own. */
static void
tell_in_words(const ShareRound *round, const ShareSync *sync,
			  ShareOutcome outcome)
{
	bool		done = outcome == SHARE_SYNCED || outcome == SHARE_PARTLY;

	if (done && round->watch_ms == 0)
		share_print_done(sync);
	if (done)
		share_print_warnings(sync);
	if (outcome == SHARE_DRY ||
		(outcome == SHARE_NOT_ALLOWED && sync->looked && round->watch_ms == 0))
		share_print_plan(sync);
}

static void
tell(const ShareRound *round, const ShareSync *sync, ShareOutcome outcome,
	 const Error *error)
{
	if (round->document != NULL)
		json_array_append_new(round->document,
							  share_as_json(sync, outcome, error));
	else if (!round->request->json)
		tell_in_words(round, sync, outcome);
	if (error->message != NULL)
		error_report(error);
}

static int
copy_one(ShareRound *round, const ConfigShare *share)
{
	const ShareSyncRequest *request = round->request;
	const ShareOrder order = {
		.config = round->config,
		.share = share,
		.direction = round->direction,
		.initial = request->initial,
		.dry_run = request->dry_run,
		.max_change = (int) round->max_change,
		.accept_change = round->accept_change,
		.watch_ms = round->watch_ms,
		.confirm = request->yes ? NULL : confirm,
		.arg = round->confirm_arg
	};
	Error		error = ERROR_NONE;
	ShareSync	sync;
	ShareOutcome outcome = SHARE_NOT_ALLOWED;

	memset(&sync, 0, sizeof(sync));
	if (!request->dry_run && !share_locks_one(&round->locks, share, &error))
		error_report(&error);
	else
	{
		outcome = share_sync(&order, &sync, &error);
		tell(round, &sync, outcome, &error);
		if (round->ended != NULL)
			round->ended(round, share, &sync, outcome);
	}
	share_sync_free(&sync);
	error_free(&error);
	return code_of(outcome);
}

/* What something else replicates is only measured. */
static int
sync_one(ShareRound *round, const ConfigShare *share)
{
	return share->replicated_by == CONFIG_REPLICATED_EXTERNALLY ?
		share_measure(round, share) : copy_one(round, share);
}

static bool
is_wanted(const ShareSyncRequest *request, const ConfigShare *share)
{
	for (size_t i = 0; i < request->n_shares; i++)
		if (strcmp(request->shares[i], share->name) == 0)
			return true;
	return request->n_shares == 0;
}

static int
sync_those(ShareRound *round, int replicated_by)
{
	int			code = EXIT_OK;

	for (size_t i = 0; i < round->config->n_shares; i++)
	{
		const ConfigShare *share = &round->config->shares[i];
		int			one;

		if (share->replicated_by != replicated_by ||
			!is_wanted(round->request, share))
			continue;
		one = sync_one(round, share);
		code = code != EXIT_OK ? code : one;
	}
	return code;
}

/*
 * What has only to be waited for comes last, and without the locks: neither
 * another share nor a move waits for a replication that stands.
 */
static int
sync_all(ShareRound *round)
{
	int			code = sync_those(round, CONFIG_REPLICATED_BY_QSREPL);
	int			measured;

	share_locks_release(&round->locks);
	measured = sync_those(round, CONFIG_REPLICATED_EXTERNALLY);
	return code != EXIT_OK ? code : measured;
}

int
share_round(ShareRound *round)
{
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	bool		refused = false;
	int			code = EXIT_OK;
	ShareVerdict verdict = share_direction_find(round->config, &arena,
												&round->direction, &error);

	if (verdict != SHARE_AGREED)
		code = verdict == SHARE_SILENT ? EXIT_SERVER : EXIT_REFUSED;
	else if (!round->request->dry_run &&
			 !share_locks_take(round->config, &round->locks, &refused, &error))
		code = refused ? EXIT_REFUSED : EXIT_SERVER;
	else
		code = sync_all(round);
	if (error.message != NULL)
		error_report(&error);
	share_locks_release(&round->locks);
	error_free(&error);
	arena_free(&arena);
	return code;
}

static int
run(ShareRound *round)
{
	int			code;

	plat_cancel_install();
	if (round->watch_ms > 0)
		return share_watch(round);
	if (round->request->json)
		round->document = json_array();
	code = share_round(round);
	if (round->document != NULL)
		json_print(round->document);
	return code;
}

int
cmd_share_sync(const ShareSyncRequest *request)
{
	Config		config;
	ShareSyncRequest copy = *request;
	ShareRound	round = {.config = &config,.request = request,
	.confirm_arg = &copy,.max_change = -1,.accept_change = -1};
	int64_t		seconds = 0;
	int			code;

	if (!check_options(request) ||
		!read_number("max-change", request->max_change, 0, 100,
					 &round.max_change) ||
		!read_number("accept-change", request->accept_change, 0, 1000000000,
					 &round.accept_change) ||
		!read_number("watch", request->watch, 1, 86400, &seconds))
		return EXIT_USAGE;
	round.watch_ms = seconds * 1000;
	code = cmd_load_config(request->file, &config);
	if (code != EXIT_OK)
		return code;
	if (share_names_known(&config, request->shares, request->n_shares, &code))
		code = run(&round);
	config_free(&config);
	return code;
}
