/*
 * providers.c
 *		The table of providers.
 */
#include "dns/internal.h"

const DnsProvider dns_providers[] = {
	{"rfc2136", true, dns_rfc2136_ready, dns_rfc2136_change},
	{"exec", false, dns_exec_ready, dns_exec_change}
};
