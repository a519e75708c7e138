/*
 * utf16.h
 *		Windows' strings and ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_UTF16_H
#define SCM_UTF16_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Put UTF-8 behind a text, as UTF-16 without a NUL. */
extern void utf16_put(Text *out, const char *string);

/*
 * utf16_take
 *		UTF-8 of so many units, or up to a NUL among them; what is no character
 *		becomes U+FFFD.  The caller frees it.
 */
extern char *utf16_take(const uint8_t *bytes, size_t units);

#endif							/* SCM_UTF16_H */
