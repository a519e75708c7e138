/*
 * test_cert_wipe.c
 *		Nothing of a private key or a password is left in memory, once a set
 *		was read, written, packed, sealed and freed.
 *
 * All of the process's memory that can be written is searched; what is
 * searched for is kept in disguise.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/secret.h"
#include "cert/bundle.h"
#include "cert/folder.h"
#include "cert_make.h"
#include "harness.h"
#include "platform/directory.h"
#include "scratch.h"
#include "seal/internal.h"

#define NEEDLE 16
#define NEEDLES 32
#define MASK 0xa5

/* What is searched for, each byte changed by MASK. */
static struct
{
	unsigned char bytes[NEEDLES][NEEDLE];
	size_t		n;
}			needles;

static void
add_needle(const unsigned char *bytes)
{
	for (size_t i = 0; i < NEEDLE; i++)
		needles.bytes[needles.n][i] = bytes[i] ^ MASK;
	needles.n++;
}

/* A secret number as files have it, and as libcrypto computes with it. */
static void
add_number(const EVP_PKEY * key, const char *name)
{
	BIGNUM	   *number = NULL;
	unsigned char bytes[256];
	int			len;

	if (!check(EVP_PKEY_get_bn_param(key, name, &number) == 1))
		return;
	len = BN_num_bytes(number);
	BN_bn2bin(number, bytes);
	add_needle(bytes + len - NEEDLE);
	add_needle(bytes + len / 2 - NEEDLE);
	BN_bn2lebinpad(number, bytes, len);
	add_needle(bytes);
	add_needle(bytes + len / 2);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	BN_clear_free(number);
}

static size_t
count_in(const unsigned char *bytes, size_t len)
{
	size_t		found = 0;

	for (size_t at = 0; at + NEEDLE <= len; at++)
		for (size_t i = 0; i < needles.n; i++)
		{
			size_t		j = 0;

			while (j < NEEDLE &&
				   (bytes[at + j] ^ MASK) == needles.bytes[i][j])
				j++;
			found += j == NEEDLE ? 1 : 0;
		}
	return found;
}

/* Search a range of this process's memory, read from outside of it. */
static size_t
count_range(int memory, uint64_t from, uint64_t to)
{
	static unsigned char buffer[1 << 16];
	size_t		found = 0;

	while (from < to)
	{
		size_t		want = to - from < sizeof(buffer) ? (size_t) (to - from) :
		sizeof(buffer);
		ssize_t		n = pread(memory, buffer, want, (off_t) from);

		if (n < NEEDLE)
			break;
		/* The buffer itself has what was there before. */
		if (from > (uintptr_t) buffer + sizeof(buffer) ||
			from + (size_t) n < (uintptr_t) buffer)
			found += count_in(buffer, (size_t) n);
		memset(buffer, 0, sizeof(buffer));
		from += (size_t) n < to - from ? (size_t) n - NEEDLE : (size_t) n;
	}
	return found;
}

/* How often a secret is anywhere in this process's memory. */
static size_t
count_left(void)
{
	FILE	   *maps = fopen("/proc/self/maps", "r");
	int			memory = open("/proc/self/mem", O_RDONLY);
	char		line[512];
	size_t		found = 0;

	while (fgets(line, sizeof(line), maps) != NULL)
	{
		char	   *end;
		uint64_t	from = strtoull(line, &end, 16);
		uint64_t	to = strtoull(end + 1, &end, 16);

		if (strncmp(end, " rw", 3) == 0)
			found += count_range(memory, from, to);
	}
	close(memory);
	fclose(maps);
	return found;
}

/* The set has one RSA key, as Qlik Sense makes them. */
static void
make_rsa(CertSet *set)
{
	CertEntry	entry = {.role = CERT_SERVER};
	X509	   *x = X509_new();
	X509_NAME  *name = X509_NAME_new();
	Error		error = ERROR_NONE;

	make_entry(set, CERT_ROOT, "CN-CA");
	entry.certificate = x;
	entry.key = EVP_RSA_gen(2048);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
							   (const unsigned char *) "CN", -1, -1, 0);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, X509_get_subject_name(
												  set->entries[0].certificate));
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, entry.key);
	X509_sign(x, set->entries[0].key, EVP_sha256());
	add_number(entry.key, OSSL_PKEY_PARAM_RSA_D);
	add_number(entry.key, OSSL_PKEY_PARAM_RSA_FACTOR1);
	add_number(entry.key, OSSL_PKEY_PARAM_RSA_EXPONENT2);
	X509_NAME_free(name);
	check(cert_set_add(set, &entry, &error));
}

static void
write_and_read(const CertSet *set, const char *folder,
			   const CertFormat *format)
{
	CertFound	found = CERT_FOUND_NONE;
	Error		error = ERROR_NONE;

	check(plat_directory_make(folder, &error));
	check(cert_folder_write(folder, set, format, &error));
	check(cert_find(folder, format->password, &found, &error));
	check(found.set.n == set->n && found.set.entries[1].key != NULL);
	cert_found_free(&found);
	check(plat_directory_remove(folder, &error));
	error_free(&error);
}

/* Sealed by a key, and opened by one that was read from its file. */
static void
seal_and_open(const Text *packed, const char *password)
{
	SealHeader	header = {.from = "A",.to = "B",.system = "1",.counter = 1};
	SealKey    *made = NULL;
	SealKey    *read = NULL;
	char	   *certificate;
	Text		sealed = {NULL, 0, 0};
	Text		opened = {NULL, 0, 0};
	Arena		arena = {NULL};
	CertSet		set;
	Error		error = ERROR_NONE;
	const char *file = scratch_path("transport.pem");

	if (!check(seal_key_make("B", 1, &made, &error)))
		return;
	add_number(made->key, OSSL_PKEY_PARAM_RSA_FACTOR1);
	add_number(made->key, OSSL_PKEY_PARAM_RSA_EXPONENT2);
	certificate = seal_key_certificate(made);
	check(seal_key_write(made, file, NULL, &error));
	check(seal_key_read(file, NULL, &read, &error));
	seal_key_free(read);
	check(seal_key_write(made, file, password, &error));
	check(seal_key_read(file, password, &read, &error));
	check(seal_make(&header, read, certificate, certificate, packed, &sealed,
					&error));
	check(seal_open(sealed.bytes, sealed.len, read, certificate, &arena,
					&header, &opened, &error));
	check(cert_set_unpack(opened.bytes, opened.len, &set, &error));
	check(set.n == 2);
	cert_set_free(&set);
	secret_free(&opened);
	check(seal_open(sealed.bytes, sealed.len, read, NULL, &arena, &header,
					&opened, &error));
	secret_free(&opened);
	/* What is wrong leaves nothing either. */
	sealed.bytes[sealed.len - SEAL_MARK_SIZE - 20] ^= 1;
	check(!seal_open(sealed.bytes, sealed.len, read, NULL, &arena, &header,
					 &opened, &error));
	error_free(&error);
	text_free(&sealed);
	free(certificate);
	seal_key_free(made);
	seal_key_free(read);
	arena_free(&arena);
}

static void
do_everything(const char *password)
{
	CertSet		set = CERT_SET_NONE;
	CertSet		again;
	Text		bytes = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	const CertFormat formats[] = {
		{.pem = true},
		{.pem = true,.pem_sealed = true,.password = password},
		{.pfx = true,.old = true,.password = password},
		{.pfx = true,.password = password}
	};
	const char *folder = scratch_path("set");

	make_rsa(&set);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		write_and_read(&set, folder, &formats[i]);
	check(cert_bundle_write(&set, password, &bytes, &error));
	check(cert_bundle_read(&bytes, password, &again, &error));
	check(again.n == 2);
	cert_set_free(&again);
	text_free(&bytes);
	check(cert_set_pack(&set, &bytes, &error));
	check(count_left() > 0);
	seal_and_open(&bytes, password);
	secret_free(&bytes);
	cert_set_free(&set);
}

int
main(void)
{
	static const char disguised[] = "mdqqfkw+`jwvf+gdqqfw|";
	Text		password = {NULL, 0, 0};

	check(secret_memory());
	scratch_begin();
	for (const char *c = disguised; *c != '\0'; c++)
	{
		char		plain = (char) (*c ^ 5);

		secret_add(&password, &plain, 1);
	}
	add_needle((const unsigned char *) password.bytes);
	do_everything(password.bytes);
	secret_free(&password);
	check(count_left() == 0);
	return harness_finish();
}
