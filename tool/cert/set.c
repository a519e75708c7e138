/*
 * set.c
 *		The set: entries in one order, so that equal sets are equal.
 */
#include "cert/cert.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "cert/describe.h"
#include "cert/internal.h"

const char *
cert_role_word(CertRole role)
{
	static const char *const words[] = {
		"root", "server", "client", "browser", "encryption"
	};

	return words[role];
}

char *
cert_entry_title(const CertEntry *entry)
{
	if (entry->name == NULL || entry->name[0] == '\0')
		return text_format("%s certificate", cert_role_word(entry->role));
	return text_format("%s certificate \"%.120s\"",
					   cert_role_word(entry->role), entry->name);
}

static bool
begins(const char *string, const char *with)
{
	for (; *with != '\0'; string++, with++)
		if ((*string | 0x20) != *with)
			return false;
	return true;
}

CertRole
cert_role_of(X509 * certificate, const char *file)
{
	Arena		arena = {NULL};
	const char *name = cert_common_name(certificate, &arena);
	CertRole	role = CERT_SERVER;

	if (file != NULL && begins(file, "browser"))
		role = CERT_BROWSER;
	else if (file != NULL && begins(file, "encryption"))
		role = CERT_ENCRYPTION;
	else if (name != NULL && ascii_same(name, CERT_CLIENT_NAME))
		role = CERT_CLIENT;
	else if (X509_NAME_cmp(X509_get_subject_name(certificate),
						   X509_get_issuer_name(certificate)) == 0)
		role = CERT_ROOT;
	arena_free(&arena);
	return role;
}

void
cert_entry_free(CertEntry *entry)
{
	free(entry->name);
	X509_free(entry->certificate);
	EVP_PKEY_free(entry->key);
	free(entry->friendly_name);
	free(entry->provider);
	free(entry->local_id);
	memset(entry, 0, sizeof(*entry));
}

void
cert_set_free(CertSet *set)
{
	for (size_t i = 0; i < set->n; i++)
		cert_entry_free(&set->entries[i]);
	free(set->entries);
	*set = (CertSet) CERT_SET_NONE;
}

/* By role, name and bytes: no two entries of a set are equal. */
static int
compare(const CertEntry *a, const CertEntry *b)
{
	int			order = (int) a->role - (int) b->role;

	if (order == 0)
		order = strcmp(a->name, b->name);
	return order != 0 ? order : X509_cmp(a->certificate, b->certificate);
}

/* The name that the certificate gives; NULL where it must have one. */
static char *
name_of(const CertEntry *entry)
{
	char		thumbprint[CERT_THUMBPRINT_SIZE];
	Arena		arena = {NULL};
	const char *name = "";
	char	   *copy;

	if (entry->role == CERT_SERVER)
		name = cert_common_name(entry->certificate, &arena);
	else if (entry->role >= CERT_BROWSER)
	{
		cert_thumbprint(entry->certificate, thumbprint);
		name = thumbprint;
	}
	copy = name != NULL && (entry->role != CERT_SERVER || name[0] != '\0') ?
		mem_strdup(name) : NULL;
	arena_free(&arena);
	return copy;
}

/* Take over what an entry of the set lacks; "to" has the same certificate. */
static void
merge(CertEntry *to, CertEntry *from)
{
	if (to->key == NULL)
	{
		to->key = from->key;
		from->key = NULL;
	}
	if (to->friendly_name == NULL)
	{
		to->friendly_name = from->friendly_name;
		from->friendly_name = NULL;
	}
	if (to->provider == NULL)
	{
		to->provider = from->provider;
		from->provider = NULL;
	}
	if (to->local_id == NULL)
	{
		to->local_id = from->local_id;
		to->local_id_len = from->local_id_len;
		from->local_id = NULL;
	}
}

bool
cert_set_add(CertSet *set, CertEntry *entry, Error *error)
{
	size_t		place = 0;

	free(entry->name);
	entry->name = name_of(entry);
	if (entry->name == NULL)
	{
		cert_entry_free(entry);
		return error_set(error, NULL, NULL, "a server certificate has no "
						 "common name");
	}
	while (place < set->n && compare(&set->entries[place], entry) < 0)
		place++;
	if (place < set->n && compare(&set->entries[place], entry) == 0)
	{
		merge(&set->entries[place], entry);
		cert_entry_free(entry);
		return true;
	}
	if (set->n >= CERT_SET_ENTRIES)
	{
		cert_entry_free(entry);
		return error_set(error, NULL, NULL, "more than %d certificates in a "
						 "set", CERT_SET_ENTRIES);
	}
	set->entries = mem_grow(set->entries, (set->n + 1) * sizeof(CertEntry));
	memmove(&set->entries[place + 1], &set->entries[place],
			(set->n - place) * sizeof(CertEntry));
	set->entries[place] = *entry;
	set->n++;
	memset(entry, 0, sizeof(*entry));
	return true;
}

static bool
is_named(const CertEntry *entry, CertRole role, const char *name)
{
	return entry->role == role &&
		(name == NULL || ascii_same(entry->name, name));
}

const CertEntry *
cert_set_find(const CertSet *set, CertRole role, const char *name)
{
	for (size_t i = 0; i < set->n; i++)
		if (is_named(&set->entries[i], role, name))
			return &set->entries[i];
	return NULL;
}

size_t
cert_set_count(const CertSet *set, CertRole role, const char *name)
{
	size_t		n = 0;

	for (size_t i = 0; i < set->n; i++)
		n += is_named(&set->entries[i], role, name) ? 1 : 0;
	return n;
}

/* Add an entry, sharing what libcrypto counts, perhaps without its key. */
static bool
share(const CertEntry *from, bool with_key, CertSet *to, Error *error)
{
	CertEntry	entry = {.role = from->role,.certificate = from->certificate,
		.friendly_name = cert_copy(from->friendly_name),
	.provider = cert_copy(from->provider)};

	X509_up_ref(from->certificate);
	if (with_key && from->key != NULL)
	{
		EVP_PKEY_up_ref(from->key);
		entry.key = from->key;
	}
	if (from->local_id != NULL)
	{
		entry.local_id = memcpy(mem_alloc(from->local_id_len), from->local_id,
								from->local_id_len);
		entry.local_id_len = from->local_id_len;
	}
	return cert_set_add(to, &entry, error);
}

bool
cert_set_copy(const CertSet *from, CertSet *to, Error *error)
{
	for (size_t i = 0; i < from->n; i++)
		if (!share(&from->entries[i], true, to, error))
			return false;
	return true;
}

bool
cert_set_for_node(const CertSet *from, const char *alias, bool central,
				  CertSet *to, Error *error)
{
	if (cert_set_find(from, CERT_SERVER, alias) == NULL)
		return error_set(error, NULL, "\"qsrepl cert issue\" makes one, "
						 "signed by the site's root.",
						 "no server certificate for node \"%s\" in the set",
						 alias);
	for (size_t i = 0; i < from->n; i++)
	{
		const CertEntry *entry = &from->entries[i];

		if (entry->role == CERT_SERVER && !ascii_same(entry->name, alias))
			continue;
		if (!share(entry, entry->role != CERT_ROOT || central, to, error))
			return false;
	}
	return true;
}
