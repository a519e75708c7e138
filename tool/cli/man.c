/*
 * man.c
 *		The manual page, made from the table of commands.
 */
#include <string.h>

#include "base/exitcode.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/usage.h"
#include "config/paths.h"

/* Add words as they are: what man would take for a request is escaped. */
static void
add_plain(Text *text, const char *words)
{
	bool		begins = true;

	for (; *words != '\0'; words++)
	{
		if (begins && (*words == '.' || *words == '\''))
			text_add(text, "\\&");
		begins = *words == '\n';
		if (*words == '\\')
			text_add(text, "\\e");
		else if (*words == '-')
			text_add(text, "\\-");
		else
			text_add_bytes(text, words, 1);
	}
}

/* A paragraph with a label. */
static void
add_entry(Text *text, const char *what, const char *explanation)
{
	text_add(text, ".TP\n\\fB");
	add_plain(text, what);
	text_add(text, "\\fR\n");
	add_plain(text, explanation);
	text_add(text, "\n");
}

static void
add_options(Text *text, const CliCommand *command)
{
	const CliOption *option;

	for (size_t place = 0; (option = cli_option_at(command, &place)) != NULL;)
	{
		Text		what = {NULL, 0, 0};
		Text		explanation = {NULL, 0, 0};

		text_addf(&what, "--%s%s%s", option->name,
				  option->argument != NULL ? " " : "",
				  option->argument != NULL ? option->argument : "");
		cli_usage_option(&explanation, option);
		add_entry(text, what.bytes, explanation.bytes);
		text_free(&what);
		text_free(&explanation);
	}
}

static void
add_command(Text *text, const CliCommand *command)
{
	Text		usage = {NULL, 0, 0};

	text_add(&usage, "qsrepl ");
	cli_usage_add(&usage, command);
	text_add(text, ".SS \"");
	add_plain(text, usage.bytes);
	text_add(text, "\"\n");
	text_free(&usage);
	add_plain(text, command->summary);
	text_add(text, ".\n");
	if (command->about != NULL)
	{
		text_add(text, ".PP\n.nf\n");
		add_plain(text, command->about);
		text_add(text, ".fi\n");
	}
	add_options(text, command);
}

static void
add_exit_codes(Text *text)
{
	text_add(text, ".SH EXIT STATUS\n");
	for (const ExitCodeMeaning *m = exitcode_meanings; m->meaning != NULL; m++)
		text_addf(text, ".TP\n%d\n%s\n", m->code, m->meaning);
}

void
cli_man_add(Text *text)
{
	text_addf(text, ".\\\" Made by \"qsrepl docs man\"; do not edit.\n"
			  ".TH QSREPL 1 \"\" \"qsrepl %s\" \"qsrepl\"\n"
			  ".SH NAME\nqsrepl \\- keep a second Qlik Sense site ready to "
			  "take over\n"
			  ".SH SYNOPSIS\n\\fBqsrepl\\fR \\fICOMMAND\\fR "
			  "[\\fIOPTION\\fR]...\n.SH COMMANDS\n", QSREPL_VERSION);
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		add_command(text, cli_commands[i]);
	text_add(text, ".SH OPTIONS\nThese are taken by the commands that list "
			 "them, and may also stand before the command. A value follows "
			 "behind a blank or an equals sign; two dashes alone end the "
			 "options.\n");
	add_options(text, NULL);
	add_entry(text, "--help", "show the help of a command, or of all");
	add_entry(text, "--version", "show the version");
	add_exit_codes(text);
	text_add(text, ".SH ENVIRONMENT\nEach variable stands for the option "
			 "that names it; what is given on the command line comes first. "
			 "Switches are set to yes or no. The configuration's own "
			 "variables are in docs/configuration.md.\n");
	add_entry(text, "NO_COLOR", "if set and not empty, no colour is used; "
			  "without it, only on a terminal");
	text_add(text, ".SH FILES\n");
	add_entry(text, CONFIG_DEFAULT_FILE, "the configuration, which \"qsrepl "
			  "docs configuration\" explains");
	text_add(text, ".SH SEE ALSO\n.BR pg_basebackup (1),\n"
			 ".BR pg_rewind (1),\n.BR psql (1)\n");
}
