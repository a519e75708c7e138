/*
 * parse.c
 *		From words to a call of a command: first the command is looked for,
 *		behind global options that may stand before it; then everything else is
 *		parsed by its table; at last the environment fills what is left.
 */
#include "cli/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/complain.h"
#include "cli/table.h"

typedef struct Parser
{
	int			argc;
	char	  **argv;
	int			i;				/* the word that comes next */
	CliCall    *call;
} Parser;

static bool
is_given(const CliCall *call, const CliOption *option)
{
	for (size_t i = 0; i < call->n_given; i++)
		if (call->given[i].option == option)
			return true;
	return false;
}

static void
keep(CliCall *call, const CliOption *option, const char *value)
{
	call->given = mem_grow(call->given,
						   (call->n_given + 1) * sizeof(CliGiven));
	call->given[call->n_given].option = option;
	call->given[call->n_given++].value = value;
}

static bool
keep_value(Parser *parser, const CliOption *option, const char *value)
{
	if (option->words != NULL && !cli_word_in(option->words, value))
		return cli_complain_value(option, value);
	keep(parser->call, option, value);
	return true;
}

/* Parse the option in the word that comes next. */
static bool
parse_option(Parser *parser)
{
	const char *word = parser->argv[parser->i++];
	const char *name = word + 2;
	size_t		len = strcspn(name, "=");
	const CliCommand *command = parser->call->command;
	const CliOption *option = cli_option_find(command, name, len);

	if (word[1] != '-' || option == NULL)
		return cli_complain_option(command, word);
	if (is_given(parser->call, option) && !option->many)
		return cli_complain("option \"--%s\" is given twice", option->name);
	if (option->argument == NULL)
	{
		if (name[len] == '=')
			return cli_complain("option \"--%s\" takes no value",
								option->name);
		keep(parser->call, option, "");
		return true;
	}
	if (name[len] == '=')
		return keep_value(parser, option, name + len + 1);
	if (parser->i >= parser->argc)
		return cli_complain("option \"--%s\" needs a value", option->name);
	return keep_value(parser, option, parser->argv[parser->i++]);
}

static bool
parse_operand(Parser *parser)
{
	const char *word = parser->argv[parser->i++];
	const CliOperand *operand = &parser->call->command->operand;

	if (operand->name == NULL || parser->call->operand != NULL)
		return cli_complain("argument \"%s\" is more than \"qsrepl %s\" takes",
							word, parser->call->command->words);
	parser->call->operand = word;
	return true;
}

static bool
asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* "yes" and the like are true, "no" and the like false; else -1. */
static int
truth(const char *value)
{
	if (value[0] == '\0' || cli_word_in("0 no off false", value))
		return 0;
	return cli_word_in("1 yes on true", value) ? 1 : -1;
}

/* Take what is not given from the environment. */
static bool
parse_environment(CliCall *call)
{
	const CliOption *option;

	for (size_t place = 0;
		 (option = cli_option_at(call->command, &place)) != NULL;)
	{
		const char *value = option->variable != NULL ?
		getenv(option->variable) : NULL;

		if (value == NULL || value[0] == '\0' || is_given(call, option))
			continue;
		if (option->argument == NULL && truth(value) < 0)
			return cli_complain_variable(option, "yes no", value);
		if (option->words != NULL && !cli_word_in(option->words, value))
			return cli_complain_variable(option, option->words, value);
		if (option->argument != NULL)
			keep(call, option, value);
		else if (truth(value) > 0)
			keep(call, option, "");
	}
	return true;
}

static bool
is_complete(const CliCall *call)
{
	const CliCommand *command = call->command;
	const CliOption *option;

	for (size_t place = 0; (option = cli_option_at(command, &place)) != NULL;)
		if (option->required && !is_given(call, option))
			return cli_complain("\"qsrepl %s\" needs option \"--%s %s\"",
								command->words, option->name,
								option->argument);
	if (command->operand.name != NULL && call->operand == NULL &&
		!command->operand.optional)
		return cli_complain("\"qsrepl %s\" needs an argument: %s",
							command->words, command->operand.name);
	if (command->operand.words != NULL && call->operand != NULL &&
		!cli_word_in(command->operand.words, call->operand))
		return cli_complain("argument \"%s\" of \"qsrepl %s\" is not "
							"recognized", call->operand, command->words);
	return true;
}

/* The words behind the command. */
static CliWish
parse_rest(Parser *parser)
{
	bool		options = true;

	/* Help is given even where something else is wrong. */
	for (int i = parser->i; i < parser->argc; i++)
	{
		if (strcmp(parser->argv[i], "--") == 0)
			break;
		if (asks_for_help(parser->argv[i]))
			return CLI_HELP;
	}
	while (parser->i < parser->argc)
	{
		const char *word = parser->argv[parser->i];
		bool		good;

		if (options && strcmp(word, "--") == 0)
		{
			options = false;
			parser->i++;
			continue;
		}
		/* A dash alone is an operand. */
		good = options && word[0] == '-' && word[1] != '\0' ?
			parse_option(parser) : parse_operand(parser);
		if (!good)
			return CLI_MISTAKE;
	}
	return parse_environment(parser->call) && is_complete(parser->call) ?
		CLI_RUN : CLI_MISTAKE;
}

/* A command by its first word, or by that and the word behind it. */
static const CliCommand *
find_command(Parser *parser, const char *word)
{
	const CliCommand *longer = parser->i < parser->argc ?
	cli_command_find(word, parser->argv[parser->i]) : NULL;

	if (longer == NULL)
		return cli_command_find(word, NULL);
	parser->i++;
	return longer;
}

/* Options that were given before the command must be the command's too. */
static bool
suit(const CliCall *call)
{
	for (size_t i = 0; i < call->n_given; i++)
	{
		const char *name = call->given[i].option->name;

		if (cli_option_find(call->command, name, strlen(name)) !=
			call->given[i].option)
			return cli_complain("option \"--%s\" is not taken by "
								"\"qsrepl %s\"", name, call->command->words);
	}
	return true;
}

/* A group's word was read: the command's own comes next. */
static CliWish
parse_group(Parser *parser, const CliGroup *group, const CliGroup **asked)
{
	const char *word;

	if (parser->i >= parser->argc)
	{
		cli_complain("\"qsrepl %s\" needs a command behind it", group->word);
		return CLI_MISTAKE;
	}
	word = parser->argv[parser->i++];
	if (asks_for_help(word) || strcmp(word, "help") == 0)
	{
		*asked = group;
		return CLI_HELP;
	}
	parser->call->command = cli_command_find(group->word, word);
	if (parser->call->command == NULL)
	{
		cli_complain_command(group, word);
		return CLI_MISTAKE;
	}
	return suit(parser->call) ? parse_rest(parser) : CLI_MISTAKE;
}

/* "help" was read: the words behind it are looked up, not run. */
static CliWish
parse_help(Parser *parser, const CliGroup **group)
{
	int			left = parser->argc - parser->i;
	char	  **words = parser->argv + parser->i;
	CliCall    *call = parser->call;

	if (left == 0)
		return CLI_HELP;
	*group = cli_group_find(words[0]);
	if (left > 1 && *group != NULL)
		call->command = cli_command_find(words[0], words[1]);
	else if (*group == NULL)
	{
		parser->i++;
		call->command = find_command(parser, words[0]);
	}
	if (call->command != NULL || (left == 1 && *group != NULL))
		return CLI_HELP;
	cli_complain_command(*group, *group != NULL ? words[1] : words[0]);
	return CLI_MISTAKE;
}

CliWish
cli_parse(int argc, char **argv, CliCall *call, const CliGroup **group)
{
	Parser		parser = {argc, argv, 1, NULL};

	memset(call, 0, sizeof(*call));
	parser.call = call;
	*group = NULL;
	while (parser.i < argc)
	{
		const char *word = argv[parser.i];
		const CliGroup *found = cli_group_find(word);

		if (asks_for_help(word))
			return CLI_HELP;
		if (strcmp(word, "help") == 0)
		{
			parser.i++;
			return parse_help(&parser, group);
		}
		if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
			return CLI_VERSION;
		if (word[0] == '-')
		{
			if (!parse_option(&parser))
				return CLI_MISTAKE;
			continue;
		}
		parser.i++;
		if (found != NULL)
			return parse_group(&parser, found, group);
		call->command = find_command(&parser, word);
		if (call->command != NULL)
			return suit(call) ? parse_rest(&parser) : CLI_MISTAKE;
		cli_complain_command(NULL, word);
		return CLI_MISTAKE;
	}
	cli_complain("no command was given");
	return CLI_MISTAKE;
}

void
cli_call_free(CliCall *call)
{
	free(call->given);
	call->given = NULL;
	call->n_given = 0;
}

const char *
cli_value(const CliCall *call, const char *name)
{
	const CliOption *option = cli_option_find(call->command, name,
											  strlen(name));

	for (size_t i = 0; i < call->n_given; i++)
		if (call->given[i].option == option)
			return call->given[i].value;
	return option->otherwise;
}

bool
cli_is_on(const CliCall *call, const char *name)
{
	return cli_value(call, name) != NULL;
}

size_t
cli_values(const CliCall *call, const char *name, const char **values)
{
	size_t		n = 0;

	for (size_t i = 0; i < call->n_given; i++)
		if (strcmp(call->given[i].option->name, name) == 0)
			values[n++] = call->given[i].value;
	return n;
}
