/*
 * transport_sync.c
 *		The verb "cert sync", and the acts by which it goes on at the other
 *		site.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/secret.h"
#include "cmd/cert/transport_work.h"
#include "platform/file.h"

static void
print_result(const TransportResult *result, bool json)
{
	json_t	   *document = json_object();

	if (json)
	{
		json_set_text(document, "site_from", result->from->name);
		json_set_text(document, "site_to", result->to->name);
		json_object_set_new(document, "number",
							json_integer((json_int_t) result->number));
		json_object_set_new(document, "sealed", json_boolean(result->sealed));
		json_object_set_new(document, "installed",
							json_boolean(result->installed));
		json_object_set_new(document, "changed",
							json_boolean(result->changed));
		json_print(document);
		return;
	}
	json_decref(document);
	if (result->sealed)
		printf("sealed the certificates of site %s for site %s: number %lld\n",
			   result->from->name, result->to->name, result->number);
	if (result->number == 0)
		printf("site %s has sealed no certificates yet\n",
			   result->from->name);
	else if (result->changed)
		printf("installed them at site %s: number %lld\n", result->to->name,
			   result->number);
	else if (result->installed)
		printf("site %s has them already: number %lld\n", result->to->name,
			   result->number);
	if (result->left != NULL)
		puts(result->left);
}

static bool
write_copy(const Text *sealed, const char *copy, Error *error)
{
	return copy == NULL ||
		plat_file_write(copy, sealed->bytes, sealed->len, true, error);
}

static bool
sync_sites(Transport *transport, TransportResult *result, const char *copy,
		   Error *error)
{
	Text		sealed = {NULL, 0, 0};
	bool		good;

	memset(result, 0, sizeof(*result));
	result->from = transport->active ? transport->here : transport->there;
	result->to = transport->active ? transport->there : transport->here;
	if (transport->active)
		good = transport_seal(transport, result, &sealed, error) &&
			write_copy(&sealed, copy, error) &&
			transport_deliver(transport, result, error);
	else
		good = transport_install(transport, result, error);
	text_free(&sealed);
	return good;
}

/* What a call of "cert sync" wants. */
typedef struct Sync
{
	const TransportRequest *request;
	const char *copy;
} Sync;

/* What there would be to do; only local questions. */
static bool
foretell(Transport *transport, Error *error)
{
	Text		packed = {NULL, 0, 0};
	int64_t		number;

	if (transport->active)
	{
		if (!transport_own_set(transport, &packed, error))
			return false;
		printf("would seal the certificates of site %s for site %s, unless "
			   "they are those of number %lld\n", transport->here->name,
			   transport->there->name, (long long) transport->peer.sealed);
		secret_free(&packed);
		return true;
	}
	if (!seal_exchange_number(transport->own, transport->there->name,
							  transport->here->name, &number, error))
		return false;
	if (number > 0 && number >= transport->peer.installed &&
		!transport_has(transport, number))
		printf("would install number %lld at site %s\n", (long long) number,
			   transport->here->name);
	else
		printf("site %s has number %lld already\n", transport->here->name,
			   (long long) number);
	return true;
}

static bool
run_sync(Transport *transport, void *arg, Error *error)
{
	const Sync *sync = arg;
	TransportResult result;

	if (sync->request->dry_run)
		return foretell(transport, error);
	if (!sync_sites(transport, &result, sync->copy, error))
		return false;
	print_result(&result, sync->request->json);
	return true;
}

int
cmd_cert_sync(const TransportRequest *request, const char *copy)
{
	Sync		sync = {request, copy};

	return transport_run(request->file, run_sync, &sync);
}

bool
transport_is_act(const char *act)
{
	return strcmp(act, "transport") == 0 || strcmp(act, "certificates") == 0;
}

/* "transport": its key registered, and the other site's pinned. */
static bool
act_transport(Transport *transport, Error *error)
{
	json_t	   *document;
	PgConnection *writer;
	bool		known;

	if (!transport_register(transport, error) ||
		(writer = transport_writer(transport, error)) == NULL ||
		!transport_follow(transport, writer, &known, error))
		return false;
	document = json_object();
	json_set_text(document, "fingerprint",
				  seal_key_fingerprint(transport->ring.current));
	json_print(document);
	return true;
}

static bool
act_certificates(Transport *transport, Error *error)
{
	TransportResult result;

	if (transport->active)
		return error_set(error, NULL, NULL, "site \"%s\" is the active one",
						 transport->here->name);
	if (!sync_sites(transport, &result, NULL, error))
		return false;
	print_result(&result, true);
	return true;
}

bool
transport_act(const char *file, const char *act, Error *error)
{
	Transport	transport;
	bool		good = transport_begin(file, &transport, error) &&
	(strcmp(act, "transport") == 0 ? act_transport(&transport, error) :
	 act_certificates(&transport, error));

	transport_end(&transport);
	return good;
}

bool
transport_sync(const char *file, long long *number, bool *installed,
			   Error *error)
{
	Transport	transport;
	TransportResult result = {.number = 0};
	bool		good = transport_begin(file, &transport, error) &&
	sync_sites(&transport, &result, NULL, error);

	*number = result.number;
	*installed = result.installed;
	transport_end(&transport);
	return good;
}
