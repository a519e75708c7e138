/*
 * pack.c
 *		A set as bytes: one form only, so that equal sets have equal bytes.
 *
 * "QSREPLCS", a byte 1 for the version, the number of entries; then of each
 * entry: its role as a byte, and certificate (DER), key (PKCS#8 in DER, or
 * empty), friendly name, provider and local key id, each behind its length.
 * Numbers are four bytes, the highest first.  Names are not empty where they
 * are there at all, hence an empty one is none.  Names of entries are not
 * stored: the certificate has them.
 */
#include "cert/cert.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/memory.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "cert/internal.h"

static const unsigned char magic[] = {
	'Q', 'S', 'R', 'E', 'P', 'L', 'C', 'S', 1
};

#define FIELDS 5

/* A piece of the bytes, elsewhere; NULL: empty. */
typedef struct Field
{
	const unsigned char *bytes;
	size_t		len;
} Field;

/* Bytes that are read. */
typedef struct Reader
{
	const unsigned char *at;
	size_t		left;
} Reader;

/* An entry's fields; the first two are libcrypto's, to be freed. */
typedef struct Packed
{
	unsigned char *certificate;
	unsigned char *key;
	Field		fields[FIELDS];
} Packed;

static Field
field_of(const char *string)
{
	return (Field)
	{
		(const unsigned char *) string, string != NULL ? strlen(string) : 0
	};
}

static bool
encode(const CertEntry *entry, Packed *packed)
{
	int			len = i2d_X509(entry->certificate, &packed->certificate);
	size_t		key_len = 0;

	packed->fields[0] = (Field)
	{
		packed->certificate, len > 0 ? (size_t) len : 0
	};
	if (entry->key != NULL)
		packed->key = cert_key_encode(entry->key, &key_len);
	packed->fields[1] = (Field)
	{
		packed->key, key_len
	};
	packed->fields[2] = field_of(entry->friendly_name);
	packed->fields[3] = field_of(entry->provider);
	packed->fields[4] = (Field)
	{
		entry->local_id, entry->local_id_len
	};
	return len > 0 && (entry->key == NULL || packed->key != NULL);
}

static void
release(Packed *packed)
{
	OPENSSL_free(packed->certificate);
	OPENSSL_clear_free(packed->key, packed->fields[1].len);
	memset(packed, 0, sizeof(*packed));
}

static void
add_number(Text *bytes, size_t number)
{
	unsigned char four[4] = {
		(unsigned char) (number >> 24), (unsigned char) (number >> 16),
		(unsigned char) (number >> 8), (unsigned char) number
	};

	secret_add(bytes, four, sizeof(four));
}

/* Add an entry, or its length alone where there are no bytes. */
static bool
add_entry(const CertEntry *entry, Text *bytes, size_t *len)
{
	Packed		packed = {NULL, NULL, {{NULL, 0}}};
	bool		good = encode(entry, &packed);
	unsigned char role = (unsigned char) entry->role;

	*len += 1;
	if (bytes != NULL)
		secret_add(bytes, &role, 1);
	for (size_t i = 0; i < FIELDS; i++)
	{
		*len += 4 + packed.fields[i].len;
		if (bytes == NULL)
			continue;
		add_number(bytes, packed.fields[i].len);
		secret_add(bytes, packed.fields[i].bytes, packed.fields[i].len);
	}
	release(&packed);
	return good;
}

bool
cert_set_pack(const CertSet *set, Text *bytes, Error *error)
{
	size_t		len = sizeof(magic) + 4;
	bool		good = true;

	secret_free(bytes);
	for (size_t i = 0; i < set->n; i++)
		good = add_entry(&set->entries[i], NULL, &len) && good;
	secret_stack();
	if (good && len > CERT_SET_BYTES)
		return error_set(error, NULL, NULL, "set of certificates is longer "
						 "than %d bytes", CERT_SET_BYTES);
	if (!good)
		return crypto_error(error, CRYPTO_HINT, "could not encode set of certificates");
	bytes->capacity = len + 1;
	bytes->bytes = mem_alloc(bytes->capacity);
	secret_add(bytes, magic, sizeof(magic));
	add_number(bytes, set->n);
	for (size_t i = 0; i < set->n; i++)
		add_entry(&set->entries[i], bytes, &len);
	secret_stack();
	return true;
}

static bool
read_number(Reader *reader, size_t *number)
{
	if (reader->left < 4)
		return false;
	*number = (size_t) reader->at[0] << 24 | (size_t) reader->at[1] << 16 |
		(size_t) reader->at[2] << 8 | (size_t) reader->at[3];
	reader->at += 4;
	reader->left -= 4;
	return true;
}

static bool
read_field(Reader *reader, Field *field)
{
	if (!read_number(reader, &field->len) || field->len > reader->left)
		return false;
	field->bytes = reader->at;
	reader->at += field->len;
	reader->left -= field->len;
	return true;
}

/* Exactly what libcrypto would write again. */
static X509 *
decode_certificate(const Field *field)
{
	const unsigned char *end = field->bytes;
	X509	   *certificate = field->len > 0 && field->len < INT_MAX ?
	d2i_X509(NULL, &end, (long) field->len) : NULL;
	unsigned char *again = NULL;
	int			len = certificate != NULL ? i2d_X509(certificate, &again) : -1;

	if (len < 0 || (size_t) len != field->len ||
		memcmp(again, field->bytes, field->len) != 0)
	{
		X509_free(certificate);
		certificate = NULL;
	}
	OPENSSL_free(again);
	ERR_clear_error();
	return certificate;
}

static EVP_PKEY *
decode_key(const Field *field)
{
	EVP_PKEY   *key = cert_key_decode(field->bytes, field->len);
	size_t		len = 0;
	unsigned char *again = key != NULL ? cert_key_encode(key, &len) : NULL;

	if (again == NULL || len != field->len ||
		CRYPTO_memcmp(again, field->bytes, len) != 0)
	{
		EVP_PKEY_free(key);
		key = NULL;
	}
	OPENSSL_clear_free(again, len);
	return key;
}

/* Text as cert_plain_name() makes it; NULL where it is empty. */
static bool
decode_text(const Field *field, char **text)
{
	const char *bytes = (const char *) field->bytes;
	size_t		step;

	for (size_t i = 0; i < field->len; i += step)
	{
		step = utf8_length(bytes + i, field->len - i);
		if (step == 0 || (step == 1 && (field->bytes[i] < 0x20 ||
										field->bytes[i] == 0x7f)))
			return false;
	}
	if (field->len == 0)
		return true;
	if (bytes[0] == ' ' || bytes[field->len - 1] == ' ')
		return false;
	*text = mem_alloc(field->len + 1);
	memcpy(*text, bytes, field->len);
	(*text)[field->len] = '\0';
	return true;
}

/* Fill an entry; what was filled is freed by the caller. */
static const char *
decode(const Field *fields, CertEntry *entry)
{
	entry->certificate = decode_certificate(&fields[0]);
	if (entry->certificate == NULL)
		return "A certificate cannot be read.";
	if (fields[1].len > 0)
	{
		entry->key = decode_key(&fields[1]);
		if (entry->key == NULL)
			return "A private key cannot be read.";
		if (!cert_key_fits(entry->certificate, entry->key))
			return "A private key does not belong to its certificate.";
	}
	if (!decode_text(&fields[2], &entry->friendly_name) ||
		!decode_text(&fields[3], &entry->provider))
		return "A name is not plain UTF-8.";
	if (fields[4].len > 0)
	{
		entry->local_id = memcpy(mem_alloc(fields[4].len), fields[4].bytes,
								 fields[4].len);
		entry->local_id_len = fields[4].len;
	}
	return NULL;
}

/* Read one entry to the end of the set; what is wrong, or NULL. */
static const char *
read_entry(Reader *reader, CertSet *set)
{
	CertEntry	entry = {.role = CERT_ROOT};
	Field		fields[FIELDS];
	Error		error = ERROR_NONE;
	const char *wrong = "It ends too early.";
	size_t		n = set->n;
	bool		good = reader->left > 0;
	unsigned char role = good ? reader->at[0] : 0;

	reader->at += good ? 1 : 0;
	reader->left -= good ? 1 : 0;
	for (size_t i = 0; good && i < FIELDS; i++)
		good = read_field(reader, &fields[i]);
	if (good)
		wrong = role < CERT_ROLES ? decode(fields, &entry) :
			"A role is not recognized.";
	entry.role = (CertRole) role;
	if (wrong != NULL)
	{
		cert_entry_free(&entry);
		return wrong;
	}
	good = cert_set_add(set, &entry, &error);
	error_free(&error);
	if (!good)
		return "A server certificate has no name.";
	return set->n == n + 1 ? NULL : "A certificate is there twice.";
}

static const char *
read_set(Reader *reader, CertSet *set)
{
	const char *wrong = NULL;
	size_t		n;

	if (reader->left < sizeof(magic) ||
		memcmp(reader->at, magic, sizeof(magic) - 1) != 0)
		return "It does not begin as one.";
	if (reader->at[sizeof(magic) - 1] != magic[sizeof(magic) - 1])
		return "It is of another version.";
	reader->at += sizeof(magic);
	reader->left -= sizeof(magic);
	if (!read_number(reader, &n))
		return "It ends too early.";
	if (n > CERT_SET_ENTRIES)
		return "It has too many certificates.";
	for (size_t i = 0; i < n && wrong == NULL; i++)
		wrong = read_entry(reader, set);
	if (wrong == NULL && reader->left > 0)
		wrong = "It goes on behind its end.";
	return wrong;
}

/* Entries in another order would make other bytes of the same set. */
static bool
is_same(const CertSet *set, const void *bytes, size_t len)
{
	Text		again = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	bool		same = cert_set_pack(set, &again, &error) &&
	again.len == len && CRYPTO_memcmp(again.bytes, bytes, len) == 0;

	secret_free(&again);
	error_free(&error);
	return same;
}

bool
cert_set_unpack(const void *bytes, size_t len, CertSet *set, Error *error)
{
	Reader		reader = {bytes, len};
	const char *wrong;

	*set = (CertSet) CERT_SET_NONE;
	wrong = len > CERT_SET_BYTES ? "It is too long." :
		read_set(&reader, set);
	if (wrong == NULL && !is_same(set, bytes, len))
		wrong = "Its certificates are not in their order.";
	secret_stack();
	if (wrong == NULL)
		return true;
	cert_set_free(set);
	return error_set(error, wrong, NULL, "invalid set of certificates");
}
