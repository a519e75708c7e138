/*
 * recipients.h
 *		Certificates to encrypt to, as the files of this folder know them.
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

#endif							/* SEAL_RECIPIENTS_H */
