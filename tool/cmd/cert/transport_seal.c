/*
 * transport_seal.c
 *		The active site's part: seal, store, have it installed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/secret.h"
#include "cert/store.h"
#include "cmd/cert/transport_work.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "server/act.h"

#define CERTIFICATE_MAX ((size_t) 64 * 1024)

bool
transport_recovery(const Config *config, char **certificate, Error *error)
{
	const char *path = config->certificates.recovery_certificate;
	Text		content = {NULL, 0, 0};
	char		fingerprint[SEAL_FINGERPRINT_SIZE];

	if (path == NULL)
		return error_set(error, NULL, "\"qsrepl cert recovery\" makes a "
						 "recovery key; name its certificate as "
						 "recovery_certificate in section [certificates].",
						 "no recovery certificate is configured");
	if (!plat_file_read(path, CERTIFICATE_MAX, &content, error))
		return false;
	*certificate = text_take(&content);
	if (seal_certificate_fingerprint(*certificate, fingerprint, error))
		return true;
	free(*certificate);
	*certificate = NULL;
	return error_set(error, error->detail, "It must be one certificate in "
					 "PEM, without the key.",
					 "invalid recovery certificate in file \"%s\"", path);
}

bool
transport_own_set(Transport *transport, Text *packed, Error *error)
{
	CertSet		set = CERT_SET_NONE;
	bool		good = cert_store_read(&transport->config, transport->here, &set,
									   error);

	if (good && set.n == 0)
		good = error_set(error, NULL, "Export them from Qlik Sense and run "
						 "\"qsrepl cert import\".",
						 "site \"%s\" has no certificates",
						 transport->here->name);
	good = good && cert_set_pack(&set, packed, error);
	cert_set_free(&set);
	return good;
}

/* What the other machine says of its key is what the database says? */
static bool
is_vouched_for(Transport *transport, const char *output, Error *error)
{
	json_t	   *document = json_loads(output, 0, NULL);
	const char *said = json_string_value(json_object_get(document,
														 "fingerprint"));
	char		found[SEAL_FINGERPRINT_SIZE] = "";
	SealRow		row = {0};
	bool		good = seal_exchange_key(transport->own,
										 transport->there->name, 0, &row,
										 error) &&
	(row.serial == 0 ||
	 seal_certificate_fingerprint(row.certificate, found, error));

	if (good && (said == NULL || strcmp(said, found) != 0))
		good = error_set(error, NULL, "Somebody else has registered one in "
						 "its name, or remote_command leads elsewhere. "
						 "Nothing was pinned.", "the machine of site \"%s\" "
						 "has another transport key than the one that is "
						 "registered", transport->there->name);
	seal_row_free(&row);
	json_decref(document);
	return good;
}

/* Has the other site's machine made its key?  It is asked to, where it can. */
static bool
find_recipient(Transport *transport, Error *error)
{
	bool		known;
	char	   *output = NULL;
	bool		good = true;

	/* Before it is pinned, by another way than the database, if there is one. */
	if (transport->peer.certificate == NULL &&
		transport->there->remote_command.n > 0)
		good = server_act_there(&transport->config, transport->there,
								"transport", &output, error) &&
			is_vouched_for(transport, output, error);
	free(output);
	if (!good || !transport_follow(transport, transport->own, &known, error))
		return false;
	return known ||
		error_set(error, NULL, "Run \"qsrepl cert keys\" at that site.",
				  "site \"%s\" has registered no transport key",
				  transport->there->name);
}

/* Number and digest are kept before the set is stored: none is used twice. */
static bool
seal_anew(Transport *transport, const Text *packed, const char *recovery,
		  const char *digest, int64_t newest, Text *sealed, Error *error)
{
	SealPeer   *peer = &transport->peer;
	SealHeader	header = {
		.from = transport->here->name,.to = transport->there->name,
		.counter = (newest > peer->sealed ? newest : peer->sealed) + 1,
		.time_ms = plat_wall_ms()
	};
	PgConnection *both;

	peer->sealed = header.counter;
	seal_peer_set(&peer->sealed_digest, digest);
	return transport_system(transport, transport->here, &header.system,
							error) &&
		seal_make(&header, transport->ring.current, peer->certificate,
				  recovery, packed, sealed, error) &&
		transport_both(transport, &both, error) &&
		transport_keep(transport, error) &&
		seal_exchange_put_set(transport->own, header.from, header.to,
							  header.counter, sealed, error) &&
		(both == NULL || seal_exchange_put_set(both, header.from, header.to,
											   header.counter, sealed,
											   error));
}

/* A set that is stored already, also where a database was made anew. */
static bool
take_stored(Transport *transport, int64_t number, Text *sealed, Error *error)
{
	const char *from = transport->here->name;
	const char *to = transport->there->name;
	PgConnection *both;
	int64_t		there = number;

	return seal_exchange_set(transport->own, from, to, number, sealed,
							 error) &&
		transport_both(transport, &both, error) &&
		(both == NULL ||
		 seal_exchange_number(both, from, to, &there, error)) &&
		(there >= number ||
		 seal_exchange_put_set(both, from, to, number, sealed, error));
}

/* What is in the database already, if that is the same. */
static bool
seal_if_new(Transport *transport, const Text *packed, const char *recovery,
			TransportResult *result, Text *sealed, Error *error)
{
	SealPeer   *peer = &transport->peer;
	const char *from = transport->here->name;
	const char *to = transport->there->name;
	const char *const keys[] = {
		seal_key_fingerprint(transport->ring.current), peer->certificate,
		recovery, NULL
	};
	char		digest[SEAL_FINGERPRINT_SIZE];
	int64_t		newest;

	seal_digest(packed->bytes, packed->len, keys, digest);
	if (!seal_exchange_number(transport->own, from, to, &newest, error))
		return false;
	result->sealed = newest == 0 || newest != peer->sealed ||
		peer->sealed_digest == NULL ||
		strcmp(peer->sealed_digest, digest) != 0;
	if (result->sealed ? !seal_anew(transport, packed, recovery, digest,
									newest, sealed, error) :
		!take_stored(transport, newest, sealed, error))
		return false;
	result->number = peer->sealed;
	return true;
}

bool
transport_seal(Transport *transport, TransportResult *result, Text *sealed,
			   Error *error)
{
	Text		packed = {NULL, 0, 0};
	char	   *recovery = NULL;
	bool		good = transport_recovery(&transport->config, &recovery,
										  error) &&
	transport_own_set(transport, &packed, error) &&
	transport_register(transport, error) && find_recipient(transport, error) &&
	seal_if_new(transport, &packed, recovery, result, sealed, error);

	secret_free(&packed);
	free(recovery);
	return good;
}

/* "certificates" at the other machine tells the number that it has. */
static bool
parse_answer(const char *output, TransportResult *result)
{
	json_t	   *document = json_loads(output, 0, NULL);
	const		json_t *number = json_object_get(document, "number");
	bool		good = json_is_integer(number);

	result->installed = json_integer_value(number) == result->number &&
		json_is_true(json_object_get(document, "installed"));
	result->changed = json_is_true(json_object_get(document, "changed"));
	json_decref(document);
	return good;
}

bool
transport_deliver(Transport *transport, TransportResult *result, Error *error)
{
	const ConfigSite *site = transport->there;
	char	   *output;
	bool		good;

	if (site->remote_command.n == 0)
	{
		result->left = arena_printf(&transport->arena, "Run \"qsrepl cert "
									"sync\" at site %s to install them.",
									site->name);
		return true;
	}
	if (!server_act_there(&transport->config, site, "certificates", &output,
						  error))
		return false;
	good = parse_answer(output, result) ||
		error_set(error, NULL, "remote_command must end in the qsrepl there.",
				  "what answers for site \"%s\" is no qsrepl", site->name);
	if (good && !result->installed)
		good = error_set(error, NULL, NULL, "site \"%s\" has not installed "
						 "number %lld", site->name, result->number);
	free(output);
	return good;
}
