/*
 * fuzz_cert_pem.c
 *		Any bytes as a PEM file, without a password: what comes out is a set
 *		that has one form in bytes.
 */
#include "fuzz.h"

#include "base/secret.h"
#include "cert/pool.h"

static void
look_at(const CertPool *pool)
{
	CertSet		set = CERT_SET_NONE;
	CertSet		again = CERT_SET_NONE;
	Text		orphans = {NULL, 0, 0};
	Text		bytes = {NULL, 0, 0};
	Error		error = ERROR_NONE;

	if (cert_pool_set(pool, CERT_ANY_FILE, &set, &orphans, &error) &&
		cert_set_pack(&set, &bytes, &error))
		require(cert_set_unpack(bytes.bytes, bytes.len, &again, &error) &&
				again.n == set.n);
	cert_set_free(&again);
	cert_set_free(&set);
	text_free(&orphans);
	secret_free(&bytes);
	error_free(&error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CertPool	pool = CERT_POOL_NONE;
	Text		bytes = {NULL, 0, 0};
	Error		error = ERROR_NONE;

	text_add_bytes(&bytes, data, size);
	if (cert_read_pem(&bytes, "fuzz", NULL, &pool, &error))
		look_at(&pool);
	else
		require(error.message != NULL);
	cert_pool_free(&pool);
	text_free(&bytes);
	error_free(&error);
	return 0;
}
