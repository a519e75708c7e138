/*
 * exchange.h
 *		Sealed sets and transport keys in a database: the extension's tables.
 *
 * What is read here is worth nothing before it was verified.
 */
#ifndef SEAL_EXCHANGE_H
#define SEAL_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "pg/connection.h"

/* A row of qsrepl.transport_key; strings are its own. */
typedef struct SealRow
{
	int			serial;			/* 0: there is none */
	char	   *certificate;	/* PEM, as somebody has written it */
	Text		statement;		/* empty: none */
} SealRow;

/* Free what a row holds. */
extern void seal_row_free(SealRow *row);

/*
 * seal_exchange_key
 *		The row of a site with a serial.
 *
 * in:     serial: 0: the newest one
 * out:    *row: serial 0 where there is none; freed with seal_row_free()
 * errors: also "the extension is too old" where there is no such table
 */
extern bool seal_exchange_key(PgConnection *connection, const char *site,
							  int serial, SealRow *row, Error *error);

/* Register a certificate; the same once more is no error. */
extern bool seal_exchange_put_key(PgConnection *connection, const char *site,
								  const SealRow *row, Error *error);

/* The newest number of a pair of sites; 0: there is no set. */
extern bool seal_exchange_number(PgConnection *connection, const char *from,
								 const char *to, int64_t * number,
								 Error *error);

/* A sealed set, replacing what *sealed held; empty where it is not there. */
extern bool seal_exchange_set(PgConnection *connection, const char *from,
							  const char *to, int64_t number, Text *sealed,
							  Error *error);

/* Store a sealed set under its number. */
extern bool seal_exchange_put_set(PgConnection *connection, const char *from,
								  const char *to, int64_t number,
								  const Text *sealed, Error *error);

/*
 * seal_exchange_note
 *		Note in qsrepl.event what happened to certificates, and, where that is
 *		"installed", with the set of this number.
 *
 * in: what: opened, installed, refused, trusted
 *     about: no secret
 */
extern bool seal_exchange_note(PgConnection *connection, const char *what,
							   const char *from, const char *to,
							   int64_t number, const char *about,
							   Error *error);

/* The identifier of the server's database system; freed by the caller. */
extern bool seal_exchange_system(PgConnection *connection, char **system,
								 Error *error);

#endif							/* SEAL_EXCHANGE_H */
