/*
 * ndr.h
 *		Numbers, arrays and strings as DCE/RPC puts them on the wire
 *		(little-endian NDR; C706 chapter 14, MS-RPCE).
 *
 * A reader never goes beyond its bytes: what is not there reads as zero or
 * NULL and makes "failed" true for good, so that a whole structure can be
 * read before that is looked at.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_NDR_H
#define SCM_NDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* The bytes are the caller's. */
typedef struct NdrReader
{
	const uint8_t *bytes;
	size_t		len;
	size_t		at;				/* never beyond len */
	bool		failed;
} NdrReader;

/* ndr_put_*: put a value behind a text, which begins aligned. */
extern void ndr_put_u16(Text *out, uint16_t value);
extern void ndr_put_u32(Text *out, uint32_t value);
extern void ndr_put_align(Text *out);	/* to four bytes */

/*
 * ndr_put_string
 *		A conformant varying string of UTF-16 with its NUL, from UTF-8; what is
 *		not UTF-8 becomes U+FFFD.
 */
extern void ndr_put_string(Text *out, const char *string);

/*
 * ndr_put_pointer
 *		A unique pointer: to something that follows, or NULL.
 */
extern void ndr_put_pointer(Text *out, bool there);

/*
 * ndr_u16, ndr_u32, ndr_skip, ndr_align
 *		Take a number, or go on, by bytes or to the next multiple of four.
 */
extern uint16_t ndr_u16(NdrReader *in);
extern uint32_t ndr_u32(NdrReader *in);
extern void ndr_skip(NdrReader *in, size_t len);
extern void ndr_align(NdrReader *in);

/* Take bytes; NULL where there are not as many. */
extern const uint8_t *ndr_bytes(NdrReader *in, size_t len);

/*
 * ndr_array
 *		Take a conformant array of bytes, with the padding behind it; the
 *		result reads its content.
 */
extern NdrReader ndr_array(NdrReader *in);

/*
 * ndr_string
 *		Take a conformant varying string of UTF-16.
 *
 * out: UTF-8 without the NUL, the caller's to free; NULL where it failed
 */
extern char *ndr_string(NdrReader *in);

/*
 * ndr_text_at
 *		The UTF-16 string at an offset of a buffer, up to its NUL, as structures
 *		hold it that come in an array of bytes.
 *
 * out: as ndr_string(); the reader stays where it is
 */
extern char *ndr_text_at(NdrReader *in, uint32_t offset);

#endif							/* SCM_NDR_H */
