/*
 * transport_tell.c
 *		The verb "cert keys".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "cmd/cert/transport_work.h"

#define DATE_CHARACTERS 10

/* A certificate in numbers and words. */
typedef struct Told
{
	int			serial;
	char		fingerprint[SEAL_FINGERPRINT_SIZE];
	char		until[TIMESTAMP_SIZE];
} Told;

static bool
tell(const char *certificate, int serial, Told *told, Error *error)
{
	int64_t		end;

	told->serial = serial;
	if (!seal_certificate_fingerprint(certificate, told->fingerprint, error) ||
		!seal_certificate_end(certificate, &end, error))
		return false;
	timestamp_format(end, told->until);
	return true;
}

static json_t *
told_object(const Told *told, const char *site)
{
	json_t	   *object = json_object();

	json_set_text(object, "site", site);
	json_object_set_new(object, "serial", json_integer(told->serial));
	json_set_text(object, "fingerprint", told->fingerprint);
	json_set_text(object, "until", told->until);
	return object;
}

static void
print_told(const Told *told, const char *site, const char *what)
{
	printf("site %s: %s %d, until %.*s, fingerprint\n  %s\n", site, what,
		   told->serial, DATE_CHARACTERS, told->until, told->fingerprint);
}

static void
print_json(const Transport *transport, const Told *own, const Told *pinned)
{
	json_t	   *document = json_object();

	json_object_set_new(document, "own",
						told_object(own, transport->here->name));
	json_object_set_new(document, "pinned", pinned == NULL ? json_null() :
						told_object(pinned, transport->there->name));
	json_object_set_new(document, "sealed",
						json_integer(transport->peer.sealed));
	json_object_set_new(document, "installed",
						json_integer(transport->peer.installed));
	json_print(document);
}

static void
print_text(const Transport *transport, const Told *own, const Told *pinned)
{
	const char *here = transport->here->name;
	const char *there = transport->there->name;

	print_told(own, here, "transport key");
	if (pinned == NULL)
		printf("site %s: no transport key is registered yet\n", there);
	else
		print_told(pinned, there, "pinned transport key");
	if (transport->peer.sealed > 0)
		printf("sealed here for site %s: number %lld\n", there,
			   (long long) transport->peer.sealed);
	if (transport->peer.installed > 0)
		printf("installed here from site %s: number %lld\n", there,
			   (long long) transport->peer.installed);
}

static bool
tell_keys(Transport *transport, void *arg, Error *error)
{
	const bool *json = arg;
	PgConnection *writer;
	SealRow		row = {0};
	Told		own;
	Told		pinned;
	bool		known;
	bool		good = transport_register(transport, error) &&
	(writer = transport_writer(transport, error)) != NULL &&
	transport_follow(transport, writer, &known, error) &&
	seal_exchange_key(writer, transport->here->name, 0, &row, error) &&
	tell(row.certificate, row.serial, &own, error);
	const bool	has_pin = transport->peer.certificate != NULL;

	if (good && has_pin)
		good = tell(transport->peer.certificate, transport->peer.serial,
					&pinned, error);
	if (good)
		(*json ? print_json : print_text) (transport, &own, has_pin ?
										   &pinned : NULL);
	seal_row_free(&row);
	return good;
}

int
cmd_cert_keys(const char *file, bool json)
{
	return transport_run(file, tell_keys, &json);
}
