/*
 * value.h
 *		From a value as written to the type of its key.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/problems.h"
#include "config/keys.h"

/* A value, and where it comes from. */
typedef struct ConfigInput
{
	const ConfigKey *key;
	const char *text;
	size_t		line;			/* 0: not from the file */
	const char *variable;		/* of the environment; NULL: not from there */
	Arena	   *arena;			/* for what the field points to */
	Problems   *problems;
} ConfigInput;

/*
 * config_value_parse
 *		Check a value and put it into its field.
 *
 * out:    *field: of the type that key->type says; untouched on an error
 * errors: false, with a problem added
 */
extern bool config_value_parse(const ConfigInput *input, void *field);

/* Secrets that a key's name gives away are never shown. */
extern bool config_name_is_secret(const char *name);

/* Add the error for a secret in the file, which is not shown. */
extern void config_refuse_secret(Problems *problems, size_t line,
								 const char *name);

#endif							/* CONFIG_VALUE_H */
