/*
 * streaming.c
 *		Concerns: whether what the active site writes arrives, how far behind
 *		it is, and what a failover would lose.
 */
#include "check/internal.h"

#include <string.h>

#include "base/timestamp.h"
#include "base/units.h"

/* The active server's view of a standby, or NULL. */
static const SiteSender *
sender_of(const CheckRun *run, const SiteServer *standby)
{
	const SiteSender *only = NULL;
	size_t		n = 0;

	for (size_t i = 0; run->active != NULL && i < run->active->n_senders; i++)
	{
		const SiteSender *sender = &run->active->senders[i];

		if (sender->slot != NULL && standby->receiver_slot != NULL &&
			strcmp(sender->slot, standby->receiver_slot) == 0)
			return sender;
		if (!sender->physical)
			continue;
		only = sender;
		n++;
	}
	/* Without a slot it is not known who is who, unless there is one. */
	return n == 1 ? only : NULL;
}

static bool
is_streaming(const SiteServer *standby)
{
	return standby->receiver != NULL &&
		strcmp(standby->receiver, "streaming") == 0;
}

static void
assess_risk(CheckRun *run, const SiteServer *standby)
{
	uint64_t	bytes = pg_lsn_distance(standby->lsn, run->active->lsn);
	const SiteSender *sender = is_streaming(standby) ?
	sender_of(run, standby) : NULL;
	double		seconds = -1;

	if (bytes == 0)
		seconds = 0;
	else if (sender != NULL && sender->flush_seconds >= 0)
		seconds = sender->flush_seconds;
	else if (standby->last_commit > 0)
		seconds = run->active->clock - standby->last_commit;
	if (seconds < 0 && standby->last_commit > 0)
		seconds = 0;
	check_note_risk(run, (int64_t) bytes, seconds);
}

/* Without the library that notes it, the last commit was a sign of life. */
static double
last_sign(const SiteServer *standby, const SiteRisk *risk)
{
	if (risk->heard > 0)
		return risk->heard;
	return standby->last_heard > standby->last_commit ?
		standby->last_heard : standby->last_commit;
}

/* The active site is silent: when was it heard last, and what is missing? */
static void
note_heard(CheckRun *run, const SiteServer *standby)
{
	CheckReport *report = run->report;
	SiteRisk	risk;
	double		heard;
	char		text[TIMESTAMP_SIZE];

	site_risk_read(run->config, standby->site, &report->arena, &risk);
	heard = last_sign(standby, &risk);
	if (risk.streaming)
		check_warn(run, check_site(run, standby->site),
				   "Look at host and port of the active site, at its "
				   "pg_hba.conf, and at the network from here.",
				   "it still receives from a primary, which does not answer "
				   "here: do not fail over while that lives");
	if (heard <= 0 || (report->last_heard != NULL &&
					   report->silence.heard >= heard))
		return;
	timestamp_format((int64_t) (heard * 1000), text);
	report->last_heard = arena_strdup(&report->arena, text);
	report->silence = risk;
}

static void
check_one_stream(CheckRun *run, const SiteServer *standby)
{
	const char *object = check_site(run, standby->site);

	if (is_streaming(standby))
		check_pass(run, object, "streaming from site %s",
				   run->active->site->name);
	else if (standby->held)
		check_fail(run, CHECK_BOTH, object,
				   "After the upgrade of Qlik Sense, \"qsrepl maintenance end\" "
				   "brings it along.",
				   "it is held where it is (\"qsrepl maintenance begin\")");
	else
		check_fail(run, CHECK_BOTH, object,
				   "Look at primary_conninfo and primary_slot_name, the "
				   "active site's pg_hba.conf, and the standby's log.",
				   "it does not receive what site %s writes (%s)",
				   run->active->site->name, standby->receiver != NULL ?
				   standby->receiver : "no WAL receiver");
}

void
check_streaming(CheckRun *run)
{
	size_t		standbys = 0;

	for (size_t i = 0; i < run->n; i++)
	{
		if (!check_is_standby(&run->servers[i]))
			continue;
		standbys++;
		if (run->active == NULL)
		{
			note_heard(run, &run->servers[i]);
			continue;
		}
		check_one_stream(run, &run->servers[i]);
		assess_risk(run, &run->servers[i]);
	}
	if (standbys == 0)
		check_fail(run, CHECK_BOTH, "all sites",
				   "Set one up, or start its server.",
				   "no standby answers");
}

/* Seconds that the standby's replay is behind. */
static double
replay_seconds(const CheckRun *run, const SiteServer *standby)
{
	const SiteSender *sender = sender_of(run, standby);
	double		behind = standby->clock - standby->last_commit;

	if (standby->replayed >= standby->lsn)
		return 0;
	if (!standby->paused && is_streaming(standby) && sender != NULL &&
		sender->replay_seconds >= 0)
		return sender->replay_seconds;
	if (standby->last_commit <= 0)
		return -1;
	return behind > 0 ? behind : 0;
}

static void
check_one_lag(CheckRun *run, const SiteServer *standby)
{
	const char *object = check_site(run, standby->site);
	double		seconds = replay_seconds(run, standby);
	PgLsn		goal = run->active != NULL ? run->active->lsn : standby->lsn;
	char		bytes[UNITS_SIZE];
	char		time[UNITS_SIZE];

	units_bytes((int64_t) pg_lsn_distance(standby->replayed, goal), bytes);
	units_seconds(seconds, time);
	if (standby->paused)
		check_fail(run, CHECK_SWITCHOVER, object,
				   "SELECT pg_wal_replay_resume()",
				   "replay is paused, %s / %s behind", bytes, time);
	else if (seconds * 1000 >= (double) run->config->lag_warning)
		check_warn(run, object, "A long query on the standby, its disk, or "
				   "the network may hold it up.", "%s / %s behind, of "
				   "lag_warning %ld s", bytes, time,
				   run->config->lag_warning / 1000);
	else
		check_pass(run, object, "%s / %s behind", bytes, time);
}

void
check_lag(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
		if (check_is_standby(&run->servers[i]))
			check_one_lag(run, &run->servers[i]);
}
