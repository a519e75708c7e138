/*
 * check_dns.c
 *		Does the section [dns] make sense, and what the sites have for it?
 */
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/load.h"

/* ADDRESS, NAME, ADDRESS#PORT or NAME#PORT */
static bool
is_server(const char *word, Arena *arena)
{
	char	   *host = arena_strdup(arena, word);
	char	   *port = strchr(host, '#');

	if (port != NULL)
	{
		*port++ = '\0';
		if (strspn(port, "0123456789") != strlen(port) || strlen(port) > 5 ||
			strtol(port, NULL, 10) < 1 || strtol(port, NULL, 10) > 65535)
			return false;
	}
	return address_is_any(host) || address_is_name(host);
}

static void
check_servers(const ConfigSite *site, const ConfigWords *servers,
			  const char *key, Problems *problems)
{
	for (size_t i = 0; i < servers->n; i++)
		if (!is_server(servers->words[i], &problems->arena))
			problems_error(problems, site->line, NULL,
						   "Write ADDRESS or ADDRESS#PORT.",
						   "key \"%s\" of site \"%s\" names no server: \"%s\"",
						   key, site->name,
						   arena_quote(&problems->arena, servers->words[i]));
}

static bool
is_asked(const Config *config, const char *server)
{
	for (size_t i = 0; i < config->n_sites; i++)
		for (size_t j = 0; j < config->sites[i].dns_servers.n; j++)
			if (address_is_same(config->sites[i].dns_servers.words[j], server))
				return true;
	return false;
}

/* Whoever is required must be asked, too. */
static void
check_required(const Config *config, const ConfigSite *site,
			   Problems *problems)
{
	for (size_t i = 0; i < site->dns_required.n; i++)
		if (!is_asked(config, site->dns_required.words[i]))
			problems_error(problems, site->line, NULL,
						   "Add it to the dns_servers of a site.",
						   "key \"dns_required\" of site \"%s\" names \"%s\", "
						   "which is in no site's dns_servers", site->name,
						   arena_quote(&problems->arena,
									   site->dns_required.words[i]));
}

static void
check_target(const Config *config, const ConfigSite *site,
			 Problems *problems)
{
	const char *target = site->dns_target;
	const bool	address = config->dns.type == CONFIG_DNS_A;

	if (target == NULL)
		problems_missing(problems, site->line,
						 address ? "For example: dns_target = 10.1.0.10" :
						 "For example: dns_target = qlik-a.example.com",
						 "site \"%s\" needs key \"dns_target\" for section "
						 "\"[dns]\"", site->name);
	else if (address ? !address_is_ipv4(target) :
			 address_is_any(target) || !address_is_name(target))
		problems_error(problems, site->line, address ?
					   "An A record needs an IPv4 address." :
					   "A CNAME record needs a host name.", NULL,
					   "invalid value for key \"dns_target\": \"%s\"",
					   arena_quote(&problems->arena, target));
	else if (address_is_same(target, config->dns.name))
		problems_error(problems, site->line, NULL, NULL,
					   "key \"dns_target\" of site \"%s\" is the alias itself",
					   site->name);
}

/* Two sites with one target: a switch would change nothing. */
static void
check_pair(const ConfigSite *a, const ConfigSite *b, Problems *problems)
{
	if (a->dns_target != NULL && b->dns_target != NULL &&
		address_is_same(a->dns_target, b->dns_target))
		problems_error(problems, b->line, NULL, NULL,
					   "sites \"%s\" and \"%s\" have the same dns_target",
					   a->name, b->name);
}

static void
check_site(const Config *config, const ConfigSite *site, Problems *problems)
{
	check_servers(site, &site->dns_servers, "dns_servers", problems);
	check_servers(site, &site->dns_required, "dns_required", problems);
	check_required(config, site, problems);
	if (config->dns.line == 0)
		return;
	check_target(config, site, problems);
	if (site->dns_servers.n == 0)
		problems_missing(problems, site->line,
						 "For example: dns_servers = 10.1.0.53",
						 "site \"%s\" needs key \"dns_servers\" for section "
						 "\"[dns]\"", site->name);
}

static void
check_provider(const ConfigDns *dns, Problems *problems)
{
	if (dns->provider == CONFIG_DNS_EXEC && dns->command.n == 0)
		problems_missing(problems, dns->line,
						 "For example: command = /usr/local/bin/change-alias",
						 "provider \"exec\" needs key \"command\"");
	if (dns->key_file != NULL && dns->gssapi)
		problems_error(problems, dns->line, NULL, "Remove one of them.",
					   "keys \"key_file\" and \"gssapi\" exclude each other");
}

static void
check_name(const ConfigDns *dns, const char *key, const char *name,
		   Problems *problems)
{
	if (name != NULL && (!address_is_name(name) || address_is_any(name)))
		problems_error(problems, dns->line, NULL, NULL,
					   "key \"%s\" of section \"[dns]\" is not a host name: "
					   "\"%s\"", key, arena_quote(&problems->arena, name));
}

void
config_check_dns(const Config *config, Problems *problems)
{
	const ConfigDns *dns = &config->dns;

	if (dns->line > 0 && dns->name != NULL)
	{
		check_provider(dns, problems);
		check_name(dns, "name", dns->name, problems);
		check_name(dns, "zone", dns->zone, problems);
	}
	for (size_t i = 0; i < config->n_sites; i++)
	{
		/* One that was not given is told already. */
		if (dns->line == 0 || dns->name != NULL)
			check_site(config, &config->sites[i], problems);
		for (size_t j = i + 1; j < config->n_sites; j++)
			check_pair(&config->sites[i], &config->sites[j], problems);
	}
}
