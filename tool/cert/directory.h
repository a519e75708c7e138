/*
 * directory.h
 *		A directory that holds generations of a set: one of them is current.
 */
#ifndef CERT_DIRECTORY_H
#define CERT_DIRECTORY_H

#include "cert/folder.h"

/* Where, and how its files are written. */
typedef struct CertDirectory
{
	const char *path;
	const char *password;		/* to read files; NULL: as for cert_find() */
	const CertFormat *format;	/* NULL: nothing is written */
} CertDirectory;

/*
 * cert_directory_find
 *		Read the current generation, or the directory itself where it has none:
 *		somebody has put the files there.  A directory that is not there is
 *		empty.
 *
 * out: *found: freed with cert_found_free()
 */
extern bool cert_directory_find(const CertDirectory *directory,
								CertFound *found, Error *error);

/*
 * cert_directory_put
 *		Make a set the current one, by one rename when all is on the disk, and
 *		keep the one before.  Killed at any moment, the old or the new set is
 *		current, whole.
 */
extern bool cert_directory_put(const CertDirectory *directory,
							   const CertSet *set, Error *error);

/* Make the set before the current one, and that one the one before. */
extern bool cert_directory_back(const CertDirectory *directory,
								Error *error);

#endif							/* CERT_DIRECTORY_H */
