/*
 * load.h
 *		What the parts of loading share; config.h is for everybody else.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/config.h"
#include "config/ini.h"
#include "config/keys.h"

/* One load, as it goes. */
typedef struct ConfigLoad
{
	Config	   *config;
	Problems   *problems;
	IniFile		file;
} ConfigLoad;

/* A section that was recognized, and the struct it fills. */
typedef struct ConfigTarget
{
	const ConfigSectionKind *kind;
	const IniSection *section;	/* NULL: not in the file */
	const char *title;			/* "site A" */
	void	   *fields;
} ConfigTarget;

/* config_fill: every key of a section, from the environment, file, default. */
extern void config_fill(ConfigLoad *load, const ConfigTarget *target);

/*
 * config_fill_values
 *		The lines SITE = VALUE of a section, beside its keys.
 *
 * in:  prefix: what may stand before SITE, as "alias.", where the value is
 *      not the current one; NULL: nothing
 * out: *n: how many there are
 */
extern ConfigMappingValue *config_fill_values(ConfigLoad *load,
											  const ConfigTarget *target,
											  const char *prefix, size_t *n);

/* Note the effective value of a key. */
extern ConfigSetting *config_note(ConfigLoad *load,
								  const ConfigTarget *target,
								  const char *name);

/* The noted value of a key, or NULL. */
extern const ConfigSetting *config_setting(const Config *config,
										   const char *section,
										   const char *name);

/*
 * config_line
 *		The line of a section's key, or of the section where the key is not in
 *		the file.
 *
 * in: word, name: of the section: "site", "A"; line: of the section
 */
extern size_t config_line(const Config *config, const char *word,
						  const char *name, const char *key, size_t line);

/* config_check_named: the site that a section's key "site" names must exist. */
extern void config_check_named(const Config *config, Problems *problems,
							   const char *section, const char *name);

/* Checks of the whole, each in its file; they add problems. */
extern void config_check_sites(const Config *config, Problems *problems);
extern void config_check_servers(const Config *config, Problems *problems);
extern void config_check_mappings(const Config *config, Problems *problems);
extern void config_check_nodes(const Config *config, Problems *problems);
extern void config_check_services(const Config *config, Problems *problems);
extern void config_check_certificates(const Config *config,
									  Problems *problems);
extern void config_check_aliases(const Config *config, Problems *problems);
extern void config_check_dns(const Config *config, Problems *problems);
extern void config_check_transport(const Config *config, Problems *problems);
extern void config_check_shares(const Config *config, Problems *problems);
extern void config_check_share_node(const Config *config,
									const ConfigShare *share,
									Problems *problems);
extern void config_check_files(const Config *config, Problems *problems);

#endif							/* CONFIG_LOAD_H */
