/*
 * text.h
 *		A string that grows.
 */
#ifndef TOOL_TEXT_H
#define TOOL_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* mingw's own name for the format that its stdio understands */
#if defined(__MINGW_PRINTF_FORMAT)
#define TEXT_PRINTF(f, a) \
	__attribute__((format(__MINGW_PRINTF_FORMAT, f, a)))
#elif defined(__GNUC__)
#define TEXT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define TEXT_PRINTF(f, a)
#endif

/* Begins as {NULL, 0, 0}; freed by text_free() or given away by text_take(). */
typedef struct Text
{
	char	   *bytes;			/* with a NUL behind them; NULL while empty */
	size_t		len;			/* bytes, without the NUL */
	size_t		capacity;
} Text;

/*
 * text_add, text_add_bytes, text_addf
 *		Put a string, bytes, or what printf() would make behind the text.
 */
extern void text_add(Text *text, const char *string);
extern void text_add_bytes(Text *text, const void *bytes, size_t len);
extern void text_addf(Text *text, const char *format,...) TEXT_PRINTF(2, 3);

/*
 * text_take
 *		The string, which the caller frees with free(); the text is empty
 *		afterwards.  Never NULL.
 */
extern char *text_take(Text *text);
extern void text_free(Text *text);

/* What printf() would make; the caller frees it with free(). */
extern char *text_format(const char *format,...) TEXT_PRINTF(1, 2);

#endif							/* TOOL_TEXT_H */
