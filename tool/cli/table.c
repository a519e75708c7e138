/*
 * table.c
 *		Questions to the table of commands.
 */
#include "cli/table.h"

#include <string.h>

/* The next global option that is wanted; *i is moved behind it. */
static const CliOption *
global_at(unsigned wanted, size_t *i)
{
	while (cli_globals[*i].name != NULL)
	{
		size_t		here = (*i)++;

		if ((wanted & (1u << here)) != 0)
			return &cli_globals[here];
	}
	return NULL;
}

const CliOption *
cli_option_at(const CliCommand *command, size_t *place)
{
	size_t		n = 0;
	size_t global;
	const CliOption *found;

	if (command != NULL && command->options != NULL)
		while (command->options[n].name != NULL)
			n++;
	if (*place < n)
		return &command->options[(*place)++];
	global = *place - n;

	found = global_at(command != NULL ? command->globals : ~0u, &global);
	*place = n + global;

	return found;
}

const CliOption *
cli_option_find(const CliCommand *command, const char *name, size_t len)
{
	const CliOption *option;

	for (size_t place = 0;
		 (option = cli_option_at(command, &place)) != NULL;)
		if (strlen(option->name) == len &&
			strncmp(option->name, name, len) == 0)
			return option;
	return NULL;
}

const CliGroup *
cli_group_find(const char *word)
{
	for (const CliGroup *group = cli_groups; group->word != NULL; group++)
		if (strcmp(group->word, word) == 0)
			return group;
	return NULL;
}

bool
cli_in_group(const CliCommand *command, const CliGroup *group)
{
	size_t		len = strlen(group->word);

	return strncmp(command->words, group->word, len) == 0 &&
		command->words[len] == ' ';
}

const char *
cli_last_word(const CliCommand *command)
{
	const char *blank = strchr(command->words, ' ');

	return blank != NULL ? blank + 1 : command->words;
}

static const CliCommand *
find_in(const CliCommand *const *commands, const char *first,
		const char *second)
{
	size_t		len = strlen(first);

	for (; *commands != NULL; commands++)
	{
		const char *words = (*commands)->words;

		if (strncmp(words, first, len) != 0)
			continue;
		if (second == NULL ? words[len] == '\0' :
			words[len] == ' ' && strcmp(words + len + 1, second) == 0)
			return *commands;
	}
	return NULL;
}

const CliCommand *
cli_command_find(const char *first, const char *second)
{
	const CliCommand *found = find_in(cli_commands, first, second);

	return found != NULL ? found :
		find_in(cli_internal_commands, first, second);
}

bool
cli_word_in(const char *list, const char *word)
{
	size_t		len = strlen(word);

	while (*list != '\0')
	{
		size_t		here = strcspn(list, " ");

		if (here == len && strncmp(list, word, len) == 0)
			return true;
		list += here + strspn(list + here, " ");
	}
	return false;
}
