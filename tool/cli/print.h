/*
 * print.h
 *		What is made from the table of commands for other programs.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/text.h"

/* A script for bash. */
extern void cli_completion_add(Text *text);

/* The manual page, for man(1). */
extern void cli_man_add(Text *text);

#endif							/* CLI_PRINT_H */
