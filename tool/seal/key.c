/*
 * key.c
 *		Keys: made, written, read.
 */
#include "seal/internal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/memory.h"
#include "base/secret.h"
#include "platform/file.h"
#include "platform/secret.h"

#define KEY_BITS 3072

/* Of a file with a key: more is none. */
#define FILE_MAX ((size_t) 64 * 1024)

bool
seal_key_make(const char *name, int years, SealKey **key, Error *error)
{
	SealKey    *made = mem_alloc(sizeof(SealKey));

	memset(made, 0, sizeof(*made));
	made->key = EVP_RSA_gen(KEY_BITS);
	if (made->key != NULL)
		made->certificate = seal_certificate_make(made->key, name, years);
	if (made->certificate == NULL)
	{
		seal_key_free(made);
		return crypto_error(error, CRYPTO_HINT, "could not make a key");
	}
	seal_fingerprint(made->certificate, made->fingerprint);
	*key = made;
	return true;
}

void
seal_key_free(SealKey *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->key);
	X509_free(key->certificate);
	free(key);
}

bool
seal_key_write(const SealKey *key, const char *path, const char *passphrase,
			   Error *error)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	char	   *bytes;
	long		len;
	bool		good = bio != NULL &&
	PEM_write_bio_PKCS8PrivateKey(bio, key->key, passphrase != NULL ?
								  EVP_aes_256_cbc() : NULL, passphrase,
								  passphrase != NULL ?
								  (int) strlen(passphrase) : 0, NULL,
								  NULL) == 1 &&
	PEM_write_bio_X509(bio, key->certificate) == 1;

	if (good)
	{
		len = BIO_get_mem_data(bio, &bytes);
		good = plat_file_write(path, bytes, (size_t) len, true, error);
	}
	else
		crypto_error(error, CRYPTO_HINT, "could not write a key");
	BIO_free(bio);
	return good;
}

/* Without a terminal: what is not given is not asked for. */
static int
give_passphrase(char *buffer, int size, int writing, void *passphrase)
{
	size_t		len = passphrase != NULL ? strlen(passphrase) : 0;

	(void) writing;
	if (passphrase == NULL || len > (size_t) size)
		return -1;
	memcpy(buffer, passphrase, len);
	return (int) len;
}

static bool
parse(SealKey *key, const Text *content, const char *passphrase, bool bare)
{
	BIO		   *bio = BIO_new_mem_buf(content->bytes, (int) content->len);
	char	   *word = passphrase != NULL ? mem_strdup(passphrase) : NULL;

	if (bio != NULL)
		key->key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, word);
	if (key->key != NULL)
		key->certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (key->key != NULL && key->certificate == NULL && bare)
		ERR_clear_error();
	BIO_free(bio);
	if (word != NULL)
		OPENSSL_cleanse(word, strlen(word));
	free(word);
	if (key->certificate == NULL)
		return bare && key->key != NULL;
	return X509_check_private_key(key->certificate, key->key) == 1;
}

static bool
read_key(const char *path, const char *passphrase, bool bare, SealKey **key,
		 Error *error)
{
	Text		content = {NULL, 0, 0};
	SealKey    *read = mem_alloc(sizeof(SealKey));
	bool		good = plat_secret_read(path, FILE_MAX, true, &content, error);

	memset(read, 0, sizeof(*read));
	if (good && !parse(read, &content, passphrase, bare))
	{
		crypto_error(error, "Look whether the file is "
					 "complete, and put it back from a backup.", "invalid key");
		error_take_message(error, text_format("could not read the key in file "
											  "\"%s\"", path));
		if (passphrase == NULL && content.bytes != NULL &&
			strstr(content.bytes, "ENCRYPTED PRIVATE KEY") != NULL)
			error_take_hint(error, mem_strdup("Its passphrase is needed."));
		good = false;
	}
	secret_free(&content);
	if (!good)
	{
		seal_key_free(read);
		return false;
	}
	if (read->certificate != NULL)
		seal_fingerprint(read->certificate, read->fingerprint);
	*key = read;
	return true;
}

bool
seal_key_read(const char *path, const char *passphrase, SealKey **key,
			  Error *error)
{
	return read_key(path, passphrase, false, key, error);
}

bool
seal_key_read_bare(const char *path, const char *passphrase, SealKey **key,
				   Error *error)
{
	return read_key(path, passphrase, true, key, error);
}

char *
seal_key_certificate(const SealKey *key)
{
	return seal_pem(key->certificate);
}

const char *
seal_key_fingerprint(const SealKey *key)
{
	return key->fingerprint;
}
