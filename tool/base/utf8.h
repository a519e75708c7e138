/*
 * utf8.h
 *		Characters in UTF-8.
 */
#ifndef TOOL_UTF8_H
#define TOOL_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_SIZE 4				/* of the longest character */

/*
 * utf8_length
 *		How many bytes the character at the beginning has.
 *
 * in:     len bytes, at least one
 * errors: 0: not UTF-8, which excludes surrogates and overlong forms
 */
extern size_t utf8_length(const char *bytes, size_t len);

/* The character of len bytes, which is what utf8_length() said of them. */
extern uint32_t utf8_decode(const char *bytes, size_t len);

/*
 * utf8_encode
 *		Write a character, up to 0x10FFFF; out has room for UTF8_SIZE bytes.
 *
 * out: how many bytes it has, without a NUL
 */
extern size_t utf8_encode(uint32_t character, char *out);

#endif							/* TOOL_UTF8_H */
