/*
 * base64.h
 *		Bytes as text of one line.
 */
#ifndef TOOL_BASE64_H
#define TOOL_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * base64_add
 *		Put bytes behind a text; what it outgrows is wiped, as by secret_add().
 */
extern void base64_add(Text *text, const void *bytes, size_t len);

/*
 * base64_decode
 *		The bytes of a text without blanks or line feeds.
 *
 * out: *bytes: added to; to be freed with secret_free().  False where it is
 *      no base64
 */
extern bool base64_decode(const char *string, Text *bytes);

#endif							/* TOOL_BASE64_H */
