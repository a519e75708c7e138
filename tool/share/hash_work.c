/*
 * hash_work.c
 *		A child that compares files of two roots by their SHA-256.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/crypto.h"
#include "base/exitcode.h"
#include "base/memory.h"
#include "base/text.h"
#include "platform/below.h"
#include "share/content.h"

typedef struct Digest
{
	EVP_MD_CTX *context;
	const		EVP_MD *sha256;
	bool		good;
	bool		broken;			/* libcrypto: no file will do */
} Digest;

static void
take(void *arg, const void *bytes, size_t len)
{
	Digest	   *digest = arg;

	digest->good = digest->good &&
		EVP_DigestUpdate(digest->context, bytes, len) == 1;
}

static bool
hash(Digest *digest, const char *root, const char *path, unsigned char *out,
	 Error *error)
{
	digest->good = EVP_DigestInit_ex(digest->context, digest->sha256,
									 NULL) == 1;
	if (!plat_below_read(root, path, take, digest, error))
		return false;
	if (digest->good && EVP_DigestFinal_ex(digest->context, out, NULL) == 1)
		return true;
	crypto_error(error, CRYPTO_HINT, "could not hash \"%s\"", path);
	digest->broken = true;
	return false;
}

/* The error's message has the file's name, which may have line feeds. */
static void
print_problem(size_t number, Error *error)
{
	for (char *at = error->message; *at != '\0'; at++)
		if (*at == '\n' || *at == '\r')
			*at = '?';
	printf("%lu %s\n", (unsigned long) number, error->message);
	error_free(error);
}

/* One path of the input; false at its end. */
static bool
next_path(Text *path)
{
	int			c;

	path->len = 0;
	while ((c = getc(stdin)) != EOF)
	{
		char		byte = (char) c;

		text_add_bytes(path, &byte, 1);
		if (c == '\0')
			return true;
	}
	return false;
}

int
share_hash_work(const char *source, const char *target)
{
	Digest		digest = {EVP_MD_CTX_new(), EVP_sha256(), false, false};
	Text		paths[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
	unsigned char sums[2][EVP_MAX_MD_SIZE];
	Error		error = ERROR_NONE;

	memset(sums, 0, sizeof(sums));
	for (size_t n = 0; !digest.broken && next_path(&paths[0]) &&
		 next_path(&paths[1]); n++)
		if (!hash(&digest, source, paths[0].bytes, sums[0], &error) ||
			!hash(&digest, target, paths[1].bytes, sums[1], &error))
		{
			if (!digest.broken)
				print_problem(n, &error);
		}
		else if (memcmp(sums[0], sums[1], 32) != 0)
			printf("%lu\n", (unsigned long) n);
	EVP_MD_CTX_free(digest.context);
	text_free(&paths[0]);
	text_free(&paths[1]);
	if (digest.broken)
	{
		error_report(&error);
		error_free(&error);
		return EXIT_SYSTEM;
	}
	return fflush(stdout) == 0 ? EXIT_OK : EXIT_SYSTEM;
}
