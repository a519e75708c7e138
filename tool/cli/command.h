/*
 * command.h
 *		What a command is: one entry of a table, from which the command line is
 *		parsed and help, completion and the manual are made.
 *
 * A new command is one CliCommand in a file of its concern, and one line in
 * commands.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* A long option.  A NULL name ends an array of them. */
typedef struct CliOption
{
	const char *name;			/* without the dashes */
	const char *argument;		/* in capitals; NULL: a switch.  FILE is
								 * completed with names of files. */
	const char *variable;		/* of the environment; NULL: none */
	const char *otherwise;		/* the value if none is given; NULL: none */
	const char *words;			/* all its values, with blanks between; NULL:
								 * any value */
	const char *help;			/* no period */
	bool		required;
	bool		many;			/* may be given more than once */
} CliOption;

/* Which of the global options a command takes; see globals.c. */
enum CliGlobal
{
	CLI_CONFIG = 1 << 0,
	CLI_JSON = 1 << 1,
	CLI_DRY_RUN = 1 << 2,
	CLI_YES = 1 << 3,
	CLI_VERBOSE = 1 << 4
};

/* What comes behind the options.  A NULL name: nothing. */
typedef struct CliOperand
{
	const char *name;			/* in capitals; FILE as above */
	const char *words;			/* as above */
	bool		optional;		/* may be left out */
} CliOperand;

struct CliCall;

typedef struct CliCommand
{
	const char *words;			/* one or two, as typed: "rules test" */
	const char *summary;		/* one line, no period */
	CliOperand	operand;		/* at most one of them */
	unsigned	globals;		/* of enum CliGlobal */
	const CliOption *options;	/* NULL: none */
	const char *about;			/* further lines for the help, or NULL; each
								 * ends with a line feed */
	int			(*run) (const struct CliCall *call);
} CliCommand;

/* A first word that stands before several commands. */
typedef struct CliGroup
{
	const char *word;			/* a NULL word ends the array */
	const char *summary;
} CliGroup;

/* A value that was given, or taken from the environment. */
typedef struct CliGiven
{
	const CliOption *option;
	const char *value;			/* "" for a switch; a part of argv */
} CliGiven;

/* One call of a command, as parsed. */
typedef struct CliCall
{
	const CliCommand *command;
	CliGiven   *given;			/* owned by the call; see cli_call_free() */
	size_t		n_given;
	const char *operand;		/* NULL: none was given */
} CliCall;

/* In commands.c; a NULL command ends the array. */
extern const CliCommand *const cli_commands[];
extern const CliGroup cli_groups[];

/* What only the program itself starts: found, but not shown. */
extern const CliCommand *const cli_internal_commands[];

/* In globals.c: the option of bit 1 << i is cli_globals[i]. */
extern const CliOption cli_globals[];

/*
 * cli_value
 *		An option's value: given, from the environment, or its default.
 *
 * in:     name: of an option that the command has
 * out:    NULL where there is none; not to be freed
 */
extern const char *cli_value(const CliCall *call, const char *name);

/* Was a switch given? */
extern bool cli_is_on(const CliCall *call, const char *name);

/*
 * cli_values
 *		All values of an option that may be given more than once.
 *
 * in:     values: room for call->n_given of them
 * out:    how many there are
 */
extern size_t cli_values(const CliCall *call, const char *name,
						 const char **values);

#endif							/* CLI_COMMAND_H */
