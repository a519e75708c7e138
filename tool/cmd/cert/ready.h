/*
 * ready.h
 *		Whether the services of a site may be started with the certificates that
 *		are there.
 */
#ifndef CMD_CERT_READY_H
#define CMD_CERT_READY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"

/* An act for "qsrepl do": verify the certificates of this machine's site. */
#define CERT_READY_ACT "certified"

/*
 * cert_ready_here
 *		Verify the certificates of a site whose store this machine reaches.
 *
 * errors: there are none, or what is wrong with them
 */
extern bool cert_ready_here(const Config *config, const ConfigSite *site,
							Error *error);

/*
 * cert_ready
 *		The same here, or at the site's own machine, where they are files there.
 *
 * out:    *asked: false where that machine cannot be told to look, which is
 *         no error; or where no certificates are configured
 */
extern bool cert_ready(const Config *config, const ConfigSite *site,
					   bool *asked, Error *error);

/*
 * cert_identity
 *		What tells a site's certificates from other ones, for the services'
 *		start: the thumbprints of all of them.
 *
 * out: in the arena; NULL: they are not configured, or this machine cannot
 *      read them
 */
extern const char *cert_identity(const Config *config,
								 const ConfigSite *site, Arena *arena);

#endif							/* CMD_CERT_READY_H */
