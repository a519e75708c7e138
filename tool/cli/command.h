/*
 * command.h
 *		The tree of commands: words to functions, and their help.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/*
 * A command has either sub-commands, an array that a NULL name ends, or a
 * function.  argv[0] of the function is the command's last word.
 */
typedef struct Command
{
	const char *name;
	const char *summary;		/* one line, no period */
	const char *usage;			/* what follows the name */
	const char *help;			/* options and explanation; ends with \n */
	const struct Command *children;
	int			(*run) (int argc, char **argv);
} Command;

extern const Command cli_rules;

/*
 * cli_option
 *		Read one long option with a value, "--name VALUE" or "--name=VALUE".
 *
 * in:     *i: the current argument; moved over what was read
 * out:    *value: a part of argv
 * errors: 0: another argument; 1: read; -1: the value is missing, reported
 */
extern int	cli_option(int argc, char **argv, int *i, const char *name,
					   const char **value);

/* Report an argument that no option and no operand takes. */
extern int	cli_unexpected(const char *argument, const char *command);

#endif							/* CLI_COMMAND_H */
