/*
 * test_cert.c
 *		The set of certificates: its order, its bytes, comparing, verifying,
 *		issuing; and that nothing of a key is left in memory.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/secret.h"
#include "cert/bundle.h"
#include "cert/describe.h"
#include "cert/issue.h"
#include "cert/verify.h"
#include "cert_make.h"
#include "harness.h"
#include "platform/clock.h"
#include "random.h"

static void
check_error(Error *error, const char *message, const char *detail)
{
	check_text(error->message != NULL ? error->message : "", message);
	check_text(error->detail != NULL ? error->detail : "", detail);
	error_free(error);
}

static void
test_order(void)
{
	CertSet		set = CERT_SET_NONE;
	char	   *title;

	make_set(&set);
	check(set.n == 5);
	check(set.entries[0].role == CERT_ROOT);
	check_text(set.entries[1].name, "CN");
	check_text(set.entries[2].name, "P1");
	check(set.entries[3].role == CERT_CLIENT);
	check(strlen(set.entries[4].name) == 40);
	check(cert_set_find(&set, CERT_SERVER, "p1") == &set.entries[2]);
	check(cert_set_find(&set, CERT_SERVER, "P10") == NULL);
	check(cert_set_count(&set, CERT_SERVER, NULL) == 2);
	title = cert_entry_title(&set.entries[2]);
	check_text(title, "server certificate \"P1\"");
	free(title);
	cert_set_free(&set);
}

static void
test_pack(void)
{
	CertSet		set = CERT_SET_NONE;
	CertSet		again;
	CertSet		copy = CERT_SET_NONE;
	Text		bytes = {NULL, 0, 0};
	Text		second = {NULL, 0, 0};
	Error		error = ERROR_NONE;

	make_set(&set);
	check(cert_set_pack(&set, &bytes, &error));
	check(bytes.capacity == bytes.len + 1);
	check(cert_set_unpack(bytes.bytes, bytes.len, &again, &error));
	check(again.n == set.n && again.entries[1].key != NULL);
	check_text(again.entries[1].friendly_name, "CN");
	check(cert_set_pack(&again, &second, &error));
	check(second.len == bytes.len &&
		  memcmp(second.bytes, bytes.bytes, bytes.len) == 0);
	check(cert_set_copy(&set, &copy, &error) &&
		  cert_set_pack(&copy, &second, &error));
	check(second.len == bytes.len &&
		  memcmp(second.bytes, bytes.bytes, bytes.len) == 0);
	cert_set_free(&copy);
	cert_set_free(&again);
	cert_set_free(&set);
	secret_free(&bytes);
	secret_free(&second);
}

/* No beginning of it is a set, nor is it with a byte behind. */
static void
test_cut(void)
{
	CertSet		set = CERT_SET_NONE;
	CertSet		again;
	Text		bytes = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	bool		refused = true;

	make_set(&set);
	cert_set_pack(&set, &bytes, &error);
	cert_set_free(&set);
	for (size_t len = 0; len < bytes.len; len += len < 40 ? 1 : 13)
	{
		char	   *part = memcpy(malloc(len + 1), bytes.bytes, len);

		refused = refused && !cert_set_unpack(part, len, &again, &error) &&
			again.n == 0 &&
			strcmp(error.message, "invalid set of certificates") == 0;
		free(part);
	}
	check(refused);
	check(!cert_set_unpack("QSREPLCS\001", 9, &again, &error));
	check_error(&error, "invalid set of certificates", "It ends too early.");
	check(!cert_set_unpack("QSREPLCX\001\0\0\0\0", 13, &again, &error));
	check_error(&error, "invalid set of certificates",
				"It does not begin as one.");
	check(!cert_set_unpack("QSREPLCS\002\0\0\0\0", 13, &again, &error));
	check_error(&error, "invalid set of certificates",
				"It is of another version.");
	check(!cert_set_unpack("QSREPLCS\001\0\0\377\0", 13, &again, &error));
	check_error(&error, "invalid set of certificates",
				"It has too many certificates.");
	check(!cert_set_unpack("QSREPLCS\001\0\0\0\0", 14, &again, &error));
	check_error(&error, "invalid set of certificates",
				"It goes on behind its end.");
	check(cert_set_unpack("QSREPLCS\001\0\0\0\0", 13, &again, &error));
	check(!cert_set_unpack(bytes.bytes, CERT_SET_BYTES + 1, &again, &error));
	check_error(&error, "invalid set of certificates", "It is too long.");
	secret_free(&bytes);
}

/* Where an entry ends: behind its role and five lengths. */
static size_t
entry_end(const Text *bytes, size_t at)
{
	at++;
	for (int i = 0; i < 5; i++)
	{
		const unsigned char *b = (const unsigned char *) bytes->bytes + at;

		at += 4 + ((size_t) b[0] << 24 | (size_t) b[1] << 16 |
				   (size_t) b[2] << 8 | b[3]);
	}
	return at;
}

static void
unpack_refused(const Text *bytes, const char *detail)
{
	CertSet		set;
	Error		error = ERROR_NONE;

	check(!cert_set_unpack(bytes->bytes, bytes->len, &set, &error));
	check_error(&error, "invalid set of certificates", detail);
}

/* The same entries in another order, or twice, with another's key. */
static void
test_canonical(void)
{
	CertSet		set = CERT_SET_NONE;
	Text		bytes = {NULL, 0, 0};
	Text		other = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	EVP_PKEY   *key;
	size_t		first = 13;
	size_t		second;
	size_t		third;

	make_set(&set);
	cert_set_pack(&set, &bytes, &error);
	second = entry_end(&bytes, first);
	third = entry_end(&bytes, second);
	secret_add(&other, bytes.bytes, first);
	secret_add(&other, bytes.bytes + second, third - second);
	secret_add(&other, bytes.bytes + first, second - first);
	secret_add(&other, bytes.bytes + third, bytes.len - third);
	unpack_refused(&other, "Its certificates are not in their order.");
	secret_free(&other);
	secret_add(&other, bytes.bytes, second);
	secret_add(&other, bytes.bytes + first, second - first);
	other.bytes[12] = 2;
	unpack_refused(&other, "A certificate is there twice.");
	other.bytes[first] = 5;
	unpack_refused(&other, "A role is not recognized.");
	other.bytes[first] = 0;
	other.bytes[first + 6] ^= 1;
	unpack_refused(&other, "A certificate cannot be read.");
	key = set.entries[0].key;
	set.entries[0].key = set.entries[1].key;
	set.entries[1].key = key;
	cert_set_pack(&set, &other, &error);
	unpack_refused(&other, "A private key does not belong to its "
				   "certificate.");
	free(set.entries[0].friendly_name);
	set.entries[0].friendly_name = text_format("a\nb");
	set.entries[1].key = set.entries[0].key;
	set.entries[0].key = key;
	cert_set_pack(&set, &other, &error);
	unpack_refused(&other, "A name is not plain UTF-8.");
	cert_set_free(&set);
	secret_free(&other);
	secret_free(&bytes);
}

/* A changed byte is refused, or is in a name, and makes another set. */
static void
test_changed(void)
{
	CertSet		set = CERT_SET_NONE;
	CertSet		again;
	Text		bytes = {NULL, 0, 0};
	Text		second = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	unsigned long rounds = harness_rounds("QSREPL_CERTS", 200);
	Random		random = {harness_seed()};
	bool		good = true;

	make_set(&set);
	cert_set_pack(&set, &bytes, &error);
	for (unsigned long i = 0; i < rounds; i++)
	{
		size_t		at = random_below(&random, bytes.len);
		char		old = bytes.bytes[at];

		bytes.bytes[at] = (char) (old ^ (1 << random_below(&random, 8)));
		if (cert_set_unpack(bytes.bytes, bytes.len, &again, &error))
		{
			good = good && cert_set_pack(&again, &second, &error) &&
				second.len == bytes.len &&
				memcmp(second.bytes, bytes.bytes, bytes.len) == 0;
			cert_set_free(&again);
		}
		else
			error_free(&error);
		bytes.bytes[at] = old;
	}
	check(good);
	cert_set_free(&set);
	secret_free(&bytes);
	secret_free(&second);
}

static size_t
count_changes(const CertSet *left, const CertSet *right, CertChange change,
			  bool same)
{
	CertDifference *list;
	size_t		n;
	size_t		found = 0;

	check(cert_set_compare(left, right, &list, &n) == same);
	for (size_t i = 0; i < n; i++)
		found += list[i].change == change ? 1 : 0;
	free(list);
	return found;
}

static void
test_compare(void)
{
	CertSet		a = CERT_SET_NONE;
	CertSet		b = CERT_SET_NONE;
	CertSet		node = CERT_SET_NONE;
	Error		error = ERROR_NONE;

	make_set(&a);
	check(cert_set_copy(&a, &b, &error));
	check(count_changes(&a, &b, CERT_SAME, true) == 5);
	EVP_PKEY_free(b.entries[1].key);
	b.entries[1].key = NULL;
	check(count_changes(&a, &b, CERT_KEY_ONLY_LEFT, false) == 1);
	check(count_changes(&b, &a, CERT_KEY_ONLY_RIGHT, false) == 1);
	cert_entry_free(&b.entries[4]);
	b.n--;
	check(count_changes(&a, &b, CERT_ONLY_LEFT, false) == 1);
	check(count_changes(&b, &a, CERT_ONLY_RIGHT, false) == 1);
	cert_set_free(&b);
	make_set(&b);
	check(count_changes(&a, &b, CERT_OTHER_KEY, false) == 4);
	cert_set_free(&b);
	check(cert_set_for_node(&a, "p1", false, &node, &error));
	check(node.n == 4 && node.entries[0].key == NULL &&
		  node.entries[1].key != NULL);
	cert_set_free(&node);
	check(cert_set_for_node(&a, "CN", true, &node, &error) &&
		  node.entries[0].key != NULL);
	cert_set_free(&node);
	check(!cert_set_for_node(&a, "P2", false, &node, &error));
	check_error(&error, "no server certificate for node \"P2\" in the set",
				"");
	cert_set_free(&a);
}

static bool
has_finding(const CertFindings *findings, CertSeverity severity,
			const char *object, const char *problem)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->list[i].severity == severity &&
			strcmp(findings->list[i].object, object) == 0 &&
			strstr(findings->list[i].problem, problem) != NULL)
			return true;
	return false;
}

static void
test_verify(void)
{
	static const char *const aliases[] = {"CN", "P2"};
	CertSet		set = CERT_SET_NONE;
	CertFindings findings = {.n = 0};
	const CertNamed named[] = {
		{CERT_BROWSER, "00 11", "x"}, {CERT_ENCRYPTION, "aa:BB", "y"}
	};
	CertExpectations expected = {.now_ms = plat_wall_ms(),
	.expiry_ms = INT64_C(1) << 30};

	make_set(&set);
	check(cert_verify(&set, &expected, &findings));
	check(findings.counts[CERT_WARN] == 0 && findings.counts[CERT_PASS] == 5);
	cert_findings_free(&findings);
	expected.aliases = aliases;
	expected.n_aliases = 2;
	expected.central = "CN";
	expected.host_name = "P1";
	expected.named = named;
	expected.n_named = 2;
	expected.now_ms += INT64_C(999) * 86400000;
	make_entry(&set, CERT_ROOT, "CN2-CA");
	check(!cert_verify(&set, &expected, &findings));
	check(has_finding(&findings, CERT_FAIL, "root certificate",
					  "is there 2 times"));
	check(has_finding(&findings, CERT_FAIL, "server certificate \"P2\"",
					  "is missing"));
	check(has_finding(&findings, CERT_WARN, "server certificate \"P1\"",
					  "is of no node of the site"));
	check(has_finding(&findings, CERT_WARN, "client certificate",
					  "expires on"));
	check(has_finding(&findings, CERT_FAIL, "Host.cfg",
					  "but the central node's alias is \"CN\""));
	check(has_finding(&findings, CERT_WARN, "browser certificate \"0011\"",
					  "is named by x, but is not there"));
	check(has_finding(&findings, CERT_FAIL, "encryption certificate \"AABB\"",
					  "is named by y, but is not there"));
	cert_findings_free(&findings);
	cert_set_free(&set);
}

/* What encrypted apps need is the key. */
static void
test_named(void)
{
	char		thumbprint[CERT_THUMBPRINT_SIZE];
	CertSet		set = CERT_SET_NONE;
	CertFindings findings = {.n = 0};
	CertNamed	named = {CERT_ENCRYPTION, thumbprint, "y"};
	CertExpectations expected = {.now_ms = plat_wall_ms(),.named = &named,
	.n_named = 1};
	const char *object;

	make_set(&set);
	cert_thumbprint(set.entries[4].certificate, thumbprint);
	object = arena_printf(&findings.arena, "encryption certificate \"%s\"",
						  thumbprint);
	check(cert_verify(&set, &expected, &findings));
	check(has_finding(&findings, CERT_PASS, object, "is named by y"));
	EVP_PKEY_free(set.entries[4].key);
	set.entries[4].key = NULL;
	check(!cert_verify(&set, &expected, &findings));
	check(has_finding(&findings, CERT_FAIL, object, "has no private key"));
	cert_findings_free(&findings);
	cert_set_free(&set);
}

static void
test_issue(void)
{
	static const char *const names[] = {"p9.company.test", "10.1.0.19"};
	CertSet		set = CERT_SET_NONE;
	CertFindings findings = {.n = 0};
	CertExpectations expected = {.now_ms = plat_wall_ms()};
	CertRequest request = {"P9", names, 2, 3650, plat_wall_ms()};
	CertDescription d;
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;

	check(!cert_issue(&set, &request, &error));
	check_error(&error, "the set has no root certificate to sign with", "");
	make_set(&set);
	check(cert_issue(&set, &request, &error));
	check(cert_issue(&set, &request, &error));
	check(cert_set_count(&set, CERT_SERVER, "P9") == 1);
	check(cert_verify(&set, &expected, &findings));
	cert_describe(cert_set_find(&set, CERT_SERVER, "P9")->certificate, &arena,
				  &d);
	check(d.key_bits == 2048 && d.marked);
	check_text(d.marker, "Test");
	check_text(d.digest, "SHA256");
	/* The root ends before. */
	check(d.not_after_ms < request.now_ms + INT64_C(1001) * 86400000);
	request.alias = "a b";
	check(!cert_issue(&set, &request, &error));
	check_error(&error, "\"a b\" cannot be a name in a certificate", "");
	request.alias = "P9";
	request.now_ms += INT64_C(2000) * 86400000;
	check(!cert_issue(&set, &request, &error));
	check_error(&error, "the root certificate has expired", "");
	make_entry(&set, CERT_ROOT, "X-CA");
	check(!cert_issue(&set, &request, &error));
	check_error(&error, "the set has 2 root certificates", "");
	cert_findings_free(&findings);
	cert_set_free(&set);
	make_entry(&set, CERT_ROOT, "CN-CA");
	EVP_PKEY_free(set.entries[0].key);
	set.entries[0].key = NULL;
	check(!cert_issue(&set, &request, &error));
	check_error(&error, "the set lacks the private key of the root "
				"certificate", "");
	cert_set_free(&set);
	arena_free(&arena);
}

static void
test_bundle(void)
{
	CertSet		set = CERT_SET_NONE;
	CertSet		again;
	Text		bytes = {NULL, 0, 0};
	Error		error = ERROR_NONE;

	make_set(&set);
	check(!cert_bundle_write(&set, "short", &bytes, &error));
	check_error(&error, "a password of 12 to 1024 bytes is needed for the "
				"file", "");
	check(cert_bundle_write(&set, "correct horse battery", &bytes, &error));
	check(cert_bundle_is(&bytes));
	check(cert_bundle_read(&bytes, "correct horse battery", &again, &error));
	check(again.n == set.n);
	cert_set_free(&again);
	check(!cert_bundle_read(&bytes, "correct horse batterz", &again, &error));
	check_error(&error, "could not open encrypted set of certificates",
				"The password is wrong, or the file was changed.");
	bytes.bytes[bytes.len - 40] ^= 1;
	check(!cert_bundle_read(&bytes, "correct horse battery", &again, &error));
	check_error(&error, "could not open encrypted set of certificates",
				"The password is wrong, or the file was changed.");
	bytes.len /= 2;
	check(!cert_bundle_read(&bytes, "correct horse battery", &again, &error));
	error_free(&error);
	text_free(&bytes);
	cert_set_free(&set);
}

int
main(void)
{
	test_order();
	test_pack();
	test_cut();
	test_canonical();
	test_changed();
	test_compare();
	test_verify();
	test_named();
	test_issue();
	test_bundle();
	return harness_finish();
}
