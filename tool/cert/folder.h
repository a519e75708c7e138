/*
 * folder.h
 *		A set in files: as Qlik Sense exports it (".Local Certificates", a
 *		folder a node), as the Snapshots tool does (root.pfx, server.pfx,
 *		client.pfx), or in one file.
 */
#ifndef CERT_FOLDER_H
#define CERT_FOLDER_H

#include "cert/cert.h"

/* What was found; begins as CERT_FOUND_NONE, freed by cert_found_free(). */
typedef struct CertFound
{
	CertSet		set;			/* all of it */
	CertSet		pem;			/* of PEM and DER files alone */
	CertSet		pfx;			/* of PFX files alone */
	Text		orphans;		/* files with a key that belongs to no
								 * certificate, one a line */
	size_t		files;
} CertFound;

#define CERT_FOUND_NONE \
	{CERT_SET_NONE, CERT_SET_NONE, CERT_SET_NONE, {NULL, 0, 0}, 0}

/*
 * cert_find
 *		Read a set from a folder, and the folders in it, or from one file: PFX,
 *		PEM, DER, or what cert_bundle_write() makes.
 *
 * Of a folder, names that end in .pem, .crt, .cer, .key, .pfx and .p12 count.
 *
 * in:     password: NULL: none is given.  For PFX files, those that are common
 *         for Qlik Sense's are tried, too
 * errors: of the first file that cannot be read
 */
extern bool cert_find(const char *path, const char *password,
					  CertFound *found, Error *error);
extern void cert_found_free(CertFound *found);

/*
 * cert_find_beside
 *		As cert_find(), without the folders whose names are passed over.
 *
 * in: pass: whether a name is one of them
 */
extern bool cert_find_beside(const char *path, const char *password,
							 bool (*pass) (const char *name),
							 CertFound *found, Error *error);

/* How files are written. */
typedef struct CertFormat
{
	bool		pem;			/* root.pem, server.pem, server_key.pem, ... */
	bool		pfx;			/* root.pfx, server.pfx, ... */
	bool		old;			/* PFX files with 3DES and SHA-1, for Windows */
	const char *password;		/* of PFX files, and of keys where pem_sealed */
	bool		pem_sealed;		/* keys of PEM files are encrypted */
} CertFormat;

/*
 * cert_folder_write
 *		Write a set into a folder that exists and has none of the files.
 *
 * The central node's server certificate, which the root is named after, or
 * the only one, is server.pem; others are in a folder of their node's name.
 * All files are their owner's alone from the first moment, and durable.
 */
extern bool cert_folder_write(const char *path, const CertSet *set,
							  const CertFormat *format, Error *error);

/*
 * cert_password_read
 *		The first line of a private file.
 *
 * out: *password: without its line end, freed with secret_free()
 */
extern bool cert_password_read(const char *path, Text *password,
							   Error *error);

#endif							/* CERT_FOLDER_H */
