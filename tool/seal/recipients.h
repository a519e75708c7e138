/*
 * recipients.h
 *		What the files of pieces.h share.
 */
#ifndef SEAL_RECIPIENTS_H
#define SEAL_RECIPIENTS_H

#include "seal/internal.h"
#include "seal/pieces.h"

typedef struct SealRecipient
{
	X509	   *certificate;
	char	   *subject;
	char		fingerprint[SEAL_FINGERPRINT_SIZE];
} SealRecipient;

struct SealRecipients
{
	SealRecipient list[SEAL_RECIPIENTS_MAX];
	size_t		n;
};

/*
 * seal_piece_encrypt, seal_piece_decrypt
 *		One piece.
 *
 * out: *der, *bytes: replaced; what was decrypted is freed with secret_free()
 */
extern bool seal_piece_encrypt(const SealRecipients *recipients,
							   const void *bytes, size_t len, Text *der,
							   Error *error);
extern bool seal_piece_decrypt(const SealKey *key, const void *der,
							   size_t len, Text *bytes, Error *error);

#endif							/* SEAL_RECIPIENTS_H */
