/*
 * internal.h
 *		What the files of the DNS alias share.
 */
#ifndef DNS_INTERNAL_H
#define DNS_INTERNAL_H

#include "dns/dns.h"

/* One change of the record at one server. */
typedef struct DnsChange
{
	const Config *config;
	const char *server;			/* NULL: the provider's own matter */
	const char *from;			/* the target it must have */
	const char *to;
} DnsChange;

/* What changes the record: one file, and one line in providers.c. */
typedef struct DnsProvider
{
	const char *word;			/* as in keys.c */
	bool		by_server;		/* it changes what one server has, else it is
								 * called once */
	bool		(*ready) (const Config *config, Error *error);
	/* What it returns is a hint only: the servers are asked. */
	bool		(*change) (const DnsChange *change, Error *error);
} DnsProvider;

/* In providers.c, in the order of ConfigDnsProvider. */
extern const DnsProvider dns_providers[];

/* In rfc2136.c and exec.c: the functions of the providers. */
extern bool dns_rfc2136_ready(const Config *config, Error *error);
extern bool dns_rfc2136_change(const DnsChange *change, Error *error);
extern bool dns_exec_ready(const Config *config, Error *error);
extern bool dns_exec_change(const DnsChange *change, Error *error);

/*
 * dns_update_script
 *		What nsupdate reads: change the record only if it has the old target.
 */
extern void dns_update_script(const DnsChange *change, Text *script);

/* "CNAME" or "A" */
extern const char *dns_type(const Config *config);

/* The host of "HOST#PORT", and its port, or 53. */
extern const char *dns_server_host(const char *server, Arena *arena);
extern const char *dns_server_port(const char *server);

/* Whose dns_target is it?  NULL: none's. */
extern const ConfigSite *dns_site_of(const Config *config,
									 const char *target);

/* Fill report->answers with the servers of all sites, not asked yet. */
extern void dns_list(const Config *config, const ConfigSite *to,
					 DnsReport *report);

/* Is a program of BIND's there?  It is, where it tells its version. */
extern bool dns_program(const char *name, const char *version, Error *error);

/* Ask all servers of a report at the same time. */
extern void dns_ask(const Config *config, int deadline_ms,
					DnsReport *report);

/* Ask the local resolver. */
extern void dns_ask_local(const Config *config, int deadline_ms,
						  DnsReport *report);

/*
 * dns_parse
 *		Read what dig prints with +comments and +answer.
 *
 * out: answer: state, target, ttl and problem; strings are the arena's
 */
extern void dns_parse(const char *output, const char *name, const char *type,
					  Arena *arena, DnsAnswer *answer);

#endif							/* DNS_INTERNAL_H */
