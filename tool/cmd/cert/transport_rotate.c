/*
 * transport_rotate.c
 *		The verbs "cert rotate" and "cert trust": another key in a key's place.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/cert/transport_work.h"

/* What a verb ends with, in words or as JSON. */
static void
tell_key(bool json, const char *words, const char *site, int serial,
		 const char *fingerprint)
{
	json_t	   *document;

	if (!json)
	{
		printf("%s site %s: transport key %d, fingerprint\n  %s\n", words, site,
			   serial, fingerprint);
		return;
	}
	document = json_object();
	json_set_text(document, "site", site);
	json_object_set_new(document, "serial", json_integer(serial));
	json_set_text(document, "fingerprint", fingerprint);
	json_print(document);
}

/* A killed rotation may have registered its key already. */
static bool
rotate(Transport *transport, void *arg, Error *error)
{
	PgConnection *writer;
	SealRow		newest = {0};
	SealRow		row = {0};
	bool		good = transport_register(transport, error) &&
	(writer = transport_writer(transport, error)) != NULL &&
	seal_exchange_key(writer, transport->here->name, 0, &newest, error) &&
	seal_ring_prepare(&transport->ring, transport->here->name, error);

	if (good)
	{
		row.serial = newest.serial + 1;
		row.certificate = seal_key_certificate(transport->ring.next);
		good = seal_succession_make(transport->ring.current,
									transport->here->name, row.serial,
									row.certificate, &row.statement, error) &&
			transport_put_key(transport, &row, error) &&
			seal_ring_turn(&transport->ring, error);
	}
	if (good)
		tell_key(*(const bool *) arg, "new for", transport->here->name,
				 row.serial, seal_key_fingerprint(transport->ring.current));
	seal_row_free(&newest);
	seal_row_free(&row);
	return good;
}

int
cmd_cert_rotate(const char *file, bool json)
{
	return transport_run(file, rotate, &json);
}

/* Who is to be trusted, and as whom. */
typedef struct Trust
{
	const char *site;
	const char *fingerprint;
	bool		json;
} Trust;

static bool
trust_row(Transport *transport, const Trust *trust, const SealRow *row,
		  Error *error)
{
	char		fingerprint[SEAL_FINGERPRINT_SIZE];
	const char *system;

	if (row->serial == 0)
		return error_set(error, NULL, "Run \"qsrepl cert keys\" at that site.",
						 "site \"%s\" has registered no transport key",
						 trust->site);
	if (!seal_certificate_fingerprint(row->certificate, fingerprint, error))
		return false;
	if (strcmp(fingerprint, trust->fingerprint) != 0)
		return error_set(error, NULL, "Nothing was changed. Ask at that site "
						 "again; where it differs still, somebody else has "
						 "registered the key.",
						 "site \"%s\" has registered a transport key with the "
						 "fingerprint %s", trust->site, fingerprint);
	return transport_system(transport, transport->there, &system, error) &&
		seal_peer_pin(&transport->peer, row->certificate, row->serial, system,
					  error) &&
		transport_keep(transport, error);
}

static bool
trust_site(Transport *transport, void *arg, Error *error)
{
	const Trust *trust = arg;
	SealRow		row = {0};
	bool		good;

	if (strcmp(trust->site, transport->there->name) != 0)
		return error_set(error, NULL, NULL, "site \"%s\" is not the other "
						 "site, which is \"%s\"", trust->site,
						 transport->there->name);
	good = seal_exchange_key(transport->own, trust->site, 0, &row, error) &&
		trust_row(transport, trust, &row, error);
	if (good)
	{
		transport_note(transport, "trusted", 0, trust->fingerprint);
		tell_key(trust->json, "trusted for", trust->site, row.serial,
				 trust->fingerprint);
	}
	seal_row_free(&row);
	return good;
}

int
cmd_cert_trust(const char *file, const char *site, const char *fingerprint,
			   bool json)
{
	Trust		trust = {site, fingerprint, json};

	return transport_run(file, trust_site, &trust);
}
