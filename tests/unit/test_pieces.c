/*
 * test_pieces.c
 *		Files in encrypted pieces: read again by each of the keys, and nothing
 *		else; pieces that are damaged, cut, missing, repeated.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/memory.h"
#include "base/secret.h"
#include "harness.h"
#include "random.h"
#include "seal/internal.h"
#include "seal/pieces.h"

static Error error;
static SealKey *rsa;
static SealKey *curve;
static SealKey *other;
static SealRecipients *recipients;

static SealKey *
make_curve_key(void)
{
	SealKey    *key = mem_alloc(sizeof(SealKey));

	memset(key, 0, sizeof(*key));
	key->key = EVP_EC_gen("P-256");
	key->certificate = seal_certificate_make(key->key, "curve", 1);
	check(key->certificate != NULL);
	return key;
}

static void
add(const SealKey *key)
{
	char	   *pem = seal_key_certificate(key);

	check(seal_recipients_add(&recipients, pem, "test", &error));
	free(pem);
}

static void
make_keys(void)
{
	check(seal_key_make("first", 1, &rsa, &error));
	check(seal_key_make("other", 1, &other, &error));
	curve = make_curve_key();
	add(rsa);
	add(curve);
	check(seal_recipients_count(recipients) == 2);
	check_text(seal_recipients_fingerprint(recipients, 0),
			   seal_key_fingerprint(rsa));
	check_text(seal_recipients_subject(recipients, 1), "CN=curve");
}

static bool
collect(void *arg, const void *bytes, size_t len, Error *unused)
{
	(void) unused;
	text_add_bytes(arg, bytes, len);
	return true;
}

/* Give all bytes in portions. */
static bool
feed(SealPieces *pieces, const Text *in, size_t portion)
{
	bool		good = true;

	error_free(&error);
	for (size_t at = 0; good && at < in->len; at += portion)
		good = seal_pieces_add(pieces, in->bytes + at, in->len - at < portion ?
							   in->len - at : portion, &error);
	good = good && seal_pieces_end(pieces, &error);
	seal_pieces_free(pieces);
	return good;
}

static Text
sealed(const Text *plain, size_t portion)
{
	Text		out = {NULL, 0, 0};

	check(feed(seal_pieces_writer(recipients, collect, &out), plain, portion));
	return out;
}

static bool
opens(const Text *in, const SealKey *key, const Text *plain, size_t portion)
{
	Text		out = {NULL, 0, 0};
	bool		good = feed(seal_pieces_reader(key, collect, &out), in,
							portion) &&
	out.len == plain->len && (out.len == 0 ||
							  memcmp(out.bytes, plain->bytes, out.len) == 0);

	text_free(&out);
	return good;
}

static Text
some(size_t len)
{
	Text		text = {NULL, 0, 0};
	char		block[4096];

	while (text.len < len)
	{
		size_t		n = len - text.len < sizeof(block) ? len - text.len :
		sizeof(block);

		for (size_t i = 0; i < n; i++)
			block[i] = (char) (text.len / sizeof(block) + i * 7);
		text_add_bytes(&text, block, n);
	}
	return text;
}

static void
test_sizes(void)
{
	const size_t sizes[] = {
		0, 1, 4095, 4096, 100000, SEAL_PIECE_BYTES - 1, SEAL_PIECE_BYTES,
		SEAL_PIECE_BYTES + 1, 2 * SEAL_PIECE_BYTES
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		Text		plain = some(sizes[i]);
		Text		in = sealed(&plain, 1000003);

		check(opens(&in, rsa, &plain, 65536));
		check(opens(&in, curve, &plain, 999983));
		check(!opens(&in, other, &plain, 65536));
		check_text(error.message, "piece 1 is damaged");
		text_free(&plain);
		text_free(&in);
	}
}

/* Byte by byte, in both directions. */
static void
test_portions(void)
{
	Text		plain = some(5000);
	Text		in = sealed(&plain, 1);

	check(opens(&in, rsa, &plain, 1));
	check(opens(&in, curve, &plain, 7));
	text_free(&plain);
	text_free(&in);
}

/* Does it open, to something else? */
static bool
misleads(const Text *in, const SealKey *key, const Text *plain)
{
	Text		out = {NULL, 0, 0};
	bool		good = feed(seal_pieces_reader(key, collect, &out), in,
							in->len) &&
	(out.len != plain->len || memcmp(out.bytes, plain->bytes, out.len) != 0);

	text_free(&out);
	return good;
}

/*
 * Every byte of a small piece, and every place where it may be cut.  Some
 * bytes around the content, as the version of CMS, nobody looks at.
 */
static void
test_damage(void)
{
	Text		plain = some(300);
	Text		in = sealed(&plain, 300);
	unsigned long missed = 0;
	unsigned long opened = 0;

	for (size_t i = 0; i < in.len; i++)
	{
		in.bytes[i] ^= 1;
		missed += misleads(&in, rsa, &plain) || misleads(&in, curve, &plain);
		opened += i > in.len - plain.len && opens(&in, rsa, &plain, in.len);
		in.bytes[i] ^= 1;
	}
	check(missed == 0);
	check(opened == 0);
	for (size_t len = in.len; len-- > 0;)
	{
		Text		cut = {in.bytes, len, 0};

		opened += opens(&cut, rsa, &plain, in.len);
	}
	check(opened == 0);
	check_text(error.message, "pieces are missing at the end");
	text_free(&plain);
	text_free(&in);
}

/* Pieces of one file among each other. */
static void
test_pieces(void)
{
	Text		plain = some(SEAL_PIECE_BYTES + 10);
	Text		in = sealed(&plain, 1 << 20);
	Text		wrong = {NULL, 0, 0};
	size_t		first;

	check(seal_der_length(in.bytes, in.len, &first));
	check(first > SEAL_PIECE_BYTES && first < in.len);
	wrong = (Text)
	{
		in.bytes, first, 0
	};
	check(!opens(&wrong, rsa, &plain, 1 << 20));
	check_text(error.message, "pieces are missing at the end");
	wrong = (Text)
	{
		in.bytes, in.len - 1, 0
	};
	check(!opens(&wrong, rsa, &plain, 1 << 20));
	check_text(error.message, "piece 2 is damaged");
	check_text(error.detail, "Its end is missing.");
	wrong = (Text)
	{
		NULL, 0, 0
	};
	text_add_bytes(&wrong, in.bytes + first, in.len - first);
	text_add_bytes(&wrong, in.bytes, first);
	check(!opens(&wrong, rsa, &plain, 1 << 20));
	check_text(error.message, "a piece follows the last one");
	wrong.len = 0;
	text_add_bytes(&wrong, in.bytes, first);
	text_add_bytes(&wrong, in.bytes, in.len);
	check(!opens(&wrong, rsa, &plain, 1 << 20));
	wrong.len = 0;
	text_add_bytes(&wrong, in.bytes, in.len);
	text_add_bytes(&wrong, "garbage", 7);
	check(!opens(&wrong, rsa, &plain, 1 << 20));
	check_text(error.detail, "It does not begin as one.");
	text_free(&wrong);
	text_free(&plain);
	text_free(&in);
}

static void
test_recipients(void)
{
	SealRecipients *none = NULL;
	SealKey    *edwards = mem_alloc(sizeof(SealKey));
	EVP_PKEY   *small = EVP_RSA_gen(1024);
	char	   *pem;

	memset(edwards, 0, sizeof(*edwards));
	edwards->key = small;
	edwards->certificate = seal_certificate_make(small, "small", 1);
	pem = seal_key_certificate(edwards);
	check(!seal_recipients_add(&none, pem, "small.crt", &error));
	check_text(error.message, "cannot encrypt to the key of certificate "
			   "\"small.crt\"");
	check(none == NULL);
	free(pem);
	check(!seal_recipients_add(&none, "nothing", "no.crt", &error));
	check_text(error.message, "could not read the certificate in \"no.crt\"");
	check(!seal_recipients_read(&none, "/nonexistent/x", &error));
	pem = seal_key_certificate(rsa);
	for (int i = 0; i < SEAL_RECIPIENTS_MAX; i++)
		check(seal_recipients_add(&none, pem, "rsa", &error));
	check(!seal_recipients_add(&none, pem, "rsa", &error));
	check_text(error.message, "more than 16 certificates to encrypt to");
	free(pem);
	seal_recipients_free(none);
	seal_key_free(edwards);
}

static void
test_length(void)
{
	const unsigned char indefinite[] = {0x30, 0x80, 0, 0};
	const unsigned char long_form[] = {0x30, 0x82, 0x01, 0x02};
	const unsigned char huge[] = {0x30, 0x84, 0xff, 0xff, 0xff, 0xff};
	const unsigned char longer[] = {0x30, 0x85, 0, 0, 0, 0, 1};
	size_t		len;

	check(!seal_der_length(indefinite, 4, &len));
	check(seal_der_length(long_form, 4, &len) && len == 0x102 + 4);
	check(seal_der_length(long_form, 3, &len) && len == 0);
	check(!seal_der_length(huge, 6, &len));
	check(!seal_der_length(longer, 7, &len));
	check(!seal_der_length("\x31\x03", 2, &len));
	check(seal_der_length("\x30\x03", 2, &len) && len == 5);
}

int
main(void)
{
	secret_memory();
	make_keys();
	test_sizes();
	test_portions();
	test_damage();
	test_pieces();
	test_recipients();
	test_length();
	seal_recipients_free(recipients);
	seal_key_free(rsa);
	seal_key_free(curve);
	seal_key_free(other);
	error_free(&error);
	return harness_finish();
}
