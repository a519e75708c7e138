/*
 * encrypt.h
 *		Encrypted snapshots: what they are on the disk, made and opened.
 *
 *	SNAPSHOT_DIRECTORY/NAME/
 *		sealed.json				in clear text: what is told below
 *		sealed.json.sha256		as sha256sum writes it
 *		manifest.cms			manifest.json, encrypted
 *		000/00000000.cms		its first file, and so on: a thousand a folder
 *
 * Each *.cms is as seal/pieces.h says.  The number of a file is its place in
 * the manifest, so no name of a file can be read without a key; sizes can.
 * Who has no key can tell whether all is there that was there (sealed.json has
 * the hash of each encrypted file), who has one, whether it is right: by the
 * hashes in the manifest.
 */
#ifndef SNAPSHOT_ENCRYPT_H
#define SNAPSHOT_ENCRYPT_H

#include "seal/pieces.h"
#include "snapshot/snapshot.h"

#define SNAPSHOT_SEALED_SUM "sealed.json.sha256"
#define SNAPSHOT_SEALED_MANIFEST "manifest.cms"
#define SNAPSHOT_SEALED_MAX ((size_t) 512 * 1024 * 1024)

/* Room for "000/00000000.cms" and a NUL, of any number */
#define SNAPSHOT_SEALED_PATH 32

typedef struct SnapshotSealedFile
{
	const char *path;			/* as above */
	uint64_t	size;			/* bytes, encrypted */
	char		sha256[SNAPSHOT_SHA256_SIZE];
} SnapshotSealedFile;

typedef struct SnapshotRecipient
{
	const char *fingerprint;	/* of the certificate, as seal/seal.h has it */
	const char *subject;
} SnapshotRecipient;

/* sealed.json.  Begins zeroed; freed with snapshot_sealed_free(). */
typedef struct SnapshotSealed
{
	const char *directory;		/* that it was read from; or NULL */
	const char *name;			/* this and the following: the snapshot's */
	SnapshotKind kind;
	const char *site;			/* NULL: not known */
	int64_t		begun_ms;
	int64_t		ended_ms;
	SnapshotRecipient *recipients;
	size_t		n_recipients;
	SnapshotSealedFile *files;	/* manifest.cms first, then by number */
	size_t		n_files;
	Arena		arena;
} SnapshotSealed;

/*
 * snapshot_sealed_parse, snapshot_sealed_read
 *		Read sealed.json, which may be anybody's; of a directory, with its
 *		checksum beside it.
 */
extern bool snapshot_sealed_parse(const char *bytes, size_t len,
								  SnapshotSealed *sealed, Error *error);
extern bool snapshot_sealed_read(const char *directory,
								 SnapshotSealed *sealed, Error *error);
extern void snapshot_sealed_write(const SnapshotSealed *sealed, Text *text);
extern void snapshot_sealed_free(SnapshotSealed *sealed);

/* The line of sealed.json.sha256; freed by the caller. */
extern char *snapshot_sealed_sum(const Text *list);

/* The path of the encrypted file of a place in the manifest. */
extern void snapshot_sealed_path(size_t number, char *path);

/*
 * snapshot_encrypt
 *		Encrypt the whole snapshot in a directory into another one; fits
 *		SnapshotEncrypt (create.h).  Two processes share the work.
 *
 * in: target: exists; files in it that a killed run has finished stay
 *     certificate: file
 */
extern bool snapshot_encrypt(const char *plain, const char *target,
							 const char *certificate, Error *error);

/*
 * snapshot_decrypt
 *		The whole snapshot in clear text, in a directory of its own, which
 *		nobody but its owner may enter; all hashes are compared.
 *
 * in:     target: must not exist; removed again after an error
 * errors: what is damaged
 */
extern bool snapshot_decrypt(const char *directory, const SealKey *key,
							 const char *target, Error *error);

/*
 * snapshot_sealed_manifest
 *		The manifest of an encrypted snapshot.
 *
 * out: *snapshot: as from snapshot_read(); its directory is the encrypted one
 */
extern bool snapshot_sealed_manifest(const SnapshotSealed *sealed,
									 const SealKey *key, Snapshot *snapshot,
									 Error *error);

#endif							/* SNAPSHOT_ENCRYPT_H */
