/*
 * test_dns.c
 *		What dig prints, what nsupdate reads, and addresses as text.
 */
#include <string.h>

#include "config/address.h"
#include "dns/internal.h"
#include "harness.h"

#define HEADER(status) ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, " \
	"status: " status ", id: 4711\n;; flags: qr aa; QUERY: 1\n\n" \
	";; ANSWER SECTION:\n"

static void
check_parse(const char *output, DnsState state, const char *target, long ttl)
{
	Arena		arena = {NULL};
	DnsAnswer	answer = {.server = "x"};

	dns_parse(output, "qs.company.test", "CNAME", &arena, &answer);
	check(answer.state == state);
	check(answer.ttl == ttl);
	check((answer.target == NULL) == (target == NULL));
	if (target != NULL && answer.target != NULL)
		check_text(answer.target, target);
	check((answer.problem == NULL) == (state == DNS_POINTS));
	arena_free(&arena);
}

static void
test_parse(void)
{
	check_parse(HEADER("NOERROR")
				"qs.company.test.\t60\tIN\tCNAME\tqs-a.company.test.\n\n",
				DNS_POINTS, "qs-a.company.test", 60);
	check_parse(HEADER("NOERROR")
				"QS.Company.test. 5 IN CNAME qs-a.company.test.\n"
				"qs-a.company.test. 60 IN A 10.0.0.1", DNS_POINTS,
				"qs-a.company.test", 5);
	check_parse(HEADER("NOERROR"), DNS_NO_RECORD, NULL, -1);
	check_parse(HEADER("NXDOMAIN"), DNS_NO_RECORD, NULL, -1);
	check_parse(HEADER("REFUSED"), DNS_REFUSES, NULL, -1);
	check_parse(HEADER("SERVFAIL")
				"qs.company.test. 60 IN CNAME qs-a.company.test.\n",
				DNS_REFUSES, NULL, -1);
	check_parse(HEADER("NOERROR") "qs.company.test. 60 IN A 10.0.0.1\n",
				DNS_REFUSES, NULL, -1);
	check_parse(HEADER("NOERROR") "qs.company.test. 60 IN CNAME a.test.\n"
				"qs.company.test. 60 IN CNAME b.test.\n", DNS_REFUSES, NULL,
				-1);
	check_parse(HEADER("NOERROR") "other.company.test. 60 IN CNAME a.test.\n",
				DNS_NO_RECORD, NULL, -1);
	check_parse(HEADER("NOERROR") "qs.company.test. 60 IN\n", DNS_NO_RECORD,
				NULL, -1);
	check_parse("", DNS_SILENT, NULL, -1);
	check_parse("hello\n", DNS_SILENT, NULL, -1);
}

static void
test_script(void)
{
	Config		config = {.dns = {.name = "qs.company.test",
	.zone = "company.test",.ttl = 60500}};
	DnsChange	change = {&config, "10.0.0.53#5353", "a.test", "b.test"};
	Text		script = {NULL, 0, 0};

	dns_update_script(&change, &script);
	check_text(script.bytes,
			   "server 10.0.0.53 5353\nzone company.test.\n"
			   "prereq yxrrset qs.company.test. CNAME a.test.\n"
			   "update delete qs.company.test. CNAME\n"
			   "update add qs.company.test. 61 CNAME b.test.\nsend\n");
	text_free(&script);
	config.dns.type = CONFIG_DNS_A;
	config.dns.zone = NULL;
	change = (DnsChange)
	{
		&config, "2001:db8::53", "10.0.0.1", "10.0.0.2"
	};
	dns_update_script(&change, &script);
	check_text(script.bytes,
			   "server 2001:db8::53 53\n"
			   "prereq yxrrset qs.company.test. A 10.0.0.1\n"
			   "update delete qs.company.test. A\n"
			   "update add qs.company.test. 61 A 10.0.0.2\nsend\n");
	text_free(&script);
}

static void
test_addresses(void)
{
	static const char *const ipv4[] = {"10.0.0.1", "0.0.0.0",
	"255.255.255.255"};
	static const char *const none[] = {"", "10.0.0", "10.0.0.256", "10.0.0.1.",
	"10.0.0.01", "1.2.3.4.5", "a.b.c.d", "10..0.1", "1234.0.0.1"};
	static const char *const names[] = {"CN", "qs-a.company.test", "a_b",
	"x.", "10.0.0.1"};
	static const char *const bad[] = {"", ".", "a..b", "-a", "a.-b", "a b",
	"a/b", "+x", "@x", "a\nb"};

	for (size_t i = 0; i < sizeof(ipv4) / sizeof(ipv4[0]); i++)
		check(address_is_ipv4(ipv4[i]) && address_is_any(ipv4[i]));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check(!address_is_ipv4(none[i]) && !address_is_any(none[i]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check(address_is_name(names[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(!address_is_name(bad[i]));
	check(address_is_any("2001:db8::1") && !address_is_ipv4("::1"));
	check(address_is_same("::1", "0:0:0:0:0:0:0:1"));
	check(address_is_same("QS.test.", "qs.TEST"));
	check(!address_is_same("qs.test", "qs.tes") &&
		  !address_is_same("a", "a.b"));
}

int
main(void)
{
	test_parse();
	test_script();
	test_addresses();
	return harness_finish();
}
