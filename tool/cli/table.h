/*
 * table.h
 *		Questions to the table of commands.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/command.h"

/*
 * cli_option_at
 *		A command's options one after the other: its own, then the global ones
 *		it takes.  With a NULL command, all global ones.
 *
 * in:     *place: 0 for the first; moved on
 * out:    NULL behind the last
 */
extern const CliOption *cli_option_at(const CliCommand *command,
									  size_t *place);

/*
 * cli_option_find
 *		Look an option up by the first len bytes of a name.
 */
extern const CliOption *cli_option_find(const CliCommand *command,
										const char *name, size_t len);

/* The group with this word, or NULL. */
extern const CliGroup *cli_group_find(const char *word);

/* Does the command belong to the group?  And its word behind the group's. */
extern bool cli_in_group(const CliCommand *command, const CliGroup *group);
extern const char *cli_last_word(const CliCommand *command);

/*
 * cli_command_find
 *		Look a command up by its words; second may be NULL.
 */
extern const CliCommand *cli_command_find(const char *first,
										  const char *second);

/* Is word one of the words in list, which blanks separate? */
extern bool cli_word_in(const char *list, const char *word);

#endif							/* CLI_TABLE_H */
