/*
 * verify.c
 *		Is a set whole and sound, and is it what a site expects?
 */
#include "cert/verify.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/ascii.h"
#include "base/timestamp.h"
#include "cert/describe.h"
#include "cert/internal.h"

#define DAY_MS INT64_C(86400000)
#define STRONG_BITS 2048

/* What a hint says in more than one place. */
static const char from_other[] = "Take the whole set from one site: root, "
"server and client certificates belong together.";
static const char export_keys[] = "Export it again, with its private key.";

/* A verification under way. */
typedef struct Verify
{
	const CertSet *set;
	const CertExpectations *expected;
	CertFindings *findings;
	const CertEntry *entry;		/* the one that is looked at */
	const char *title;			/* of it */
	CertDescription description;	/* of it */
} Verify;

static void
fail(const Verify *verify, const char *hint, const char *problem)
{
	cert_findings_add(verify->findings, CERT_FAIL, verify->title, hint, "%s",
					  problem);
}

/* Does a root's key make the signature?  Errors of libcrypto are dropped. */
static bool
is_signed_by(X509 * certificate, X509 * root)
{
	EVP_PKEY   *key = X509_get0_pubkey(root);
	bool		good = key != NULL &&
	X509_NAME_cmp(X509_get_issuer_name(certificate),
				  X509_get_subject_name(root)) == 0 &&
	X509_verify(certificate, key) == 1;

	ERR_clear_error();
	return good;
}

/*
 * Qlik Sense trusts what its root has signed; browsers' are others'.  Time
 * and strength are told on their own, and what a root says of its uses does
 * not matter to Qlik Sense: the signature is looked at alone.
 */
static void
verify_chain(const Verify *verify)
{
	const CertSet *set = verify->set;
	const CertEntry *entry = verify->entry;
	bool		is_root = entry->role == CERT_ROOT;
	bool		good = entry->role >= CERT_BROWSER ||
	cert_set_count(set, CERT_ROOT, NULL) == 0;

	for (size_t i = 0; i < set->n && !good; i++)
		if (is_root ? &set->entries[i] == entry :
			set->entries[i].role == CERT_ROOT)
			good = is_signed_by(entry->certificate,
								set->entries[i].certificate);
	if (!good)
		fail(verify, from_other, is_root ? "is not signed by itself" :
			 "is not signed by the root");
}

/*
 * The root's key is needed at the central node, which issues by it; what Qlik
 * Sense exports for others is without.
 */
static void
verify_key(const Verify *verify)
{
	const CertEntry *entry = verify->entry;

	if (entry->key == NULL)
	{
		if (verify->expected->public_only)
			return;
		if (entry->role >= CERT_BROWSER ||
			(entry->role == CERT_ROOT && verify->expected->central == NULL))
			cert_findings_add(verify->findings, CERT_WARN, verify->title,
							  export_keys, "has no private key");
		else
			fail(verify, export_keys, "has no private key");
	}
	else if (!cert_key_fits(entry->certificate, entry->key))
		fail(verify, from_other, "has a private key of another certificate");
}

static void
verify_time(const Verify *verify)
{
	const CertDescription *d = &verify->description;
	int64_t		now = verify->expected->now_ms;
	char		when[TIMESTAMP_SIZE];

	timestamp_format(d->not_after_ms, when);
	when[10] = '\0';
	if (d->not_after_ms <= now)
		cert_findings_add(verify->findings, CERT_FAIL, verify->title,
						  verify->entry->role == CERT_ENCRYPTION ? NULL :
						  "Let Qlik Sense renew it, or issue a new one.",
						  "has expired on %s", when);
	else if (d->not_after_ms - now <= verify->expected->expiry_ms)
		cert_findings_add(verify->findings, CERT_WARN, verify->title,
						  "Renew it before.", "expires on %s, in %ld days",
						  when, (long) ((d->not_after_ms - now) / DAY_MS));
	timestamp_format(d->not_before_ms, when);
	when[10] = '\0';
	if (d->not_before_ms > now + DAY_MS)
		cert_findings_add(verify->findings, CERT_FAIL, verify->title,
						  "Look at this machine's clock.",
						  "is not valid before %s", when);
}

static void
verify_strength(const Verify *verify)
{
	const CertDescription *d = &verify->description;

	if (strcmp(d->algorithm, "RSA") == 0 && d->key_bits < STRONG_BITS)
		cert_findings_add(verify->findings, CERT_WARN, verify->title,
						  "Let Qlik Sense issue certificates anew.",
						  "has a weak key: RSA of %d bits", d->key_bits);
	/* Nobody checks a root's signature of itself. */
	if (verify->entry->role != CERT_ROOT &&
		(strcmp(d->digest, "SHA1") == 0 || strcmp(d->digest, "MD5") == 0))
		cert_findings_add(verify->findings, CERT_WARN, verify->title,
						  "Let Qlik Sense issue certificates anew.",
						  "is signed with a weak digest: %s", d->digest);
}

/* Without it, Qlik Sense does not find its own. */
static void
verify_marker(const Verify *verify)
{
	if (verify->entry->role <= CERT_CLIENT && !verify->description.marked)
		fail(verify, "Qlik Sense has issued another one, or will: export "
			 "that.", "lacks the extension " CERT_MARKER " by which Qlik "
			 "Sense finds it");
}

static void
verify_entry(Verify *verify, const CertEntry *entry)
{
	char	   *title = cert_entry_title(entry);
	size_t		failed = verify->findings->counts[CERT_FAIL];
	size_t		warned = verify->findings->counts[CERT_WARN];
	char		when[TIMESTAMP_SIZE];

	verify->entry = entry;
	verify->title = title;
	cert_describe(entry->certificate, &verify->findings->arena,
				  &verify->description);
	verify_chain(verify);
	verify_key(verify);
	verify_time(verify);
	verify_strength(verify);
	verify_marker(verify);
	timestamp_format(verify->description.not_after_ms, when);
	when[10] = '\0';
	if (verify->findings->counts[CERT_FAIL] == failed &&
		verify->findings->counts[CERT_WARN] == warned)
		cert_findings_add(verify->findings, CERT_PASS, title, NULL,
						  "%s, valid to %s", verify->description.thumbprint,
						  when);
	free(title);
}

/* Exactly one: with none Qlik Sense makes its own, with two it stops. */
static void
verify_count(const Verify *verify, CertRole role, const char *name,
			 const char *title)
{
	size_t		n = cert_set_count(verify->set, role, name);

	if (n == 0)
		cert_findings_add(verify->findings, CERT_FAIL, title,
						  role == CERT_SERVER ? "\"qsrepl cert issue\" makes "
						  "one, signed by the site's root." :
						  "Without it, Qlik Sense would make its own set, and "
						  "could not read its passwords.", "is missing");
	else if (n > 1)
		cert_findings_add(verify->findings, CERT_FAIL, title,
						  role == CERT_ROOT ? "Remove the one that has not "
						  "signed the others: Qlik Sense does not start with "
						  "two." : "Remove the older one: Qlik Sense deletes "
						  "both, and issues a new one.",
						  "is there %lu times", (unsigned long) n);
}

static void
verify_aliases(const Verify *verify)
{
	const CertExpectations *expected = verify->expected;
	CertFindings *findings = verify->findings;

	for (size_t i = 0; i < expected->n_aliases; i++)
		verify_count(verify, CERT_SERVER, expected->aliases[i],
					 arena_printf(&findings->arena, "server certificate "
								  "\"%.120s\"", expected->aliases[i]));
	for (size_t i = 0; i < verify->set->n; i++)
	{
		const CertEntry *entry = &verify->set->entries[i];
		bool		known = expected->n_aliases == 0 ||
		entry->role != CERT_SERVER;

		for (size_t j = 0; j < expected->n_aliases && !known; j++)
			known = ascii_same(expected->aliases[j], entry->name);
		if (!known)
			cert_findings_add(findings, CERT_WARN,
							  arena_printf(&findings->arena, "server "
										   "certificate \"%.120s\"",
										   entry->name),
							  "Add the node to the configuration, or leave "
							  "the certificate out.",
							  "is of no node of the site");
	}
	/* Without a node table, each name is to be there once. */
	for (size_t i = 0; i < verify->set->n && expected->n_aliases == 0; i++)
		if (verify->set->entries[i].role == CERT_SERVER &&
			cert_set_find(verify->set, CERT_SERVER,
						  verify->set->entries[i].name) ==
			&verify->set->entries[i])
			verify_count(verify, CERT_SERVER, verify->set->entries[i].name,
						 arena_printf(&findings->arena, "server certificate "
									  "\"%.120s\"",
									  verify->set->entries[i].name));
}

/* Host.cfg says by which name the central node was installed. */
static void
verify_host(const Verify *verify)
{
	const CertExpectations *expected = verify->expected;
	const char *name = expected->host_name;

	if (name == NULL)
		return;
	if (cert_set_find(verify->set, CERT_SERVER, name) == NULL)
		cert_findings_add(verify->findings, CERT_FAIL, "Host.cfg",
						  "The central node must be installed with its alias "
						  "as the server's name.",
						  "names \"%.120s\", for which there is no server "
						  "certificate", name);
	else if (expected->central != NULL &&
			 !ascii_same(expected->central, name))
		cert_findings_add(verify->findings, CERT_FAIL, "Host.cfg",
						  "The central node must be installed with its alias "
						  "as the server's name.",
						  "names \"%.120s\", but the central node's alias is "
						  "\"%.120s\"", name, expected->central);
	else
		cert_findings_add(verify->findings, CERT_PASS, "Host.cfg", NULL,
						  "names \"%.120s\"", name);
}

/* A thumbprint without blanks and in capitals, as names of entries are. */
static const char *
plain_thumbprint(const char *thumbprint, Arena *arena)
{
	char	   *plain = arena_strdup(arena, thumbprint);
	char	   *to = plain;

	for (const char *from = thumbprint; *from != '\0'; from++)
	{
		bool		letter = (*from >= 'a' && *from <= 'f') ||
		(*from >= 'A' && *from <= 'F');

		if (letter || (*from >= '0' && *from <= '9'))
			*to++ = letter ? (char) (*from & ~0x20) : *from;
	}
	*to = '\0';
	return plain;
}

static const CertEntry *
by_thumbprint(const CertSet *set, const char *thumbprint)
{
	for (size_t i = 0; i < set->n; i++)
	{
		char		own[CERT_THUMBPRINT_SIZE];

		cert_thumbprint(set->entries[i].certificate, own);
		if (strcmp(own, thumbprint) == 0)
			return &set->entries[i];
	}
	return NULL;
}

/* A browser certificate without its key is warned of as such. */
static void
verify_found(const Verify *verify, const CertNamed *named, const char *object,
			 const CertEntry *entry)
{
	if (named->role == CERT_ENCRYPTION && entry->key == NULL &&
		!verify->expected->public_only)
		cert_findings_add(verify->findings, CERT_FAIL, object, export_keys,
						  "is named by %s, but has no private key, without "
						  "which encrypted apps cannot be opened",
						  named->where);
	else
		cert_findings_add(verify->findings, CERT_PASS, object, NULL,
						  "is named by %s", named->where);
}

static void
verify_named(const Verify *verify)
{
	CertFindings *findings = verify->findings;

	for (size_t i = 0; i < verify->expected->n_named; i++)
	{
		const CertNamed *named = &verify->expected->named[i];
		const char *thumbprint = plain_thumbprint(named->thumbprint,
												  &findings->arena);
		bool		browser = named->role == CERT_BROWSER;
		const CertEntry *entry = by_thumbprint(verify->set, thumbprint);
		const char *object = arena_printf(&findings->arena,
										  "%s certificate \"%.60s\"",
										  cert_role_word(named->role),
										  thumbprint);

		if (entry != NULL)
			verify_found(verify, named, object, entry);
		else
			cert_findings_add(findings, browser ? CERT_WARN : CERT_FAIL,
							  object, browser ? "Add it to the set as "
							  "browser.pfx; without it, the proxy takes its "
							  "server certificate." :
							  "Add it to the set as encryption.pfx; without "
							  "it, encrypted apps cannot be opened.",
							  "is named by %s, but is not there",
							  named->where);
	}
}

bool
cert_verify(const CertSet *set, const CertExpectations *expectations,
			CertFindings *findings)
{
	Verify		verify = {.set = set,.expected = expectations,
	.findings = findings};
	size_t		failed = findings->counts[CERT_FAIL];

	verify_count(&verify, CERT_ROOT, NULL, "root certificate");
	verify_count(&verify, CERT_CLIENT, NULL, "client certificate");
	for (size_t i = 0; i < set->n; i++)
		verify_entry(&verify, &set->entries[i]);
	verify_aliases(&verify);
	verify_host(&verify);
	verify_named(&verify);
	return findings->counts[CERT_FAIL] == failed;
}
