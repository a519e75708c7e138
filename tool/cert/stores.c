/*
 * stores.c
 *		The table of stores, in the order of ConfigCertificateStore.
 */
#include "cert/stores.h"
#include "platform/secret.h"

const CertStore cert_stores[] = {
	{"directory", cert_directory_configured, cert_directory_read,
	cert_directory_install, cert_directory_rollback},
	{"windows", cert_windows_configured, cert_windows_read,
	cert_windows_install, cert_windows_rollback},
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

bool
cert_store_read(const Config *config, const ConfigSite *site, CertSet *set,
				Error *error)
{
	const CertPlace place = {config, site};
	const CertStore *store = cert_store_of(&place, error);

	plat_secret_process();
	return store != NULL && store->read(&place, set, error);
}
