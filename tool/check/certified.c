/*
 * certified.c
 *		Are a site's certificates what its nodes and databases expect?
 */
#include "check/certified.h"

#include <string.h>

#include "cert/store.h"
#include "check/thumbprints.h"
#include "platform/secret.h"
#include "seal/peer.h"

bool
check_certified(const Config *config, const ConfigSite *site, bool ask,
				CertFindings *findings, size_t *n, Error *error)
{
	const CertPlace place = {config, site};
	CertSet		set = CERT_SET_NONE;
	CertExpectations expected;
	const CertStore *store;
	bool		good;

	plat_secret_process();
	store = cert_store_of(&place, error);
	good = store != NULL && store->read(&place, &set, error);
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
	const CertPlace place = {config, site};
	const char *const none[] = {NULL};
	char		found[SEAL_FINGERPRINT_SIZE];
	CertSet		set = CERT_SET_NONE;
	Text		bytes = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	const CertStore *store;
	bool		same;

	plat_secret_process();
	store = cert_store_of(&place, &error);
	same = store != NULL && store->read(&place, &set, &error) &&
		set.n > 0 && cert_set_identify(&set, &bytes, &error);
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
