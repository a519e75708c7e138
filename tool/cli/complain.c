/*
 * complain.c
 *		Reports of what is wrong with a command line.
 */
#include "cli/complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/table.h"

/* Words come from the command line: longer ones are cut. */
#define WORD_SIZE 100
#define HINT_SIZE 256

bool
cli_complain(const char *format,...)
{
	char		message[512];
	va_list		args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	report_error(message, NULL, "Try --help.");
	return false;
}

bool
cli_complain_option(const CliCommand *command, const char *word)
{
	char		name[WORD_SIZE];
	char		hint[HINT_SIZE] = "Try --help for the list.";
	const CliOption *option;
	Nearest		nearest;

	snprintf(name, sizeof(name), "%.*s", (int) strcspn(word, "="), word);
	nearest_begin(&nearest, name + strspn(name, "-"));
	for (size_t place = 0; (option = cli_option_at(command, &place)) != NULL;)
		nearest_offer(&nearest, option->name);
	nearest_offer(&nearest, "help");
	if (nearest.best != NULL)
		snprintf(hint, sizeof(hint), "Perhaps you meant \"--%s\".",
				 nearest.best);
	if (command == NULL)
		report_errorf(hint, "option \"%s\" is not recognized", name);
	else
		report_errorf(hint, "option \"%s\" is not recognized by \"qsrepl %s\"",
					  name, command->words);
	return false;
}

/* Offer what may stand behind a group's word, or all first words. */
static void
offer_commands(Nearest *nearest, const CliGroup *group)
{
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		if (group != NULL ? cli_in_group(cli_commands[i], group) :
			strchr(cli_commands[i]->words, ' ') == NULL)
			nearest_offer(nearest, cli_last_word(cli_commands[i]));
	if (group == NULL)
		for (const CliGroup *g = cli_groups; g->word != NULL; g++)
			nearest_offer(nearest, g->word);
}

bool
cli_complain_command(const CliGroup *group, const char *word)
{
	char		hint[HINT_SIZE] = "Try --help for the list.";
	Nearest		nearest;

	nearest_begin(&nearest, word);
	offer_commands(&nearest, group);
	if (nearest.best != NULL)
		snprintf(hint, sizeof(hint), "Perhaps you meant \"qsrepl %s%s%s\".",
				 group != NULL ? group->word : "", group != NULL ? " " : "",
				 nearest.best);
	report_errorf(hint, "command \"qsrepl %s%s%.*s\" is not recognized",
				  group != NULL ? group->word : "",
				  group != NULL ? " " : "", WORD_SIZE, word);
	return false;
}

/* "The values are a, b and c." */
static void
list_values(char *hint, size_t size, const char *words)
{
	size_t		len = (size_t) snprintf(hint, size, "The values are ");

	while (*words != '\0' && len < size)
	{
		size_t		here = strcspn(words, " ");
		const char *rest = words + here + strspn(words + here, " ");
		const char *between = ".";

		if (*rest != '\0')
			between = strchr(rest, ' ') != NULL ? ", " : " and ";
		len += (size_t) snprintf(hint + len, size - len, "%.*s%s", (int) here,
								 words, between);
		words = rest;
	}
}

bool
cli_complain_value(const CliOption *option, const char *value)
{
	char		hint[HINT_SIZE];

	list_values(hint, sizeof(hint), option->words);
	report_errorf(hint, "value \"%.*s\" of option \"--%s\" is not recognized",
				  WORD_SIZE, value, option->name);
	return false;
}

bool
cli_complain_variable(const CliOption *option, const char *words,
					  const char *value)
{
	char		hint[HINT_SIZE];

	list_values(hint, sizeof(hint), words);
	report_errorf(hint, "value \"%.*s\" of environment variable \"%s\" is "
				  "not recognized", WORD_SIZE, value, option->variable);
	return false;
}
