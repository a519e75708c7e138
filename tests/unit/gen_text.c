/*
 * gen_text.c
 *		Random column values, glued from fragments.
 */
#include "gen_text.h"

#include <string.h>

#define PICK(random, array) \
	(array)[random_below(random, sizeof(array) / sizeof((array)[0]))]

typedef struct Gen
{
	Random	   *random;
	const GenSet *set;
	size_t		site;			/* or GEN_ANY_SITE */
	GenText    *text;
} Gen;

/* How a path is spelled. */
typedef struct Spelling
{
	const char *unc;			/* before the server */
	const char *drive;			/* before the drive letter */
	const char *separator;
	bool		once;			/* is written for a site's own text too */
} Spelling;

/*
 * A UNC path behind file://// becomes one behind file:// on its way over a
 * drive path: that is no spelling for a site's own text.
 */
static const Spelling spellings[] = {
	{"\\\\", "", "\\", true},
	{"\\\\", "", "\\", true},
	{"\\\\\\\\", "", "\\\\", true},
	{"\\\\\\\\\\\\\\\\", "", "\\\\\\\\", true},
	{"//", "", "/", true},
	{"\\/\\/", "", "\\/", true},
	{"%5C%5C", "", "%5C", true},
	{"%2f%2f", "", "%2f", true},
	{"%5c%5C", "", "%5C", false},
	{"\\\\?\\UNC\\", "\\\\?\\", "\\", true},
	{"\\\\?\\unc\\", "\\\\?\\", "\\", false},
	{"\\\\\\\\?\\\\UNC\\\\", "\\\\\\\\?\\\\", "\\\\", true},
	{"file://", "file:///", "/", true},
	{"FILE://", "FILE:///", "/", true},
	{"file:\\/\\/", "file:\\/\\/\\/", "\\/", true},
	{"file:////", "file:///", "/", false},
	{"smb://", "smb:///", "/", false},
	{"cifs:\\/\\/", "cifs:\\/\\/\\/", "\\/", false},
};

/* What makes a host position, or something like one. */
static const char *const before_host[] = {
	"host=", "Server=tcp:", "Data Source = ", "\"host\": \"", "--host ",
	"-host ", "/server ", "\\\"addr\\\":\\\"", "ip='", "Machine_Name>",
	"hosts: [ \"", "server name ", "--server name ", "db-host\t=\t{",
	"xhost=", "_host=", "\\nhost=", "-Failover Partner:lpc:",
	"https://", "HTTPS:\\/\\/", "https%3A%2F%2F", "https%3a%2f%2fu%3Ap%40",
	"https://user:pw@", "jdbc:postgresql://", "lib://", "http://a=b@",
	"://", "%3A%2F%2F", "ldap://h1:389,", "user@", "mailto:x@", "[", "x:",
	"trust=a%2", "%1", "%20", "\\\\", "//", "\\\\\\\\", "%2F%2F", "file://",
	"\\\\?\\UNC\\", "c:\\", "(HOST=", "brokers=h1:1,", "hosts=h1, ",
	"certificateFilePath=", "peer:"
};

static const char *const behind_host[] = {
	":443", ":443/x", ":80,", ",1433", "\\SQLEXPRESS", "/x", "\"", "\\\"",
	"'", ";", ".", ". ", ",", ", ", ":", ": ", ":1:", ":123456", ":80a",
	"%3A443", "%2F", "%20", "%1", "%2", "%25", "%2D", "=", " = ", "\":",
	"@x", "]", "}", ")", "<", "$", "\\n", ":pw@h", "\\x,"
};

static const char *const before_path[] = {
	"np:", "url:", "/out:", "\"", "'", "=", "(", "<", "[", "{", ",", ";",
	"%1", "%2", "\\n", "\\t", " ", "\t", "\n", "x", "1", "_", ".", "-", "$",
	":", "/", "\\", "\xC3\xA9", "file:///", "file:\\/\\/\\/", "&", "#", "+",
	"x:", "a1:", "%20", "%"
};

static const char *const behind_path[] = {
	"\\x", "\\\\x", "\\\\\\\\x", "/x", "\\/x", "%5Cx", "%2Fx", "\\x.qvd ",
	"\\", "/", "2", "x", "-old", "$", ".old", ".", ". ", ".)", ".\\x",
	"\"", "\\\"", "'", ";", ",", "<", ">", "|", "?", "*", "=", "&", "#",
	"(", ")", "]", "}", "`", "%1", "%2", "%20", "%24", "%2E", "%2D", "%2B",
	"%2D:\\x", " Data", "\\n", "\\x\\host=", "\xE2\x82\xAC", "@x", ":", "+",
	"~", "!", "\\a b\\c", "://", "\\\\\\x"
};

static const char *const words[] = {
	"The node ", " and ", " ", ";", ",", "\"", "'", "\n", "\t", "x", "7",
	"=", ":", "://", "\\", "\\\\", "/", "//", "%", "%2", "%5C", "@", ".",
	"-", "--", "_", "host", "Server", "proxy ", "name", "{", "}", "[", "]",
	"\\\"", "\\n", "tcp:", "lib:", "file:", "smb:", "http", "C:", "D:\\",
	"&", "?", ">", "</a>", "password=x", "localhost", "::1", "fe80::1",
	"10.0.0.1", "fe80::10.0.0.1", "192.168.1.", "1.", "\xC3\xA9", "CN=Users",
	"%3A", "%40", "%2C", "\\\\?\\", "UNC\\", "\\/", "node", ":1", "::",
	"Provider=SQL.1;", "user:pw@"
};

static void
put(Gen *gen, const char *bytes, size_t len)
{
	GenText    *text = gen->text;

	if (len > GEN_TEXT - text->len)
		len = GEN_TEXT - text->len;
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

static void
put_string(Gen *gen, const char *string)
{
	put(gen, string, strlen(string));
}

static bool
any_site(const Gen *gen)
{
	return gen->site == GEN_ANY_SITE;
}

/* Put text in another case, now and then, where any spelling will do. */
static void
put_cased(Gen *gen, const char *bytes, size_t len)
{
	size_t		start = gen->text->len;
	int			change = any_site(gen) && random_one_in(gen->random, 3);

	put(gen, bytes, len);
	for (size_t i = start; change && i < gen->text->len; i++)
	{
		char	   *c = &gen->text->bytes[i];

		if (((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')) &&
			random_one_in(gen->random, 2))
			*c ^= 0x20;
	}
}

/* A value of the mapping that may be named here. */
static const char *
pick_value(Gen *gen, const GenMapping *mapping)
{
	const char *value;
	size_t		site = gen->site;

	if (any_site(gen))
		site = random_below(gen->random, gen->set->n_sites);
	value = mapping->value[site];
	if (any_site(gen) && mapping->former[0] != '\0' &&
		random_one_in(gen->random, 3))
		value = mapping->former;
	return value;
}

static const GenMapping *
pick_mapping(Gen *gen)
{
	return &gen->set->mappings[random_below(gen->random,
											gen->set->n_mappings)];
}

static void
put_separator(Gen *gen, const Spelling *spelling)
{
	bool		mixed = any_site(gen) && random_one_in(gen->random, 4);

	do
		put_string(gen, mixed && random_one_in(gen->random, 2) ? "/" :
				   spelling->separator);
	while (mixed && random_one_in(gen->random, 2));
}

static void
put_path(Gen *gen, const char *value, const Spelling *spelling)
{
	bool		unc = value[0] == '\\';

	put_cased(gen, unc ? spelling->unc : spelling->drive,
			  strlen(unc ? spelling->unc : spelling->drive));
	for (value += unc ? 2 : 0; *value != '\0';)
	{
		size_t		len = strcspn(value, "\\");

		put_cased(gen, value, len);
		value += len;
		if (*value == '\\')
		{
			put_separator(gen, spelling);
			value++;
		}
	}
}

/* A spelling that the site's own text may have: see spellings[]. */
static const Spelling *
pick_spelling(Gen *gen)
{
	const Spelling *spelling;

	do
		spelling = &PICK(gen->random, spellings);
	while (!any_site(gen) && !spelling->once);
	return spelling;
}

/* The rest of a path, in its spelling. */
static void
put_rest(Gen *gen, const Spelling *spelling)
{
	static const char *const names[] = {"x", "Apps", "a b", "CN1", "q.qvd",
	"n", "t1", "host=x", "u@h", "dr"};

	for (size_t n = random_below(gen->random, 3); n > 0; n--)
	{
		put_string(gen, spelling->separator);
		put_string(gen, PICK(gen->random, names));
	}
}

static void
put_reference(Gen *gen)
{
	const GenMapping *mapping = pick_mapping(gen);
	const char *value = pick_value(gen, mapping);

	if (gen_kind(mapping->class) == RW_KIND_PATH)
	{
		const Spelling *spelling = pick_spelling(gen);

		if (random_one_in(gen->random, 2))
			put_string(gen, PICK(gen->random, before_path));
		put_path(gen, value, spelling);
		if (random_one_in(gen->random, 2))
			put_rest(gen, spelling);
		if (random_one_in(gen->random, 2))
			put_string(gen, PICK(gen->random, behind_path));
		return;
	}
	if (!random_one_in(gen->random, 4))
		put_string(gen, PICK(gen->random, before_host));
	if (mapping->class == GEN_INET6 && random_one_in(gen->random, 2))
	{
		put_string(gen, "[");
		put_cased(gen, value, strlen(value));
		put_string(gen, "]");
	}
	else
		put_cased(gen, value, strlen(value));
	if (!random_one_in(gen->random, 3))
		put_string(gen, PICK(gen->random, behind_host));
}

static void
put_fragment(Gen *gen)
{
	switch (random_below(gen->random, 8))
	{
		case 0:
			put_string(gen, PICK(gen->random, words));
			break;
		case 1:
			put_string(gen, PICK(gen->random, before_host));
			break;
		case 2:
			put_string(gen, PICK(gen->random, behind_host));
			break;
		case 3:
			put_string(gen, PICK(gen->random, behind_path));
			break;
		case 4:
			if (any_site(gen) && random_one_in(gen->random, 3))
			{
				char		byte = (char) random_below(gen->random, 256);

				put(gen, &byte, 1);
				break;
			}
			/* fall through */
		default:
			put_reference(gen);
			break;
	}
}

static void
put_whole_path(Gen *gen)
{
	const GenMapping *mapping = pick_mapping(gen);
	const Spelling *spelling = pick_spelling(gen);
	const char *value = pick_value(gen, mapping);

	if (gen_kind(mapping->class) == RW_KIND_PATH)
		put_path(gen, value, spelling);
	else
	{
		/* A host mapping's server, or a relative path. */
		if (!random_one_in(gen->random, 4))
			put_string(gen, spelling->unc);
		put_cased(gen, value, strlen(value));
	}
	put_rest(gen, spelling);
	if (random_one_in(gen->random, 3))
		put_string(gen, PICK(gen->random, behind_path));
}

static void
put_host_list(Gen *gen)
{
	static const char *const separators[] = {",", ";", " ", ", ", "\t", ",,",
	"\n", ":", "/"};

	for (size_t n = random_below(gen->random, 5) + 1; n > 0; n--)
	{
		const char *value = pick_value(gen, pick_mapping(gen));

		if (random_one_in(gen->random, 5))
			value = PICK(gen->random, words);
		put_cased(gen, value, strlen(value));
		if (random_one_in(gen->random, 3))
			put_string(gen, PICK(gen->random, behind_host));
		if (n > 1)
			put_string(gen, PICK(gen->random, separators));
	}
}

static void
put_whole_value(Gen *gen)
{
	const char *value = pick_value(gen, pick_mapping(gen));

	put_cased(gen, value, strlen(value));
	if (random_one_in(gen->random, 5))
		put_string(gen, PICK(gen->random, words));
}

void
gen_text(Random *random, const GenSet *set, RwForm form, size_t site,
		 GenText *text)
{
	Gen			gen = {random, set, site, text};

	text->len = 0;
	switch (form)
	{
		case RW_FORM_PATH:
			put_whole_path(&gen);
			break;
		case RW_FORM_HOST:
			put_host_list(&gen);
			break;
		case RW_FORM_VALUE:
			put_whole_value(&gen);
			break;
		case RW_FORM_TEXT:
			for (size_t n = random_below(random, 8) + 1; n > 0; n--)
				put_fragment(&gen);
			break;
	}
}

void
gen_mutate(Random *random, GenText *text)
{
	for (size_t n = random_below(random, 6) + 1; n > 0 && text->len > 1; n--)
	{
		size_t		p = random_below(random, text->len - 1);
		char	   *at = text->bytes + p;

		switch (random_below(random, 4))
		{
			case 0:
				memmove(at, at + 1, text->len - p - 1);
				text->len--;
				break;
			case 1:
				if (text->len == GEN_TEXT)
					break;
				memmove(at + 1, at, text->len - p);
				text->len++;
				break;
			case 2:
				*at = (char) random_below(random, 256);
				break;
			default:
				{
					char		byte = at[0];

					at[0] = at[1];
					at[1] = byte;
				}
				break;
		}
	}
}
