/*
 * rfc2136.c
 *		Provider: dynamic updates by nsupdate, with its script on standard
 *		input and its key in a file.
 */
#include <string.h>

#include "dns/internal.h"
#include "platform/child.h"
#include "platform/file.h"

void
dns_update_script(const DnsChange *change, Text *script)
{
	const ConfigDns *dns = &change->config->dns;
	const char *type = dns_type(change->config);
	const char *dot = dns->type == CONFIG_DNS_A ? "" : ".";
	Arena		arena = {NULL};

	text_addf(script, "server %s %s\n",
			  dns_server_host(change->server, &arena),
			  dns_server_port(change->server));
	if (dns->zone != NULL)
		text_addf(script, "zone %s.\n", dns->zone);
	text_addf(script, "prereq yxrrset %s. %s %s%s\n", dns->name, type,
			  change->from, dot);
	text_addf(script, "update delete %s. %s\n", dns->name, type);
	text_addf(script, "update add %s. %ld %s %s%s\n", dns->name,
			  (dns->ttl + 999) / 1000, type, change->to, dot);
	text_add(script, "send\n");
	arena_free(&arena);
}

static bool
run(const char *const *argv, const Text *input, long timeout_ms,
	Error *error)
{
	PlatChild	child = {.argv = argv,.input = input->bytes,
		.input_len = input->len,
	.deadline_ms = (int) timeout_ms + 2000};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);

	plat_child_free(&result);
	return good;
}

bool
dns_rfc2136_ready(const Config *config, Error *error)
{
	return (config->dns.key_file == NULL ||
			plat_file_private(config->dns.key_file, error)) &&
		dns_program("nsupdate", "-V", error);
}

bool
dns_rfc2136_change(const DnsChange *change, Error *error)
{
	const ConfigDns *dns = &change->config->dns;
	Arena		arena = {NULL};
	const char *argv[8] = {"nsupdate", "-t",
	arena_printf(&arena, "%ld", (dns->timeout + 999) / 1000)};
	size_t		n = 3;
	Text		script = {NULL, 0, 0};
	bool		good;

	if (dns->gssapi)
		argv[n++] = "-g";
	else if (dns->key_file != NULL)
	{
		argv[n++] = "-k";
		argv[n++] = dns->key_file;
	}
	dns_update_script(change, &script);
	good = run(argv, &script, dns->timeout, error);
	text_free(&script);
	arena_free(&arena);
	return good;
}
