/*
 * utf8.h
 *		Is it UTF-8?
 */
#ifndef TOOL_UTF8_H
#define TOOL_UTF8_H

#include <stddef.h>

/*
 * utf8_length
 *		How many bytes the character at the beginning has.
 *
 * in:     len bytes, at least one
 * errors: 0: not UTF-8, which excludes surrogates and overlong forms
 */
extern size_t utf8_length(const char *bytes, size_t len);

#endif							/* TOOL_UTF8_H */
