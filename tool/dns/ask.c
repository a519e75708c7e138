/*
 * ask.c
 *		Asking name servers by dig, all at the same time, and the local
 *		resolver.
 */
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "dns/internal.h"
#include "platform/children.h"
#include "platform/resolve.h"

#define AT_ONCE 16
#define WORDS 16

/* Its own timeout ends dig; this much later, it is ended. */
#define LATER_MS 1000

typedef struct Asking
{
	const Config *config;
	DnsReport  *report;
	int			timeout_ms;
	size_t		started;
} Asking;

const char *
dns_type(const Config *config)
{
	return config->dns.type == CONFIG_DNS_A ? "A" : "CNAME";
}

const char *
dns_server_host(const char *server, Arena *arena)
{
	return arena_printf(arena, "%.*s", (int) strcspn(server, "#"), server);
}

const char *
dns_server_port(const char *server)
{
	const char *mark = strchr(server, '#');

	return mark != NULL ? mark + 1 : "53";
}

const ConfigSite *
dns_site_of(const Config *config, const char *target)
{
	for (size_t i = 0; i < config->n_sites; i++)
		if (config->sites[i].dns_target != NULL &&
			address_is_same(config->sites[i].dns_target, target))
			return &config->sites[i];
	return NULL;
}

/* Nobody's own settings (.digrc), the name as it is, no recursion. */
static const char *const *
dig_words(const Asking *asking, const char *server)
{
	Arena	   *arena = &asking->report->arena;
	const char *const words[WORDS] = {
		"dig", "-r", "+noall", "+comments", "+answer", "+norecurse",
		arena_printf(arena, "+time=%d", (asking->timeout_ms + 999) / 1000),
		"+tries=1", arena_printf(arena, "@%s",
								 dns_server_host(server, arena)),
		"-p", dns_server_port(server),
		"-q", arena_printf(arena, "%s.", asking->config->dns.name),
		"-t", dns_type(asking->config), NULL
	};
	const char **argv = arena_alloc(arena, sizeof(words));

	memcpy(argv, words, sizeof(words));
	return argv;
}

static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Asking	   *asking = arg;

	if (asking->started == asking->report->n)
		return PLAT_NEXT_NONE;
	*number = asking->started++;
	memset(child, 0, sizeof(*child));
	child->argv = dig_words(asking, asking->report->answers[*number].server);
	child->deadline_ms = asking->timeout_ms + LATER_MS;
	return PLAT_NEXT_START;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *error)
{
	const Asking *asking = arg;
	const Config *config = asking->config;
	Arena	   *arena = &asking->report->arena;
	DnsAnswer  *answer = &asking->report->answers[number];

	answer->site = NULL;
	answer->target = NULL;
	answer->ttl = -1;
	answer->state = DNS_SILENT;
	if (result->end == PLAT_CHILD_NOT_STARTED)
		answer->problem = arena_strdup(arena, error->message);
	else if (result->end != PLAT_CHILD_EXITED || result->code != 0)
		answer->problem = "does not answer";
	else
		dns_parse(result->output != NULL ? result->output : "",
				  config->dns.name, dns_type(config), arena, answer);
	if (answer->target != NULL)
		answer->site = dns_site_of(config, answer->target);
	if (answer->ttl > asking->report->longest)
		asking->report->longest = answer->ttl;
}

void
dns_ask(const Config *config, int deadline_ms, DnsReport *report)
{
	Asking		asking = {.config = config,.report = report,
	.timeout_ms = (int) config->dns.timeout};
	const PlatChildren children = {AT_ONCE, next, ended, &asking};

	if (asking.timeout_ms > deadline_ms)
		asking.timeout_ms = deadline_ms;
	plat_children_run(&children);
}

/* The site one of whose target's addresses it is; the target may be a name. */
static const ConfigSite *
site_at(const Config *config, const PlatResolved *found, int deadline_ms,
		Arena *arena)
{
	for (size_t i = 0; i < config->n_sites; i++)
	{
		const ConfigSite *site = &config->sites[i];
		Error		silent = ERROR_NONE;
		PlatResolved target;
		bool		same = false;

		if (site->dns_target != NULL &&
			plat_resolve(site->dns_target, deadline_ms, arena, &target,
						 &silent))
			same = found->n > 0 && target.n > 0 &&
				address_is_same(found->addresses[0], target.addresses[0]);
		error_free(&silent);
		if (same)
			return site;
	}
	return NULL;
}

/* An A record's address, else the name at the end. */
static const char *
local_target(const Config *config, const PlatResolved *found)
{
	for (size_t i = 0; config->dns.type == CONFIG_DNS_A && i < found->n; i++)
		if (address_is_ipv4(found->addresses[i]))
			return found->addresses[i];
	return found->canonical;
}

void
dns_ask_local(const Config *config, int deadline_ms, DnsReport *report)
{
	DnsAnswer  *local = &report->local;
	Arena	   *arena = &report->arena;
	Error		error = ERROR_NONE;
	PlatResolved found;

	local->server = "local resolver";
	local->ttl = -1;
	local->state = DNS_SILENT;
	if (plat_resolve(config->dns.name, deadline_ms, arena, &found, &error))
	{
		local->state = DNS_POINTS;
		local->target = local_target(config, &found);
		local->site = dns_site_of(config, local->target);
		/* Where the target is an alias itself, or in the hosts file */
		if (local->site == NULL)
			local->site = site_at(config, &found, deadline_ms, arena);
		if (address_is_same(local->target, config->dns.name) && found.n > 0)
			local->target = found.addresses[0];
	}
	else
		local->problem = arena_strdup(arena, error.message);
	error_free(&error);
}
