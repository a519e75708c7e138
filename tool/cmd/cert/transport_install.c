/*
 * transport_install.c
 *		The passive site's part: take the newest set from its own database,
 *		open it, and install it.
 */
#include <string.h>

#include "base/secret.h"
#include "cert/store.h"
#include "check/certified.h"
#include "cmd/cert/transport_work.h"
#include "platform/clock.h"

#define POLL_MS 10

/* Keys and sets are read from the replica; the pin comes from the site itself. */
static bool
follow(Transport *transport, Error *error)
{
	bool		known;

	if (transport->peer.certificate == NULL)
	{
		if (!transport_other(transport, error))
		{
			error_take_hint(error, text_format("The transport key of a site "
											   "is pinned at first contact, "
											   "which needs a connection to "
											   "it."));
			return false;
		}
		return transport_follow(transport, transport->other, &known, error);
	}
	return transport_follow(transport, transport->own, &known, error);
}

/*
 * What the active site has stored is waited for; where it is silent, what is
 * here is taken.
 */
static bool
wait_for_number(Transport *transport, int64_t * number, Error *error)
{
	const char *from = transport->there->name;
	const char *to = transport->here->name;
	int64_t		end = plat_clock_ms() + transport->config.replay_timeout;
	int64_t		wanted = 0;
	Error		ignored = ERROR_NONE;

	if (transport_other(transport, &ignored) &&
		!seal_exchange_number(transport->other, from, to, &wanted, &ignored))
		wanted = 0;
	error_free(&ignored);
	for (;;)
	{
		if (!seal_exchange_number(transport->own, from, to, number, error))
			return false;
		if (*number >= wanted)
			return true;
		if (plat_clock_ms() >= end || !plat_sleep_ms(POLL_MS))
			return error_set(error, NULL, "\"qsrepl status\" tells whether "
							 "replication goes on.",
							 "sealed set %lld has not arrived at site \"%s\"",
							 (long long) wanted, to);
	}
}

/*
 * Under a number that was installed already, because the set is no longer
 * there, nothing else is.
 */
static bool
is_repeated(const SealPeer *peer, int64_t number, const char *digest,
			Error *error)
{
	return number > peer->installed ||
		(peer->installed_digest != NULL &&
		 strcmp(peer->installed_digest, digest) == 0) ||
		error_set(error, NULL, NULL, "the set is another one than was "
				  "installed as number %lld", (long long) number);
}

/* Bytes to set to store; the digest says which one it was. */
static bool
install_set(Transport *transport, const Text *packed, int64_t number,
			char digest[SEAL_FINGERPRINT_SIZE], Error *error)
{
	const CertPlace place = {&transport->config, transport->here};
	const char *const none[] = {NULL};
	const CertStore *store = cert_store_of(&place, error);
	CertSet		set = CERT_SET_NONE;
	Text		identity = {NULL, 0, 0};
	bool		good = store != NULL &&
	cert_set_unpack(packed->bytes, packed->len, &set, error) &&
	cert_set_identify(&set, &identity, error);

	if (good)
		seal_digest(identity.bytes, identity.len, none, digest);
	good = good && is_repeated(&transport->peer, number, digest, error) &&
		store->install(&place, &set, error);
	cert_set_free(&set);
	text_free(&identity);
	return good;
}

/* The set, opened and found to be what is expected. */
static bool
open_set(Transport *transport, const Text *sealed, int64_t number,
		 SealHeader *header, Text *packed, Error *error)
{
	const SealPeer *peer = &transport->peer;
	const SealExpected expected = {
		transport->there->name, transport->here->name, peer->system,
		number == peer->installed ? number - 1 : peer->installed
	};
	size_t		len;
	const SealKey *key;

	if (!seal_header_read(sealed->bytes, sealed->len, &transport->arena,
						  header, &len, error) ||
		!seal_expected(header, &expected, error))
		return false;
	key = seal_ring_find(&transport->ring, header->recipient);
	if (key == NULL)
		return error_set(error, NULL, "Run \"qsrepl cert sync\" at the active "
						 "site: it seals them for the key that this site has "
						 "registered.", "the set is sealed for a transport key "
						 "that this machine does not have");
	return seal_open(sealed->bytes, sealed->len, key, peer->certificate,
					 &transport->arena, header, packed, error) &&
		seal_expected(header, &expected, error);
}

/* The number is kept when the set is installed: killed between, it is again. */
static bool
open_and_install(Transport *transport, int64_t number, Error *error)
{
	SealPeer   *peer = &transport->peer;
	SealHeader	header = {.from = NULL};
	Text		sealed = {NULL, 0, 0};
	Text		packed = {NULL, 0, 0};
	char		digest[SEAL_FINGERPRINT_SIZE];
	bool		good = seal_exchange_set(transport->own,
										 transport->there->name,
										 transport->here->name, number,
										 &sealed, error) &&
	open_set(transport, &sealed, number, &header, &packed, error);

	if (good && header.counter != number)
		good = error_set(error, NULL, NULL, "the set that is stored as number "
						 "%lld is number %lld", (long long) number,
						 (long long) header.counter);
	good = good && install_set(transport, &packed, number, digest, error);
	if (good)
	{
		peer->installed = number;
		seal_peer_set(&peer->installed_digest, digest);
		good = transport_keep(transport, error);
	}
	text_free(&sealed);
	secret_free(&packed);
	return good;
}

/* What is refused is noted at the active site, whose administrators look. */
static bool
install_number(Transport *transport, int64_t number, Error *error)
{
	const char *words = arena_printf(&transport->arena, "number %lld",
									 (long long) number);

	if (!open_and_install(transport, number, error))
	{
		transport_note(transport, "refused", number,
					   arena_printf(&transport->arena, "%s: %s", words,
									error->message));
		return false;
	}
	transport_note(transport, "opened", number, words);
	transport_note(transport, "installed", number, words);
	return true;
}

bool
transport_has(const Transport *transport, int64_t number)
{
	const SealPeer *peer = &transport->peer;

	return number == peer->installed && (number == 0 ||
										 (peer->installed_digest != NULL &&
										  check_is_set(&transport->config,
													   transport->here,
													   peer->installed_digest)));
}

bool
transport_install(Transport *transport, TransportResult *result, Error *error)
{
	int64_t		number;
	bool		good = transport_register(transport, error) &&
	follow(transport, error) && wait_for_number(transport, &number, error);

	if (!good)
		return false;
	result->number = number;
	if (number == 0)
		return true;
	result->changed = !transport_has(transport, number);
	if (result->changed)
		good = install_number(transport, number, error);
	result->installed = good;
	return good;
}
