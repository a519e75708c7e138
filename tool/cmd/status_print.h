/*
 * status_print.h
 *		The sites' status in each format; private to the verb.
 */
#ifndef CMD_STATUS_PRINT_H
#define CMD_STATUS_PRINT_H

#include <jansson.h>

#include "base/text.h"
#include "dns/dns.h"
#include "site/status.h"

typedef struct SiteList
{
	const Config *config;
	SiteStatus *list;
	size_t		n;
	DnsReport	alias;			/* n is 0 where none is configured */
} SiteList;

extern void status_as_text(const SiteList *sites, Text *out);
extern void status_as_prometheus(const SiteList *sites, Text *out);
extern json_t * status_as_json(const SiteList *sites);

#endif							/* CMD_STATUS_PRINT_H */
