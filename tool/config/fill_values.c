/*
 * fill_values.c
 *		The lines of a section whose keys are sites: SITE = VALUE, and
 *		alias.SITE = VALUE where former values are kept.
 */
#include <string.h>

#include "base/nearest.h"
#include "config/load.h"
#include "config/value.h"

static const char alias[] = "alias.";

#define ALIAS_LENGTH (sizeof(alias) - 1)

/* One section as it is filled. */
typedef struct Filling
{
	ConfigLoad *load;
	const ConfigTarget *target;
	bool		former;			/* alias.SITE is taken */
} Filling;

/* The site that a key names; *current: whether it is no alias. */
static const ConfigSite *
named_site(const Filling *filling, const char *key, bool *current)
{
	*current = !filling->former || strncmp(key, alias, ALIAS_LENGTH) != 0;
	return config_site(filling->load->config,
					   *current ? key : key + ALIAS_LENGTH);
}

static const char *
nearest_key(const Filling *filling, const char *name)
{
	const Config *config = filling->load->config;
	Nearest		nearest;

	nearest_begin(&nearest, name);
	nearest_offer(&nearest, "kind");
	for (size_t i = 0; i < config->n_sites; i++)
	{
		nearest_offer(&nearest, config->sites[i].name);
		if (filling->former)
			nearest_offer(&nearest, arena_printf(&filling->load->config->arena,
												 "%s%s", alias,
												 config->sites[i].name));
	}
	return nearest.best;
}

static void
refuse_key(const Filling *filling, const IniEntry *entry)
{
	Problems   *problems = filling->load->problems;
	Arena	   *arena = &filling->load->config->arena;
	const char *nearest;

	if (config_name_is_secret(entry->name))
	{
		config_refuse_secret(problems, entry->line,
							 arena_quote(arena, entry->name));
		return;
	}
	nearest = nearest_key(filling, entry->name);
	problems_error(problems, entry->line, filling->former ?
				   "Here, keys are kind, the name of a site, and alias.SITE." :
				   "Here, keys are kind and the name of a site.",
				   nearest == NULL ? NULL :
				   arena_printf(arena, "Perhaps you meant \"%s\".", nearest),
				   "key \"%s\" in section \"[%s]\" names no site",
				   arena_quote(arena, entry->name), filling->target->title);
}

static void
take_value(const Filling *filling, const IniEntry *entry,
		   ConfigMappingValue *value)
{
	ConfigSetting *setting = config_note(filling->load, filling->target,
										 entry->name);

	value->value = arena_strdup(&filling->load->config->arena, entry->value);
	value->line = entry->line;
	setting->value = value->value;
	setting->source = CONFIG_FROM_FILE;
	setting->line = entry->line;
}

ConfigMappingValue *
config_fill_values(ConfigLoad *load, const ConfigTarget *target, bool former,
				   size_t *n)
{
	const Filling filling = {load, target, former};
	const IniSection *section = target->section;
	ConfigMappingValue *values = arena_alloc(&load->config->arena,
											 section->n_entries *
											 sizeof(ConfigMappingValue));

	*n = 0;
	for (size_t i = 0; i < section->n_entries; i++)
	{
		const IniEntry *entry = &section->entries[i];
		const ConfigSite *site;
		bool		current;

		if (config_key_find(target->kind, entry->name) != NULL)
			continue;
		site = named_site(&filling, entry->name, &current);
		if (site == NULL)
		{
			refuse_key(&filling, entry);
			continue;
		}
		values[*n].site = site->name;
		values[*n].current = current;
		take_value(&filling, entry, &values[(*n)++]);
	}
	return values;
}
