/*
 * ndr.c
 *		Numbers, arrays and strings as DCE/RPC puts them on the wire.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/ndr.h"

#include <string.h>

#include "programs/scm/utf16.h"

/* The referent of a pointer means nothing, but that it is not zero. */
#define REFERENT 0x20000

void
ndr_put_u16(Text *out, uint16_t value)
{
	const uint8_t bytes[] = {value & 0xff, value >> 8};

	text_add_bytes(out, bytes, sizeof(bytes));
}

void
ndr_put_u32(Text *out, uint32_t value)
{
	ndr_put_u16(out, value & 0xffff);
	ndr_put_u16(out, value >> 16);
}

void
ndr_put_align(Text *out)
{
	static const char zeros[4];

	text_add_bytes(out, zeros, -out->len & 3);
}

void
ndr_put_string(Text *out, const char *string)
{
	Text		wide = {NULL, 0, 0};
	uint32_t	units;

	utf16_put(&wide, string);
	ndr_put_u16(&wide, 0);
	units = (uint32_t) (wide.len / 2);
	ndr_put_u32(out, units);
	ndr_put_u32(out, 0);
	ndr_put_u32(out, units);
	text_add_bytes(out, wide.bytes, wide.len);
	ndr_put_align(out);
	text_free(&wide);
}

void
ndr_put_pointer(Text *out, bool there)
{
	ndr_put_u32(out, there ? REFERENT : 0);
}

const uint8_t *
ndr_bytes(NdrReader *in, size_t len)
{
	const uint8_t *bytes = in->bytes + in->at;

	if (in->failed || in->len - in->at < len)
	{
		in->failed = true;
		return NULL;
	}
	in->at += len;
	return bytes;
}

uint16_t
ndr_u16(NdrReader *in)
{
	const uint8_t *bytes = ndr_bytes(in, 2);

	return bytes == NULL ? 0 : (uint16_t) (bytes[0] | bytes[1] << 8);
}

uint32_t
ndr_u32(NdrReader *in)
{
	const uint8_t *bytes = ndr_bytes(in, 4);

	if (bytes == NULL)
		return 0;
	return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16
		| (uint32_t) bytes[3] << 24;
}

void
ndr_skip(NdrReader *in, size_t len)
{
	ndr_bytes(in, len);
}

void
ndr_align(NdrReader *in)
{
	ndr_skip(in, -in->at & 3);
}

NdrReader
ndr_array(NdrReader *in)
{
	uint32_t	len = ndr_u32(in);
	NdrReader	content = {ndr_bytes(in, len), len, 0, false};

	if (content.bytes == NULL)
	{
		content.bytes = (const uint8_t *) "";
		content.len = 0;
		content.failed = true;
	}
	ndr_align(in);
	return content;
}

char *
ndr_string(NdrReader *in)
{
	uint32_t	most = ndr_u32(in);
	uint32_t	offset = ndr_u32(in);
	uint32_t	units = ndr_u32(in);
	const uint8_t *bytes;

	if (offset != 0 || units > most || units > in->len / 2)
	{
		in->failed = true;
		return NULL;
	}
	bytes = ndr_bytes(in, (size_t) units * 2);
	ndr_align(in);
	if (bytes == NULL || in->failed)
		return NULL;
	return utf16_take(bytes, units);
}

char *
ndr_text_at(NdrReader *in, uint32_t offset)
{
	if (offset >= in->len)
	{
		in->failed = true;
		return NULL;
	}
	return utf16_take(in->bytes + offset, (in->len - offset) / 2);
}
