/*
 * test_value.c
 *		Names of kinds and forms; every accepted form of a mapping's value and
 *		every refusal, word for word.
 */
#include <string.h>

#include "harness.h"
#include "problem.h"

#define PATH_HINT "Write \\\\server\\share\\folder, \\\\server or D:\\folder."
#define NOT_A_PATH "It is neither a UNC path nor a drive path."
#define BYTES "A folder's name cannot hold control characters or any of " \
	"< > : \" | ? *."
#define SERVER "The server of a UNC path must be a host name or an IPv4 " \
	"address."
#define EMPTY "The path names no server or no folder."
#define ENDS "A folder's name cannot begin with a blank or end with a blank " \
	"or a dot."
#define DRIVE "A whole drive cannot be mapped; name a folder on it."
#define ROOT "A UNC path begins with two separators."
#define LOOPBACK "localhost and loopback addresses mean each server itself."
#define LOOPBACK_HINT "Leave it out: it needs no rewriting."
#define NOT_A_HOST "It is neither a host name nor an IP address."
#define HOST_HINT "Give it without port, brackets, URL or trailing dot."

typedef struct Accepted
{
	RwKind		kind;
	const char *value;
	const char *stored;
} Accepted;

static const Accepted accepted[] = {
	{RW_KIND_PATH, "\\\\fs\\qlik", "\\\\fs\\qlik"},
	{RW_KIND_PATH, "\\\\fs", "\\\\fs"},
	{RW_KIND_PATH, "\\\\fs\\", "\\\\fs"},
	{RW_KIND_PATH, "\\\\fs\\\\\\", "\\\\fs"},
	{RW_KIND_PATH, "\\\\fs\\qlik\\", "\\\\fs\\qlik"},
	{RW_KIND_PATH, "//fs/qlik/", "\\\\fs\\qlik"},
	{RW_KIND_PATH, "\\/fs/qlik\\a/b", "\\\\fs\\qlik\\a\\b"},
	{RW_KIND_PATH, "\\\\fs\\\\qlik//a/\\b", "\\\\fs\\qlik\\a\\b"},
	{RW_KIND_PATH, "\\\\FS-1.corp.local\\Qlik$\\A b", "\\\\FS-1.corp.local\\Qlik$\\A b"},
	{RW_KIND_PATH, "\\\\10.3.0.5\\dr", "\\\\10.3.0.5\\dr"},
	{RW_KIND_PATH, "\\\\fs@SSL\\DavWWWRoot", "\\\\fs@SSL\\DavWWWRoot"},
	{RW_KIND_PATH, "\\\\f\xC3\xBC\\\xE2\x82\xAC", "\\\\f\xC3\xBC\\\xE2\x82\xAC"},
	{RW_KIND_PATH, "\\\\fs\\a.b", "\\\\fs\\a.b"},
	{RW_KIND_PATH, "\\\\fs\\.a", "\\\\fs\\.a"},
	{RW_KIND_PATH, "\\\\fs\\%a'&=;,#()[]{}`+~!^@", "\\\\fs\\%a'&=;,#()[]{}`+~!^@"},
	{RW_KIND_PATH, "D:\\Qlik", "D:\\Qlik"},
	{RW_KIND_PATH, "d:/Qlik/Data/", "d:\\Qlik\\Data"},
	{RW_KIND_PATH, "D:\\\\Qlik\\\\\\Data", "D:\\Qlik\\Data"},
	{RW_KIND_PATH, "D:\\Program Files\\Qlik", "D:\\Program Files\\Qlik"},
	{RW_KIND_HOST, "CN1", "CN1"},
	{RW_KIND_HOST, "c", "c"},
	{RW_KIND_HOST, "cn1.Site-A.corp_x.local", "cn1.Site-A.corp_x.local"},
	{RW_KIND_HOST, "192.168.1.101", "192.168.1.101"},
	{RW_KIND_HOST, "128.0.0.1", "128.0.0.1"},
	{RW_KIND_HOST, "fd00:A::0101", "fd00:A::0101"},
	{RW_KIND_HOST, "::2", "::2"},
	{RW_KIND_HOST, "::", "::"},
	{RW_KIND_HOST, "::ffff:10.0.0.1", "::ffff:10.0.0.1"},
	{RW_KIND_HOST, "n\xC3\xBC", "n\xC3\xBC"},
	{RW_KIND_HOST, "localhosts", "localhosts"},
	{RW_KIND_HOST, "local", "local"},
	{RW_KIND_HOST, "localhost-2", "localhost-2"},
	{RW_KIND_VALUE, "x", "x"},
	{RW_KIND_VALUE, " A:\t\\b\n ", " A:\t\\b\n "},
	{RW_KIND_VALUE, "localhost", "localhost"},
};

typedef struct Refused
{
	RwKind		kind;
	const char *value;
	const char *detail;
} Refused;

static const Refused refused_paths[] = {
	{RW_KIND_PATH, "x", NOT_A_PATH},
	{RW_KIND_PATH, "\\", NOT_A_PATH},
	{RW_KIND_PATH, "\\fs\\qlik", NOT_A_PATH},
	{RW_KIND_PATH, "fs\\qlik", NOT_A_PATH},
	{RW_KIND_PATH, "D", NOT_A_PATH},
	{RW_KIND_PATH, "D:", NOT_A_PATH},
	{RW_KIND_PATH, "D:Qlik", NOT_A_PATH},
	{RW_KIND_PATH, "DD:\\Qlik", NOT_A_PATH},
	{RW_KIND_PATH, "1:\\Qlik", NOT_A_PATH},
	{RW_KIND_PATH, ":\\Qlik", NOT_A_PATH},
	{RW_KIND_PATH, " \\\\fs\\qlik", NOT_A_PATH},
	{RW_KIND_PATH, "file://fs/qlik", NOT_A_PATH},
	{RW_KIND_PATH, "\\\\\\fs\\qlik", ROOT},
	{RW_KIND_PATH, "////fs/qlik", ROOT},
	{RW_KIND_PATH, "\\\\", EMPTY},
	{RW_KIND_PATH, "//", EMPTY},
	{RW_KIND_PATH, "D:\\", DRIVE},
	{RW_KIND_PATH, "D:/\\/", DRIVE},
	{RW_KIND_PATH, "\\\\?\\UNC\\fs\\qlik", BYTES},
	{RW_KIND_PATH, "\\\\?\\D:\\Qlik", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a<b", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a>b", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a:b", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a\"b", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a|b", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a?b", BYTES},
	{RW_KIND_PATH, "\\\\fs\\*", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a\tb", BYTES},
	{RW_KIND_PATH, "\\\\fs\\a\x7F", BYTES},
	{RW_KIND_PATH, "D:\\a\\b:c", BYTES},
	{RW_KIND_PATH, "\\\\fd00::1\\qlik", BYTES},
	{RW_KIND_PATH, "\\\\f s\\qlik", SERVER},
	{RW_KIND_PATH, "\\\\fs$\\qlik", SERVER},
	{RW_KIND_PATH, "\\\\[fs]\\qlik", SERVER},
	{RW_KIND_PATH, "\\\\fs.\\qlik", ENDS},
	{RW_KIND_PATH, "\\\\fs\\qlik.", ENDS},
	{RW_KIND_PATH, "\\\\fs\\..\\qlik", ENDS},
	{RW_KIND_PATH, "\\\\fs\\qlik ", ENDS},
	{RW_KIND_PATH, "\\\\fs\\ qlik", ENDS},
	{RW_KIND_PATH, "D:\\a\\ \\b", ENDS},
	{RW_KIND_PATH, "D:\\.", ENDS},
};

static const Refused refused_hosts[] = {
	{RW_KIND_HOST, "localhost", LOOPBACK},
	{RW_KIND_HOST, "LocalHost", LOOPBACK},
	{RW_KIND_HOST, "localhost.localdomain", LOOPBACK},
	{RW_KIND_HOST, "127.0.0.1", LOOPBACK},
	{RW_KIND_HOST, "127.255.3.4", LOOPBACK},
	{RW_KIND_HOST, "::1", LOOPBACK},
	{RW_KIND_HOST, "0:0:0::0:0001", LOOPBACK},
	{RW_KIND_HOST, "::ffff:127.0.0.1", LOOPBACK},
	{RW_KIND_HOST, "::ffff:7f01:203", LOOPBACK},
	{RW_KIND_HOST, ".", NOT_A_HOST},
	{RW_KIND_HOST, ".cn1", NOT_A_HOST},
	{RW_KIND_HOST, "cn1.", NOT_A_HOST},
	{RW_KIND_HOST, "cn1:443", NOT_A_HOST},
	{RW_KIND_HOST, "[fd00::1]", NOT_A_HOST},
	{RW_KIND_HOST, "fd00::1::2", NOT_A_HOST},
	{RW_KIND_HOST, "fe80::1%eth0", NOT_A_HOST},
	{RW_KIND_HOST, "https://cn1", NOT_A_HOST},
	{RW_KIND_HOST, "cn1 cn2", NOT_A_HOST},
	{RW_KIND_HOST, "cn1,cn2", NOT_A_HOST},
	{RW_KIND_HOST, " cn1", NOT_A_HOST},
	{RW_KIND_HOST, "cn1\n", NOT_A_HOST},
	{RW_KIND_HOST, "a@cn1", NOT_A_HOST},
	{RW_KIND_HOST, "\\\\cn1", NOT_A_HOST},
};

static void
test_accepted(void)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
	{
		const Accepted *a = &accepted[i];
		char		stored[RW_VALUE_MAX + 1] = "";
		char		again[RW_VALUE_MAX + 1] = "";
		RwProblem	problem;

		if (!check(rw_value_normalize(a->kind, a->value, stored, &problem)))
			harness_print("  value", a->value, strlen(a->value));
		check_text(stored, a->stored);

		/* What is stored is stored again as it is. */
		check(rw_value_normalize(a->kind, stored, again, &problem));
		check_text(again, stored);
	}
}

static void
test_refused(const Refused *table, size_t n, const char *start,
			 const char *hint, const char *loopback_hint)
{
	for (size_t i = 0; i < n; i++)
	{
		char		stored[RW_VALUE_MAX + 1];
		char		message[RW_VALUE_MAX];
		RwProblem	problem;
		size_t		used = strlen(start);

		memset(&problem, 'x', sizeof(problem));
		check(!rw_value_normalize(table[i].kind, table[i].value, stored,
								  &problem));
		check(problem.code == RW_PROBLEM_INVALID);
		memcpy(message, start, used);
		memcpy(message + used, table[i].value, strlen(table[i].value));
		used += strlen(table[i].value);
		memcpy(message + used, "\" cannot be mapped", 19);
		check_text(problem.message, message);
		check_text(problem.detail, table[i].detail);
		check_text(problem.hint, strcmp(table[i].detail, LOOPBACK) == 0 ?
				   loopback_hint : hint);
	}
}

/* Every byte alone in the name of a server, of a folder and of a host. */
static void
test_bytes(void)
{
	for (int c = 1; c < 256; c++)
	{
		char		server[] = "\\\\f?s\\qlik";
		char		folder[] = "\\\\fs\\q?k";
		char		host[] = "c?n";
		char		stored[RW_VALUE_MAX + 1];
		RwProblem	problem;
		bool		separator = c == '\\' || c == '/';
		bool		letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		bool		token = letter || (c >= '0' && c <= '9') || c > 0x7F ||
		strchr("-_.", c) != NULL;
		bool		name = c >= 0x20 && c != 0x7F &&
		strchr("<>:\"|?*", c) == NULL;

		server[3] = folder[6] = host[1] = (char) c;
		check(rw_value_normalize(RW_KIND_PATH, server, stored, &problem) ==
			  (token || separator || c == '@'));
		check(rw_value_normalize(RW_KIND_PATH, folder, stored, &problem) ==
			  name);
		check(rw_value_normalize(RW_KIND_HOST, host, stored, &problem) ==
			  token);
	}
}

static void
test_empty(void)
{
	static const char *const messages[] = {
		"value of a path mapping must not be empty",
		"value of a host mapping must not be empty",
		"value of a value mapping must not be empty"
	};
	static const char *const hints[] = {
		"Leave the site out if it has no such path.",
		"Leave the site out if it has no such host.",
		"Leave the site out if it has no such value."
	};
	char		stored[RW_VALUE_MAX + 1];
	RwProblem	problem;

	for (int kind = RW_KIND_PATH; kind <= RW_KIND_VALUE; kind++)
	{
		check(!rw_value_normalize((RwKind) kind, "", stored, &problem));
		check(problem.code == RW_PROBLEM_INVALID);
		check_text(problem.message, messages[kind]);
		check_text(problem.detail, "");
		check_text(problem.hint, hints[kind]);
	}
}

/* The longest value, and one byte more, which the message cuts short. */
static void
test_length(void)
{
	char		value[RW_VALUE_MAX + 2];
	char		stored[RW_VALUE_MAX + 1];
	char		message[128] = "value \"";
	RwProblem	problem;

	for (int kind = RW_KIND_PATH; kind <= RW_KIND_VALUE; kind++)
	{
		memset(value, 'x', sizeof(value));
		if (kind == RW_KIND_PATH)
			memcpy(value, "\\\\fs\\", 5);
		value[RW_VALUE_MAX] = '\0';
		check(rw_value_normalize((RwKind) kind, value, stored, &problem));
		check_text(stored, value);

		value[RW_VALUE_MAX] = 'x';
		value[RW_VALUE_MAX + 1] = '\0';
		check(!rw_value_normalize((RwKind) kind, value, stored, &problem));
		memcpy(message + 7, value, 80);
		memcpy(message + 87, "...\" is too long", 17);
		check_text(problem.message, message);
		check_text(problem.detail, "A value has at most 1024 bytes.");
		check_text(problem.hint, "");
	}
}

/* A value is cut before the bytes over 0x7F that end there. */
static void
test_cut(void)
{
	char		value[120] = "x ";
	char		stored[RW_VALUE_MAX + 1];
	char		message[120] = "host \"x ";
	RwProblem	problem;

	memset(value + 2, 'y', 70);
	memset(message + 8, 'y', 70);
	memset(value + 72, '\xC3', 40);
	memcpy(message + 78, "...\" cannot be mapped", 22);
	check(!rw_value_normalize(RW_KIND_HOST, value, stored, &problem));
	check_text(problem.message, message);
}

/* What has no room is left out from the first piece on that does not fit. */
static void
test_full(void)
{
	char		buffer[8];

	rw_format_part(buffer, sizeof(buffer), "ab%sd", "123", (char *) NULL);
	check_text(buffer, "ab123d");
	rw_format_part(buffer, sizeof(buffer), "ab%sde", "1234", (char *) NULL);
	check_text(buffer, "ab1234d");
	rw_format_part(buffer, sizeof(buffer), "ab%sd", "123456", (char *) NULL);
	check_text(buffer, "ab");
}

static void
test_names(void)
{
	static const char *const kinds[] = {"path", "host", "value"};
	static const char *const forms[] = {"path", "host", "text", "value"};
	RwKind		kind = RW_KIND_VALUE;
	RwForm		form = RW_FORM_HOST;

	for (int i = 0; i < 3; i++)
	{
		check(rw_kind_parse(kinds[i], &kind) && (int) kind == i);
		check_text(rw_kind_name((RwKind) i), kinds[i]);
	}
	for (int i = 0; i < 4; i++)
	{
		check(rw_form_parse(forms[i], &form) && (int) form == i);
		check_text(rw_form_name((RwForm) i), forms[i]);
	}

	/* No other name; the variable stays as it was. */
	check(!rw_kind_parse("text", &kind) && kind == RW_KIND_VALUE);
	check(!rw_kind_parse("Path", &kind) && kind == RW_KIND_VALUE);
	check(!rw_kind_parse("", &kind) && kind == RW_KIND_VALUE);
	check(!rw_form_parse("json", &form) && form == RW_FORM_VALUE);
	check(!rw_form_parse("text ", &form) && form == RW_FORM_VALUE);
}

int
main(void)
{
	test_names();
	test_accepted();
	test_refused(refused_paths,
				 sizeof(refused_paths) / sizeof(refused_paths[0]),
				 "path \"", PATH_HINT, PATH_HINT);
	test_refused(refused_hosts,
				 sizeof(refused_hosts) / sizeof(refused_hosts[0]),
				 "host \"", HOST_HINT, LOOPBACK_HINT);
	test_bytes();
	test_empty();
	test_length();
	test_cut();
	test_full();
	return harness_finish();
}
