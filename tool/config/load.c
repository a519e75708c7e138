/*
 * load.c
 *		Load the configuration: cut the text into sections, fill the structs by
 *		the table of keys, check the whole.
 */
#include "config/load.h"

#include <string.h>

#include "base/nearest.h"
#include "platform/file.h"

/* A configuration is some kB. */
#define FILE_SIZE_MAX ((size_t) 1024 * 1024)

static const ConfigSectionKind *
find_kind(const char *word)
{
	for (const ConfigSectionKind *kind = config_section_kinds;
		 kind->word != NULL; kind++)
		if (strcmp(kind->word, word) == 0)
			return kind;
	return NULL;
}

static void
refuse_section(ConfigLoad *load, const IniSection *section)
{
	Arena	   *arena = &load->config->arena;
	const char *hint = NULL;
	Nearest		nearest;

	nearest_begin(&nearest, section->word);
	for (const ConfigSectionKind *kind = config_section_kinds;
		 kind->word != NULL; kind++)
		nearest_offer(&nearest, kind->word);
	if (nearest.best != NULL)
		hint = arena_printf(arena, "Perhaps you meant \"[%s%s%s]\".",
							nearest.best, section->name[0] != '\0' ? " " : "",
							arena_quote(arena, section->name));
	problems_error(load->problems, section->line, NULL, hint,
				   "section \"[%s]\" is not recognized",
				   arena_quote(arena, section->word));
}

/* Is the name one that settings, keys and steps can carry? */
static bool
is_plain_name(const char *name)
{
	return strlen(name) <= RW_NAME_MAX &&
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789_-") == strlen(name);
}

static bool
good_name(ConfigLoad *load, const ConfigSectionKind *kind,
		  const IniSection *section)
{
	const char *name = arena_quote(&load->config->arena, section->name);

	if (!kind->named && name[0] != '\0')
		problems_error(load->problems, section->line, NULL, NULL,
					   "section \"[%s]\" takes no name", kind->word);
	else if (kind->named && name[0] == '\0')
		problems_error(load->problems, section->line, NULL,
					   "Write it behind the word, as in [site A].",
					   "section \"[%s]\" needs a name", kind->word);
	else if (kind->open && strlen(section->name) > RW_NAME_MAX)
		problems_error(load->problems, section->line, NULL,
					   "Use up to 63 bytes.",
					   "invalid name of a section: \"[%s %s]\"", kind->word,
					   name);
	else if (kind->named && !kind->open && !is_plain_name(section->name))
		problems_error(load->problems, section->line, NULL,
					   "Use up to 63 letters, digits, hyphens and "
					   "underscores.",
					   "invalid name of a section: \"[%s %s]\"", kind->word,
					   name);
	/* These would be keys of mappings. */
	else if (strcmp(kind->word, "site") == 0 && strcmp(name, "kind") == 0)
		problems_error(load->problems, section->line, NULL,
					   "Choose another name.",
					   "site cannot be named \"%s\"", name);
	else
		return true;
	return false;
}

/* Is this the first section with its word and name? */
static bool
is_first(ConfigLoad *load, const IniSection *section)
{
	for (const IniSection *s = load->file.sections; s < section; s++)
		if (strcmp(s->word, section->word) == 0 &&
			strcmp(s->name, section->name) == 0)
		{
			problems_error(load->problems, section->line,
						   arena_printf(&load->config->arena,
										"The first one is in line %lu.",
										(unsigned long) s->line),
						   "Write its keys into one section.",
						   "section \"[%s%s%s]\" is given twice",
						   section->word, section->name[0] != '\0' ? " " : "",
						   arena_quote(&load->config->arena, section->name));
			return false;
		}
	return true;
}

/* Room for all that the file can fill. */
static void
allocate(ConfigLoad *load)
{
	Config	   *config = load->config;
	size_t		sections = load->file.n_sections;
	size_t		settings = 0;

	/* Those without a name are there even where the file lacks them. */
	for (size_t i = 0; config_section_kinds[i].word != NULL; i++)
		if (!config_section_kinds[i].named)
			settings += config_key_count(&config_section_kinds[i]);
	for (size_t i = 0; i < sections; i++)
	{
		const IniSection *section = &load->file.sections[i];
		const ConfigSectionKind *kind = find_kind(section->word);

		settings += section->n_entries;
		settings += kind != NULL ? config_key_count(kind) : 0;
	}
	config->sites = arena_alloc(&config->arena, sections * sizeof(ConfigSite));
	config->mappings = arena_alloc(&config->arena,
								   sections * sizeof(ConfigMapping));
	config->hooks = arena_alloc(&config->arena, sections * sizeof(ConfigHook));
	config->nodes = arena_alloc(&config->arena, sections * sizeof(ConfigNode));
	config->aliases = arena_alloc(&config->arena,
								  sections * sizeof(ConfigAlias));
	config->shares = arena_alloc(&config->arena,
								 sections * sizeof(ConfigShare));
	config->settings = arena_alloc(&config->arena,
								   settings * sizeof(ConfigSetting));
}

/* The struct of a kind that has one section. */
static void *
only_fields(Config *config, size_t kind)
{
	switch (kind)
	{
		case CONFIG_KIND_CERTIFICATES:
			return &config->certificates;
		case CONFIG_KIND_SERVICES:
			return &config->services;
		case CONFIG_KIND_DNS:
			return &config->dns;
		case CONFIG_KIND_SNAPSHOT:
			return &config->snapshot;
		default:
			return config;
	}
}

/* The struct that a section fills, with its name in it if it has one. */
static void *
new_fields(Config *config, size_t kind, const IniSection *section)
{
	const char *name = arena_strdup(&config->arena, section->name);

	switch (kind)
	{
		case CONFIG_KIND_SITE:
			config->sites[config->n_sites].name = name;
			config->sites[config->n_sites].line = section->line;
			return &config->sites[config->n_sites++];
		case CONFIG_KIND_MAPPING:
			config->mappings[config->n_mappings].name = name;
			config->mappings[config->n_mappings].line = section->line;
			config->mappings[config->n_mappings].kind = -1;
			return &config->mappings[config->n_mappings++];
		case CONFIG_KIND_HOOK:
			config->hooks[config->n_hooks].name = name;
			config->hooks[config->n_hooks].line = section->line;
			return &config->hooks[config->n_hooks++];
		case CONFIG_KIND_NODE:
			config->nodes[config->n_nodes].name = name;
			config->nodes[config->n_nodes].line = section->line;
			return &config->nodes[config->n_nodes++];
		case CONFIG_KIND_ALIAS:
			config->aliases[config->n_aliases].name = name;
			config->aliases[config->n_aliases].line = section->line;
			return &config->aliases[config->n_aliases++];
		case CONFIG_KIND_SHARE:
			config->shares[config->n_shares].name = name;
			config->shares[config->n_shares].line = section->line;
			return &config->shares[config->n_shares++];
		case CONFIG_KIND_DNS:
			config->dns.line = section->line;
			break;
	}
	return only_fields(config, kind);
}

/* The lines of a section whose keys are sites. */
static void
fill_open(ConfigLoad *load, size_t place, const ConfigTarget *target)
{
	ConfigMapping *mapping = target->fields;
	ConfigAlias *alias = target->fields;
	ConfigShare *share = target->fields;

	if (place == CONFIG_KIND_MAPPING)
		mapping->values = config_fill_values(load, target, "alias.",
											 &mapping->n_values);
	else if (place == CONFIG_KIND_ALIAS)
		alias->values = config_fill_values(load, target, NULL,
										   &alias->n_values);
	else if (place == CONFIG_KIND_SHARE)
		share->values = config_fill_values(load, target, "remote.",
										   &share->n_values);
}

/* Fill all sections of one kind. */
static void
fill_kind(ConfigLoad *load, size_t place)
{
	const ConfigSectionKind *kind = &config_section_kinds[place];
	Arena	   *arena = &load->config->arena;
	bool		found = false;

	for (size_t i = 0; i < load->file.n_sections; i++)
	{
		const IniSection *section = &load->file.sections[i];
		ConfigTarget target = {kind, section, kind->word, NULL};

		if (strcmp(section->word, kind->word) != 0)
			continue;
		found = true;
		/* The main section is there under any name: checks rely on it. */
		if ((!good_name(load, kind, section) && kind->named) ||
			!is_first(load, section))
			continue;
		if (kind->named)
			target.title = arena_printf(arena, "%s %s", kind->word,
										arena_quote(arena, section->name));
		target.fields = new_fields(load->config, place, section);
		config_fill(load, &target);
		fill_open(load, place, &target);
	}
	if (!found && !kind->named && !kind->optional)
	{
		ConfigTarget target = {kind, NULL, kind->word, NULL};

		target.fields = only_fields(load->config, place);
		config_fill(load, &target);
	}
}

ConfigResult
config_load_text(const char *file, const char *text, size_t len,
				 Config *config, Problems *problems)
{
	ConfigLoad	load = {NULL, NULL, {NULL, 0, 0}};

	memset(config, 0, sizeof(*config));
	memset(problems, 0, sizeof(*problems));
	load.config = config;
	load.problems = problems;
	config->file = arena_strdup(&config->arena, file);
	config_ini_read(text, len, &config->arena, problems, &load.file);
	allocate(&load);
	for (size_t i = 0; i < load.file.n_sections; i++)
		if (find_kind(load.file.sections[i].word) == NULL)
			refuse_section(&load, &load.file.sections[i]);
	for (size_t place = 0; config_section_kinds[place].word != NULL; place++)
		fill_kind(&load, place);
	config_ini_free(&load.file);
	config_check_sites(config, problems);
	config_check_servers(config, problems);
	config_check_mappings(config, problems);
	config_check_nodes(config, problems);
	config_check_services(config, problems);
	config_check_certificates(config, problems);
	config_check_aliases(config, problems);
	config_check_dns(config, problems);
	config_check_transport(config, problems);
	config_check_shares(config, problems);
	return problems->errors > 0 ? CONFIG_WRONG : CONFIG_GOOD;
}

/* Read the file, or add the one problem why not. */
static bool
read_file(const char *file, Text *text, Problems *problems)
{
	Error		error = ERROR_NONE;
	PlatFileInfo info;
	const char *hint = NULL;

	if (plat_file_info(file, &info, &error) && info.directory)
		error_set(&error, NULL, NULL, "\"%s\" is a directory", file);
	else if (error.message == NULL &&
			 plat_file_read(file, FILE_SIZE_MAX, text, &error))
		return true;
	else if (!info.exists)
		hint = "\"qsrepl init\" writes one; --config or the environment "
			"variable QSREPL_CONFIG names another.";
	problems_error(problems, 0, error.detail, hint, "%s", error.message);
	error_free(&error);
	return false;
}

ConfigResult
config_load(const char *file, Config *config, Problems *problems)
{
	Text		text = {NULL, 0, 0};
	ConfigResult result = CONFIG_UNREADABLE;

	memset(config, 0, sizeof(*config));
	memset(problems, 0, sizeof(*problems));
	config->file = arena_strdup(&config->arena, file);
	if (read_file(file, &text, problems))
	{
		arena_free(&config->arena);
		config_load_text(file, text.bytes != NULL ? text.bytes : "",
						 text.len, config, problems);
		config_check_files(config, problems);
		result = problems->errors > 0 ? CONFIG_WRONG : CONFIG_GOOD;
	}
	text_free(&text);
	return result;
}

void
config_free(Config *config)
{
	arena_free(&config->arena);
	memset(config, 0, sizeof(*config));
}
