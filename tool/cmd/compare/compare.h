/*
 * compare.h
 *		The verb "compare".
 */
#ifndef CMD_COMPARE_COMPARE_H
#define CMD_COMPARE_COMPARE_H

#include <stdbool.h>

#include "compare/compare.h"

/*
 * cmd_compare
 *		Compare both sites row by row, and print what differs.
 *
 * in:     chunk, limit: numbers as they were given
 * out:    EXIT_OK: nothing differs; EXIT_NOT_SO: something does; EXIT_SERVER
 */
extern int	cmd_compare(const char *file, CompareOptions *options,
						const char *chunk, const char *limit, bool json);

/* The same as a document, on standard output. */
extern void compare_print_json(const CompareReport *report);
extern void compare_print_text(const CompareReport *report);

#endif							/* CMD_COMPARE_COMPARE_H */
