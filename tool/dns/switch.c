/*
 * switch.c
 *		Letting the alias point to another site.
 *
 * Servers that are required come first, then the target site's others, then
 * the rest: the first one that takes the change passes it on by whatever
 * replication the zone has.  A secondary that takes none is passed over.
 */
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "dns/internal.h"
#include "platform/clock.h"

#define POLL_LEAST_MS 50
#define POLL_MOST_MS 1000

typedef struct Switch
{
	const Config *config;
	const DnsProvider *provider;
	const ConfigSite *to;
	const char *expected;
	DnsReport  *report;
	Text		refusals;		/* what servers said that took no change */
} Switch;

/* What became of a change at one server. */
typedef enum Taken
{
	TAKEN,
	NOT_TAKEN,					/* try the next one */
	LOST						/* it points elsewhere */
} Taken;

static bool
is_new(const Switch *s, const DnsAnswer *answer)
{
	return answer->state == DNS_POINTS && answer->site == s->to;
}

static bool
may_replace(const Switch *s, const DnsAnswer *answer)
{
	return answer->site != NULL ||
		(s->expected != NULL && answer->target != NULL &&
		 address_is_same(answer->target, s->expected));
}

static bool
refuse(const Switch *s, const DnsAnswer *answer, Error *error)
{
	Arena	   *arena = &s->report->arena;

	return error_set(error, arena_printf(arena, "Server \"%s\": %s.",
										 answer->server,
										 dns_answer_text(answer, arena)),
					 answer->state != DNS_POINTS ?
					 "Create the record once by hand, for the site that is "
					 "active now." :
					 arena_printf(arena, "If it may be replaced, give "
								  "--expect %s.", answer->target),
					 answer->state != DNS_POINTS ?
					 "alias \"%s\" does not exist" :
					 "alias \"%s\" points to something that is no site's",
					 s->config->dns.name);
}

static bool
lose(const Switch *s, const DnsAnswer *answer, Error *error)
{
	Arena	   *arena = &s->report->arena;

	return error_set(error, arena_printf(arena, "Server \"%s\" now: %s.",
										 answer->server,
										 dns_answer_text(answer, arena)),
					 "Find out who changes it, then run the command again.",
					 "alias \"%s\" was changed by somebody else",
					 s->config->dns.name);
}

/* Ask one server again. */
static void
ask_again(const Switch *s, DnsAnswer *answer)
{
	DnsReport	one = *s->report;

	one.answers = answer;
	one.n = 1;
	dns_ask(s->config, (int) s->config->dns.timeout, &one);
	s->report->arena = one.arena;
	s->report->longest = one.longest;
}

static void
note_refusal(Switch *s, const DnsAnswer *answer, const Error *error)
{
	text_addf(&s->refusals, "%s%s: ", s->refusals.len > 0 ? "; " : "",
			  answer->server);
	if (error == NULL)
		text_add(&s->refusals, dns_answer_text(answer, &s->report->arena));
	else
		text_addf(&s->refusals, "%s%s%s", error->message,
				  error->detail != NULL ? ": " : "",
				  error->detail != NULL ? error->detail : "");
}

/* What the server answers now counts, whatever the provider has said. */
static Taken
judge(Switch *s, DnsAnswer *answer, const char *from, const Error *error)
{
	const bool	good = error->message == NULL;

	ask_again(s, answer);
	if (answer->state == DNS_POINTS && !is_new(s, answer) &&
		!address_is_same(answer->target, from))
		return LOST;
	if (!is_new(s, answer) && !good)
	{
		note_refusal(s, answer, error);
		return NOT_TAKEN;
	}
	s->report->changed = true;
	s->report->asked = answer->server;
	if (!good)
		s->report->note = arena_printf(&s->report->arena, "The change was "
									   "applied, although %s.",
									   error->message);
	return TAKEN;
}

static Taken
change_at(Switch *s, DnsAnswer *answer)
{
	const char *from = answer->target;
	const DnsChange change = {
		s->config, s->provider->by_server ? answer->server : NULL, from,
		s->to->dns_target
	};
	Error		error = ERROR_NONE;
	Taken		taken;

	s->provider->change(&change, &error);
	taken = judge(s, answer, from, &error);
	error_free(&error);
	return taken;
}

/* 0: required, 1: the target site's, 2: the others */
static int
rank(const Switch *s, const DnsAnswer *answer)
{
	if (answer->required)
		return 0;
	for (size_t i = 0; i < s->to->dns_servers.n; i++)
		if (address_is_same(s->to->dns_servers.words[i], answer->server))
			return 1;
	return 2;
}

static bool
some_is_new(const Switch *s)
{
	for (size_t i = 0; i < s->report->n; i++)
		if (is_new(s, &s->report->answers[i]))
			return true;
	return false;
}

/* Is a change to be sent there? */
static bool
is_due(Switch *s, const DnsAnswer *answer, bool begun)
{
	if (is_new(s, answer) || (begun && !answer->required))
		return false;
	if (answer->state == DNS_POINTS || answer->state == DNS_NO_RECORD)
		return true;
	note_refusal(s, answer, NULL);
	return false;
}

static bool
give_up(const Switch *s, Error *error)
{
	return error_set(error, s->refusals.bytes,
					 "\"qsrepl dns show\" tells what the servers answer.",
					 "no name server takes the change of alias \"%s\"",
					 s->config->dns.name);
}

/* Without all required servers it could not succeed, but half be done. */
static bool
all_answer(const Switch *s, Error *error)
{
	for (size_t i = 0; i < s->report->n; i++)
	{
		const DnsAnswer *answer = &s->report->answers[i];

		if (answer->required && answer->state == DNS_SILENT)
			return error_set(error, NULL, "Nothing was changed. Let it run, "
							 "or set dns_required to those that must answer.",
							 "required name server \"%s\" %s",
							 answer->server, answer->problem);
	}
	return true;
}

/*
 * Change it where it is not changed yet.  Where one server has it already,
 * somebody has begun: then only required ones are changed.
 */
static bool
change(Switch *s, Error *error)
{
	const bool	begun = some_is_new(s);
	DnsReport  *report = s->report;

	for (int r = 0; r <= 2; r++)
		for (size_t i = 0; i < report->n; i++)
		{
			DnsAnswer  *answer = &report->answers[i];
			Taken		taken;

			if (rank(s, answer) != r || !is_due(s, answer, begun))
				continue;
			if (!may_replace(s, answer))
				return refuse(s, answer, error);
			taken = change_at(s, answer);
			if (taken == LOST)
				return lose(s, answer, error);
			if (taken == TAKEN)
				return true;
			if (!s->provider->by_server)
				return begun || give_up(s, error);
		}
	return begun || give_up(s, error);
}

/* Wait until the required servers answer anew. */
static bool
settle(const Switch *s, Error *error)
{
	DnsReport  *report = s->report;
	int64_t		end = plat_clock_ms() + s->config->dns.wait;
	int			pause = POLL_LEAST_MS;

	for (;;)
	{
		dns_ask(s->config, (int) s->config->dns.timeout, report);
		if (dns_reached(report))
			return true;
		if (plat_clock_ms() >= end || !plat_sleep_ms(pause))
			break;
		pause = pause * 2 < POLL_MOST_MS ? pause * 2 : POLL_MOST_MS;
	}
	return error_set(error, dns_behind(report), report->asked != NULL ?
					 arena_printf(&report->arena, "Server \"%s\" has taken the "
								  "change. Look after the replication of the "
								  "zone; \"qsrepl dns show\" tells when they "
								  "answer anew.", report->asked) : NULL,
					 "required name servers do not answer the target of site "
					 "\"%s\" for alias \"%s\"", s->to->name,
					 s->config->dns.name);
}

bool
dns_switch(const Config *config, const ConfigSite *to, const char *expected,
		   DnsReport *report, Error *error)
{
	Switch		s = {.config = config,.to = to,.expected = expected,
		.report = report,
	.provider = &dns_providers[config->dns.provider]};
	bool		good = true;

	dns_report_free(report);
	dns_list(config, to, report);
	dns_ask(config, (int) config->dns.timeout, report);
	if (!dns_reached(report))
		good = dns_ready(config, error) && all_answer(&s, error) &&
			change(&s, error) && settle(&s, error);
	dns_ask_local(config, (int) config->dns.timeout, report);
	text_free(&s.refusals);
	return good;
}
