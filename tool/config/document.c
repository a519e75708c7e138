/*
 * document.c
 *		The page about the configuration file, made from the table of keys.
 */
#include "config/document.h"

#include "base/arena.h"
#include "config/describe.h"
#include "config/keys.h"
#include "config/paths.h"

static const char head[] =
"<!-- Made by \"qsrepl docs configuration\" (make docs); do not edit. -->\n"
"# The configuration file\n\n"
"`qsrepl.conf` is the same at all sites but for `site`. `qsrepl init` writes\n"
"one with comments, `qsrepl config check` tells everything that is wrong with\n"
"it at once, and `qsrepl config show` prints what holds and where it comes\n"
"from. It is looked for at `" CONFIG_DEFAULT_FILE "`; `--config` and the\n"
"environment variable `QSREPL_CONFIG` name another.\n\n"
"A line is a `[section]`, a `key = value`, or a comment that begins with `#`\n"
"or `;`. The file is UTF-8. Blanks around key and value are dropped; there\n"
"are no quotation marks around values, and a backslash is a backslash. A line\n"
"has at most 8192 bytes. A semicolon behind a blank is refused in a value,\n"
"since it would begin a comment.\n\n"
"Nobody but its owner, who is root or the user of qsrepl, may write the file:\n"
"it names programs that are run. **It holds no passwords**: they are in\n"
"`~/.pgpass`, in a service file, in the environment, or in the file that\n"
"`passfile` names.\n\n"
"```ini\n"
"[qsrepl]\n"
"site = A\n"
"passfile = /etc/qsrepl/pgpass\n\n"
"[site A]\n"
"host = db-a.example.com\n"
"data_directory = /var/lib/postgresql/15/main\n"
"settings_file = /etc/postgresql/15/main/conf.d/qsrepl.conf\n"
"server_control = pg_ctlcluster\n"
"server_name = 15/main\n\n"
"[site B]\n"
"host = db-b.example.com\n"
"data_directory = C:\\Program Files\\PostgreSQL\\15\\data\n"
"settings_file = C:\\ProgramData\\qsrepl\\settings.conf\n"
"server_control = windows_service\n"
"server_name = postgresql-x64-15\n\n"
"[mapping share]\n"
"kind = path\n"
"A = \\\\CN\\QlikShare\n"
"alias.A = \\\\cn.example.com\\QlikShare\n"
"B = \\\\FS-B\\Qlik$\n"
"```\n";

/* Where the key's default is. */
static const char *
otherwise(const ConfigKey *key, Arena *arena)
{
	if (key->required)
		return "required";
	return key->otherwise != NULL ?
		arena_printf(arena, "`%s`", key->otherwise) : "";
}

static void
add_key(Text *text, const ConfigKey *key, Arena *arena)
{
	text_addf(text, "| `%s` | %s | %s | %s", key->name,
			  describe_type(key, arena), otherwise(key, arena), key->help);
	if (key->variable != NULL)
		text_addf(text, " The environment variable `%s` overrides it.",
				  key->variable);
	text_add(text, " |\n");
}

static void
add_kind(Text *text, const ConfigSectionKind *kind, Arena *arena)
{
	text_addf(text, "\n## `[%s%s]`\n\n%s\n\n| key | value | default | |\n"
			  "|---|---|---|---|\n", kind->word, kind->named ? " NAME" : "",
			  kind->help);
	for (const ConfigKey *key = kind->keys; key->name != NULL; key++)
		add_key(text, key, arena);
}

void
config_document_add(Text *text)
{
	Arena		arena = {NULL};

	text_add(text, head);
	for (const ConfigSectionKind *kind = config_section_kinds;
		 kind->word != NULL; kind++)
		add_kind(text, kind, &arena);
	arena_free(&arena);
}
