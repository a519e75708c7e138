/*
 * print.h
 *		The sites' status in each format; private to the verb.
 */
#ifndef CMD_STATUS_PRINT_H
#define CMD_STATUS_PRINT_H

#include <jansson.h>

#include "base/text.h"
#include "dns/dns.h"
#include "share/record.h"
#include "site/status.h"

/* A share, as this machine has recorded its last synchronization. */
typedef struct StatusShare
{
	const ConfigShare *share;
	bool		there;			/* record is filled */
	ShareRecord record;
	int64_t		behind_ms;		/* the passive site's content; -1: not known */
	const char *error;			/* the record could not be read; or NULL */
} StatusShare;

typedef struct SiteList
{
	const Config *config;
	SiteStatus *list;
	size_t		n;
	DnsReport	alias;			/* n is 0 where none is configured */
	StatusShare *shares;
	size_t		n_shares;
} SiteList;

/* In share.c: read, and each format. */
extern void status_read_shares(const Config *config, Arena *arena,
							   SiteList *sites);
extern void status_shares_as_text(const SiteList *sites, Text *out);
extern json_t * status_shares_as_json(const SiteList *sites);

/* The whole, in each format. */
extern void status_as_text(const SiteList *sites, Text *out);
extern void status_as_prometheus(const SiteList *sites, Text *out);
extern json_t * status_as_json(const SiteList *sites);

#endif							/* CMD_STATUS_PRINT_H */
