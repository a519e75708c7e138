/*
 * risk.c
 *		What a failover to a site would lose, as far as that site can tell.
 */
#include "site/risk.h"

#include <string.h>

#include "platform/clock.h"
#include "site/connect.h"
#include "site/row.h"

static const char risk_query[] =
"SELECT extract(epoch FROM h.heard),"
" greatest(extract(epoch FROM clock_timestamp() - h.heard), 0),"
" h.bytes, h.wal_rate, h.xact_rate,"
" pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver r"
"  WHERE r.status = 'streaming')"
" FROM qsrepl._heard() h";

static bool
take_risk(void *arg, const PgRow *row, Error *error)
{
	SiteRisk   *risk = arg;

	(void) error;
	risk->heard = row_number(row, 0);
	risk->silent_seconds = row_number(row, 1);
	risk->known_bytes = row_integer(row, 2);
	risk->wal_rate = row_number(row, 3);
	risk->xact_rate = row_number(row, 4);
	risk->streaming = row_is_true(row, 5);
	return true;
}

/*
 * What is known to be missing was written before the site was heard last: at
 * the same rate, it took so long.
 */
static double
seconds_missing(const SiteRisk *risk)
{
	if (risk->known_bytes == 0)
		return 0;
	return risk->wal_rate > 0 ? (double) risk->known_bytes / risk->wal_rate :
		-1;
}

/* A part of a byte or of a transaction is one. */
static int64_t
round_up(double number)
{
	int64_t		whole = (int64_t) number;

	return number > (double) whole ? whole + 1 : whole;
}

void
site_risk_estimate(SiteRisk *risk)
{
	double		before;

	risk->most_bytes = -1;
	risk->most_transactions = -1;
	risk->most_seconds = -1;
	if (risk->heard < 0 || risk->known_bytes < 0)
		return;
	before = seconds_missing(risk);
	if (before >= 0)
		risk->most_seconds = before + risk->silent_seconds;
	if (risk->wal_rate >= 0)
		risk->most_bytes = risk->known_bytes +
			round_up(risk->wal_rate * risk->silent_seconds);
	if (risk->xact_rate >= 0 && risk->most_seconds >= 0)
		risk->most_transactions =
			round_up(risk->xact_rate * risk->most_seconds);
}

void
site_risk_read(const Config *config, const ConfigSite *site, Arena *arena,
			   SiteRisk *risk)
{
	Error		error = ERROR_NONE;
	PgConnection *connection;

	memset(risk, 0, sizeof(*risk));
	risk->heard = risk->silent_seconds = -1;
	risk->known_bytes = -1;
	risk->wal_rate = risk->xact_rate = -1;
	connection = site_connect(config, site, config->databases.words[0],
							  plat_clock_ms() + config->connect_timeout,
							  &error);
	if (connection == NULL ||
		!pg_rows(connection, risk_query, PG_NONE, take_risk, risk, &error))
		risk->error = row_error(arena, &error);
	pg_close(connection);
	site_risk_estimate(risk);
}
