/*
 * show.c
 *		Where the alias points to.
 */
#include <string.h>

#include "config/address.h"
#include "dns/internal.h"
#include "platform/child.h"
#include "platform/clock.h"

/* For a program to tell its version. */
#define PROGRAM_MS 5000

/* The local resolver gets at least this. */
#define LOCAL_MS 500

bool
dns_configured(const Config *config)
{
	return config->dns.line > 0;
}

static bool
is_in(const ConfigWords *servers, const char *server)
{
	for (size_t i = 0; i < servers->n; i++)
		if (address_is_same(servers->words[i], server))
			return true;
	return false;
}

static bool
is_listed(const DnsReport *report, const char *server)
{
	for (size_t i = 0; i < report->n; i++)
		if (address_is_same(report->answers[i].server, server))
			return true;
	return false;
}

void
dns_list(const Config *config, const ConfigSite *to, DnsReport *report)
{
	const ConfigWords *required = to == NULL ? NULL :
	to->dns_required.n > 0 ? &to->dns_required : &to->dns_servers;
	size_t		most = 0;

	report->to = to;
	for (size_t i = 0; i < config->n_sites; i++)
		most += config->sites[i].dns_servers.n;
	report->answers = arena_alloc(&report->arena, most * sizeof(DnsAnswer));
	for (size_t i = 0; i < config->n_sites; i++)
		for (size_t j = 0; j < config->sites[i].dns_servers.n; j++)
		{
			const char *server = config->sites[i].dns_servers.words[j];

			if (is_listed(report, server))
				continue;
			report->answers[report->n].server = server;
			report->answers[report->n++].required =
				required != NULL && is_in(required, server);
		}
}

void
dns_show(const Config *config, const ConfigSite *to, int deadline_ms,
		 DnsReport *report)
{
	int64_t		end = plat_clock_ms() + deadline_ms;
	int64_t		left;

	dns_report_free(report);
	dns_list(config, to, report);
	dns_ask(config, deadline_ms, report);
	left = end - plat_clock_ms();
	left = left < config->dns.timeout ? left : config->dns.timeout;
	dns_ask_local(config, (int) (left > LOCAL_MS ? left : LOCAL_MS), report);
}

void
dns_report_free(DnsReport *report)
{
	arena_free(&report->arena);
	memset(report, 0, sizeof(*report));
}

static bool
is_new(const DnsReport *report, const DnsAnswer *answer)
{
	return answer->state == DNS_POINTS && answer->site == report->to;
}

bool
dns_reached(const DnsReport *report)
{
	for (size_t i = 0; i < report->n; i++)
		if (report->answers[i].required &&
			!is_new(report, &report->answers[i]))
			return false;
	return report->to != NULL;
}

bool
dns_points_to(const Config *config, const ConfigSite *site)
{
	DnsReport	report = {.n = 0};
	bool		reached;

	dns_list(config, site, &report);
	dns_ask(config, (int) config->dns.timeout, &report);
	reached = dns_reached(&report);
	dns_report_free(&report);
	return reached;
}

const char *
dns_answer_text(const DnsAnswer *answer, Arena *arena)
{
	if (answer->state != DNS_POINTS)
		return answer->problem != NULL ? answer->problem : "is not asked";
	return answer->site != NULL ?
		arena_printf(arena, "%s (site %s)", answer->target,
					 answer->site->name) :
		arena_printf(arena, "%s (no site's)", answer->target);
}

const char *
dns_behind(DnsReport *report)
{
	Text		text = {NULL, 0, 0};
	const char *behind;

	for (size_t i = 0; i < report->n; i++)
		if (!is_new(report, &report->answers[i]))
			text_addf(&text, "%s%s: %s", text.len > 0 ? "; " : "",
					  report->answers[i].server,
					  dns_answer_text(&report->answers[i], &report->arena));
	behind = text.len > 0 ? arena_strdup(&report->arena, text.bytes) : NULL;
	text_free(&text);
	return behind;
}

long
dns_longest(const Config *config, const DnsReport *report)
{
	long		given = (config->dns.ttl + 999) / 1000;

	return report->longest > given ? report->longest : given;
}

bool
dns_program(const char *name, const char *version, Error *error)
{
	const char *const argv[] = {name, version, NULL};
	const PlatChild child = {.argv = argv,.deadline_ms = PROGRAM_MS};
	PlatChildResult result;
	bool		there = plat_child_run(&child, &result, error);

	plat_child_free(&result);
	if (!there)
		error_take_hint(error, text_format("Install BIND's programs (Debian: "
										   "bind9-dnsutils)."));
	return there;
}

bool
dns_ready(const Config *config, Error *error)
{
	return dns_program("dig", "-v", error) &&
		dns_providers[config->dns.provider].ready(config, error);
}
