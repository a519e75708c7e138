/*
 * external.c
 *		Shares whose content something else replicates.
 */
#include "share/external.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/system.h"
#include "share/diff.h"

/* Between two comparisons, of which each lists both shares; ms. */
#define COMPARE_MS 1000

/* What is written to see whether a share can be. */
#define PROBE ".qsrepl-writable"

/* Both shares. */
typedef struct Ways
{
	ShareRules	rules;
	ShareAccess active;
	ShareAccess passive;
} Ways;

static bool
open_ways(const Config *config, const ConfigShare *share,
		  const ShareDirection *direction, Arena *arena, Ways *ways,
		  Error *error)
{
	share_rules_make(share, arena, &ways->rules);
	return share_access_open(config, share, direction->from, &ways->rules,
							 arena, &ways->active, error) &&
		share_access_open(config, share, direction->to, &ways->rules, arena,
						  &ways->passive, error);
}

static bool
measure(Ways *ways, int64_t epoch, int64_t end, ShareDelay *delay,
		Error *error)
{
	int64_t		waited;
	int64_t		began;
	bool		good;

	ways->active.end = ways->passive.end = 0;
	if (!share_canary_send(&ways->active, epoch, &delay->canary, error))
		return false;
	began = plat_clock_ms();
	good = share_canary_await(&ways->passive, &delay->canary,
							  end > began ? end - began : 0, &waited, error);
	if (good)
		delay->delay_ms = waited;
	return good;
}

/* Both shares, and how long a first canary took from one to the other. */
static bool
begin(const Config *config, const ConfigShare *share,
	  const ShareDirection *direction, int64_t end, Ways *ways,
	  ShareDelay *delay, Error *error)
{
	memset(delay, 0, sizeof(*delay));
	delay->delay_ms = -1;
	memset(ways, 0, sizeof(*ways));
	return open_ways(config, share, direction, &delay->arena, ways, error) &&
		measure(ways, direction->epoch, end, delay, error);
}

bool
share_external_measure(const Config *config, const ConfigShare *share,
					   const ShareDirection *direction, int64_t timeout_ms,
					   ShareDelay *delay, Error *error)
{
	Ways		ways;

	return begin(config, share, direction, plat_clock_ms() + timeout_ms, &ways,
				 delay, error);
}

/* How many files differ now. */
static bool
compare_once(const Ways *ways, ShareDelay *delay, Error *error)
{
	ShareList	lists[2];
	ShareDiff	diff;
	bool		one_case = true;
	bool		good;

	memset(lists, 0, sizeof(lists));
	memset(&diff, 0, sizeof(diff));
	good = share_access_list(&ways->active, &lists[0], error) &&
		share_access_list(&ways->passive, &lists[1], error);
	good = good && share_access_one_case(&ways->passive, &one_case, error);
	if (good)
	{
		share_diff(&lists[0], &lists[1], one_case, &diff);
		delay->differences = share_diff_is_none(&diff) ? 0 :
			diff.counts[SHARE_NEW] + diff.counts[SHARE_CHANGED] +
			diff.counts[SHARE_NEWER] + diff.counts[SHARE_GONE] +
			diff.counts[SHARE_KIND];
		delay->copy_bytes = diff.copy_bytes;
	}
	share_diff_free(&diff);
	share_list_free(&lists[0]);
	share_list_free(&lists[1]);
	return good;
}

static bool
tell_different(const ConfigShare *share, const ShareDelay *delay,
			   Error *error)
{
	char		bytes[UNITS_SIZE];
	char	   *detail;

	units_bytes((int64_t) delay->copy_bytes, bytes);
	detail = text_format("%lu files or folders differ, %s are to be copied.",
						 (unsigned long) delay->differences, bytes);
	error_set(error, detail, "\"qsrepl share verify\" tells which.",
			  "the content of share \"%s\" is not the same at both sites in "
			  "time", share->name);
	free(detail);
	return false;
}

bool
share_external_wait(const Config *config, const ConfigShare *share,
					const ShareDirection *direction, int64_t timeout_ms,
					ShareDelay *delay, Error *error)
{
	int64_t		end = plat_clock_ms() + timeout_ms;
	Ways		ways;

	if (!begin(config, share, direction, end, &ways, delay, error))
		return false;
	for (;;)
	{
		if (!compare_once(&ways, delay, error))
			return false;
		if (delay->differences == 0)
			return true;
		if (plat_clock_ms() >= end)
			return tell_different(share, delay, error);
		if (!plat_sleep_ms(COMPARE_MS))
			return error_set(error, NULL, NULL, "waiting for the content of "
							 "share \"%s\" was interrupted", share->name);
	}
}

static bool
run_command(const ConfigShare *share, const ConfigSite *site,
			int64_t timeout_ms, Arena *arena, Error *error)
{
	size_t		n = share->writable_command.n;
	const char **words = arena_alloc(arena, (n + 2) * sizeof(char *));
	PlatChild	child = {.argv = words,.deadline_ms = (int) timeout_ms};
	PlatChildResult result;
	bool		good;

	memcpy(words, share->writable_command.words, n * sizeof(char *));
	words[n] = site->name;
	good = plat_child_run(&child, &result, error);
	if (!good)
		error_take_message(error,
						   text_format("could not make share \"%s\" writable "
									   "at site \"%s\": %s", share->name,
									   site->name, error->message));
	plat_child_free(&result);
	return good;
}

/* A file of ours is written and removed. */
static bool
try_to_write(const ShareAccess *access, Error *error)
{
	char	   *name = text_format("%s.%ld", PROBE, (long) plat_process());
	bool		good = access->backend->write(access, name, "x", 1, error) &&
	access->backend->remove(access, name, error);

	free(name);
	if (!good)
		error_take_message(error,
						   text_format("share \"%s\" cannot be written at "
									   "site \"%s\": %s", access->share->name,
									   access->site->name, error->message));
	return good;
}

bool
share_writable(const Config *config, const ConfigShare *share,
			   const ConfigSite *site, int64_t timeout_ms, Error *error)
{
	Arena		arena = {NULL};
	ShareRules	rules;
	ShareAccess access;
	bool		good;

	share_rules_make(share, &arena, &rules);
	good = (share->writable_command.n == 0 ||
			run_command(share, site, timeout_ms, &arena, error)) &&
		share_access_open(config, share, site, &rules, &arena, &access,
						  error) &&
		try_to_write(&access, error);
	arena_free(&arena);
	return good;
}
