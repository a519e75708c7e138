/*
 * test_hosts.c
 *		Where a host is recognized: every key in every way to write it, the
 *		authorities of URLs, lists, ports and tokens.
 *
 * A '@' in an example stands for the host, which is to be rewritten, and '#'
 * for the same host where it is to stay.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "sets.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONG 512

/* One host of each sort, at A and at B. */
typedef struct Sort
{
	const char *there;
	const char *here;
} Sort;

enum
{
	SHORT_NAME,
	QUALIFIED,
	INET4,
	INET6,
	BRACKETED,
	SORTS
};

static const Sort sorts[SORTS] = {
	{"SRV1", "S-2"},
	{"srv1.corp.local", "x.y"},
	{"10.1.2.3", "srv2.b.local"},
	{"fd00::1:2", "fd00::3"},
	{"[fd00::1:2]", "[fd00::3]"},
};

static TestMemory memory;
static RwMatcher *matcher;

/* Write the host of a sort into an example's places. */
static void
fill(const char *example, const Sort *sort, bool there, char *out)
{
	size_t		used = 0;

	for (; *example != '\0'; example++)
	{
		const char *host = there || *example == '#' ? sort->there :
		sort->here;

		if (*example != '@' && *example != '#')
			out[used++] = *example;
		else
		{
			memcpy(out + used, host, strlen(host));
			used += strlen(host);
		}
	}
	out[used] = '\0';
}

static void
test_example(RwForm form, const char *example, int sort)
{
	char		in[LONG];
	char		expected[LONG];

	fill(example, &sorts[sort], true, in);
	fill(example, &sorts[sort], false, expected);
	if (!check_text(set_rewrite(matcher, form, in, &memory), expected))
		harness_print("  input", in, strlen(in));
	memory_reset(&memory);
}

/* The same with something in front of it and behind it. */
static void
test_joined(const char *before, const char *example, const char *behind,
			int sort)
{
	char		joined[LONG];
	size_t		a = strlen(before);
	size_t		b = strlen(example);

	memcpy(joined, before, a);
	memcpy(joined + a, example, b);
	memcpy(joined + a + b, behind, strlen(behind) + 1);
	test_example(RW_FORM_TEXT, joined, sort);
}

/* ---- keys ---- */

static const char *const keys[] = {
	"host", "hostname", "hosts", "server", "servername", "servers",
	"data source", "addr", "address", "network address", "ip", "ip address",
	"node", "nodename", "machine", "machine name", "computer",
	"computer name", "db host", "db server", "database host",
	"database server", "failover partner", "proxy", "proxy host",
	"proxy server", "endpoint", "broker", "brokers", "bootstrap servers",
	"smtp host", "smtp server", "ldap host", "certificate file path"
};

/* Words that only look like keys. */
static const char *const no_keys[] = {
	"hos", "hostt", "ghost", "hostx", "host1", "xserver", "data", "source",
	"catalog", "user", "password", "network", "failover", "bootstrap",
	"name", "database", "port", "workstation id", "dn", "localhost"
};

/* Write a key with blanks in one way of several. */
static void
spell_key(const char *key, int way, char *out)
{
	for (; *key != '\0'; key++)
	{
		char		c = *key;

		if (c == ' ')
		{
			if (way == 1)
				continue;
			c = way == 2 ? '_' : way == 3 ? '-' : way == 4 ? '\t' : ' ';
		}
		else if (way == 1 || way == 3)
			c = (char) (c - 'a' + 'A');
		*out++ = c;
	}
	*out = '\0';
}

static void
test_key(const char *key, bool good)
{
	static const char *const operators[] = {"=", ":", ">", " = ", "\t:\t",
		"\"=", "\" : ", "'=", "\\\":", "\\\\\\\":", "=\"", ": '", ":\\\"",
		":\\\\\\\"", "={", ": [ \"", "=[\n", "=tcp:", "=LPC:", "= { tcp:",
	">\""};
	static const char *const befores[] = {"", " ", "\n", ";", "\"", "\\\"",
	"(", "<", "\\n", "\\r", "\\t", "-", ".", "/", "%", ":", "\x01"};
	char		spelled[64];

	for (int way = 0; way < 5; way++)
	{
		char		joined[LONG];
		const char *host = good ? "@" : "#";

		spell_key(key, way, spelled);
		for (size_t o = 0; o < COUNT(operators); o++)
		{
			test_joined(spelled, operators[o], host, SHORT_NAME);
			test_joined(spelled, operators[o], "@", BRACKETED);
		}
		for (size_t b = 0; b < COUNT(befores); b++)
		{
			size_t		n = strlen(befores[b]);

			memcpy(joined, befores[b], n);
			memcpy(joined + n, spelled, strlen(spelled) + 1);
			test_joined(joined, "=", host, SHORT_NAME);
		}
		test_joined("--", spelled, good ? " @" : " #", SHORT_NAME);
		test_joined("x -", spelled, good ? "\t@ y" : "\t# y", SHORT_NAME);
		test_joined("\"/", spelled, good ? "  @" : "  #", SHORT_NAME);
	}
}

static void
test_keys(void)
{
	static const char *const glued[] = {"x", "X", "1", "_", "\xC3\xA9"};

	for (size_t i = 0; i < COUNT(keys); i++)
		test_key(keys[i], true);
	for (size_t i = 0; i < COUNT(no_keys); i++)
		test_key(no_keys[i], false);
	for (size_t i = 0; i < COUNT(glued); i++)
		test_joined(glued[i], "host=#", "", SHORT_NAME);
}

static void
test_behind_keys(void)
{
	static const char *const good[] = {"", " ", "\n", ";", ",", "\"", "'",
		"<", ">", "|", "?", "*", "&", "#x", "(", ")", "[", "]", "{", "}", "`",
		":x", ":80", ",1433", "\\INST", "/service", "\x01", "\x7F", "\\\"",
	" x", " ;", ".", ". "};
	static const char *const bad[] = {"x", "1", "-", "_", "\xC3\xA9", ".x",
		"$", "+", "@", "%41", "%", "!", ": ", ":\t", "=", " =", "\t=", "\"=",
	"\" =", "\":", "\" :", "\\\" :", "\\\\\\\":"};

	for (size_t i = 0; i < COUNT(good); i++)
	{
		char		host[LONG] = "@";

		/* '#' and '@' behind the host would be places for another. */
		if (strcmp(good[i], "#x") == 0)
			continue;
		memcpy(host + 1, good[i], strlen(good[i]) + 1);
		test_joined("host=", host, "", SHORT_NAME);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
	{
		char		host[LONG] = "#";

		if (strcmp(bad[i], "@") == 0)
			continue;
		memcpy(host + 1, bad[i], strlen(bad[i]) + 1);
		test_joined("host=", host, "", SHORT_NAME);
	}
}

/* ---- other positions ---- */

/* Of a short name, in form text. */
static const char *const short_examples[] = {
	/* nowhere else */
	"#", "the node # is up", "x#", "#x", "C:\\#\\x", "/#/", "User ID=#\\svc",
	"LDAP://dc01/CN=#", "Catalog=#;", "a:#", "#:", "#:x", "#;", "\"#\"",

	/* 1. the authority of a URL */
	"https://@", "https://@/x", "https://@:443", "x://@?a", "://@",
	"https:\\/\\/@\\/x", "HTTPS%3A%2F%2F@%2Fx", "https%3a%2f%2f@%3A443",
	"https://@,x", "https://x,@", "x://a:1,b,@:2,@/#", "x://@,@;#",
	"https://#x/", "https://x#/", "https://#.x/", "https://#-1/",
	"https://x.#/", "https://@./", "https://@.",
	"lib://#", "LIB://#/x", "x lib://#", "glib://@", "\\nlib://#",
	"%3A%2F%2F@%2Fx", "%3A%2F%2F@%5Cx", "%3A%2F%2F@%3Fx", "%3A%2F%2F@%23x",
	"%3A%2F%2Fx%2C@", "%3A%2F%2F@%3A80%2C@%3A81%2Fx", "%3A%2F%2F@%3A%2C#",
	"://@:1,@.:2,@", "://@:123456,#:x", "://@:,#",
	"%3A%2F%2F#%41", "%3A%2F%2F@%1x",
	"https://x y://@", "https://@/host=@", "https://@/@:80",

	/* nothing in the rest of a path, but the URL that it ends with */
	"file://@/#:80", "\\\\@\\x\\#:80", "\\\\@\\x://#", "%5C%5C@%5Cx://#",
	"\\\\\\\\@\\\\x:\\/\\/@", "\\\\@\\x%3A%2F%2F@", "\\\\x\\host=@",
	"https://x/#", "https://x/a,#", "https://x?#",

	/* 2. the server of a UNC path */
	"\\\\@", "\\\\@\\x", "\\\\@\\x\\#", "\\\\\\\\@\\\\x", "//@/x", "\\/\\/@",
	"%5C%5C@%5Cx", "%2f%2F@", "\\\\?\\UNC\\@\\x", "file://@/x",
	"file:////@/x", "smb://@/x", "\\\\#x\\x", "\\\\x#\\x", "\\\\\\#",
	"x\\\\#", "/#", "np:\\\\@\\pipe", "\\\\x\\#",

	/* 3. lists of a key */
	"hosts=@,@", "hosts=a, @ ,@", "hosts=\"@\", \"@\"", "hosts=@:1,@:2;#",
	"hosts=@\\I,@", "brokers=x,,@", "host=a b,#", "host=@;#", "host=@ #",
	"[\"hosts\":[\"@\",\"@\"],\"x\":[\"#\"]]", "hosts='a','@'",

	/* 4. with a port */
	"@:80", "x @:1 y", "@:65535,", "#:123456", "#:80a", "#:80.1", "#:80:1",
	"\"@:1\"", "@:80/x", "@:80_", "x#:80", "#x:80",
};

/* Of a qualified name and an address, in form text. */
static const char *const any_examples[] = {
	"@", "x @ y", "(@)", "\"@\"", "@.", "@. x", "@:443", "@:", "@,@", "=@",
	"https://@/x", "\\\\@\\x", "//@", "host=@", "<a>@</a>", "[@]x",
	"%20@", "%2F%2F@", "@%2Fx", "@%20", "@%1x", "x%1@", "@%2f", "%3A@",
	"x#", "#x", "x.#", "#.x", "x-#", "#-x", "_#", "#_", "\xC3\xA9#",
	"/#", "\\#", "x/#", "C:\\#", "%2F#", "%5C#", "%40#",
};

static const char *const address_examples[] = {
	"@", "x @ y", "(@)", "\"@\"", "@.", "@. x", "=@", "@,@", "[@]", "[@]:80",
	"https://[@]:443/x", "https://@/", "\\\\@\\x", "//@/x", "https://@,@",
	"\\\\[@]\\x", "host=@",
	"host=[@],80", "peer:@", "#:1", "#::", "1:#", "x#", "#x", "#g", "/#",
	"\\#", "[@", "fd00:#", "/[#]", "/[#]x",
	"/[#]:x", "/[@]:80",
};

static void
test_positions(void)
{
	for (size_t i = 0; i < COUNT(short_examples); i++)
		test_example(RW_FORM_TEXT, short_examples[i], SHORT_NAME);
	for (size_t i = 0; i < COUNT(any_examples); i++)
	{
		test_example(RW_FORM_TEXT, any_examples[i], QUALIFIED);
		test_example(RW_FORM_TEXT, any_examples[i], INET4);
	}
}

/* ---- users in URLs: '@' is a byte of the example, so no places ---- */

static void
test_users(void)
{
	static const Sort urls[] = {
		{"https://u@SRV1/", "https://u@S-2/"},
		{"https://u:p@SRV1:1/", "https://u:p@S-2:1/"},
		{"https://SRV1@x/", "https://SRV1@x/"},
		{"https://SRV1:p@x/", "https://SRV1:p@x/"},
		{"https://a@SRV1@SRV1/", "https://a@SRV1@S-2/"},
		{"https://a=b@SRV1/", "https://a=b@S-2/"},
		{"https://a b@SRV1/", "https://a b@SRV1/"},
		{"https://a/b@SRV1/", "https://a/b@SRV1/"},
		{"https://a,b@SRV1/", "https://a,b@S-2/"},
		{"https%3A%2F%2Fu%3Ap%40SRV1%3A1", "https%3A%2F%2Fu%3Ap%40S-2%3A1"},
		{"https%3A%2F%2FSRV1%40x", "https%3A%2F%2FSRV1%40x"},
		{"file://u@SRV1/x", "file://u@S-2/x"},
		{"svc@srv1.corp.local", "svc@srv1.corp.local"},
		{"https://svc@srv1.corp.local", "https://svc@x.y"},
		{"mailto:a@10.1.2.3", "mailto:a@10.1.2.3"},
		{"https://u@[fd00::1:2]/", "https://u@[fd00::3]/"},
		{"u@fd00::1:2", "u@fd00::1:2"},
		{"SRV1:80@x", "SRV1:80@x"},
		{"\\\\SRV1@SSL\\DavWWWRoot", "\\\\S-2@SSL\\DavWWWRoot"},
	};

	for (size_t i = 0; i < COUNT(urls); i++)
		if (!check_text(set_rewrite(matcher, RW_FORM_TEXT, urls[i].there,
									&memory), urls[i].here))
			harness_print("  input", urls[i].there, strlen(urls[i].there));
	memory_reset(&memory);
}

static void
test_addresses(void)
{
	static const Sort spellings[] = {
		{"FD00:0:0::1:2", "fd00::3"},
		{"[fd00:0000::0001:0002]", "[fd00::3]"},
		{"fd00::0.1.0.2", "fd00::3"},
		{"fd00::1:2%eth0", "fd00::3%eth0"},
		{"peer:fd00::1:2 x", "peer:fd00::3 x"},
		{"peer:fd00::1:2:3", "peer:fd00::1:2:3"},
		/* a key's host that begins with a colon */
		{"host=::ffff:10.9.8.7;x", "host=::5;x"},
		{"\"addr\": \"::FFFF:a09:807\"", "\"addr\": \"::5\""},
		{"::ffff:10.9.8.7", "::5"},
		/* the IPv4 address that another address ends with is a token */
		{"fe80::10.1.2.3", "fe80::srv2.b.local"},
		{"\\\\fe80::10.1.2.3\\x", "\\\\fe80::srv2.b.local\\x"},
		{"https://fe80::10.1.2.3/", "https://fe80::srv2.b.local/"},
		{"host=fe80::10.1.2.3;", "host=fe80::srv2.b.local;"},
		{"hosts=[fd00::1:2]:80,SRV1", "hosts=[fd00::3]:80,S-2"},
		{"hosts=fd00::1:2,SRV1", "hosts=fd00::3,S-2"},
		/* the longest spelling there is */
		{"[fd00:0000:0000:0000:0000:0000:101.102.103.104]:80",
		"[fd00::9]:80"},
		{"fd00:0000:0000:0000:0000:0000:101.102.103.104.", "fd00::9."},
	};

	for (size_t i = 0; i < COUNT(address_examples); i++)
		test_example(RW_FORM_TEXT, address_examples[i], INET6);
	for (size_t i = 0; i < COUNT(spellings); i++)
		check_text(set_rewrite(matcher, RW_FORM_TEXT, spellings[i].there,
							   &memory), spellings[i].here);
	memory_reset(&memory);
}

/* ---- form host ---- */

static void
test_lists(void)
{
	static const char *const lists[] = {"@", "@,@", "@;@ @\t@\n@\v@\f@\r@",
		"@:1", "@:65535", "#:123456", "#:", "#:x", "@.", "@.:1", "#..", "#x",
		"x#", "\"#\"", "#/x", "x=#", ",,@", "@,", "#\\x", "#:1:1",
	"(#)", "{#}"};

	for (size_t i = 0; i < COUNT(lists); i++)
		for (int sort = SHORT_NAME; sort < SORTS; sort++)
			if (sort != INET6 || strchr(lists[i], ':') == NULL)
				test_example(RW_FORM_HOST, lists[i], sort);
}

int
main(void)
{
	static const SetLine lines[] = {
		{"m0", RW_KIND_HOST, "A", "SRV1", false},
		{"m0", RW_KIND_HOST, "B", "S-2", false},
		{"m1", RW_KIND_HOST, "A", "srv1.corp.local", false},
		{"m1", RW_KIND_HOST, "B", "x.y", false},
		{"m2", RW_KIND_HOST, "A", "10.1.2.3", false},
		{"m2", RW_KIND_HOST, "B", "srv2.b.local", false},
		{"m3", RW_KIND_HOST, "A", "fd00::1:2", false},
		{"m3", RW_KIND_HOST, "B", "fd00::3", false},
		{"m4", RW_KIND_HOST, "A", "fd00::101.102.103.104", false},
		{"m4", RW_KIND_HOST, "B", "fd00::9", false},
		{"m5", RW_KIND_HOST, "A", "::ffff:10.9.8.7", false},
		{"m5", RW_KIND_HOST, "B", "::5", false},
	};
	TestMemory	place;

	memory_init(&memory);
	memory_init(&place);
	matcher = set_compile(lines, COUNT(lines), "B", &place);
	test_keys();
	test_behind_keys();
	test_positions();
	test_users();
	test_addresses();
	test_lists();
	rw_matcher_free(matcher);
	check(place.live == 0);
	return harness_finish();
}
