/*
 * stores.c
 *		The table of stores, in the order of ConfigCertificateStore.
 */
#include "cert/stores.h"

const CertStore cert_stores[] = {
	{"directory", cert_directory_configured, cert_directory_read,
	cert_directory_install, cert_directory_rollback},
	{NULL, NULL, NULL, NULL, NULL}
};

bool
cert_is_configured(const ConfigSite *site)
{
	return site->certificates != CONFIG_CERTIFICATES_NONE;
}

const CertStore *
cert_store_of(const CertPlace *place, Error *error)
{
	const CertStore *store;

	if (!cert_is_configured(place->site))
	{
		error_set(error, NULL, "Set the key certificates of the site, or give "
				  "a folder.",
				  "no certificates are configured for site \"%s\"",
				  place->site->name);
		return NULL;
	}
	store = &cert_stores[place->site->certificates - 1];
	return store->configured(place, error) ? store : NULL;
}
