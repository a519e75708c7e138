/*
 * hash.c
 *		FNV-1a of 32 bits.
 */
#include "base/hash.h"

uint32_t
hash_bytes(const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;
	uint32_t	hash = UINT32_C(2166136261);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ byte[i]) * UINT32_C(16777619);
	return hash;
}
