/*
 * base64.c
 *		Bytes as text of one line.
 *
 * Piece by piece through a small buffer that is wiped: the bytes may be keys.
 */
#include "base/base64.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/secret.h"

/* 48 bytes are 64 characters, without padding in between. */
#define PIECE 48
#define PIECE_CHARS (PIECE / 3 * 4)

void
base64_add(Text *text, const void *bytes, size_t len)
{
	const unsigned char *from = bytes;
	unsigned char piece[PIECE_CHARS + 1];

	for (size_t done = 0; done < len; done += PIECE)
	{
		size_t		rest = len - done;
		int			n = EVP_EncodeBlock(piece, from + done,
										(int) (rest < PIECE ? rest : PIECE));

		secret_add(text, piece, (size_t) n);
	}
	OPENSSL_cleanse(piece, sizeof(piece));
}

/* Only at the end, and not more than two. */
static size_t
padding_of(const char *string, size_t len)
{
	if (len >= 2 && strcmp(string + len - 2, "==") == 0)
		return 2;
	return len >= 1 && string[len - 1] == '=' ? 1 : 0;
}

bool
base64_decode(const char *string, Text *bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	"abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t		len = strlen(string);
	size_t		padding = padding_of(string, len);
	unsigned char piece[PIECE];

	if (len % 4 != 0 || strspn(string, digits) != len - padding)
		return false;
	for (size_t done = 0; done < len; done += PIECE_CHARS)
	{
		size_t		rest = len - done;
		size_t		chars = rest < PIECE_CHARS ? rest : PIECE_CHARS;
		int			n = EVP_DecodeBlock(piece, (const unsigned char *) string
										+ done, (int) chars);

		if (n < 0)
			return false;
		/* It counts padding as bytes. */
		secret_add(bytes, piece, (size_t) n - (chars == rest ? padding : 0));
	}
	OPENSSL_cleanse(piece, sizeof(piece));
	return true;
}
