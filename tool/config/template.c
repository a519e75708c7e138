/*
 * template.c
 *		A new configuration file, made from the table of keys.
 */
#include "config/template.h"

#include <string.h>

#include "base/wrap.h"
#include "config/describe.h"
#include "config/keys.h"

#define WIDTH 78

static const char head[] =
"# Configuration of qsrepl: the same at all sites but for \"site\".\n"
"# \"qsrepl config check\" tells what is wrong with it; a line that begins\n"
"# with # is a comment, and shows the default or an example.  Passwords do\n"
"# not belong here: see passfile.\n";

/* What follows where nobody gave such a section. */
static const char no_mapping[] =
"\n# What differs between the sites, a section for each difference:\n"
"#[mapping share]\n"
"#kind = path\n"
"#A = \\\\CN\\QlikShare\n"
"#B = \\\\FS-B\\Qlik$\n";

static const char no_hook[] =
"\n# Programs of your own, before or after a phase:\n"
"#[hook announce]\n"
"#when = after\n"
"#phase = promote\n"
"#command = /usr/local/bin/after-promote\n";

static const char no_node[] =
"\n# The machines of Qlik Sense, of all sites, a section a machine:\n"
"#[node CN-A]\n"
"#site = A\n"
"#alias = CN\n"
"#address = 10.1.0.11\n"
"#roles = central repository engine proxy scheduler printing\n";

static const char no_certificates[] =
"\n# How Qlik Sense's certificates are read and written:\n"
"#[certificates]\n"
"#password_file = /etc/qsrepl/certificate-password\n"
"#expiry_warning_days = 90\n";

static const char no_alias[] =
"\n# Further names in the hosts files, a section a name:\n"
"#[alias FS]\n"
"#kind = file_server\n"
"#A = 10.1.0.20\n"
"#B = 10.2.0.20\n";

static const char no_dns[] =
"\n# The public alias in the DNS, which is switched with the active site; each\n"
"# site needs dns_target and dns_servers:\n"
"#[dns]\n"
"#name = qliksense.example.com\n"
"#zone = example.com\n"
"#ttl = 60s\n"
"#key_file = /etc/qsrepl/dns.key\n";

static const char no_share[] =
"\n# The file share's content, which is kept the same at both sites:\n"
"#[share qlik]\n"
"#mapping = share\n"
"#A = /mnt/qlik-a\n"
"#B = /mnt/qlik-b\n";

static const char no_snapshot[] =
"\n# How snapshots are made and kept; each site needs snapshot_directory:\n"
"#[snapshot]\n"
"#keep_last = 7\n";

const char *
config_answer(const ConfigAnswers *answers, const char *section,
			  const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < answers->n; i++)
		if (strcmp(answers->list[i].section, section) == 0 &&
			strcmp(answers->list[i].key, key) == 0)
			value = answers->list[i].value;
	return value;
}

static void
add_key(Text *text, const ConfigAnswers *answers, const char *section,
		const ConfigKey *key, Arena *arena)
{
	const char *value = config_answer(answers, section, key->name);
	const char *shown = key->otherwise != NULL ? key->otherwise :
	key->example;

	wrap_add(text, "# ", WIDTH,
			 arena_printf(arena, "%s (%s%s)", key->help,
						  key->required ? "required, " : "",
						  describe_type(key, arena)));
	if (value != NULL)
		text_addf(text, "%s = %s\n", key->name, value);
	else
		text_addf(text, "#%s = %s\n", key->name, shown != NULL ? shown : "");
}

/* Answers for keys that the table does not have: a mapping's sites. */
static void
add_others(Text *text, const ConfigAnswers *answers, const char *section,
		   const ConfigSectionKind *kind)
{
	for (size_t i = 0; i < answers->n; i++)
		if (strcmp(answers->list[i].section, section) == 0 &&
			config_key_find(kind, answers->list[i].key) == NULL)
			text_addf(text, "%s = %s\n", answers->list[i].key,
					  answers->list[i].value);
}

static void
add_section(Text *text, const ConfigAnswers *answers, const char *section,
			const ConfigSectionKind *kind, Arena *arena)
{
	text_addf(text, "\n[%s]\n", section);
	for (const ConfigKey *key = kind->keys; key->name != NULL; key++)
		add_key(text, answers, section, key, arena);
	add_others(text, answers, section, kind);
}

static bool
is_site(const ConfigAnswers *answers, const char *section)
{
	if (strncmp(section, "site ", 5) != 0)
		return false;
	for (size_t i = 0; i < answers->sites->n; i++)
		if (strcmp(section + 5, answers->sites->words[i]) == 0)
			return true;
	return false;
}

/* The kind of a section, of which the table may know nothing. */
static const ConfigSectionKind *
kind_of(const char *section)
{
	static const ConfigKey no_keys[] = {{.name = NULL}};
	static const ConfigSectionKind unknown = {
		"",.named = true,.open = true,.keys = no_keys,.help = ""
	};
	size_t		len = strcspn(section, " ");

	for (const ConfigSectionKind *kind = config_section_kinds;
		 kind->word != NULL; kind++)
		if (strlen(kind->word) == len &&
			strncmp(kind->word, section, len) == 0)
			return kind;
	return &unknown;
}

/* Sections that answers name beside those that are there anyway. */
static void
add_further(Text *text, const ConfigAnswers *answers, Arena *arena)
{
	for (size_t i = 0; i < answers->n; i++)
	{
		const char *section = answers->list[i].section;
		size_t		first = 0;

		while (strcmp(answers->list[first].section, section) != 0)
			first++;
		if (first == i && strcmp(section, "qsrepl") != 0 &&
			!is_site(answers, section))
			add_section(text, answers, section, kind_of(section), arena);
	}
}

/* Has an answer a section of this kind? */
static bool
has_kind(const ConfigAnswers *answers, size_t place)
{
	for (size_t i = 0; i < answers->n; i++)
		if (kind_of(answers->list[i].section) == &config_section_kinds[place])
			return true;
	return false;
}

void
config_template_add(Text *text, const ConfigAnswers *answers)
{
	Arena		arena = {NULL};

	text_add(text, head);
	add_section(text, answers, "qsrepl",
				&config_section_kinds[CONFIG_KIND_MAIN], &arena);
	for (size_t i = 0; i < answers->sites->n; i++)
		add_section(text, answers,
					arena_printf(&arena, "site %s", answers->sites->words[i]),
					&config_section_kinds[CONFIG_KIND_SITE], &arena);
	add_further(text, answers, &arena);
	if (!has_kind(answers, CONFIG_KIND_MAPPING))
		text_add(text, no_mapping);
	if (!has_kind(answers, CONFIG_KIND_HOOK))
		text_add(text, no_hook);
	if (!has_kind(answers, CONFIG_KIND_NODE))
		text_add(text, no_node);
	if (!has_kind(answers, CONFIG_KIND_CERTIFICATES))
		text_add(text, no_certificates);
	if (!has_kind(answers, CONFIG_KIND_ALIAS))
		text_add(text, no_alias);
	if (!has_kind(answers, CONFIG_KIND_DNS))
		text_add(text, no_dns);
	if (!has_kind(answers, CONFIG_KIND_SHARE))
		text_add(text, no_share);
	if (!has_kind(answers, CONFIG_KIND_SNAPSHOT))
		text_add(text, no_snapshot);
	arena_free(&arena);
}
