/*
 * ask.h
 *		Questions at the terminal.
 */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include <stdbool.h>

/* Is somebody there to answer? */
extern bool ask_possible(void);

/*
 * ask_line
 *		Ask on standard error, and read a line from standard input.
 *
 * out:    the answer without blanks around it, to be freed with free(); NULL
 *         at the end of the input
 */
extern char *ask_line(const char *question);

/*
 * ask_confirmed
 *		Ask a question that only the word "yes" confirms.
 */
extern bool ask_confirmed(const char *question);

#endif							/* CMD_ASK_H */
