/*
 * fill.c
 *		The keys of a section: from the environment, the file, or the default.
 */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "config/load.h"
#include "config/value.h"

ConfigSetting *
config_note(ConfigLoad *load, const ConfigTarget *target, const char *name)
{
	Config	   *config = load->config;
	ConfigSetting *setting = &config->settings[config->n_settings++];

	setting->section = target->title;
	setting->name = name;
	return setting;
}

const ConfigSetting *
config_setting(const Config *config, const char *section, const char *name)
{
	for (size_t i = 0; i < config->n_settings; i++)
		if (strcmp(config->settings[i].section, section) == 0 &&
			strcmp(config->settings[i].name, name) == 0)
			return &config->settings[i];
	return NULL;
}

size_t
config_line(const Config *config, const char *word, const char *name,
			const char *key, size_t line)
{
	Arena		arena = {NULL};
	const ConfigSetting *setting = config_setting(config,
												  arena_printf(&arena, "%s %s", word, name), key);

	arena_free(&arena);
	return setting != NULL && setting->line > 0 ? setting->line : line;
}

/* The first entry of this name, or NULL. */
static const IniEntry *
find_entry(const IniSection *section, const char *name)
{
	for (size_t i = 0; section != NULL && i < section->n_entries; i++)
		if (strcmp(section->entries[i].name, name) == 0)
			return &section->entries[i];
	return NULL;
}

/* Take a key's value from where it is given; NULL: it is not. */
static const char *
choose(const ConfigKey *key, const ConfigTarget *target,
	   ConfigSetting *setting)
{
	const IniEntry *entry = find_entry(target->section, key->name);
	const char *value = key->variable != NULL ? getenv(key->variable) : NULL;

	if (value != NULL && value[0] != '\0')
	{
		setting->source = CONFIG_FROM_ENVIRONMENT;
		setting->variable = key->variable;
		return value;
	}
	if (entry != NULL)
	{
		setting->source = CONFIG_FROM_FILE;
		setting->line = entry->line;
		return entry->value;
	}
	if (key->otherwise != NULL)
		setting->source = CONFIG_FROM_DEFAULT;
	return key->otherwise;
}

static void
fill_key(ConfigLoad *load, const ConfigTarget *target, const ConfigKey *key)
{
	ConfigSetting *setting = config_note(load, target, key->name);
	const char *value = choose(key, target, setting);
	ConfigInput input = {
		key, value, setting->line, setting->variable, &load->config->arena,
		load->problems
	};

	if (value == NULL)
	{
		if (key->required)
			problems_missing(load->problems, target->section != NULL ?
							 target->section->line : 0,
							 arena_printf(&load->config->arena,
										  "For example: %s = %s", key->name,
										  key->example),
							 "key \"%s\" is missing from section \"[%s]\"",
							 key->name, target->title);
		return;
	}
	if (config_value_parse(&input, (char *) target->fields + key->offset))
		setting->value = arena_strdup(&load->config->arena, value);
}

/* A key that the table does not have. */
static void
refuse_key(ConfigLoad *load, const ConfigTarget *target,
		   const IniEntry *entry)
{
	Arena	   *arena = &load->config->arena;
	const char *hint = NULL;
	Nearest		nearest;

	nearest_begin(&nearest, entry->name);
	for (const ConfigKey *key = target->kind->keys; key->name != NULL; key++)
		nearest_offer(&nearest, key->name);
	if (nearest.best != NULL)
		hint = arena_printf(arena, "Perhaps you meant \"%s\".", nearest.best);
	if (config_name_is_secret(entry->name))
		config_refuse_secret(load->problems, entry->line,
							 arena_quote(arena, entry->name));
	else
		problems_error(load->problems, entry->line, NULL, hint,
					   "key \"%s\" is not recognized in section \"[%s]\"",
					   arena_quote(arena, entry->name), target->title);
}

/* Keys that are given twice or not known. */
static void
check_entries(ConfigLoad *load, const ConfigTarget *target)
{
	const IniSection *section = target->section;

	for (size_t i = 0; i < section->n_entries; i++)
	{
		const IniEntry *entry = &section->entries[i];
		const IniEntry *first = find_entry(section, entry->name);

		if (config_key_find(target->kind, entry->name) == NULL)
		{
			if (!target->kind->open)
				refuse_key(load, target, entry);
		}
		else if (first != entry)
			problems_error(load->problems, entry->line,
						   arena_printf(&load->config->arena,
										"The first one is in line %lu.",
										(unsigned long) first->line),
						   "Remove one of the lines.",
						   "key \"%s\" is given twice", entry->name);
	}
}

void
config_fill(ConfigLoad *load, const ConfigTarget *target)
{
	for (const ConfigKey *key = target->kind->keys; key->name != NULL; key++)
		fill_key(load, target, key);
	if (target->section != NULL)
		check_entries(load, target);
}
