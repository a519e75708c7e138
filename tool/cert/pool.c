/*
 * pool.c
 *		Which keys and certificates belong together.
 */
#include "cert/pool.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "cert/internal.h"

OSSL_LIB_CTX *
cert_legacy(void)
{
	static OSSL_LIB_CTX * context;

	if (context != NULL)
		return context;
	context = OSSL_LIB_CTX_new();
	if (context == NULL)
		return NULL;
	/* Where it is not installed, only files that need it cannot be read. */
	OSSL_PROVIDER_load(context, "legacy");
	OSSL_PROVIDER_load(context, "default");
	return context;
}

char *
cert_plain_name(const char *bytes, size_t len)
{
	Text		name = {NULL, 0, 0};

	while (len > 0 && bytes[len - 1] == ' ')
		len--;
	for (; len > 0 && *bytes == ' '; bytes++)
		len--;
	for (size_t i = 0; i < len;)
	{
		size_t		step = utf8_length(bytes + i, len - i);
		unsigned char c = (unsigned char) bytes[i];

		if (step == 0 || c < 0x20 || c == 0x7f)
		{
			text_add(&name, "?");
			i++;
			continue;
		}
		text_add_bytes(&name, bytes + i, step);
		i += step;
	}
	return name.len > 0 ? text_take(&name) : NULL;
}

void
cert_pool_add(CertPool *pool, CertEntry *entry, const char *file, bool pfx)
{
	pool->items = mem_grow(pool->items, (pool->n + 1) * sizeof(CertItem));
	pool->items[pool->n].entry = *entry;
	pool->items[pool->n].file = mem_strdup(file);
	pool->items[pool->n].pfx = pfx;
	pool->n++;
	memset(entry, 0, sizeof(*entry));
}

void
cert_pool_free(CertPool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
	{
		cert_entry_free(&pool->items[i].entry);
		free(pool->items[i].file);
	}
	free(pool->items);
	*pool = (CertPool) CERT_POOL_NONE;
}

/* What stood beside one of both; the certificate's own goes before. */
static void
add_names(CertEntry *entry, const CertEntry *from)
{
	if (entry->friendly_name == NULL)
		entry->friendly_name = cert_copy(from->friendly_name);
	if (entry->provider == NULL)
		entry->provider = cert_copy(from->provider);
	if (entry->local_id == NULL && from->local_id != NULL)
	{
		entry->local_id = memcpy(mem_alloc(from->local_id_len), from->local_id,
								 from->local_id_len);
		entry->local_id_len = from->local_id_len;
	}
}

static bool
is_of(const CertItem *item, CertKind kind)
{
	return kind == CERT_ANY_FILE || item->pfx == (kind == CERT_PFX_FILE);
}

/* Add a certificate with the key that fits, marking the keys it takes. */
static bool
add(const CertPool *pool, const CertItem *item, CertKind kind, bool *taken,
	CertSet *set, Error *error)
{
	CertEntry	entry = {.certificate = item->entry.certificate};

	entry.role = cert_role_of(entry.certificate, cert_base_name(item->file));
	X509_up_ref(entry.certificate);
	add_names(&entry, &item->entry);
	for (size_t i = 0; i < pool->n; i++)
	{
		const CertEntry *other = &pool->items[i].entry;

		if (other->key == NULL || !is_of(&pool->items[i], kind) ||
			!cert_key_fits(entry.certificate, other->key))
			continue;
		taken[i] = true;
		add_names(&entry, other);
		if (entry.key == NULL)
		{
			EVP_PKEY_up_ref(other->key);
			entry.key = other->key;
		}
	}
	return cert_set_add(set, &entry, error);
}

bool
cert_pool_set(const CertPool *pool, CertKind kind, CertSet *set,
			  Text *orphans, Error *error)
{
	bool	   *taken = mem_alloc(pool->n + 1);
	bool		good = true;

	memset(taken, 0, pool->n);
	for (size_t i = 0; good && i < pool->n; i++)
		if (pool->items[i].entry.certificate != NULL &&
			is_of(&pool->items[i], kind))
			good = add(pool, &pool->items[i], kind, taken, set, error);
	for (size_t i = 0; orphans != NULL && i < pool->n; i++)
		if (pool->items[i].entry.key != NULL && !taken[i] &&
			is_of(&pool->items[i], kind))
			text_addf(orphans, "%s\n", pool->items[i].file);
	free(taken);
	return good;
}
