/*
 * risk.h
 *		What a failover to a site would lose, as far as that site can tell.
 *
 * It knows what the other site had written when it was heard last; what was
 * written since is estimated from the minute before, and is never known.
 */
#ifndef SITE_RISK_H
#define SITE_RISK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"

/* Numbers are -1 where they are unknown. */
typedef struct SiteRisk
{
	const char *error;			/* NULL: the site answers, else nothing below */
	bool		streaming;		/* still receives from the other site */
	double		heard;			/* seconds since 1970, by the site's clock */
	double		silent_seconds; /* since then */
	int64_t		known_bytes;	/* written then, and not received */
	double		wal_rate;		/* bytes a second before */
	double		xact_rate;		/* transactions a second before */
	/* estimates: what is known, and the same rates while it was silent */
	int64_t		most_bytes;
	int64_t		most_transactions;
	double		most_seconds;
} SiteRisk;

/*
 * site_risk_read
 *		Ask the site that is to take over, by its first configured database.
 *
 * out:    *risk, in the arena
 */
extern void site_risk_read(const Config *config, const ConfigSite *site,
						   Arena *arena, SiteRisk *risk);

/*
 * site_risk_estimate
 *		Fill the estimates from the other members.
 */
extern void site_risk_estimate(SiteRisk *risk);

#endif							/* SITE_RISK_H */
