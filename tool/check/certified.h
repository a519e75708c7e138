/*
 * certified.h
 *		Are a site's certificates what its nodes and databases expect?
 */
#ifndef CHECK_CERTIFIED_H
#define CHECK_CERTIFIED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cert/verify.h"

/*
 * check_certified
 *		Read a site's certificates from where they are kept, and verify them.
 *		From here on the process holds keys.
 *
 * in:     ask: whether the site's databases are asked for thumbprints
 * out:    *findings: added to; *n: how many certificates there are; 0 is no
 *         error, and nothing was verified then
 * errors: they could not be read
 */
extern bool check_certified(const Config *config, const ConfigSite *site,
							bool ask, CertFindings *findings, size_t *n,
							Error *error);

/*
 * check_is_set
 *		Are the certificates that a site has now those of a set, wherever they
 *		are kept?  False, too, where they cannot be read.
 *
 * in: digest: of what cert_set_identify() makes of the set
 */
extern bool check_is_set(const Config *config, const ConfigSite *site,
						 const char *digest);

#endif							/* CHECK_CERTIFIED_H */
