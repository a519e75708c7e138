/*
 * fill_values.c
 *		The lines of a section whose keys are sites: SITE = VALUE, and with a
 *		prefix, as in alias.SITE = VALUE, where there are other ones.
 */
#include <string.h>

#include "base/nearest.h"
#include "config/load.h"
#include "config/value.h"

/* One section as it is filled. */
typedef struct Filling
{
	ConfigLoad *load;
	const ConfigTarget *target;
	const char *prefix;			/* of the other ones; NULL: none */
} Filling;

/* The site that a key names; *current: whether it has no prefix. */
static const ConfigSite *
named_site(const Filling *filling, const char *key, bool *current)
{
	const char *prefix = filling->prefix;

	*current = prefix == NULL || strncmp(key, prefix, strlen(prefix)) != 0;
	return config_site(filling->load->config,
					   *current ? key : key + strlen(prefix));
}

static const char *
nearest_key(const Filling *filling, const char *name)
{
	const Config *config = filling->load->config;
	Nearest		nearest;

	nearest_begin(&nearest, name);
	for (const ConfigKey *key = filling->target->kind->keys;
		 key->name != NULL; key++)
		nearest_offer(&nearest, key->name);
	for (size_t i = 0; i < config->n_sites; i++)
	{
		nearest_offer(&nearest, config->sites[i].name);
		if (filling->prefix != NULL)
			nearest_offer(&nearest, arena_printf(&filling->load->config->arena,
												 "%s%s", filling->prefix,
												 config->sites[i].name));
	}
	return nearest.best;
}

/* What may stand there, as a sentence. */
static const char *
describe(const Filling *filling)
{
	Text		text = {NULL, 0, 0};
	const char *sentence;

	text_add(&text, "Here, keys are ");
	for (const ConfigKey *key = filling->target->kind->keys;
		 key->name != NULL; key++)
		text_addf(&text, "%s%s", key->name, key[1].name != NULL ? ", " : "");
	if (filling->prefix == NULL)
		text_add(&text, " and the name of a site.");
	else
		text_addf(&text, ", the name of a site, and %sSITE.",
				  filling->prefix);
	sentence = arena_strdup(&filling->load->config->arena, text.bytes);
	text_free(&text);
	return sentence;
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
	problems_error(problems, entry->line, describe(filling),
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
config_fill_values(ConfigLoad *load, const ConfigTarget *target,
				   const char *prefix, size_t *n)
{
	const Filling filling = {load, target, prefix};
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
