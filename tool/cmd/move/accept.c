/*
 * accept.c
 *		What a failover would lose: told, and signed for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/ask.h"
#include "cmd/move/work.h"
#include "cmd/share/risk.h"
#include "platform/clock.h"

/* What is known, and never a 0 for what is not. */
static void
describe(const Move *move, const SiteRisk *risk, Text *text)
{
	char		at[TIMESTAMP_SIZE];
	char		bytes[UNITS_SIZE];
	char		silent[UNITS_SIZE];

	if (risk->heard <= 0)
	{
		text_addf(text, "At risk: unknown. This server has not heard of site "
				  "%s since it started.", move->from->name);
		return;
	}
	timestamp_format((int64_t) (risk->heard * 1000), at);
	units_bytes(risk->known_bytes, bytes);
	units_seconds(risk->silent_seconds, silent);
	text_addf(text, "At risk: %s that site %s had written and not sent when "
			  "it was last heard, at %s.\nWhat it has written since, for %s, "
			  "is unknown.", bytes, move->from->name, at, silent);
	if (risk->most_bytes < 0)
		return;
	units_bytes(risk->most_bytes, bytes);
	text_addf(text, "\nIf it went on as in the minute before, that is at most "
			  "%s", bytes);
	if (risk->most_transactions >= 0)
		text_addf(text, ", %" PRId64 " transactions",
				  risk->most_transactions);
	text_add(text, ".");
}

/* Bytes are of the databases' log: nothing tells how many of files. */
static int
refuse_bytes(const char *bound, Error *error)
{
	error_set(error, NULL, "Nothing was changed. Give a time, which holds for "
			  "databases and shares, or the word unknown.",
			  "--accept-data-loss %s does not cover the content of shares",
			  bound);
	return EXIT_REFUSED;
}

/* Does the bound cover it?  The exit code. */
static int
check_bound(const Move *move, const SiteRisk *risk, const char *bound,
			Error *error)
{
	int64_t		amount;
	bool		bytes = units_parse_bytes(bound, &amount) == UNITS_GOOD;
	bool		time = !bytes &&
	units_parse_duration(bound, &amount) == UNITS_GOOD;
	bool		covered;

	if (strcmp(bound, "unknown") == 0)
		return EXIT_OK;
	if (!bytes && !time)
	{
		error_set(error, NULL, "Give bytes, as in 16MB, a time, as in 30s, or "
				  "the word unknown. Nothing was changed.",
				  "\"%s\" is not a bound of loss", bound);
		return EXIT_USAGE;
	}
	if (bytes && move->config.n_shares > 0)
		return refuse_bytes(bound, error);
	covered = bytes ? risk->most_bytes >= 0 && risk->most_bytes <= amount :
		risk->most_seconds >= 0 && risk->most_seconds * 1000 <=
		(double) amount && share_risks_covered(&move->config, move->shares,
											   amount);
	if (covered)
		return EXIT_OK;
	error_set(error, NULL, "Nothing was changed. --accept-data-loss unknown "
			  "accepts whatever it is.",
			  "more may be lost than --accept-data-loss %s accepts", bound);
	return EXIT_REFUSED;
}

static int
ask(const Move *move, Error *error)
{
	char	   *question = text_format("This makes site \"%s\" (host %s) the "
									   "active one. What site \"%s\" has "
									   "written and not sent is lost.\nGo on? "
									   "Type \"yes\": ", move->to->name,
									   move->to->host, move->from->name);
	bool		confirmed = ask_possible() && ask_confirmed(question);

	free(question);
	if (confirmed)
		return EXIT_OK;
	error_set(error, NULL, "Answer \"yes\", or give --accept-data-loss with a "
			  "bound; --yes alone does not do it. Nothing was changed.",
			  "the loss of data was not accepted");
	return EXIT_REFUSED;
}

int
move_accept(Move *move, const SiteRisk *risk, Error *error)
{
	Text		text = {NULL, 0, 0};
	int			code = EXIT_OK;

	move->risk = risk;
	move->shares = share_risks_read(&move->config, move->to, &move->arena);
	describe(move, risk, &text);
	for (size_t i = 0; i < move->config.n_shares; i++)
	{
		text_add(&text, "\n");
		share_risk_describe(&move->shares[i], move->from, move->to, &text);
	}
	if (move->request->accept != NULL)
		code = check_bound(move, risk, move->request->accept, error);
	if (code == EXIT_OK)
	{
		fflush(stdout);
		fprintf(stderr, "%s\n", text.bytes);
	}
	else
		error_take_detail(error, text_take(&text));
	if (move->request->accept == NULL && !move->request->dry_run)
		code = ask(move, error);
	text_free(&text);
	/* From here on, time counts. */
	move->began = plat_clock_ms();
	return code;
}
