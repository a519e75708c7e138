/*
 * thumbprints.h
 *		What a site's databases expect of its certificates.
 */
#ifndef CHECK_THUMBPRINTS_H
#define CHECK_THUMBPRINTS_H

#include "cert/verify.h"
#include "site/thumbprints.h"

/*
 * check_thumbprints
 *		Add the thumbprints that the site's databases name to what is expected
 *		(cert_expect() first), for "check", the moves and "cert verify".
 *
 * out: *expected: in the arena of findings; databases that could not be asked
 *      are a warning there, and no column for thumbprints is told
 */
extern void check_thumbprints(const Config *config, const ConfigSite *site,
							  CertExpectations *expected,
							  CertFindings *findings);

/*
 * check_expect_named
 *		Make what was found in databases expected: what check_thumbprints()
 *		does with what it has read.
 */
extern void check_expect_named(const SiteThumbprints *found,
							   CertExpectations *expected,
							   CertFindings *findings);

#endif							/* CHECK_THUMBPRINTS_H */
