/*
 * test_config.c
 *		The configuration's parts: paths, words, parameters, lines of any
 *		length; and a campaign of damaged files, which never do harm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/wrap.h"
#include "config/config.h"
#include "config/conninfo.h"
#include "config/path.h"
#include "config/words.h"
#include "harness.h"
#include "random.h"

static const char good[] =
"# A comment\n[qsrepl]\nsite = A\nmode = physical\n"
"databases = QSR SenseServices\ndrain_timeout = 5min\n\n"
"[site A]\nhost = db-a\nport = 5432\ndata_directory = /srv/a\n"
"settings_file = /etc/qsrepl/a.conf\n"
"conninfo = sslmode=verify-full options='-c x=y'\n"
"server_control = command\nstart_command = \"/x y\" start\n"
"stop_command = stop\n\n[site B]\nhost = db-b\n"
"data_directory = D:\\PostgreSQL\\data\n"
"settings_file = D:\\PostgreSQL\\qsrepl.conf\ndrill_port = 1\n\n"
"[mapping share]\nkind = path\nA = \\\\CN\\QlikShare\n"
"alias.A = \\\\CN1\\QlikShare\nB = \\\\FS-B\\Qlik$\n\n"
"[mapping h]\nkind = host\nA = cn1\nB = cn2\n\n"
"[hook x]\nwhen = after\nphase = promote\nsite = B\ncommand = /bin/true\n";

/* Two nodes a site, which take each other's place. */
static const char nodes[] =
"[node cn-a]\nsite = A\nalias = CN\naddress = 10.1.0.1\n"
"roles = central repository engine\n"
"[node p1-a]\nsite = A\nalias = P1\naddress = 10.1.0.2\n"
"[node cn-b]\nsite = B\nalias = CN\naddress = 10.2.0.1\n"
"roles = central repository\nsystem = linux\nssh_command = ssh \"a b\"\n"
"[node p1]\nsite = B\naddress = 10.2.0.2\nsmb_port = 4450\n";

static ConfigResult
load(const char *text, size_t len, Config *config, Problems *problems)
{
	return config_load_text("test.conf", text, len, config, problems);
}

static void
test_paths(void)
{
	check(path_is_absolute("/"));
	check(path_is_absolute("c:\\x"));
	check(path_is_absolute("C:/"));
	check(path_is_absolute("\\\\s\\f"));
	check(!path_is_absolute(""));
	check(!path_is_absolute("x/y"));
	check(!path_is_absolute("C:"));
	check(!path_is_absolute("C:x"));
	check(!path_is_absolute("\\x"));
	check(path_has_parent("/a/../b"));
	check(path_has_parent("C:\\a\\.."));
	check(!path_has_parent("/a/..b/...//."));
	check(!path_has_parent("/a\\..\\b"));
	check(path_is_inside("/a/b", "/a"));
	check(path_is_inside("/a", "/a//"));
	check(path_is_inside("//a/./b/", "/a/b"));
	check(path_is_inside("/a", "/"));
	check(!path_is_inside("/ab", "/a"));
	check(!path_is_inside("/a", "/a/b"));
	check(!path_is_inside("/A/b", "/a"));
	check(path_is_inside("c:/DATA\\x", "C:\\data"));
	check(!path_is_inside("D:\\data", "C:\\data"));
	check(!path_is_inside("/data", "C:\\data"));
}

/* Words with bars between, to compare. */
static void
check_words(const char *text, bool quotes, const char *expected)
{
	Arena		arena = {NULL};
	ConfigWords words;
	Text		joined = {NULL, 0, 0};

	text_add(&joined, "");
	if (!words_split(text, quotes, &arena, &words))
		text_add(&joined, "wrong");
	else
		for (size_t i = 0; i < words.n; i++)
			text_addf(&joined, "%s|", words.words[i]);
	check_text(joined.bytes, expected);
	text_free(&joined);
	arena_free(&arena);
}

static void
test_words(void)
{
	check_words("", true, "");
	check_words("  a\tbc ", true, "a|bc|");
	check_words("a \"b c\" d\"e f\"g", true, "a|b c|de fg|");
	check_words("C:\\x\\ \"\"", true, "C:\\x\\||");
	check_words("a \"b", true, "wrong");
	check_words("a \"b c\"", false, "a|\"b|c\"|");
	check(words_has("a bc d", "bc"));
	check(!words_has("a bc d", "b"));
	check(!words_has("", "b"));
}

static void
check_conninfo(const char *text, const char *expected)
{
	Arena		arena = {NULL};
	Text		joined = {NULL, 0, 0};
	const char *keyword;
	const char *value;
	bool		fine;

	text_add(&joined, "");
	while ((fine = conninfo_next(&text, &arena, &keyword, &value)) &&
		   keyword != NULL)
		text_addf(&joined, "%s=%s|", keyword, value);
	if (!fine)
		text_add(&joined, "wrong");
	check_text(joined.bytes, expected);
	text_free(&joined);
	arena_free(&arena);
}

static void
test_conninfo(void)
{
	check_conninfo("", "");
	check_conninfo(" a=b  c = 'd e' ", "a=b|c=d e|");
	check_conninfo("a='b\\'c\\\\' d=e\\ f", "a=b'c\\|d=e f|");
	check_conninfo("a=", "a=|");
	check_conninfo("a", "wrong");
	check_conninfo("a=b =c", "a=b|wrong");
	check_conninfo("a='b", "wrong");
	check(conninfo_is_secret("password"));
	check(!conninfo_is_secret("passfile"));
}

static void
check_nearest(const char *word, const char *expected)
{
	static const char *const known[] = {"host", "port", "passfile", "A"};
	Nearest		nearest;

	nearest_begin(&nearest, word);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		nearest_offer(&nearest, known[i]);
	check_text(nearest.best != NULL ? nearest.best : "-", expected);
}

static void
test_nearest(void)
{
	check_nearest("hsot", "host");
	check_nearest("Host", "host");
	check_nearest("prt", "port");
	check_nearest("pass_file", "passfile");
	check_nearest("a", "A");
	check_nearest("B", "-");
	check_nearest("", "-");
	check_nearest("nonsense", "-");
	check_nearest("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "-");
}

static void
test_utf8(void)
{
	check(utf8_length("a", 1) == 1);
	check(utf8_length("\xC3\xBC", 2) == 2);
	check(utf8_length("\xC3\xBC", 1) == 0);
	check(utf8_length("\xFC", 1) == 0);
	check(utf8_length("\xC0\x80", 2) == 0);
	check(utf8_length("\xE2\x82\xAC", 3) == 3);
	check(utf8_length("\xE0\x80\x80", 3) == 0);
	check(utf8_length("\xED\xA0\x80", 3) == 0);
	check(utf8_length("\xF0\x9F\x98\x80", 4) == 4);
	check(utf8_length("\xF4\x90\x80\x80", 4) == 0);
	check(utf8_length("\xBC", 1) == 0);
}

static void
test_wrap(void)
{
	Text		text = {NULL, 0, 0};

	wrap_add(&text, "# ", 9, "one two three fourteenletters");
	check_text(text.bytes, "# one two\n# three\n# fourteenletters\n");
	text_free(&text);
}

/* A value of every length comes whole, wherever its blanks are. */
static void
test_lengths(Random *random)
{
	for (size_t len = 1; len < 2500; len += 1 + len / 400)
	{
		char	   *value = malloc(len + 1);
		Text		text = {NULL, 0, 0};
		Config		config;
		Problems	problems;

		if (value == NULL)
			exit(1);
		for (size_t i = 0; i < len; i++)
			value[i] = "ab c[=:];#"[random_below(random, 10)];
		value[0] = 'x';
		value[len - 1] = 'y';
		value[len] = '\0';
		for (size_t i = 1; i < len; i++)
			if (value[i - 1] == ' ' && value[i] == ';')
				value[i] = 'z';
		text_addf(&text, "%s[site C]\nhost = c\ndata_directory = /c\n"
				  "settings_file = /x\ndescription = %s\n", good, value);
		load(text.bytes, text.len, &config, &problems);
		/* The mappings have no value for the third site: warnings. */
		check(problems.errors == 0);
		if (check(config.n_sites == 3))
			check_text(config.sites[2].description, value);
		problems_free(&problems);
		config_free(&config);
		text_free(&text);
		free(value);
	}
}

static void
test_good(void)
{
	Config		config;
	Problems	problems;

	check(load(good, strlen(good), &config, &problems) == CONFIG_GOOD);
	check(problems.n == 0);
	check_text(config.site, "A");
	check(config.databases.n == 2);
	check_text(config.databases.words[1], "SenseServices");
	check(config.databases.words[2] == NULL);
	check(config.drain_timeout == 300000);
	check(config.n_sites == 2 && config.sites[0].port == 5432);
	check(config.sites[0].control == CONFIG_CONTROL_COMMAND);
	check_text(config.sites[0].start_command.words[0], "/x y");
	check(config.sites[1].port == 4432 && config.sites[1].conninfo == NULL);
	check(config.n_mappings == 2 && config.mappings[0].n_values == 3);
	check(config.mappings[1].kind == RW_KIND_HOST);
	check(!config.mappings[0].values[1].current);
	check(config.n_hooks == 1 && config.hooks[0].phase ==
		  CONFIG_PHASE_PROMOTE);
	check(config.hooks[0].timeout == 60000);
	check(config_site(&config, "B") == &config.sites[1]);
	check(config_site(&config, "C") == NULL);
	problems_free(&problems);
	config_free(&config);
}

/* The good file, its nodes, and a further section give one error. */
static void
check_nodes_error(const char *further, const char *expected)
{
	char	   *text = text_format("%s%s%s", good, nodes, further);
	Config		config;
	Problems	problems;

	check(load(text, strlen(text), &config, &problems) == CONFIG_WRONG);
	check(problems.errors == 1);
	for (size_t i = 0; i < problems.n; i++)
		if (problems.list[i].severity == REPORT_ERROR)
			check_text(problems.list[i].message, expected);
	problems_free(&problems);
	config_free(&config);
	free(text);
}

static void
test_nodes(void)
{
	char	   *text = text_format("%s%s", good, nodes);
	Config		config;
	Problems	problems;

	check(load(text, strlen(text), &config, &problems) == CONFIG_GOOD);
	check(problems.n == 0);
	if (check(config.n_nodes == 4))
	{
		check_text(config_node_alias(&config.nodes[0]), "CN");
		check_text(config_node_alias(&config.nodes[3]), "p1");
		check(config_node_has_role(&config.nodes[1], "proxy"));
		check(!config_node_has_role(&config.nodes[1], "central"));
		check(config.nodes[0].system == CONFIG_WINDOWS);
		check(config.nodes[2].system == CONFIG_LINUX);
		check_text(config.nodes[2].ssh_command.words[1], "a b");
		check(config.nodes[0].smb_port == 445);
		check(config.nodes[3].smb_port == 4450);
		check(config_central_node(&config, "B") == &config.nodes[2]);
		check(config_central_node(&config, "C") == NULL);
	}
	problems_free(&problems);
	config_free(&config);
	free(text);
	check_nodes_error("[node x]\nsite = C\naddress = 10.1.0.9\n",
					  "site \"C\" is not defined");
	check_nodes_error("[node x]\nsite = A\naddress = 10.1.0.9\nroles = prxy\n",
					  "node \"x\" has role \"prxy\", which is not recognized");
	check_nodes_error("[node x]\nsite = A\nalias = cn\naddress = 10.1.0.9\n",
					  "nodes \"cn-a\" and \"x\" of site \"A\" have the same "
					  "alias \"CN\"");
	check_nodes_error("[node x]\nsite = A\naddress = 10.1.0.2\n",
					  "nodes \"p1-a\" and \"x\" of site \"A\" have the same "
					  "address");
	check_nodes_error("[node x]\nsite = B\naddress = 10.2.0.9\n"
					  "roles = central\n",
					  "site \"B\" has two central nodes: \"cn-b\" and \"x\"");
	check_nodes_error("[site C]\nhost = c\ndata_directory = /c\n"
					  "settings_file = /x\n[node x]\nsite = C\n"
					  "address = 10.3.0.1\n",
					  "no node of site \"C\" is central");
}

/* Damage a copy of the good file at some places. */
static size_t
damage(Random *random, char *copy, size_t len, size_t size)
{
	static const char *const bits[] = {
		"[", "]", "\n", " ;", "=", "alias.", "[site A]\n", "\\\\", "\"",
		"\r", "\t", "password", "9999999999", "\xFF\xFE", "'", "kind = host\n"
	};
	size_t		times = 1 + random_below(random, 8);

	while (times-- > 0)
	{
		size_t		at = random_below(random, len);
		const char *bit = bits[random_below(random,
											sizeof(bits) / sizeof(bits[0]))];
		size_t		n = strlen(bit);

		switch (random_below(random, 4))
		{
			case 0:
				copy[at] = (char) random_below(random, 256);
				break;
			case 1:				/* cut some bytes out */
				n = random_below(random, len - at);
				n = n < 40 ? n : 40;
				memmove(copy + at, copy + at + n, len - at - n);
				len -= n;
				break;
			case 2:				/* repeat a part elsewhere */
				n = random_below(random, len - at);
				n = n < 400 ? n : 400;
				if (len + n > size)
					break;
				memmove(copy + at + n, copy + at, len - at);
				len += n;
				break;
			default:
				if (len + n > size)
					break;
				memmove(copy + at + n, copy + at, len - at);
				memcpy(copy + at, bit, n);
				len += n;
				break;
		}
		if (len == 0)
			return 0;
	}
	return len;
}

/* Whatever is in the file: a verdict, and lines that are in the file. */
static void
test_damaged(Random *random)
{
	unsigned long rounds = harness_rounds("QSREPL_CONFIGS", 5000);

	for (unsigned long i = 0; i < rounds; i++)
	{
		char		copy[8000];
		size_t		len = strlen(good);
		size_t		lines = 1;
		Config		config;
		Problems	problems;
		ConfigResult result;

		memcpy(copy, good, len);
		if (random_one_in(random, 20))
			for (size_t j = 0; j < len; j++)
				copy[j] = (char) random_below(random, 256);
		else
			len = damage(random, copy, len, sizeof(copy));
		for (size_t j = 0; j < len; j++)
			lines += copy[j] == '\n' ? 1 : 0;
		result = load(copy, len, &config, &problems);
		check((result == CONFIG_GOOD) == (problems.errors == 0));
		check(problems.n == problems.errors + problems.warnings);
		for (size_t j = 0; j < problems.n; j++)
			if (problems.list[j].line > lines ||
				problems.list[j].message[0] == '\0')
				check(false);
		problems_free(&problems);
		config_free(&config);
	}
}

int
main(void)
{
	Random		random = {harness_seed()};

	test_paths();
	test_words();
	test_conninfo();
	test_nearest();
	test_utf8();
	test_wrap();
	test_good();
	test_nodes();
	test_lengths(&random);
	test_damaged(&random);
	return harness_finish();
}
