/*
 * dns.c
 *		Concern: the public alias.
 */
#include "check/internal.h"
#include "dns/dns.h"

/* From how many seconds on users wait long for a switch. */
#define TTL_LONG 300

static void
check_programs(CheckRun *run)
{
	Error		error = ERROR_NONE;

	if (dns_ready(run->config, &error))
		check_pass(run, "this machine", "it can change the alias");
	else
		check_fail(run, CHECK_BOTH, "this machine", error.hint, "%s",
				   error.message);
	error_free(&error);
}

/* One that serves the site that may become active must take part. */
static void
check_answer(CheckRun *run, const DnsAnswer *answer)
{
	Arena	   *arena = &run->report->arena;
	const ConfigSite *active = run->active != NULL ? run->active->site : NULL;
	const char *object = arena_printf(arena, "server %s", answer->server);
	const char *text = dns_answer_text(answer, arena);

	if (answer->state == DNS_SILENT)
		check_warn(run, object, "Let it run, or take it out of dns_servers.",
				   "name server %s", text);
	else if (answer->state != DNS_POINTS)
		check_fail(run, CHECK_BOTH, object, "Create the record, and let the "
				   "server answer questions from here.", "alias \"%s\": it %s",
				   run->config->dns.name, text);
	else if (answer->site == NULL)
		check_fail(run, CHECK_BOTH, object, "\"qsrepl dns switch\" refuses to "
				   "replace what is no site's without --expect.",
				   "alias \"%s\" points to %s", run->config->dns.name, text);
	else if (active != NULL && answer->site != active)
		check_warn(run, object, arena_printf(arena, "Run \"qsrepl dns switch "
											 "--to %s\".", active->name),
				   "alias \"%s\" points to %s, but site \"%s\" is active",
				   run->config->dns.name, text, active->name);
	else
		check_pass(run, object, "alias \"%s\" points to %s",
				   run->config->dns.name, text);
}

static void
check_ttl(CheckRun *run, const DnsReport *report)
{
	if (report->longest > TTL_LONG)
		check_warn(run, "time to live", "Set it to 60 s or so: the key ttl "
				   "holds from the next switch on.",
				   "users learn of a switch only within %ld s",
				   report->longest);
	else if (report->longest > 0)
		check_pass(run, "time to live", "users learn of a switch within "
				   "%ld s", report->longest);
}

/* It may hold what it has heard for as long as the TTL says. */
static void
check_local(CheckRun *run, const DnsAnswer *local)
{
	const SiteServer *active = run->active;

	if (local->state == DNS_POINTS && active != NULL &&
		local->site != active->site)
		check_warn(run, "local resolver", "If that stays so for longer than "
				   "the time to live, look which name servers, and which "
				   "hosts file, this machine uses.",
				   "alias \"%s\" points to %s, but site \"%s\" is active",
				   run->config->dns.name,
				   dns_answer_text(local, &run->report->arena),
				   active->site->name);
	else if (local->state == DNS_POINTS)
		check_pass(run, "local resolver", "alias \"%s\" points to %s",
				   run->config->dns.name,
				   dns_answer_text(local, &run->report->arena));
	else
		check_warn(run, "local resolver", "Let this machine use the same name "
				   "servers as users do.", "%s", local->problem);
}

void
check_dns(CheckRun *run)
{
	DnsReport	report = {.n = 0};

	if (!dns_configured(run->config))
		return;
	check_programs(run);
	dns_show(run->config, NULL, (int) run->config->connect_timeout, &report);
	for (size_t i = 0; i < report.n; i++)
		check_answer(run, &report.answers[i]);
	check_ttl(run, &report);
	check_local(run, &report.local);
	dns_report_free(&report);
}
