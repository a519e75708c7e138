/*
 * measure.c
 *		"share sync" of a share that something else replicates: nothing is
 *		copied, but a canary, and that by what replicates.
 */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/units.h"
#include "cmd/share/work.h"
#include "share/external.h"

static void
print_json(const ShareRound *round, const ConfigShare *share,
		   const ShareDelay *delay, const Error *error)
{
	json_t	   *object = json_object();

	json_set_text(object, "share", share->name);
	json_set_text(object, "replicated_by", "external");
	json_set_text(object, "from", round->direction.from->name);
	json_set_text(object, "to", round->direction.to->name);
	json_set_count(object, "epoch", round->direction.epoch);
	json_set_text(object, "outcome", error->message == NULL ? "measured" :
				  delay->canary.number > 0 ? "late" : "refused");
	json_set_text(object, "error", error->message);
	json_set_count(object, "canary", delay->canary.number > 0 ?
				   delay->canary.number : -1);
	json_set_count(object, "delay_ms", delay->delay_ms);
	if (round->watch_ms > 0)
		json_print(object);
	else
		json_array_append_new(round->document, object);
}

static void
print_text(const ShareRound *round, const ConfigShare *share,
		   const ShareDelay *delay)
{
	char		text[UNITS_SIZE];

	units_seconds((double) delay->delay_ms / 1000, text);
	printf("share %s: replicated by something else; what site %s writes is at "
		   "site %s after %s\n", share->name, round->direction.from->name,
		   round->direction.to->name, text);
}

static int
tell_dry_run(const ShareRound *round, const ConfigShare *share)
{
	if (round->request->json)
		json_array_append_new(round->document,
							  json_pack("{s:s, s:s, s:s}", "share", share->name,
										"replicated_by", "external",
										"outcome", "dry run"));
	else
		printf("share %s: replicated by something else; it would be measured "
			   "how long that takes\n", share->name);
	return EXIT_OK;
}

/* The round of a watch does not keep the next one waiting. */
static int64_t
patience(const ShareRound *round, const ConfigShare *share)
{
	int64_t		timeout = (int64_t) share->timeout;

	return round->watch_ms > 0 && round->watch_ms < timeout ?
		round->watch_ms : timeout;
}

int
share_measure(ShareRound *round, const ConfigShare *share)
{
	ShareDelay	delay;
	Error		error = ERROR_NONE;
	bool		good;
	int			code;

	if (round->request->dry_run)
		return tell_dry_run(round, share);
	good = share_external_measure(round->config, share, &round->direction,
								  patience(round, share), &delay, &error);
	if (round->request->json)
		print_json(round, share, &delay, &error);
	else if (good)
		print_text(round, share, &delay);
	if (!good)
		error_report(&error);
	code = good ? EXIT_OK : delay.canary.number > 0 ? EXIT_NOT_SO :
		EXIT_REFUSED;
	arena_free(&delay.arena);
	error_free(&error);
	return code;
}
