/*
 * help.c
 *		Help on standard output, made from the table of commands.
 */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/wrap.h"
#include "cli/table.h"
#include "cli/usage.h"

#define COLUMN 24				/* where explanations begin */
#define WIDTH 79

/* One entry of a list: what, and its explanation beside or below it. */
static void
add_entry(Text *text, const char *what, const char *explanation)
{
	char		indent[COLUMN + 1];
	Text		wrapped = {NULL, 0, 0};

	memset(indent, ' ', COLUMN);
	indent[COLUMN] = '\0';
	wrap_add(&wrapped, indent, WIDTH, explanation);
	text_addf(text, "  %s", what);
	if (strlen(what) + 4 > COLUMN)
		text_addf(text, "\n%s", wrapped.bytes);
	else
		text_addf(text, "%s", wrapped.bytes + 2 + strlen(what));
	text_free(&wrapped);
}

static void
add_option(Text *text, const CliOption *option)
{
	char		what[64];
	Text		explanation = {NULL, 0, 0};

	if (option->argument != NULL)
		snprintf(what, sizeof(what), "--%s %s", option->name,
				 option->argument);
	else
		snprintf(what, sizeof(what), "--%s", option->name);
	cli_usage_option(&explanation, option);
	add_entry(text, what, explanation.bytes);
	text_free(&explanation);
}

static void
add_options(Text *text, const CliCommand *command)
{
	const CliOption *option;

	for (size_t place = 0; (option = cli_option_at(command, &place)) != NULL;)
		add_option(text, option);
}

static void
print(Text *text)
{
	fputs(text->bytes, stdout);
	text_free(text);
}

void
cli_help_all(void)
{
	Text		text = {NULL, 0, 0};
	const CliGroup *last = NULL;

	text_add(&text, "qsrepl keeps a second Qlik Sense site ready to take "
			 "over.\n\nUsage:\n  qsrepl COMMAND [OPTION]...\n\nCommands:\n");
	for (size_t i = 0; cli_commands[i] != NULL; i++)
	{
		const CliGroup *group = cli_groups;

		while (group->word != NULL && !cli_in_group(cli_commands[i], group))
			group++;
		if (group->word == NULL)
			add_entry(&text, cli_commands[i]->words,
					  cli_commands[i]->summary);
		else if (group != last)
			add_entry(&text, group->word, group->summary);
		last = group;
	}
	text_add(&text, "\nOptions, for the commands that list them:\n");
	add_options(&text, NULL);
	text_add(&text, "\nAlways:\n");
	add_entry(&text, "--help", "show this help, or a command's");
	add_entry(&text, "--version", "show the version");
	text_add(&text, "\n\"--\" ends the options. NO_COLOR in the environment "
			 "turns colour off.\n");
	print(&text);
}

void
cli_help_group(const CliGroup *group)
{
	Text		text = {NULL, 0, 0};

	text_addf(&text, "qsrepl %s: %s.\n\nUsage:\n  qsrepl %s COMMAND "
			  "[OPTION]...\n\nCommands:\n", group->word, group->summary,
			  group->word);
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		if (cli_in_group(cli_commands[i], group))
			add_entry(&text, cli_last_word(cli_commands[i]),
					  cli_commands[i]->summary);
	print(&text);
}

void
cli_help_command(const CliCommand *command)
{
	Text		text = {NULL, 0, 0};

	text_addf(&text, "qsrepl %s: %s.\n\nUsage:\n  qsrepl ", command->words,
			  command->summary);
	cli_usage_add(&text, command);
	text_add(&text, "\n\nOptions:\n");
	add_options(&text, command);
	add_entry(&text, "--help", "show this help");
	if (command->about != NULL)
		text_addf(&text, "\n%s", command->about);
	print(&text);
}
