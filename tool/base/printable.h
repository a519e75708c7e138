/*
 * printable.h
 *		Text for people: what a database's owner has named or said must not steer
 *		the terminal of who reads it.
 */
#ifndef TOOL_PRINTABLE_H
#define TOOL_PRINTABLE_H

#include <stdarg.h>

#include "base/text.h"

/*
 * printable
 *		Make control characters '?', but for line ends and tabs; and bytes that
 *		are not UTF-8, which some terminals take for such.
 */
extern void printable(char *text);

/*
 * printed, printed_to
 *		As printf() and fprintf(), of what printable() leaves.
 */
extern void printed(const char *format,...) TEXT_PRINTF(1, 2);
extern void printed_to(FILE *out, const char *format,...) TEXT_PRINTF(2, 3);
extern void printed_args(FILE *out, const char *format, va_list args)
			TEXT_PRINTF(2, 0);

#endif							/* TOOL_PRINTABLE_H */
