/*
 * dns.c
 *		The step that lets the public alias point to the site that is active.
 *
 * The role has moved; what goes wrong here is told, and does not stop the run.
 */
#include <string.h>

#include "base/units.h"
#include "cmd/move/work.h"
#include "dns/dns.h"
#include "platform/cancel.h"

PlanAnswer
move_dns_done(void *context, Error *error)
{
	Move	   *move = context;

	(void) error;
	return !dns_configured(&move->config) ||
		dns_points_to(&move->config, move->to) ? PLAN_YES : PLAN_NO;
}

/* Who still has the old target, and for how long users may. */
static void
tell(Move *move, DnsReport *report)
{
	const char *behind = dns_behind(report);
	long		seconds = dns_longest(&move->config, report);

	text_addf(&move->notes, "The alias %s points to site %s; who has asked "
			  "for it before may take up to %ld s to notice.\n",
			  move->config.dns.name, move->to->name, seconds > 0 ? seconds : 0);
	if (behind != NULL)
		text_addf(&move->notes, "Warning: these name servers do not answer so "
				  "yet: %s. \"qsrepl dns show\" tells how they are.\n",
				  behind);
}

bool
move_dns_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	DnsReport	report;

	(void) progress;
	memset(&report, 0, sizeof(report));
	if (dns_switch(&move->config, move->to, NULL, &report, error))
		tell(move, &report);
	else if (!plat_cancelled())
	{
		move_warn(move, arena_printf(&move->arena, "the alias %s does not "
									 "point to site %s",
									 move->config.dns.name, move->to->name),
				  arena_printf(&move->arena, "When the cause is gone, run "
							   "\"qsrepl dns switch --to %s\".",
							   move->to->name), error);
		move->incomplete = true;
	}
	dns_report_free(&report);
	return error->message == NULL;
}
