/*
 * directory_store.c
 *		The store "directory": a site's set in files on its machine.
 */
#include "cert/directory.h"
#include "base/secret.h"
#include "cert/stores.h"

bool
cert_directory_configured(const CertPlace *place, Error *error)
{
	if (place->site->certificate_directory != NULL)
		return true;
	return error_set(error, NULL, NULL, "key \"certificate_directory\" is "
					 "missing from section \"[site %s]\"", place->site->name);
}

/* The password that the configuration names; true where it names none. */
static bool
read_password(const CertPlace *place, Text *password, Error *error)
{
	const char *file = place->config->certificates.password_file;

	return file == NULL || cert_password_read(file, password, error);
}

static CertFormat
format_of(const CertPlace *place, const Text *password)
{
	bool		pem = place->config->certificates.format ==
	CONFIG_CERTIFICATES_PEM;

	return (CertFormat)
	{
		.pem = pem,.pfx = !pem,.old = false,.password = password->bytes,
			.pem_sealed = pem && password->bytes != NULL
	};
}

bool
cert_directory_read(const CertPlace *place, CertSet *set, Error *error)
{
	Text		password = {NULL, 0, 0};
	CertFound	found = CERT_FOUND_NONE;
	CertDirectory directory = {place->site->certificate_directory, NULL, NULL};
	bool		good = read_password(place, &password, error);

	directory.password = password.bytes;
	good = good && cert_directory_find(&directory, &found, error);
	secret_free(&password);
	*set = found.set;
	found.set = (CertSet) CERT_SET_NONE;
	cert_found_free(&found);
	return good;
}

bool
cert_directory_install(const CertPlace *place, const CertSet *set,
					   Error *error)
{
	Text		password = {NULL, 0, 0};
	CertFormat	format;
	CertDirectory directory = {place->site->certificate_directory, NULL, NULL};
	bool		good = read_password(place, &password, error);

	format = format_of(place, &password);
	directory.password = password.bytes;
	directory.format = &format;
	good = good && cert_directory_put(&directory, set, error);
	secret_free(&password);
	return good;
}

bool
cert_directory_rollback(const CertPlace *place, Error *error)
{
	const CertDirectory directory = {
		place->site->certificate_directory, NULL, NULL
	};

	return cert_directory_back(&directory, error);
}
