/*
 * certified.c
 *		Are a site's certificates what its nodes and databases expect?
 */
#include "check/certified.h"

#include "cert/store.h"
#include "check/thumbprints.h"
#include "platform/secret.h"

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
