/*
 * usage.c
 *		Pieces that help and manual share.
 */
#include "cli/usage.h"

#include "cli/table.h"

bool
cli_usage_has_options(const CliCommand *command)
{
	const CliOption *option;

	for (size_t place = 0; (option = cli_option_at(command, &place)) != NULL;)
		if (!option->required)
			return true;
	return false;
}

void
cli_usage_add(Text *text, const CliCommand *command)
{
	const CliOption *option;

	text_add(text, command->words);
	for (size_t place = 0; (option = cli_option_at(command, &place)) != NULL;)
		if (option->required)
			text_addf(text, " --%s %s", option->name, option->argument);
	if (cli_usage_has_options(command))
		text_add(text, " [OPTION]...");
	if (command->operand.name != NULL)
		text_addf(text, command->operand.optional ? " [%s]" : " %s",
				  command->operand.name);
}

void
cli_usage_option(Text *text, const CliOption *option)
{
	const char *open = " (";

	text_add(text, option->help);
	if (option->required)
	{
		text_addf(text, "%srequired", open);
		open = "; ";
	}
	if (option->many)
	{
		text_addf(text, "%smay be given more than once", open);
		open = "; ";
	}
	if (option->words != NULL)
	{
		text_addf(text, "%sone of: %s", open, option->words);
		open = "; ";
	}
	if (option->otherwise != NULL)
	{
		text_addf(text, "%sdefault: %s", open, option->otherwise);
		open = "; ";
	}
	if (option->variable != NULL)
	{
		text_addf(text, "%senvironment: %s", open, option->variable);
		open = "; ";
	}
	if (open[0] == ';')
		text_add(text, ")");
}
