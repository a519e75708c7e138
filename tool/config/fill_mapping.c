/*
 * fill_mapping.c
 *		The values of a mapping: SITE = VALUE and alias.SITE = VALUE.
 */
#include <string.h>

#include "base/nearest.h"
#include "config/load.h"
#include "config/value.h"

static const char alias[] = "alias.";

#define ALIAS_LENGTH (sizeof(alias) - 1)

/* The site that a key names; *current: whether it is no alias. */
static const ConfigSite *
named_site(const Config *config, const char *key, bool *current)
{
	*current = strncmp(key, alias, ALIAS_LENGTH) != 0;
	return config_site(config, *current ? key : key + ALIAS_LENGTH);
}

static void
refuse_key(ConfigLoad *load, const IniEntry *entry, const char *title)
{
	const Config *config = load->config;
	Arena	   *arena = &load->config->arena;
	const char *hint = NULL;
	Nearest		nearest;

	if (config_name_is_secret(entry->name))
	{
		config_refuse_secret(load->problems, entry->line,
							 arena_quote(arena, entry->name));
		return;
	}
	nearest_begin(&nearest, entry->name);
	nearest_offer(&nearest, "kind");
	for (size_t i = 0; i < config->n_sites; i++)
	{
		nearest_offer(&nearest, config->sites[i].name);
		nearest_offer(&nearest, arena_printf(arena, "%s%s", alias,
											 config->sites[i].name));
	}
	if (nearest.best != NULL)
		hint = arena_printf(arena, "Perhaps you meant \"%s\".", nearest.best);
	problems_error(load->problems, entry->line,
				   "Here, keys are kind, the name of a site, and alias.SITE.",
				   hint, "key \"%s\" in section \"[%s]\" names no site",
				   arena_quote(arena, entry->name), title);
}

static void
add_value(ConfigLoad *load, const ConfigTarget *target,
		  const IniEntry *entry, const ConfigSite *site, bool current)
{
	Arena	   *arena = &load->config->arena;
	ConfigMapping *mapping = target->fields;
	ConfigMappingValue *value = &mapping->values[mapping->n_values++];
	ConfigSetting *setting = config_note(load, target, entry->name);

	value->site = site->name;
	value->value = arena_strdup(arena, entry->value);
	value->current = current;
	value->line = entry->line;
	setting->value = value->value;
	setting->source = CONFIG_FROM_FILE;
	setting->line = entry->line;
}

void
config_fill_mapping(ConfigLoad *load, const ConfigTarget *target)
{
	const IniSection *section = target->section;
	ConfigMapping *mapping = target->fields;

	mapping->values = arena_alloc(&load->config->arena, section->n_entries *
								  sizeof(ConfigMappingValue));
	for (size_t i = 0; i < section->n_entries; i++)
	{
		const IniEntry *entry = &section->entries[i];
		const ConfigSite *site;
		bool		current;

		if (config_key_find(target->kind, entry->name) != NULL)
			continue;
		site = named_site(load->config, entry->name, &current);
		if (site != NULL)
			add_value(load, target, entry, site, current);
		else
			refuse_key(load, entry, target->title);
	}
}
