/*
 * value.c
 *		From a value as written to the type of its key.
 */
#include "config/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/units.h"
#include "config/config.h"
#include "config/conninfo.h"
#include "config/describe.h"
#include "config/path.h"
#include "config/words.h"
#include "rw.h"

static bool
refuse(const ConfigInput *input, const char *detail, const char *hint)
{
	const char *value = arena_quote(input->arena, input->text);

	if (input->variable != NULL)
		problems_error(input->problems, 0, detail, hint,
					   "invalid value for environment variable \"%s\": "
					   "\"%s\"", input->variable, value);
	else
		problems_error(input->problems, input->line, detail, hint,
					   "invalid value for key \"%s\": \"%s\"",
					   input->key->name, value);
	return false;
}

static bool
set_string(const ConfigInput *input, void *field)
{
	*(const char **) field = arena_strdup(input->arena, input->text);
	return true;
}

/* Quotation marks are not needed, and would become a part of the value. */
static bool
is_quoted(const char *text)
{
	return text[0] == '"' || text[0] == '\'';
}

static bool
parse_name(const ConfigInput *input, void *field)
{
	if (is_quoted(input->text))
		return refuse(input, "It is in quotation marks.", "Leave them out.");
	if (strlen(input->text) > RW_NAME_MAX)
		return refuse(input, "It is longer than 63 bytes.", NULL);
	if (strpbrk(input->text, " \t") != NULL)
		return refuse(input, "It holds a blank.", NULL);
	return set_string(input, field);
}

static bool
parse_identifier(const ConfigInput *input, void *field)
{
	if (strspn(input->text, "abcdefghijklmnopqrstuvwxyz0123456789_") !=
		strlen(input->text))
		return refuse(input, NULL,
					  "Use lower-case letters, digits and underscores.");
	if (strlen(input->text) > 40)
		return refuse(input, "It is longer than 40 bytes.", NULL);
	return set_string(input, field);
}

static bool
parse_host(const ConfigInput *input, void *field)
{
	if (is_quoted(input->text))
		return refuse(input, "It is in quotation marks.", "Leave them out.");
	if (strpbrk(input->text, " \t,") != NULL)
		return refuse(input, "It is more than one host.",
					  "Give one name or address; a site has one database "
					  "server.");
	if (strstr(input->text, "://") != NULL ||
		(input->text[0] != '/' && strchr(input->text, '/') != NULL))
		return refuse(input, "It is no host.",
					  "Give a name or an address alone; the port has a key "
					  "of its own.");
	return set_string(input, field);
}

static bool
parse_path(const ConfigInput *input, void *field)
{
	if (is_quoted(input->text))
		return refuse(input, "It is in quotation marks.", "Leave them out.");
	if (!path_is_absolute(input->text))
		return refuse(input, "It is a relative path.",
					  "Give the path from the root on.");
	if (path_has_parent(input->text))
		return refuse(input, "It leads through \"..\".",
					  "Give the path without a way back.");
	return set_string(input, field);
}

/* Is it one of the parameters that have a key of their own? */
static bool
has_own_key(const char *keyword)
{
	static const char *const own[] = {
		"host", "hostaddr", "port", "user", "dbname", "connect_timeout"
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(keyword, own[i]) == 0)
			return true;
	return false;
}

static bool
parse_conninfo(const ConfigInput *input, void *field)
{
	const char *rest = input->text;
	const char *keyword;
	const char *value;

	/* Not shown: a URI may hold a password, and so may what is broken. */
	if (strstr(input->text, "://") != NULL)
	{
		problems_error(input->problems, input->line, "It is a URI.",
					   "Write keyword=value, with blanks between.",
					   "invalid value for key \"%s\"", input->key->name);
		return false;
	}
	while (conninfo_next(&rest, input->arena, &keyword, &value))
	{
		if (keyword == NULL)
			return set_string(input, field);
		if (conninfo_is_secret(keyword))
		{
			config_refuse_secret(input->problems, input->line, keyword);
			return false;
		}
		if (!has_own_key(keyword))
			continue;
		problems_error(input->problems, input->line, NULL,
					   "Use the keys host, port, user, databases and "
					   "connect_timeout.",
					   "parameter \"%s\" in key \"%s\" has a key of its own",
					   keyword, input->key->name);
		return false;
	}
	problems_error(input->problems, input->line,
				   "It is not a list of keyword=value.",
				   "Put values with blanks into single quotes.",
				   "invalid value for key \"%s\"", input->key->name);
	return false;
}

static bool
parse_choice(const ConfigInput *input, void *field)
{
	const char *words = input->key->words;
	char		word[64];
	Nearest		nearest;
	int			place = 0;

	nearest_begin(&nearest, input->text);
	for (; words_next(&words, word, sizeof(word)); place++)
	{
		if (strcmp(word, input->text) == 0)
		{
			*(int *) field = place;
			return true;
		}
		nearest_offer(&nearest, arena_strdup(input->arena, word));
	}
	if (nearest.best != NULL)
		return refuse(input, arena_printf(input->arena,
										  "The values are: %s.",
										  input->key->words),
					  arena_printf(input->arena, "Perhaps you meant \"%s\".",
								   nearest.best));
	return refuse(input, NULL, arena_printf(input->arena,
											"The values are: %s.",
											input->key->words));
}

static bool
parse_number(const ConfigInput *input, void *field)
{
	const ConfigKey *key = input->key;
	const char *range = arena_printf(input->arena, "Give a %s.",
									 describe_type(key, input->arena));
	char	   *end;
	long		number;

	errno = 0;
	number = strtol(input->text, &end, 10);
	if (end == input->text || *end != '\0' || input->text[0] == '+' ||
		strchr(" \t", input->text[0]) != NULL)
		return refuse(input, "It is not a whole number.", range);
	if (errno != 0 || number < key->min || number > key->max)
		return refuse(input, "It is out of range.", range);
	*(int *) field = (int) number;
	return true;
}

static bool
parse_duration(const ConfigInput *input, void *field)
{
	const ConfigKey *key = input->key;
	char	   *end;
	long		number;
	long		unit;

	if (input->text[0] < '0' || input->text[0] > '9')
		return refuse(input, "It is not a duration.",
					  "Give a whole number and a unit, as in 30s: ms, s, min, "
					  "h or d.");
	errno = 0;
	number = strtol(input->text, &end, 10);
	unit = units_unit(end + strspn(end, " "));
	if (number == 0 && *end == '\0')
		unit = 1;
	if (unit == 0)
		return refuse(input, *end == '\0' ? "It has no unit." :
					  "The unit is not recognized.",
					  "The units are ms, s, min, h and d.");
	if (errno != 0 || number > key->max / unit || number * unit < key->min)
		return refuse(input, "It is out of range.",
					  arena_printf(input->arena, "Give a %s.",
								   describe_type(key, input->arena)));
	*(long *) field = number * unit;
	return true;
}

static bool
parse_switch(const ConfigInput *input, void *field)
{
	const char *text = input->text;

	if (words_has("on yes true 1", text))
		*(bool *) field = true;
	else if (words_has("off no false 0", text))
		*(bool *) field = false;
	else
		return refuse(input, NULL, "The values are: on off.");
	return true;
}

/* Why names cannot be taken; NULL: they can. */
static const char *
wrong_names(const ConfigWords *names)
{
	for (size_t i = 0; i < names->n; i++)
	{
		if (strlen(names->words[i]) > RW_NAME_MAX)
			return "A name is longer than 63 bytes.";
		if (strpbrk(names->words[i], ",'\"") != NULL)
			return "Names are written with blanks between, without commas "
				"and quotation marks.";
		for (size_t j = 0; j < i; j++)
			if (strcmp(names->words[i], names->words[j]) == 0)
				return "A name is given twice.";
	}
	return NULL;
}

static bool
parse_words(const ConfigInput *input, void *field)
{
	bool		names = input->key->type == CONFIG_NAMES;
	ConfigWords words;
	const char *wrong;

	if (!words_split(input->text, !names, input->arena, &words))
		return refuse(input, "A double quote has no end.", NULL);
	if (words.n == 0 || words.words[0][0] == '\0')
		return refuse(input, "It names no program.", NULL);
	wrong = names ? wrong_names(&words) : NULL;
	if (wrong != NULL)
		return refuse(input, wrong, NULL);
	*(ConfigWords *) field = words;
	return true;
}

bool
config_value_parse(const ConfigInput *input, void *field)
{
	if (input->text[0] == '\0')
	{
		problems_error(input->problems, input->line, NULL,
					   "Give a value, or remove the line to have the "
					   "default.", "key \"%s\" has no value",
					   input->key->name);
		return false;
	}
	switch (input->key->type)
	{
		case CONFIG_TEXT:
			return set_string(input, field);
		case CONFIG_NAME:
			return parse_name(input, field);
		case CONFIG_IDENTIFIER:
			return parse_identifier(input, field);
		case CONFIG_HOST:
			return parse_host(input, field);
		case CONFIG_PATH:
			return parse_path(input, field);
		case CONFIG_CONNINFO:
			return parse_conninfo(input, field);
		case CONFIG_CHOICE:
			return parse_choice(input, field);
		case CONFIG_NUMBER:
			return parse_number(input, field);
		case CONFIG_DURATION:
			return parse_duration(input, field);
		case CONFIG_SWITCH:
			return parse_switch(input, field);
		case CONFIG_NAMES:
		case CONFIG_ARGUMENTS:
			return parse_words(input, field);
	}
	return false;
}

bool
config_name_is_secret(const char *name)
{
	static const char *const parts[] = {
		"password", "passwd", "passphrase", "pwd", "secret"
	};
	char		lower[64];
	size_t		n = 0;

	for (; name[n] != '\0' && n + 1 < sizeof(lower); n++)
		lower[n] = name[n] >= 'A' && name[n] <= 'Z' ?
			(char) (name[n] - 'A' + 'a') : name[n];
	lower[n] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(lower, parts[i]) != NULL)
			return true;
	return false;
}

void
config_refuse_secret(Problems *problems, size_t line, const char *name)
{
	problems_error(problems, line,
				   "Secrets are not kept in this file, which both sites "
				   "share.",
				   "Remove it, and put passwords into ~/.pgpass, a service "
				   "file, or the file that the key passfile names.",
				   "\"%s\" looks like a secret", name);
}
