/*
 * keys.h
 *		The table of keys: one entry each, from which the file is parsed,
 *		checked, written by "qsrepl init" and explained.
 *
 * A further concern adds a ConfigSectionKind with its keys in keys.c.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* What a value is, and the type of the field it goes to. */
typedef enum ConfigType
{
	CONFIG_TEXT,				/* const char *: anything */
	CONFIG_NAME,				/* const char *: up to 63 bytes, no blank */
	CONFIG_IDENTIFIER,			/* const char *: a-z, 0-9, _ */
	CONFIG_HOST,				/* const char *: name, address or directory */
	CONFIG_PATH,				/* const char *: absolute */
	CONFIG_CONNINFO,			/* const char *: libpq's parameters */
	CONFIG_CHOICE,				/* int: place among the words */
	CONFIG_NUMBER,				/* int, within min and max */
	CONFIG_DURATION,			/* long: ms, within min and max */
	CONFIG_SWITCH,				/* bool */
	CONFIG_NAMES,				/* ConfigWords: names */
	CONFIG_ARGUMENTS			/* ConfigWords: a program and its arguments */
} ConfigType;

/* A NULL name ends an array of keys. */
typedef struct ConfigKey
{
	const char *name;
	ConfigType	type;
	size_t		offset;			/* of the field in the section's struct */
	const char *otherwise;		/* the default, as written; NULL: none */
	bool		required;
	bool		asked;			/* "qsrepl init" asks for it */
	const char *variable;		/* of the environment; NULL: none */
	const char *words;			/* CONFIG_CHOICE: blanks between */
	long		min;			/* CONFIG_NUMBER, CONFIG_DURATION */
	long		max;
	const char *example;		/* or NULL */
	const char *help;			/* one or more sentences */
} ConfigKey;

/* "[word]" or, where it is named, "[word NAME]".  A NULL word ends them. */
typedef struct ConfigSectionKind
{
	const char *word;
	bool		named;
	bool		optional;		/* without the section, its keys have no
								 * values */
	bool		open;			/* keys beyond the table: a mapping's sites */
	const ConfigKey *keys;
	const char *help;
} ConfigSectionKind;

extern const ConfigSectionKind config_section_kinds[];

/* Places in it. */
enum
{
	CONFIG_KIND_MAIN, CONFIG_KIND_SITE, CONFIG_KIND_MAPPING, CONFIG_KIND_HOOK,
	CONFIG_KIND_NODE, CONFIG_KIND_CERTIFICATES, CONFIG_KIND_SERVICES,
	CONFIG_KIND_ALIAS, CONFIG_KIND_DNS, CONFIG_KIND_SHARE,
	CONFIG_KIND_SNAPSHOT
};

/* The key with this name, or NULL; n_keys: how many there are. */
extern const ConfigKey *config_key_find(const ConfigSectionKind *kind,
										const char *name);
extern size_t config_key_count(const ConfigSectionKind *kind);

#endif							/* CONFIG_KEYS_H */
