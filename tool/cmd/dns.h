/*
 * dns.h
 *		The verbs of "qsrepl dns", and the alias in "qsrepl status".
 */
#ifndef CMD_DNS_H
#define CMD_DNS_H

#include <stdbool.h>

#include <jansson.h>

#include "base/text.h"
#include "dns/dns.h"

typedef struct DnsRequest
{
	const char *file;			/* the configuration */
	const char *site;			/* switch: where to */
	const char *expected;		/* a target that may be replaced; or NULL */
	bool		dry_run;
	bool		yes;
	bool		json;
} DnsRequest;

/* Each returns the exit code. */
extern int	cmd_dns_show(const DnsRequest *request);
extern int	cmd_dns_switch(const DnsRequest *request);

/* A report in each format; text ends with a line feed. */
extern void dns_as_text(const Config *config, const DnsReport *report,
						Text *out);
extern json_t * dns_as_json(const Config *config, const DnsReport *report);

/* Its short form for "status": one line, and one for each that is behind. */
extern void dns_as_status(const Config *config, const DnsReport *report,
						  Text *out);

#endif							/* CMD_DNS_H */
