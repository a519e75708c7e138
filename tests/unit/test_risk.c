/*
 * test_risk.c
 *		What a silent site may have written.
 */
#include "site/risk.h"

#include "harness.h"

/* A site that was heard, with these numbers. */
static SiteRisk
heard(double silent_seconds, int64_t known_bytes, double wal_rate,
	  double xact_rate)
{
	SiteRisk	risk = {.heard = 1,.silent_seconds = silent_seconds,
		.known_bytes = known_bytes,.wal_rate = wal_rate,
	.xact_rate = xact_rate};

	site_risk_estimate(&risk);
	return risk;
}

static void
test_rates(void)
{
	SiteRisk	risk = heard(10, 500, 100, 2);

	check(risk.most_bytes == 1500);
	check(risk.most_seconds == 15);
	check(risk.most_transactions == 30);
	risk = heard(0.5, 0, 3, 3);
	check(risk.most_bytes == 2);
	check(risk.most_seconds == 0.5);
	check(risk.most_transactions == 2);
}

/* It wrote nothing in the minute before. */
static void
test_idle(void)
{
	SiteRisk	risk = heard(10, 0, 0, 0);

	check(risk.most_bytes == 0);
	check(risk.most_seconds == 10);
	check(risk.most_transactions == 0);
	/* Since when the missing bytes are there nobody knows then. */
	risk = heard(10, 500, 0, 0);
	check(risk.most_bytes == 500);
	check(risk.most_seconds == -1);
	check(risk.most_transactions == -1);
}

static void
test_unknown(void)
{
	SiteRisk	risk = heard(10, 500, -1, -1);

	check(risk.most_bytes == -1);
	check(risk.most_seconds == -1);
	check(risk.most_transactions == -1);
	risk = heard(10, 0, -1, -1);
	check(risk.most_bytes == -1);
	check(risk.most_seconds == 10);
	check(risk.most_transactions == -1);
	risk.heard = -1;
	risk.wal_rate = risk.xact_rate = 5;
	site_risk_estimate(&risk);
	check(risk.most_bytes == -1);
	check(risk.most_seconds == -1);
	check(risk.most_transactions == -1);
}

int
main(void)
{
	test_rates();
	test_idle();
	test_unknown();
	return harness_finish();
}
