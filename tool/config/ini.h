/*
 * ini.h
 *		The lines of the file: sections, names and values, not yet understood.
 */
#ifndef CONFIG_INI_H
#define CONFIG_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/problems.h"

typedef struct IniEntry
{
	const char *name;
	const char *value;
	size_t		line;
} IniEntry;

typedef struct IniSection
{
	const char *word;			/* of "[word name]" */
	const char *name;			/* "" where there is none */
	size_t		line;
	IniEntry   *entries;		/* in the order of the file */
	size_t		n_entries;
	size_t		capacity;
} IniSection;

/* Free it with config_ini_free(); the strings are the arena's. */
typedef struct IniFile
{
	IniSection *sections;		/* in the order of the file */
	size_t		n_sections;
	size_t		capacity;
} IniFile;

/*
 * config_ini_read
 *		Cut a text into sections and entries.
 *
 * in:     len bytes, not NUL-terminated
 * errors: all are added to problems; what is left can be used
 */
extern void config_ini_read(const char *text, size_t len, Arena *arena,
							Problems *problems, IniFile *file);
extern void config_ini_free(IniFile *file);

#endif							/* CONFIG_INI_H */
