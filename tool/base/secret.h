/*
 * secret.h
 *		Bytes that nobody else is to see, wiped where they were.
 */
#ifndef TOOL_SECRET_H
#define TOOL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * secret_add
 *		As text_add_bytes(), but memory that the text outgrows is wiped.
 */
extern void secret_add(Text *text, const void *bytes, size_t len);

/* Wipe the whole of a text's memory and free it; it is empty afterwards. */
extern void secret_free(Text *text);

/*
 * secret_stack
 *		Wipe what functions that have returned may have left on the stack:
 *		libcrypto copies the content of CMS by way of it.  Called when keys
 *		have gone through such functions.
 */
extern void secret_stack(void);

/*
 * secret_memory
 *		From now on everything that libcrypto frees is wiped, whatever it was.
 *		Called once, before anything else of libcrypto.
 *
 * out: false: libcrypto has memory already, or cannot do it
 */
extern bool secret_memory(void);

#endif							/* TOOL_SECRET_H */
