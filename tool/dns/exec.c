/*
 * exec.c
 *		Provider: the user's own program, called once a switch.
 */
#include <string.h>

#include "dns/internal.h"
#include "platform/child.h"

/* It may have to wait for somebody's system. */
#define DEADLINE_MS 120000

bool
dns_exec_ready(const Config *config, Error *error)
{
	(void) config;
	(void) error;
	return true;
}

bool
dns_exec_change(const DnsChange *change, Error *error)
{
	const ConfigDns *dns = &change->config->dns;
	Arena		arena = {NULL};
	size_t		n = dns->command.n;
	const char **argv = arena_alloc(&arena, (n + 6) * sizeof(char *));
	PlatChild	child = {.argv = argv,.deadline_ms = DEADLINE_MS};
	PlatChildResult result;
	bool		good;

	memcpy(argv, dns->command.words, n * sizeof(char *));
	argv[n++] = dns->name;
	argv[n++] = dns_type(change->config);
	argv[n++] = change->from;
	argv[n++] = change->to;
	argv[n++] = arena_printf(&arena, "%ld", (dns->ttl + 999) / 1000);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	arena_free(&arena);
	return good;
}
