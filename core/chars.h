/*
 * chars.h
 *		Classes of bytes, as docs/rewriting.md speaks of them.
 *
 * Only ASCII has a meaning here; every byte over 0x7F is alike, so that any
 * server encoding can be read without knowing which one it is.
 */
#ifndef RW_CHARS_H
#define RW_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RW_LETTER	0x01
#define RW_DIGIT	0x02
#define RW_HEX		0x04
#define RW_HIGH		0x08		/* over 0x7F */
#define RW_BLANK	0x10		/* space and tab */
#define RW_SPACE	0x20		/* ASCII white space */
#define RW_CONTROL	0x40
#define RW_LISTED	0x80		/* the printable bytes that may follow a path */
#define RW_TOKEN	0x100		/* part of a host name */

extern const uint16_t rw_class[256];

static inline bool
rw_is(char c, unsigned int classes)
{
	return (rw_class[(unsigned char) c] & classes) != 0;
}

/* Fold an ASCII upper case letter; other bytes stay. */
static inline char
rw_fold(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char) (c + ('a' - 'A')) : c;
}

/* The value of a hexadecimal digit; c must be one. */
static inline unsigned int
rw_hex(char c)
{
	return rw_is(c, RW_DIGIT) ? (unsigned int) (c - '0') :
		(unsigned int) (rw_fold(c) - 'a' + 10);
}

/*
 * rw_equal_fold
 *		Compare len bytes, ASCII case folded; a may be in any case, folded
 *		must already be folded.
 */
static inline bool
rw_equal_fold(const char *a, const char *folded, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (rw_fold(a[i]) != folded[i])
			return false;
	return true;
}

/* Do the bytes at p begin with this, case folded?  word must be folded. */
static inline bool
rw_starts(const char *text, size_t len, size_t p, const char *word, size_t n)
{
	return len - p >= n && rw_equal_fold(text + p, word, n);
}

/* The same for a string constant, whose length the compiler knows. */
#define RW_STARTS(text, len, p, constant) \
	rw_starts(text, len, p, constant, sizeof(constant) - 1)

#endif							/* RW_CHARS_H */
