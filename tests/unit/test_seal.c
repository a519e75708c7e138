/*
 * test_seal.c
 *		Sealed sets: opened by whom they are sealed for and by the recovery
 *		key, and refused where one byte is another one.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/memory.h"
#include "base/secret.h"
#include "harness.h"
#include "platform/platform.h"
#include "platform/private.h"
#include "scratch.h"
#include "seal/internal.h"

/* Every which byte behind the header is changed. */
#define STEP 5

static Error error;
static Arena arena;
static SealKey *key_a;
static SealKey *key_b;
static SealKey *key_c;
static SealKey *recovery;
static char *certificate_a;
static char *certificate_b;
static char *certificate_c;
static char *certificate_r;

static void
make_keys(void)
{
	check(seal_key_make("site A", 1, &key_a, &error));
	check(seal_key_make("site B", 1, &key_b, &error));
	check(seal_key_make("site C", 1, &key_c, &error));
	check(seal_key_make("recovery", 20, &recovery, &error));
	certificate_a = seal_key_certificate(key_a);
	certificate_b = seal_key_certificate(key_b);
	certificate_c = seal_key_certificate(key_c);
	certificate_r = seal_key_certificate(recovery);
}

static void
free_keys(void)
{
	seal_key_free(key_a);
	seal_key_free(key_b);
	seal_key_free(key_c);
	seal_key_free(recovery);
	free(certificate_a);
	free(certificate_b);
	free(certificate_c);
	free(certificate_r);
}

static SealHeader
new_header(void)
{
	return (SealHeader)
	{
		.from = "A",.to = "B",.system = "7300000000000000001",.counter = 12,
			.time_ms = INT64_C(1795395122123)
	};
}

/* Any bytes may be in a set. */
static void
fill(Text *set, size_t len)
{
	for (size_t i = 0; i < len; i++)
		secret_add(set, &(char)
				   {
		(char) (i * 7)
	}, 1);
}

static void
seal(Text *sealed, const SealKey *signer, const char *recipient,
	 const Text *set)
{
	SealHeader	header = new_header();

	check(seal_make(&header, signer, recipient, certificate_r, set, sealed,
					&error));
}

static bool
opens(const Text *sealed, const SealKey *key, const char *signer, Text *set)
{
	SealHeader	header;

	error_free(&error);
	return seal_open(sealed->bytes, sealed->len, key, signer, &arena, &header,
					 set, &error);
}

static void
test_open(void)
{
	Text		set = {NULL, 0, 0};
	Text		sealed = {NULL, 0, 0};
	Text		opened = {NULL, 0, 0};
	SealHeader	header;

	fill(&set, 10000);
	seal(&sealed, key_a, certificate_b, &set);
	check(strncmp(sealed.bytes, "qsrepl-sealed-set 1\nfrom A\nto B\n", 32) ==
		  0);
	check(seal_open(sealed.bytes, sealed.len, key_b, certificate_a, &arena,
					&header, &opened, &error));
	check(opened.len == set.len &&
		  memcmp(opened.bytes, set.bytes, set.len) == 0);
	check_text(header.from, "A");
	check_text(header.to, "B");
	check_text(header.system, "7300000000000000001");
	check(header.counter == 12 && header.time_ms == INT64_C(1795395122123));
	check_text(header.signer, seal_key_fingerprint(key_a));
	check_text(header.recipient, seal_key_fingerprint(key_b));
	check_text(header.recovery, seal_key_fingerprint(recovery));
	check(opens(&sealed, recovery, certificate_a, &opened));
	/* Without a pinned certificate, the one in it. */
	check(opens(&sealed, recovery, NULL, &opened) && opened.len == set.len);
	/* Others. */
	check(!opens(&sealed, key_a, certificate_a, &opened));
	check_text(error.message, "could not open the sealed set: it is sealed "
			   "for other keys");
	check(!opens(&sealed, key_b, certificate_c, &opened));
	check_text(error.message, "could not open the sealed set: it is signed "
			   "by another key than the pinned one");
	check(opened.len == 0);
	check(!opens(&sealed, key_b, "no certificate", &opened));
	/* Nothing at all is a set, too. */
	secret_free(&set);
	seal(&sealed, key_a, certificate_b, &set);
	check(opens(&sealed, key_b, certificate_a, &opened) && opened.len == 0);
	secret_free(&opened);
	text_free(&sealed);
}

/* One byte after the other. */
static void
test_tampered(void)
{
	Text		set = {NULL, 0, 0};
	Text		sealed = {NULL, 0, 0};
	Text		opened = {NULL, 0, 0};
	SealHeader	header;
	size_t		clear;
	size_t		wrong = 0;

	fill(&set, 500);
	seal(&sealed, key_a, certificate_b, &set);
	check(seal_header_read(sealed.bytes, sealed.len, &arena, &header, &clear,
						   &error));
	for (size_t i = 0; i < sealed.len; i += i < clear ? 1 : STEP)
	{
		sealed.bytes[i] ^= 1;
		wrong += opens(&sealed, key_b, certificate_a, &opened) ||
			opened.len > 0;
		sealed.bytes[i] ^= 1;
	}
	check(wrong == 0);
	/* Cut, at each length that is near an end, and longer. */
	for (size_t i = 0; i < sealed.len; i += i < clear + 30 ? 1 : 101)
	{
		Text		cut = sealed;

		cut.len = i;
		wrong += opens(&cut, key_b, certificate_a, &opened);
	}
	check(wrong == 0);
	text_add(&sealed, "x");
	check(!opens(&sealed, key_b, certificate_a, &opened));
	secret_free(&set);
	secret_free(&opened);
	text_free(&sealed);
}

/* What a forger makes of a header and a content: marked where he has a key. */
static void
forge(const char *clear, size_t len, const Text *inner, const SealKey *marker,
	  Text *forged)
{
	X509	   *recipients[] = {key_b->certificate};
	Text		der = {NULL, 0, 0};
	char		mark[SEAL_MARK_SIZE] = "";

	check(seal_encrypt(recipients, 1, false, inner->bytes, inner->len, &der,
					   &error));
	text_free(forged);
	text_add_bytes(forged, clear, len);
	text_add_bytes(forged, der.bytes, der.len);
	if (marker != NULL)
		check(seal_put_mark(marker, forged, &error));
	else
		text_add_bytes(forged, mark, sizeof(mark));
	text_free(&der);
}

static void
refused(const Text *forged, const char *signer, const char *reason)
{
	Text		opened = {NULL, 0, 0};
	char	   *message = text_format("could not open the sealed set: %s",
									  reason);

	check(!opens(forged, key_b, signer, &opened));
	check(opened.len == 0);
	check_text(error.message, message);
	free(message);
}

/*
 * Anybody may encrypt to B; so there are further fences behind the mark, which
 * are seen only by those who could make one.
 */
static void
test_forged(void)
{
	Text		set = {NULL, 0, 0};
	Text		sealed = {NULL, 0, 0};
	Text		inner = {NULL, 0, 0};
	Text		forged = {NULL, 0, 0};
	Text		opened = {NULL, 0, 0};
	SealHeader	header;
	size_t		clear;
	size_t		place = 0;
	char	   *other;

	fill(&set, 500);
	seal(&sealed, key_a, certificate_b, &set);
	check(seal_header_read(sealed.bytes, sealed.len, &arena, &header, &clear,
						   &error));
	check(seal_decrypt(key_b, sealed.bytes + clear,
					   sealed.len - clear - SEAL_MARK_SIZE, &inner, &error));
	while (memcmp(inner.bytes + place, sealed.bytes, clear) != 0)
		place++;
	forge(sealed.bytes, clear, &inner, NULL, &forged);
	refused(&forged, certificate_a, "it was changed since it was signed");
	refused(&forged, NULL, "it was changed since it was signed");
	/* Each byte of the header, and one of the set, inside and outside alike. */
	other = mem_alloc(clear);
	memcpy(other, sealed.bytes, clear);
	for (size_t i = clear - 6; i <= clear; i++)
	{
		inner.bytes[place + i] ^= 1;
		if (i < clear)
			other[i] ^= 1;
		forge(other, clear, &inner, key_a, &forged);
		if (i == clear)
			refused(&forged, certificate_a, "the signature is wrong");
		else
			check(!opens(&forged, key_b, certificate_a, &opened));
		inner.bytes[place + i] ^= 1;
		if (i < clear)
			other[i] ^= 1;
	}
	/* Signed by A, but another header outside. */
	other[strlen("qsrepl-sealed-set 1\nfrom ")] = 'Z';
	forge(other, clear, &inner, key_a, &forged);
	refused(&forged, certificate_a, "the header is not the one that was "
			"signed");
	/* Encrypted, but not signed. */
	forge(sealed.bytes, clear, &set, key_a, &forged);
	check(!opens(&forged, key_b, certificate_a, &opened));
	/* Signed, but not encrypted. */
	text_free(&forged);
	text_add_bytes(&forged, sealed.bytes, clear);
	text_add_bytes(&forged, inner.bytes, inner.len);
	check(seal_put_mark(key_a, &forged, &error));
	refused(&forged, certificate_a, "could not decrypt");
	/* Without a pinned certificate, the one that is not there. */
	forge(sealed.bytes, clear, &set, key_a, &forged);
	refused(&forged, NULL, "it does not say who has signed it");
	forged.len = clear + 10;
	refused(&forged, certificate_a, "it is cut");
	/* Signed by somebody else in A's name. */
	seal(&sealed, key_c, certificate_b, &set);
	refused(&sealed, certificate_a,
			"it is signed by another key than the pinned one");
	free(other);
	secret_free(&set);
	secret_free(&inner);
	text_free(&sealed);
	text_free(&forged);
}

static void
test_headers(void)
{
	static const char *const wrong[] = {
		"", "\n\n", "qsrepl-sealed-set 1\n\n", "qsrepl-sealed-set 2\nfrom A\n",
		"qsrepl-sealed-set 1\nfrom A\nto B\nsystem 1\ncounter 01\ntime 1\n"
		"signer x\nrecipient x\nrecovery x\n\n",
		"qsrepl-sealed-set 1\nfrom A\nto B\nsystem 1\ncounter 0\ntime 1\n"
		"signer x\nrecipient x\nrecovery x\n\n",
		"qsrepl-sealed-set 1\nfrom A\nto B\nsystem 1\n"
		"counter 9999999999999999999\ntime 1\nsigner x\nrecipient x\n"
		"recovery x\n\n",
		"qsrepl-sealed-set 1\nfrom A\nto B\nsystem 1\ncounter 1\ntime 1\n"
		"signer x\nrecipient x\nrecovery x\nmore x\n\n",
		"qsrepl-sealed-set 1\nto B\nfrom A\nsystem 1\ncounter 1\ntime 1\n"
		"signer x\nrecipient x\nrecovery x\n\n",
		/* Names are shown before anybody has vouched for them. */
		"qsrepl-sealed-set 1\nfrom A\033[2J\nto B\nsystem 1\ncounter 1\n"
		"time 1\nsigner x\nrecipient x\nrecovery x\n\n",
		"qsrepl-sealed-set 1\nfrom A\nto B\177\nsystem 1\ncounter 1\n"
		"time 1\nsigner x\nrecipient x\nrecovery x\n\n",
	};
	SealHeader	header;
	size_t		len;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		check(!seal_header_read(wrong[i], strlen(wrong[i]), &arena, &header,
								&len, &error));
		check_text(error.message, "invalid sealed set: its header is "
				   "damaged, or of another version");
	}
}

static void
expect(const SealExpected *expected, const char *message)
{
	const SealHeader header = new_header();

	error_free(&error);
	check(seal_expected(&header, expected, &error) == (message == NULL));
	check_text(error.message != NULL ? error.message : "",
			   message != NULL ? message : "");
}

static void
test_expected(void)
{
	const char *system = "7300000000000000001";

	expect(&(SealExpected)
		   {
		"A", "B", system, 11
	}, NULL);
	expect(&(SealExpected)
		   {
		"A", "C", system, 11
	},
		"the set is sealed for site \"B\", not \"C\"");
	expect(&(SealExpected)
		   {
		"C", "B", system, 11
	},
		"the set is of site \"A\", not \"C\"");
	expect(&(SealExpected)
		   {
		"A", "B", "1", 11
	}, "the set is of the database "
		"system 7300000000000000001, not 1");
	expect(&(SealExpected)
		   {
		"A", "B", system, 12
	}, "the set has number 12, "
		"but number 12 was installed already");
	expect(&(SealExpected)
		   {
		"A", "B", system, 13
	}, "the set has number 12, "
		"but number 13 was installed already");
}

static void
test_key_files(void)
{
	const char *plain = scratch_path("plain.pem");
	const char *closed = scratch_path("closed.pem");
	SealKey    *read;
	char	   *text;

	error_free(&error);
	check(seal_key_write(key_a, plain, NULL, &error));
	check(plat_file_private(plain, &error));
	check(seal_key_read(plain, NULL, &read, &error));
	check_text(seal_key_fingerprint(read), seal_key_fingerprint(key_a));
	seal_key_free(read);
	check(seal_key_write(recovery, closed, "geheim", &error));
	text = scratch_read(closed);
	check(strstr(text, "BEGIN ENCRYPTED PRIVATE KEY") != NULL);
	free(text);
	check(seal_key_read(closed, "geheim", &read, &error));
	seal_key_free(read);
	check(!seal_key_read(closed, "falsch", &read, &error));
	check(strstr(error.message, "could not read the key in file \"") != NULL);
	check(!seal_key_read(closed, NULL, &read, &error));
	check_text(error.hint, "Its passphrase is needed.");
	check(plat_file_write(plain, certificate_a, strlen(certificate_a), true,
						  &error));
	check(!seal_key_read(plain, NULL, &read, &error));
}

static void
test_certificates(void)
{
	char		fingerprint[SEAL_FINGERPRINT_SIZE];
	char	   *two = text_format("%s%s", certificate_a, certificate_b);
	int64_t		end;

	check(seal_certificate_fingerprint(certificate_a, fingerprint, &error));
	check_text(fingerprint, seal_key_fingerprint(key_a));
	check(strlen(fingerprint) == 64);
	check(seal_certificate_end(certificate_a, &end, &error));
	check(end > plat_wall_ms() + INT64_C(364) * 86400000 &&
		  end < plat_wall_ms() + INT64_C(366) * 86400000);
	check(!seal_certificate_fingerprint("nothing", fingerprint, &error));
	check_text(error.message, "invalid certificate");
	check(!seal_certificate_fingerprint(two, fingerprint, &error));
	check(!seal_certificate_end("", &end, &error));
	free(two);
}

/* Certificates that nothing can be sealed for. */
static void
test_recipients(void)
{
	EVP_PKEY   *key = EVP_EC_gen("P-256");
	X509	   *certificate = seal_certificate_make(key, "EC", 1);
	char	   *pem = seal_pem(certificate);
	SealHeader	header = new_header();
	Text		set = {NULL, 0, 0};
	Text		sealed = {NULL, 0, 0};

	fill(&set, 10);
	check(!seal_make(&header, key_a, pem, certificate_r, &set, &sealed,
					 &error));
	check_text(error.message, "could not encrypt");
	check(!seal_make(&header, key_a, certificate_b, "x", &set, &sealed,
					 &error));
	check_text(error.message, "invalid certificate");
	check(sealed.len == 0);
	free(pem);
	X509_free(certificate);
	EVP_PKEY_free(key);
	secret_free(&set);
}

static void
test_directory(void)
{
	const char *path = scratch_path("keys");

	error_free(&error);
	check(plat_directory_private(path, &error));
	check(plat_directory_private(path, &error));
	check(chmod(path, 0710) == 0 && !plat_directory_private(path, &error));
	check(strstr(error.message, "is not private") != NULL);
	check(chmod(path, 0700) == 0);
	/* Only root can give one away. */
	if (geteuid() == 0)
	{
		check(chown(path, 1, 1) == 0 && !plat_directory_private(path, &error));
		check(strstr(error.message, "is not trusted") != NULL);
	}
}

static void
test_succession(void)
{
	Text		statement = {NULL, 0, 0};

	check(seal_succession_make(key_a, "A", 2, certificate_b, &statement,
							   &error));
#define SAYS(old, site, serial, certificate) \
	seal_succession_check(old, site, serial, certificate, statement.bytes, \
						  statement.len, &error)
	check(SAYS(certificate_a, "A", 2, certificate_b));
	check(!SAYS(certificate_a, "B", 2, certificate_b));
	check_text(error.message, "the certificate of site \"B\" is not signed by "
			   "the key before it");
	check(!SAYS(certificate_a, "A", 3, certificate_b));
	check(!SAYS(certificate_a, "A", 2, certificate_c));
	check(!SAYS(certificate_c, "A", 2, certificate_b));
	check_text(error.message, "the certificate of site \"A\" is not signed by "
			   "the key before it");
	statement.bytes[statement.len / 2] ^= 1;
	check(!SAYS(certificate_a, "A", 2, certificate_b));
	statement.bytes[statement.len / 2] ^= 1;
	statement.len--;
	check(!SAYS(certificate_a, "A", 2, certificate_b));
	text_free(&statement);
}

/*
 * Sanitizers keep memory of their own, which is too much to be looked through,
 * and none of the program's.
 */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

#ifndef SANITIZED

/* How often a word is in this process's memory. */
static size_t
times_in_memory(const char *word, size_t len)
{
	FILE	   *maps = fopen("/proc/self/maps", "r");
	char		line[512];
	size_t		found = 0;

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
	{
		char	   *end;
		unsigned long from = strtoul(line, &end, 16);
		unsigned long to = strtoul(end + 1, &end, 16);

		if (strncmp(end, " rw", 3) != 0)
			continue;
		for (const char *at = (const char *) from;
			 (at = memmem(at, to - (unsigned long) at, word, len)) != NULL;
			 at++)
			found++;
	}
	if (maps != NULL)
		fclose(maps);
	return found;
}

/* What was in a set is nowhere when it is freed. */
static void
test_wiped(void)
{
	char		word[32];
	Text		set = {NULL, 0, 0};
	Text		sealed = {NULL, 0, 0};
	Text		opened = {NULL, 0, 0};
	size_t		n;

	for (size_t i = 0; i < sizeof(word); i++)
		word[i] = (char) ((i * 37 + 11) & 0xFF);
	for (int i = 0; i < 2000; i++)
		secret_add(&set, word, sizeof(word));
	check(times_in_memory(word, sizeof(word)) > 2000);
	seal(&sealed, key_a, certificate_b, &set);
	check(opens(&sealed, key_b, certificate_a, &opened));
	check(opened.len == set.len);
	secret_free(&set);
	secret_free(&opened);
	n = times_in_memory(word, sizeof(word));
	if (!check(n == 1))
		printf("still there: %lu\n", (unsigned long) n);
	text_free(&sealed);
}

#endif

int
main(void)
{
	check(secret_memory());
	scratch_begin();
	make_keys();
	test_open();
	test_tampered();
	test_forged();
	test_headers();
	test_expected();
	test_key_files();
	test_certificates();
	test_recipients();
	test_directory();
	test_succession();
#ifndef SANITIZED
	test_wiped();
#endif
	free_keys();
	error_free(&error);
	arena_free(&arena);
	return harness_finish();
}
