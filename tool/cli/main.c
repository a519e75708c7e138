/*
 * main.c
 *		The qsrepl command: find the command in the tree, or print its help.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cli/command.h"

static const Command *const commands[] = {
	&cli_rules,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
print_top_help(void)
{
	printf("qsrepl keeps a second Qlik Sense site ready to take over.\n\n"
		   "Usage:\n  qsrepl COMMAND [OPTION]...\n\nCommands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	printf("\nOptions:\n"
		   "  --help     show this help, or a command's\n"
		   "  --version  show the version\n");
}

static void
print_help(const char *path, const Command *command)
{
	printf("%s: %s.\n\nUsage:\n  %s %s\n", path, command->summary, path,
		   command->children != NULL ? "COMMAND [OPTION]..." :
		   command->usage);
	if (command->children != NULL)
	{
		printf("\nCommands:\n");
		for (const Command *c = command->children; c->name != NULL; c++)
			printf("  %-10s %s\n", c->name, c->summary);
	}
	if (command->help != NULL)
		printf("\n%s", command->help);
}

static bool
asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
		strcmp(word, "help") == 0;
}

/* Run a command whose words so far are path. */
static int
run(const Command *command, const char *path, int argc, char **argv)
{
	char		longer[128];

	if (argc > 1 && asks_for_help(argv[1]))
	{
		print_help(path, command);
		return EXIT_OK;
	}
	if (command->children == NULL)
		return command->run(argc, argv);
	if (argc < 2)
	{
		report_errorf("Try --help for the list.",
					  "\"%s\" needs a command behind it", path);
		return EXIT_USAGE;
	}
	for (const Command *c = command->children; c->name != NULL; c++)
		if (strcmp(c->name, argv[1]) == 0)
		{
			snprintf(longer, sizeof(longer), "%s %s", path, c->name);
			return run(c, longer, argc - 1, argv + 1);
		}
	report_errorf("Try --help for the list.",
				  "command \"%s %s\" is not recognized", path, argv[1]);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	char		path[64];

	if (argc > 1 && asks_for_help(argv[1]))
	{
		print_top_help();
		return EXIT_OK;
	}
	if (argc > 1 && (strcmp(argv[1], "--version") == 0 ||
					 strcmp(argv[1], "-V") == 0))
	{
		printf("qsrepl %s\n", QSREPL_VERSION);
		return EXIT_OK;
	}
	if (argc < 2)
	{
		report_error("no command was given", NULL,
					 "Try \"qsrepl --help\".");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i]->name, argv[1]) == 0)
		{
			snprintf(path, sizeof(path), "qsrepl %s", argv[1]);
			return run(commands[i], path, argc - 1, argv + 1);
		}
	report_errorf("Try \"qsrepl --help\" for the list.",
				  "command \"qsrepl %s\" is not recognized", argv[1]);
	return EXIT_USAGE;
}
