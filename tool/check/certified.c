/*
 * certified.c
 *		Are a site's certificates what its nodes and databases expect?
 */
#include "check/certified.h"

#include <string.h>

#include "cert/store.h"
#include "check/thumbprints.h"
#include "seal/peer.h"

bool
check_certified(const Config *config, const ConfigSite *site, bool ask,
				CertFindings *findings, size_t *n, Error *error)
{
	CertSet		set = CERT_SET_NONE;
	CertExpectations expected;
	bool		good;

	good = cert_store_read(config, site, &set, error);
	*n = good ? set.n : 0;
	if (*n > 0)
	{
		cert_expect(config, site, &expected, findings);
		if (ask)
			check_thumbprints(config, site, &expected, findings);
		cert_verify(&set, &expected, findings);
	}
	cert_set_free(&set);
	return good;
}

bool
check_is_set(const Config *config, const ConfigSite *site, const char *digest)
{
	const char *const none[] = {NULL};
	char		found[SEAL_FINGERPRINT_SIZE];
	CertSet		set = CERT_SET_NONE;
	Text		bytes = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	bool		same;

	same = cert_store_read(config, site, &set, &error) && set.n > 0 && cert_set_identify(&set, &bytes, &error);
	if (same)
	{
		seal_digest(bytes.bytes, bytes.len, none, found);
		same = strcmp(found, digest) == 0;
	}
	cert_set_free(&set);
	text_free(&bytes);
	error_free(&error);
	return same;
}
