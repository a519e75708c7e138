/*
 * pem_read.c
 *		PEM files, with the attributes in front of each block that "openssl
 *		pkcs12" writes there.
 */
#include "cert/pool.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/memory.h"
#include "base/secret.h"
#include "cert/internal.h"

/* A file that is read. */
typedef struct Pem
{
	const char *file;
	const char *password;		/* NULL: none */
	CertPool   *pool;
	Error	   *error;
} Pem;

/* A block of it, as libcrypto cuts it. */
typedef struct Block
{
	char	   *name;
	char	   *header;
	unsigned char *data;
	long		len;
} Block;

static bool
refuse(const Pem *pem, const char *what)
{
	return crypto_error(pem->error, "Look whether the file is complete, and export "
						"it once more.", "could not read %s in PEM file "
						"\"%s\"", what, pem->file);
}

static int
give_password(char *buffer, int size, int writing, void *arg)
{
	const Pem  *pem = arg;
	size_t		len = pem->password != NULL ? strlen(pem->password) : 0;

	(void) writing;
	if (len == 0 || len > (size_t) size)
		return -1;
	memcpy(buffer, pem->password, len);
	return (int) len;
}

/* Does a line begin here, but for blanks? */
static bool
begins_line(const char *text, size_t at)
{
	while (at > 0 && text[at - 1] == ' ')
		at--;
	return at == 0 || text[at - 1] == '\n';
}

/* A value behind "name:" in the lines before a block; NULL: not there. */
static char *
attribute(const char *text, size_t len, const char *name)
{
	size_t		name_len = strlen(name);

	for (size_t from = 0; from + name_len < len; from++)
	{
		const char *value = text + from + name_len;

		if (memcmp(text + from, name, name_len) == 0 &&
			begins_line(text, from))
			return cert_plain_name(value, strcspn(value, "\r\n"));
	}
	return NULL;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "01 A4 00" */
static void
take_id(const char *text, CertEntry *entry)
{
	unsigned char *id = mem_alloc(strlen(text) / 2 + 1);
	size_t		n = 0;

	while (digit(text[0]) >= 0 && digit(text[1]) >= 0)
	{
		id[n++] = (unsigned char) (digit(text[0]) * 16 + digit(text[1]));
		text += 2;
		while (*text == ' ')
			text++;
	}
	if (n > 0 && *text == '\0')
	{
		entry->local_id = id;
		entry->local_id_len = n;
	}
	else
		free(id);
}

static void
take_attributes(const char *text, size_t len, CertEntry *entry)
{
	char	   *id = attribute(text, len, "localKeyID:");

	entry->friendly_name = attribute(text, len, "friendlyName:");
	entry->provider = attribute(text, len, "Microsoft CSP Name:");
	if (id != NULL)
		take_id(id, entry);
	free(id);
}

static EVP_PKEY *
decrypt(const Pem *pem, const Block *block)
{
	const unsigned char *end = block->data;
	X509_SIG   *sealed = d2i_X509_SIG(NULL, &end, block->len);
	PKCS8_PRIV_KEY_INFO *info = NULL;
	EVP_PKEY   *key = NULL;

	if (sealed != NULL && pem->password != NULL)
		info = PKCS8_decrypt_ex(sealed, pem->password,
								(int) strlen(pem->password), cert_legacy(),
								NULL);
	if (info != NULL)
	{
		unsigned char *der = NULL;
		int			len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);

		if (len > 0)
			key = cert_key_decode(der, (size_t) len);
		OPENSSL_clear_free(der, len > 0 ? (size_t) len : 0);
	}
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sealed);
	return key;
}

static bool
needs_password(const Pem *pem)
{
	ERR_clear_error();
	if (pem->password != NULL)
		return error_set(pem->error, "The password is wrong, or the file is "
						 "damaged.", "Give the password that it was "
						 "written with by --password-file, or export it once more.", "could not open PEM file \"%s\"",
						 pem->file);
	return error_set(pem->error, NULL, "Give its password by "
					 "--password-file, or the key password_file.",
					 "PEM file \"%s\" needs a password", pem->file);
}

static bool
take_key(const Pem *pem, Block *block, CertEntry *entry)
{
	EVP_CIPHER_INFO cipher;

	if (strcmp(block->name, PEM_STRING_PKCS8) == 0)
	{
		entry->key = decrypt(pem, block);
		return entry->key != NULL || needs_password(pem);
	}
	if (!PEM_get_EVP_CIPHER_INFO(block->header, &cipher))
		return refuse(pem, "a private key");
	if (cipher.cipher != NULL &&
		!PEM_do_header(&cipher, block->data, &block->len, give_password,
					   (void *) (uintptr_t) pem))
		return needs_password(pem);
	entry->key = cert_key_decode(block->data, (size_t) block->len);
	if (entry->key == NULL && cipher.cipher != NULL)
		return needs_password(pem);
	return entry->key != NULL || refuse(pem, "a private key");
}

static bool
ends(const char *string, const char *with)
{
	size_t		len = strlen(string);
	size_t		n = strlen(with);

	return len >= n && strcmp(string + len - n, with) == 0;
}

/* A block that is of use; others, like parameters, are passed over. */
static bool
take_block(const Pem *pem, Block *block, CertEntry *entry)
{
	const unsigned char *end = block->data;

	if (ends(block->name, "PRIVATE KEY"))
		return take_key(pem, block, entry);
	if (strcmp(block->name, PEM_STRING_X509) != 0 &&
		strcmp(block->name, PEM_STRING_X509_OLD) != 0)
		return true;
	entry->certificate = d2i_X509(NULL, &end, block->len);
	if (entry->certificate == NULL || end != block->data + block->len)
		return refuse(pem, "a certificate");
	return true;
}

/* One block, from "-----BEGIN" to the next one, with the text before. */
static bool
read_block(const Pem *pem, const char *before, const char *begin,
		   const char *end)
{
	BIO		   *bio = BIO_new_mem_buf(begin, (int) (end - begin));
	Block		block = {NULL, NULL, NULL, 0};
	CertEntry	entry = {.role = CERT_ROOT};
	bool		good = PEM_read_bio(bio, &block.name, &block.header,
									&block.data, &block.len) == 1;

	good = good ? take_block(pem, &block, &entry) : refuse(pem, "a block");
	if (good && (entry.certificate != NULL || entry.key != NULL))
	{
		take_attributes(before, (size_t) (begin - before), &entry);
		cert_pool_add(pem->pool, &entry, pem->file, false);
	}
	cert_entry_free(&entry);
	OPENSSL_free(block.name);
	OPENSSL_free(block.header);
	OPENSSL_clear_free(block.data, block.len > 0 ? (size_t) block.len : 0);
	BIO_free(bio);
	return good;
}

bool
cert_read_pem(const Text *bytes, const char *file, const char *password,
			  CertPool *pool, Error *error)
{
	static const char mark[] = "-----BEGIN ";
	Pem			pem = {file, password, pool, error};
	const char *before = bytes->bytes;
	const char *begin = strstr(before, mark);

	if (begin == NULL || bytes->len > INT_MAX)
		return error_set(error, NULL, "Look whether it is the right file, and complete.", "no certificate or key in PEM "
						 "file \"%s\"", file);
	while (begin != NULL)
	{
		const char *next = strstr(begin + 1, mark);
		const char *stop = strstr(begin, "-----END ");
		const char *end = next != NULL ? next : bytes->bytes + bytes->len;

		if (!read_block(&pem, before, begin, end))
			return false;
		before = stop != NULL && stop < end ? stop : end;
		begin = next;
	}
	return true;
}
