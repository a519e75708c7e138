/*
 * transport_keys.c
 *		This site's key in the database, and the other site's that is pinned.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/report.h"
#include "cmd/cert/transport_work.h"

static bool
is_certificate_of(const SealRow *row, const SealKey *key)
{
	char		fingerprint[SEAL_FINGERPRINT_SIZE];
	Error		ignored = ERROR_NONE;
	bool		same = row->serial > 0 && key != NULL &&
	seal_certificate_fingerprint(row->certificate, fingerprint, &ignored) &&
	strcmp(fingerprint, seal_key_fingerprint(key)) == 0;

	error_free(&ignored);
	return same;
}

bool
transport_put_key(Transport *transport, const SealRow *row, Error *error)
{
	const char *site = transport->here->name;
	PgConnection *writer = transport_writer(transport, error);
	PgConnection *both;

	return writer != NULL && transport_both(transport, &both, error) &&
		seal_exchange_put_key(writer, site, row, error) &&
		(both == NULL || seal_exchange_put_key(both, site, row, error));
}

/* What stands in the way of sealing for a key that nobody vouches for. */
static void
warn_of_new_key(const Transport *transport)
{
	char	   *title = text_format("site %s", transport->here->name);
	char	   *hint = text_format("At site \"%s\", run \"qsrepl cert trust %s "
								   "--fingerprint %s\".",
								   transport->there->name,
								   transport->here->name,
								   seal_key_fingerprint(
														transport->ring.current));

	report_at(REPORT_WARNING, title, 0, "its transport key is another one than "
			  "the one that is registered", NULL, hint);
	free(title);
	free(hint);
}

/*
 * The rows are read where they are written: a standby's may be old.  With
 * another key before, this one is lost: the new one has nobody's word.
 */
static bool
put_own(Transport *transport, Error *error)
{
	PgConnection *writer = transport_writer(transport, error);
	SealRow		newest = {0};
	SealRow		row = {0};
	bool		good = writer != NULL &&
	seal_exchange_key(writer, transport->here->name, 0, &newest, error);

	if (good && is_certificate_of(&newest, transport->ring.next))
		good = seal_ring_turn(&transport->ring, error);
	else if (good && !is_certificate_of(&newest, transport->ring.current))
	{
		row.serial = newest.serial + 1;
		row.certificate = seal_key_certificate(transport->ring.current);
		good = transport_put_key(transport, &row, error);
		if (good && newest.serial > 0)
			warn_of_new_key(transport);
	}
	/* In logical mode the other database may have been made anew. */
	else if (good && transport->config.mode == CONFIG_LOGICAL)
		good = transport_put_key(transport, &newest, error);
	seal_row_free(&newest);
	seal_row_free(&row);
	return good;
}

bool
transport_register(Transport *transport, Error *error)
{
	SealRow		row = {0};
	bool		good = seal_ring_begin(&transport->ring,
									   transport->here->name, NULL, error) &&
	seal_exchange_key(transport->own, transport->here->name, 0, &row, error);

	if (good && !is_certificate_of(&row, transport->ring.current))
		good = put_own(transport, error);
	seal_row_free(&row);
	return good;
}

/* Pin it, at first or as the successor of the one that is pinned. */
static bool
pin(Transport *transport, const SealRow *row, Error *error)
{
	const char *system = transport->peer.system;

	return (system != NULL ||
			transport_system(transport, transport->there, &system, error)) &&
		seal_peer_pin(&transport->peer, row->certificate, row->serial,
					  arena_strdup(&transport->arena, system), error) &&
		transport_keep(transport, error);
}

static bool
refuse_successor(const Transport *transport, const SealRow *row,
				 Error *reason, Error *error)
{
	char		fingerprint[SEAL_FINGERPRINT_SIZE] = "";
	Error		ignored = ERROR_NONE;

	seal_certificate_fingerprint(row->certificate, fingerprint, &ignored);
	error_free(&ignored);
	error_set(error, reason->message, NULL, "site \"%s\" has another "
			  "transport key than the pinned one", transport->there->name);
	error_take_hint(error, text_format("Ask at that site for the fingerprint "
									   "(\"qsrepl cert keys\"). Where it is "
									   "%s, run \"qsrepl cert trust %s "
									   "--fingerprint\" with it.", fingerprint,
									   transport->there->name));
	error_free(reason);
	return false;
}

/* From the pinned certificate to the one with a serial, step by step. */
static bool
follow_to(Transport *transport, PgConnection *from, int newest, Error *error)
{
	const char *site = transport->there->name;
	bool		good = true;

	for (int serial = transport->peer.serial + 1; good && serial <= newest;
		 serial++)
	{
		SealRow		row = {0};
		Error		reason = ERROR_NONE;

		good = seal_exchange_key(from, site, serial, &row, error);
		if (good && row.serial > 0)
			good = seal_succession_check(transport->peer.certificate, site,
										 serial, row.certificate,
										 row.statement.bytes,
										 row.statement.len, &reason) ?
				pin(transport, &row, error) :
				refuse_successor(transport, &row, &reason, error);
		seal_row_free(&row);
	}
	return good;
}

static bool
is_pinned(const Transport *transport, const SealRow *row)
{
	char		pinned[SEAL_FINGERPRINT_SIZE];
	char		found[SEAL_FINGERPRINT_SIZE];
	Error		ignored = ERROR_NONE;
	bool		same = seal_certificate_fingerprint(
													transport->peer.certificate,
													pinned, &ignored) &&
	seal_certificate_fingerprint(row->certificate, found, &ignored) &&
	strcmp(pinned, found) == 0;

	error_free(&ignored);
	return same;
}

bool
transport_follow(Transport *transport, PgConnection *from, bool *known,
				 Error *error)
{
	SealRow		row = {0};
	Error		reason = ERROR_NONE;
	bool		good = seal_exchange_key(from, transport->there->name, 0,
										 &row, error);

	*known = row.serial > 0;
	if (good && *known && transport->peer.certificate == NULL)
		good = pin(transport, &row, error);
	else if (good && *known && !is_pinned(transport, &row))
		good = row.serial > transport->peer.serial ?
			follow_to(transport, from, row.serial, error) :
			refuse_successor(transport, &row, &reason, error);
	seal_row_free(&row);
	return good;
}
