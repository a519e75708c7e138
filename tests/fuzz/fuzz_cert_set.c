/*
 * fuzz_cert_set.c
 *		Any bytes as a packed set of certificates.
 */
#include "fuzz.h"

#include "base/secret.h"
#include "cert/cert.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CertSet		set;
	Text		again = {NULL, 0, 0};
	Error		error = ERROR_NONE;

	if (cert_set_unpack(data, size, &set, &error))
	{
		require(set.n <= CERT_SET_ENTRIES);
		require(cert_set_pack(&set, &again, &error));
		require(again.len == size && memcmp(again.bytes, data, size) == 0);
	}
	else
		require(set.n == 0 && error.message != NULL);
	secret_free(&again);
	cert_set_free(&set);
	error_free(&error);
	return 0;
}
