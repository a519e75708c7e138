/*
 * completion.c
 *		A script for bash, made from the table of commands.  Needs nothing but
 *		bash itself (3.2 and later); sed for the names of the sites.
 */
#include <string.h>

#include "cli/print.h"
#include "cli/table.h"

static const char head[] =
"# Completion of qsrepl's commands for bash.\n"
"# Made by \"qsrepl completion bash\".\n\n";

/* Which words have been read, and what the current one can be. */
static const char walk[] =
"_qsrepl()\n"
"{\n"
"\tlocal cur prev word command= commands options values i\n"
"\tcur=${COMP_WORDS[COMP_CWORD]}\n"
"\tprev=${COMP_WORDS[COMP_CWORD-1]}\n"
"\t# bash cuts --option=value at the equals sign.\n"
"\tif [ \"$cur\" = = ]; then\n"
"\t\tcur=\n"
"\telif [ \"$prev\" = = ]; then\n"
"\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
"\tfi\n"
"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
"\t\tword=${COMP_WORDS[i]}\n"
"\t\tcase $word in\n"
"\t\t--*)\n"
"\t\t\t_qsrepl_values \"$command\" \"$word\"\n"
"\t\t\tif [ -n \"$values\" ]; then\n"
"\t\t\t\t((i++))\n"
"\t\t\t\t[ \"${COMP_WORDS[i]}\" != = ] || ((i++))\n"
"\t\t\tfi ;;\n"
"\t\t*)\n"
"\t\t\t_qsrepl_words \"$command\"\n"
"\t\t\tcase \" $commands \" in\n"
"\t\t\t*\" $word \"*) command=\"${command:+$command }$word\" ;;\n"
"\t\t\tesac ;;\n"
"\t\tesac\n"
"\tdone\n"
"\t_qsrepl_values \"$command\" \"$prev\"\n"
"\tif [ -z \"$values\" ]; then\n"
"\t\t_qsrepl_words \"$command\"\n"
"\t\tcase $cur in\n"
"\t\t-*) values=\"$options --help\" ;;\n"
"\t\t*) values=$commands ;;\n"
"\t\tesac\n"
"\tfi\n"
"\tCOMPREPLY=()\n"
"\tcase $values in\n"
"\t'<file>')\n"
"\t\tcompopt -o filenames 2>/dev/null\n"
"\t\twhile IFS= read -r word; do\n"
"\t\t\tCOMPREPLY+=(\"$word\")\n"
"\t\tdone < <(compgen -f -- \"$cur\") ;;\n"
"\t'<site>')\n"
"\t\tvalues=$(qsrepl config show 2>/dev/null |\n"
"\t\t\tsed -n 's/^\\[site \\(.*\\)\\]$/\\1/p')\n"
"\t\twhile IFS= read -r word; do\n"
"\t\t\tCOMPREPLY+=(\"$word\")\n"
"\t\tdone < <(compgen -W \"$values\" -- \"$cur\") ;;\n"
"\t'<any>' | '') ;;\n"
"\t*)\n"
"\t\twhile IFS= read -r word; do\n"
"\t\t\tCOMPREPLY+=(\"$word\")\n"
"\t\tdone < <(compgen -W \"$values\" -- \"$cur\") ;;\n"
"\tesac\n"
"}\n"
"complete -F _qsrepl qsrepl\n";

/* What completes an argument: its words, files, sites, or nothing. */
static const char *
completes(const char *argument, const char *words)
{
	if (words != NULL)
		return words;
	if (strcmp(argument, "SITE") == 0)
		return "<site>";
	return strcmp(argument, "FILE") == 0 ? "<file>" : "<any>";
}

static void
add_options(Text *text, const CliCommand *command)
{
	const CliOption *option;
	const char *blank = "";

	text_add(text, "\t\toptions='");
	for (size_t place = 0; (option = cli_option_at(command, &place)) != NULL;)
	{
		text_addf(text, "%s--%s", blank, option->name);
		blank = " ";
	}
	text_add(text, "' ;;\n");
}

/* The words that may follow at the beginning, or behind a group's word. */
static void
add_following(Text *text, const CliGroup *group)
{
	const char *blank = "";

	text_addf(text, "\t'%s')\n\t\tcommands='",
			  group != NULL ? group->word : "");
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		if (group != NULL ? cli_in_group(cli_commands[i], group) :
			strchr(cli_commands[i]->words, ' ') == NULL)
		{
			text_addf(text, "%s%s", blank, cli_last_word(cli_commands[i]));
			blank = " ";
		}
	for (const CliGroup *g = cli_groups; group == NULL && g->word != NULL; g++)
	{
		text_addf(text, "%s%s", blank, g->word);
		blank = " ";
	}
	text_add(text, "'\n");
	if (group == NULL)
		add_options(text, NULL);
	else
		text_add(text, "\t\toptions= ;;\n");
}

/* The last words of commands that begin with all of this one's. */
static void
add_longer(Text *text, const CliCommand *command)
{
	const CliGroup as_group = {command->words, NULL};

	for (size_t i = 0; cli_commands[i] != NULL; i++)
		if (cli_in_group(cli_commands[i], &as_group))
			text_addf(text, " %s", cli_last_word(cli_commands[i]));
}

static void
add_words(Text *text)
{
	text_add(text, "# What can follow a command: commands, options\n"
			 "_qsrepl_words()\n{\n\tcase $1 in\n");
	add_following(text, NULL);
	for (const CliGroup *group = cli_groups; group->word != NULL; group++)
		add_following(text, group);
	for (size_t i = 0; cli_commands[i] != NULL; i++)
	{
		const CliOperand *operand = &cli_commands[i]->operand;

		text_addf(text, "\t'%s')\n\t\tcommands='%s",
				  cli_commands[i]->words, operand->name != NULL ?
				  completes(operand->name, operand->words) : "");
		add_longer(text, cli_commands[i]);
		text_add(text, "'\n");
		add_options(text, cli_commands[i]);
	}
	text_add(text, "\tesac\n}\n\n");
}

static void
add_value(Text *text, const CliCommand *command, const CliOption *option)
{
	if (option->argument == NULL)
		return;
	text_addf(text, "\t'%s --%s') values='%s' ;;\n",
			  command != NULL ? command->words : "", option->name,
			  completes(option->argument, option->words));
}

static void
add_values(Text *text)
{
	const CliOption *option;

	text_add(text, "# What can follow an option: values\n"
			 "_qsrepl_values()\n{\n\tvalues=\n\tcase \"$1 $2\" in\n");
	for (size_t place = 0; (option = cli_option_at(NULL, &place)) != NULL;)
		add_value(text, NULL, option);
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		for (size_t place = 0;
			 (option = cli_option_at(cli_commands[i], &place)) != NULL;)
			add_value(text, cli_commands[i], option);
	text_add(text, "\tesac\n}\n\n");
}

void
cli_completion_add(Text *text)
{
	text_add(text, head);
	add_words(text);
	add_values(text);
	text_add(text, walk);
}
