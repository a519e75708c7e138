/*
 * pieces.h
 *		Files of any length, encrypted for who holds one of several keys.
 *
 * An encrypted file is CMS in DER, one object behind the other: each is
 * AuthEnvelopedData (RFC 5083) with AES-256-GCM around a piece of the file.
 * All pieces but the last one hold SEAL_PIECE_BYTES, and the last one less,
 * perhaps nothing: so an end that was cut off is missed.  Which piece is whose
 * does not stand in it: that no pieces were exchanged, the file's own hash
 * tells, which who encrypts has to keep.  Nothing says who has encrypted.
 */
#ifndef SEAL_PIECES_H
#define SEAL_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "seal/key.h"

#define SEAL_PIECE_BYTES ((size_t) 16 * 1024 * 1024)

/* What the CMS around a piece may take, at most. */
#define SEAL_PIECE_EXTRA ((size_t) 64 * 1024)

#define SEAL_RECIPIENTS_MAX 16

/* Certificates to encrypt to. */
typedef struct SealRecipients SealRecipients;

/*
 * seal_recipients_add
 *		Add the certificate of a PEM string.
 *
 * in:     recipients: *recipients is NULL before the first; freed with
 *         seal_recipients_free()
 *         name: of its file, for messages
 * errors: no certificate; a key that is neither RSA from 2048 bits on nor of
 *         an elliptic curve; more than SEAL_RECIPIENTS_MAX
 */
extern bool seal_recipients_add(SealRecipients **recipients, const char *pem,
								const char *name, Error *error);

/* The same for a file. */
extern bool seal_recipients_read(SealRecipients **recipients,
								 const char *path, Error *error);
extern void seal_recipients_free(SealRecipients *recipients);

/* How many they are; the fingerprint and the subject of one from 0 on. */
extern size_t seal_recipients_count(const SealRecipients *recipients);
extern const char *seal_recipients_fingerprint(const SealRecipients *recipients,
											   size_t i);
extern const char *seal_recipients_subject(const SealRecipients *recipients,
										   size_t i);

/* Takes bytes that have been made; false with the error ends it. */
typedef bool (*SealSink) (void *arg, const void *bytes, size_t len,
						  Error *error);

/* Bytes go in at one end, and come out at the other one. */
typedef struct SealPieces SealPieces;

/*
 * seal_pieces_writer, seal_pieces_reader
 *		Begin to encrypt or to decrypt a file.
 *
 * in:  recipients, key: used until seal_pieces_free()
 *      sink: gets the encrypted bytes, or the decrypted ones of each piece
 *      when it has been found whole
 */
extern SealPieces *seal_pieces_writer(const SealRecipients *recipients,
									  SealSink sink, void *arg);
extern SealPieces *seal_pieces_reader(const SealKey *key, SealSink sink,
									  void *arg);

/*
 * seal_pieces_add, seal_pieces_end
 *		Give it the file's next bytes, and tell it that there are no more.
 *
 * errors: the sink's; of a reader, a piece that is damaged, not for this key,
 *         cut off, or missing at the end
 */
extern bool seal_pieces_add(SealPieces *pieces, const void *bytes, size_t len,
							Error *error);
extern bool seal_pieces_end(SealPieces *pieces, Error *error);

/* Wipe and free. */
extern void seal_pieces_free(SealPieces *pieces);

/*
 * seal_der_length
 *		How long the DER object is that begins here.
 *
 * out:    *len: with its head; 0 where the head is not whole yet
 * errors: false: no sequence of a definite length, or longer than a piece
 */
extern bool seal_der_length(const void *bytes, size_t available, size_t *len);

#endif							/* SEAL_PIECES_H */
