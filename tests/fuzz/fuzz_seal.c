/*
 * fuzz_seal.c
 *		Any bytes as a sealed set: what is read of its header is what was there.
 */
#include "fuzz.h"

#include <string.h>

#include "seal/internal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	SealHeader	header;
	size_t		len;
	Text		again = {NULL, 0, 0};
	Text		inner = {NULL, 0, 0};
	X509	   *embedded;

	if (seal_header_read(data, size, &arena, &header, &len, &error))
	{
		seal_header_add(&again, &header);
		require(again.len == len && memcmp(again.bytes, data, len) == 0);
		require(header.counter > 0 && header.time_ms >= 0);
		data += len;
		size -= len;
	}
	/* What was signed is parsed before anything is known of it. */
	embedded = seal_embedded(data, size);
	if (embedded != NULL)
		seal_verify(data, size, embedded, &inner, &error);
	X509_free(embedded);
	text_free(&again);
	text_free(&inner);
	error_free(&error);
	arena_free(&arena);
	return 0;
}
