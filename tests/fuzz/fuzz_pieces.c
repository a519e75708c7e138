/*
 * fuzz_pieces.c
 *		Any bytes as an encrypted file, in portions of any length: nobody who
 *		has not encrypted to the key gets a byte through.
 */
#include "fuzz.h"

#include "seal/internal.h"
#include "seal/pieces.h"

static SealKey *key;

/* Nothing that is made up may come so far, as it would need the tag. */
static bool
take(void *arg, const void *bytes, size_t len, Error *error)
{
	(void) bytes;
	(void) error;
	*(size_t *) arg += len;
	return true;
}

/* How long the first object is says the same for each of its beginnings. */
static void
look(const uint8_t *data, size_t size)
{
	size_t		whole;
	size_t		len;

	if (!seal_der_length(data, size, &whole))
		return;
	for (size_t n = 0; n < size && n < 8; n++)
		require(seal_der_length(data, n, &len) && (len == 0 || len == whole));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Error		error = ERROR_NONE;
	size_t		got = 0;
	SealPieces *pieces;
	size_t		portion = size > 0 ? data[size - 1] + (size_t) 1 : 1;
	bool		good = true;

	if (key == NULL)
		require(seal_key_make("fuzz", 1, &key, &error));
	look(data, size);
	pieces = seal_pieces_reader(key, take, &got);
	for (size_t at = 0; good && at < size; at += portion)
		good = seal_pieces_add(pieces, data + at, size - at < portion ?
							   size - at : portion, &error);
	good = good && seal_pieces_end(pieces, &error);
	require(!good && got == 0 && error.message != NULL);
	seal_pieces_free(pieces);
	error_free(&error);
	return 0;
}
