/*
 * dns.h
 *		The public alias in the DNS: where it points to, and switching it.
 *
 * What counts is always what name servers answer, never what a program that
 * changes them says: an update that Active Directory signs may be reported as
 * failed although it was applied.
 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"

typedef enum DnsState
{
	DNS_POINTS,					/* target is set */
	DNS_NO_RECORD,				/* it answers that there is none */
	DNS_REFUSES,				/* it answers with an error */
	DNS_SILENT					/* it does not answer */
} DnsState;

/* What one server says, or the local resolver. */
typedef struct DnsAnswer
{
	const char *server;			/* as configured; "local resolver" */
	bool		required;		/* by the site that was asked for */
	DnsState	state;
	const char *target;			/* without a last dot; or NULL */
	const ConfigSite *site;		/* whose dns_target that is; NULL: none's */
	long		ttl;			/* s; -1: not known */
	const char *problem;		/* why there is no target; or NULL */
} DnsAnswer;

/* Begins as {0}; freed by dns_report_free(). */
typedef struct DnsReport
{
	const ConfigSite *to;		/* whose required servers count */
	DnsAnswer  *answers;		/* a server each, in the configuration's order */
	size_t		n;
	DnsAnswer	local;			/* .server is NULL: not asked */
	long		longest;		/* the highest TTL that was seen; s */
	bool		changed;		/* by dns_switch() */
	const char *asked;			/* the server that took the change; or NULL */
	const char *note;			/* what else there is to say; or NULL */
	Arena		arena;
} DnsReport;

/* Is there an alias to look after? */
extern bool dns_configured(const Config *config);

/*
 * dns_show
 *		Ask every site's name servers and the local resolver.
 *
 * in:     to: whose dns_required are marked; or NULL
 *         deadline_ms: for all of it; at most dns.timeout for each server
 * out:    *report, whatever the servers do; what it held is freed
 */
extern void dns_show(const Config *config, const ConfigSite *to,
					 int deadline_ms, DnsReport *report);
extern void dns_report_free(DnsReport *report);

/*
 * dns_switch
 *		Let the alias point to a site.  Idempotent: where it does already,
 *		nothing is changed.
 *
 * The record is changed only where it still has the target that was seen just
 * before (compare-and-swap), and only where that is another site's dns_target
 * or the one that is expected.  It succeeds when the required servers of the
 * site answer anew, for which it waits up to dns.wait.
 *
 * in:     expected: a further target that may be replaced; or NULL
 * out:    *report as by dns_show(), as it is in the end
 * errors: refused (it points elsewhere), no server takes the change, required
 *         servers do not answer anew; nothing was changed unless
 *         report->changed
 */
extern bool dns_switch(const Config *config, const ConfigSite *to,
					   const char *expected, DnsReport *report,
					   Error *error);

/* Do all required servers of report->to answer its target? */
extern bool dns_reached(const DnsReport *report);

/*
 * dns_points_to
 *		Do the required servers of a site all answer its target?  For plans:
 *		whether a step is done.
 */
extern bool dns_points_to(const Config *config, const ConfigSite *site);

/*
 * dns_behind
 *		The servers that do not answer report->to's target, as text for a
 *		warning: "10.1.0.53 (site A), 10.1.0.54 (does not answer)".
 *
 * out:    NULL: none; in the report's arena
 */
extern const char *dns_behind(DnsReport *report);

/*
 * What users need at most to learn of a change: the highest TTL that was seen,
 * before a change or after it; s.
 */
extern long dns_longest(const Config *config, const DnsReport *report);

/* "qs-a.example.com (site A)", "no record", "does not answer: ..." */
extern const char *dns_answer_text(const DnsAnswer *answer, Arena *arena);

/*
 * dns_serves
 *		Does the alias point to a site, and answers what it points to there as
 *		users reach it (dns.probe)?  A sign of life.
 *
 * out:    false too where it points elsewhere, where nobody tells, where it
 *         does not answer within deadline_ms, and where dns.probe is off
 */
extern bool dns_serves(const Config *config, const ConfigSite *site,
					   int deadline_ms);

/*
 * dns_ready
 *		Are the programs and files there that a switch needs?
 */
extern bool dns_ready(const Config *config, Error *error);

#endif							/* DNS_DNS_H */
