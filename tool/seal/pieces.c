/*
 * pieces.c
 *		Files as a series of pieces.
 */
#include "seal/recipients.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/secret.h"

struct SealPieces
{
	const SealRecipients *recipients;	/* NULL: a reader */
	const SealKey *key;
	SealSink	sink;
	void	   *arg;
	unsigned char *bytes;		/* what is not a whole piece yet */
	size_t		len;
	size_t		capacity;
	Text		made;			/* what goes to the sink */
	size_t		number;			/* pieces so far */
	bool		ended;			/* a reader: the last piece was there */
};

static SealPieces *
begin(SealSink sink, void *arg)
{
	SealPieces *pieces = mem_alloc(sizeof(SealPieces));

	memset(pieces, 0, sizeof(*pieces));
	pieces->sink = sink;
	pieces->arg = arg;
	return pieces;
}

SealPieces *
seal_pieces_writer(const SealRecipients *recipients, SealSink sink, void *arg)
{
	SealPieces *pieces = begin(sink, arg);

	pieces->recipients = recipients;
	return pieces;
}

SealPieces *
seal_pieces_reader(const SealKey *key, SealSink sink, void *arg)
{
	SealPieces *pieces = begin(sink, arg);

	pieces->key = key;
	return pieces;
}

void
seal_pieces_free(SealPieces *pieces)
{
	if (pieces == NULL)
		return;
	secret_free(&pieces->made);
	if (pieces->bytes != NULL)
		OPENSSL_cleanse(pieces->bytes, pieces->capacity);
	free(pieces->bytes);
	free(pieces);
}

/* Small files need not have all of a piece's memory. */
static void
make_room(SealPieces *pieces, size_t needed, size_t most)
{
	size_t		capacity = pieces->capacity == 0 ? 4096 : pieces->capacity;
	unsigned char *grown;

	if (needed <= pieces->capacity)
		return;
	while (capacity < needed)
		capacity *= 4;
	if (capacity > most)
		capacity = most;
	grown = mem_alloc(capacity);
	if (pieces->len > 0)
		memcpy(grown, pieces->bytes, pieces->len);
	if (pieces->bytes != NULL)
		OPENSSL_cleanse(pieces->bytes, pieces->capacity);
	free(pieces->bytes);
	pieces->bytes = grown;
	pieces->capacity = capacity;
}

/* Take bytes until there are so many; how many were taken. */
static size_t
take(SealPieces *pieces, const void *bytes, size_t len, size_t wanted,
	 size_t most)
{
	size_t		n = wanted - pieces->len < len ? wanted - pieces->len : len;

	if (n == 0)
		return 0;
	make_room(pieces, pieces->len + n, most);
	memcpy(pieces->bytes + pieces->len, bytes, n);
	pieces->len += n;
	return n;
}

/* Encrypt what is there. */
static bool
put_piece(SealPieces *pieces, Error *error)
{
	const SealRecipients *to = pieces->recipients;
	X509	   *certificates[SEAL_RECIPIENTS_MAX];
	bool		good;

	for (size_t i = 0; i < to->n; i++)
		certificates[i] = to->list[i].certificate;
	good = seal_encrypt(certificates, to->n, true, pieces->bytes, pieces->len,
						&pieces->made, error) &&
		pieces->sink(pieces->arg, pieces->made.bytes, pieces->made.len, error);

	pieces->len = 0;
	pieces->number++;
	return good;
}

static bool
add_plain(SealPieces *pieces, const unsigned char *bytes, size_t len,
		  Error *error)
{
	while (len > 0)
	{
		size_t		n = take(pieces, bytes, len, SEAL_PIECE_BYTES,
							 SEAL_PIECE_BYTES);

		bytes += n;
		len -= n;
		if (pieces->len == SEAL_PIECE_BYTES && !put_piece(pieces, error))
			return false;
	}
	return true;
}

bool
seal_der_length(const void *bytes, size_t available, size_t *len)
{
	const unsigned char *at = bytes;
	size_t		n;
	size_t		value = 0;

	*len = 0;
	if (available < 2)
		return available == 0 || at[0] == 0x30;
	n = at[1] < 0x80 ? 0 : (size_t) (at[1] - 0x80);
	/* More than four bytes, or an indefinite length, are nothing of ours. */
	if (at[0] != 0x30 || at[1] == 0x80 || n > 4)
		return false;
	if (available < 2 + n)
		return true;
	value = n == 0 ? at[1] : 0;
	for (size_t i = 0; i < n; i++)
		value = value << 8 | at[2 + i];
	*len = value + 2 + n;
	return *len <= SEAL_PIECE_BYTES + SEAL_PIECE_EXTRA;
}

static bool
damaged(const SealPieces *pieces, const char *detail, Error *error)
{
	return error_set(error, detail, "Have it made and brought once more, and give the key of this site.", "piece %zu is damaged",
					 pieces->number + 1);
}

/* Decrypt the piece that is there. */
static bool
get_piece(SealPieces *pieces, Error *error)
{
	Error		reason = ERROR_NONE;
	bool		good;

	if (pieces->ended)
		return error_set(error, NULL, NULL, "a piece follows the last one");
	if (!seal_decrypt(pieces->key, pieces->bytes, pieces->len, &pieces->made,
					  &reason))
	{
		damaged(pieces, "Or it was encrypted for another key.", error);
		error_free(&reason);
		return false;
	}
	if (pieces->made.len > SEAL_PIECE_BYTES)
		return damaged(pieces, "It is too long.", error);
	pieces->ended = pieces->made.len < SEAL_PIECE_BYTES;
	pieces->number++;
	pieces->len = 0;
	good = pieces->made.len == 0 ||
		pieces->sink(pieces->arg, pieces->made.bytes, pieces->made.len, error);
	secret_free(&pieces->made);
	return good;
}

/* The head of a piece byte by byte: it tells how long the piece is. */
static bool
add_sealed(SealPieces *pieces, const unsigned char *bytes, size_t len,
		   Error *error)
{
	while (len > 0)
	{
		size_t		piece;
		size_t		n;

		if (!seal_der_length(pieces->bytes, pieces->len, &piece))
			return damaged(pieces, "It does not begin as one.", error);
		n = take(pieces, bytes, len, piece > 0 ? piece : pieces->len + 1,
				 SEAL_PIECE_BYTES + SEAL_PIECE_EXTRA);
		bytes += n;
		len -= n;
		if (piece > 0 && pieces->len == piece && !get_piece(pieces, error))
			return false;
	}
	return true;
}

bool
seal_pieces_add(SealPieces *pieces, const void *bytes, size_t len,
				Error *error)
{
	return pieces->recipients != NULL ?
		add_plain(pieces, bytes, len, error) :
		add_sealed(pieces, bytes, len, error);
}

bool
seal_pieces_end(SealPieces *pieces, Error *error)
{
	if (pieces->recipients != NULL)
		return put_piece(pieces, error);
	if (pieces->len > 0)
		return damaged(pieces, "Its end is missing.", error);
	return pieces->ended ||
		error_set(error, NULL, NULL, "pieces are missing at the end");
}
