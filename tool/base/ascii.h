/*
 * ascii.h
 *		Letters of either case, whatever the locale is.
 */
#ifndef TOOL_ASCII_H
#define TOOL_ASCII_H

#include <stdbool.h>

/* The small letter of A to Z; everything else stays. */
extern char ascii_lower(char c);

/* Are two strings the same but for the case of A to Z? */
extern bool ascii_same(const char *a, const char *b);

/*
 * ascii_same_host
 *		The same for names of hosts: one may end in the root's dot.
 */
extern bool ascii_same_host(const char *a, const char *b);

#endif							/* TOOL_ASCII_H */
