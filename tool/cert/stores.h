/*
 * stores.h
 *		The stores, for their table.
 */
#ifndef CERT_STORES_H
#define CERT_STORES_H

#include "cert/store.h"

/* In directory.c. */
extern bool cert_directory_configured(const CertPlace *place, Error *error);
extern bool cert_directory_read(const CertPlace *place, CertSet *set,
								Error *error);
extern bool cert_directory_install(const CertPlace *place, const CertSet *set,
								   Error *error);
extern bool cert_directory_rollback(const CertPlace *place, Error *error);

#endif							/* CERT_STORES_H */
