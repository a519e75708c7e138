/*
 * transport_begin.c
 *		What all verbs about sealed certificates begin and end with.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cmd/cert/transport_work.h"
#include "cmd/config.h"
#include "pg/statements.h"
#include "platform/clock.h"
#include "platform/private.h"
#include "platform/secret.h"
#include "server/target.h"
#include "site/connect.h"

/* In logical mode both are primaries: the passive one subscribes. */
static bool
ask_role(Transport *transport, Error *error)
{
	bool		passive;

	if (!pg_ask(transport->own, "SELECT pg_catalog.pg_is_in_recovery() OR "
				"($1 OPERATOR(pg_catalog.=) 'logical' AND EXISTS (SELECT FROM "
				"pg_catalog.pg_subscription s WHERE s.subenabled))",
				PG_PARAMETERS(transport->config.mode == CONFIG_LOGICAL ?
							  "logical" : "physical"), &passive, error))
		return false;
	transport->active = !passive;
	return true;
}

static bool
open_directory(Transport *transport, Error *error)
{
	const char *directory = transport->config.certificates.key_directory;

	return plat_directory_private(directory, error) &&
		plat_lock_take(arena_printf(&transport->arena, "%s/lock", directory),
					   &transport->lock, NULL, error) &&
		seal_ring_read(directory, &transport->ring, error) &&
		seal_peer_read(directory, transport->there->name, &transport->peer,
					   error);
}

bool
transport_begin(const char *file, Transport *transport, Error *error)
{
	Config	   *config = &transport->config;

	memset(transport, 0, sizeof(*transport));
	plat_secret_process();
	transport->code = cmd_load_config(file, config);
	if (transport->code != EXIT_OK)
		return false;
	transport->loaded = true;
	transport->here = config_site(config, config->site);
	transport->there = config_other_site(config, transport->here);
	transport->code = EXIT_SYSTEM;
	if (!open_directory(transport, error))
		return false;
	transport->code = EXIT_SERVER;
	transport->own = server_connect(config, transport->here,
									config->databases.words[0], error);
	if (transport->own == NULL || !ask_role(transport, error))
		return false;
	transport->code = EXIT_REFUSED;
	return true;
}

void
transport_end(Transport *transport)
{
	pg_close(transport->own);
	pg_close(transport->other);
	seal_ring_free(&transport->ring);
	seal_peer_free(&transport->peer);
	if (transport->lock != NULL)
		plat_lock_release(transport->lock);
	if (transport->loaded)
		config_free(&transport->config);
	arena_free(&transport->arena);
}

int
transport_run(const char *file,
			  bool (*body) (Transport *transport, void *arg, Error *error),
			  void *arg)
{
	Transport	transport;
	Error		error = ERROR_NONE;
	int			code = EXIT_OK;

	if (!transport_begin(file, &transport, &error) ||
		!body(&transport, arg, &error))
		code = error.sqlstate[0] != '\0' ? EXIT_SERVER : transport.code;
	if (error.message != NULL)
		error_report(&error);
	error_free(&error);
	transport_end(&transport);
	return code;
}

bool
transport_other(Transport *transport, Error *error)
{
	const Config *config = &transport->config;

	if (transport->other != NULL)
		return true;
	transport->other = site_connect(config, transport->there,
									config->databases.words[0],
									plat_clock_ms() +
									config->connect_timeout, error);
	if (transport->other == NULL)
		transport->code = EXIT_SERVER;
	return transport->other != NULL;
}

PgConnection *
transport_writer(Transport *transport, Error *error)
{
	if (transport->active)
		return transport->own;
	return transport_other(transport, error) ? transport->other : NULL;
}

bool
transport_both(Transport *transport, PgConnection **both, Error *error)
{
	*both = NULL;
	if (transport->config.mode != CONFIG_LOGICAL)
		return true;
	if (!transport->active)
		*both = transport->own;
	else if (transport_other(transport, error))
		*both = transport->other;
	return *both != NULL;
}

bool
transport_keep(Transport *transport, Error *error)
{
	return seal_peer_write(transport->config.certificates.key_directory,
						   transport->there->name, &transport->peer, error);
}

void
transport_note(Transport *transport, const char *what, long long number,
			   const char *about)
{
	Error		error = ERROR_NONE;
	const ConfigSite *from = transport->active ? transport->here :
	transport->there;
	const ConfigSite *to = transport->active ? transport->there :
	transport->here;
	PgConnection *writer = transport_writer(transport, &error);
	PgConnection *both = NULL;

	if (writer == NULL ||
		!seal_exchange_note(writer, what, from->name, to->name, number, about,
							&error) ||
		!transport_both(transport, &both, &error) ||
		(both != NULL && !seal_exchange_note(both, what, from->name, to->name,
											 number, about, &error)))
		report_at(REPORT_WARNING, "qsrepl.event", 0,
				  "what happened could not be noted in the database",
				  error.message, NULL);
	error_free(&error);
}

bool
transport_system(Transport *transport, const ConfigSite *site,
				 const char **system, Error *error)
{
	char	   *text = NULL;
	bool		own = site == transport->here ||
	transport->config.mode == CONFIG_PHYSICAL;

	if ((!own && !transport_other(transport, error)) ||
		!seal_exchange_system(own ? transport->own : transport->other, &text,
							  error))
		return false;
	*system = arena_strdup(&transport->arena, text != NULL ? text : "");
	free(text);
	return true;
}
