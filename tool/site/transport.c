/*
 * transport.c
 *		What a site's database says of transport keys and sealed certificates.
 */
#include "site/transport.h"

#include <stdlib.h>
#include <string.h>

#include "pg/query.h"

/* More sites than anybody has. */
#define ROWS_MAX 16

static const char keys_query[] =
"SELECT DISTINCT ON (t.site) t.site, t.serial, t.certificate"
" FROM qsrepl.transport_key t ORDER BY t.site, t.serial DESC LIMIT 16";

static const char sets_query[] =
"SELECT DISTINCT ON (s.site_from, s.site_to) s.site_from, s.site_to,"
" s.counter, to_char(s.at, 'YYYY-MM-DD HH24:MI'), s.installed IS NOT NULL"
" FROM qsrepl.sealed_set s"
" ORDER BY s.site_from, s.site_to, s.counter DESC LIMIT 16";

/* Where rows go. */
typedef struct Target
{
	Arena	   *arena;
	SiteTransport *transport;
} Target;

static const char *
keep(const Target *target, const PgRow *row, int column)
{
	return arena_strdup(target->arena, pg_row_text(row, column));
}

static bool
take_key(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteTransportKey *key = &target->transport->keys[
													 target->transport->n_keys++];

	(void) error;
	key->site = keep(target, row, 0);
	key->serial = (int) strtol(pg_row_text(row, 1), NULL, 10);
	key->certificate = keep(target, row, 2);
	return true;
}

static bool
take_set(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteSealed *set = &target->transport->sets[target->transport->n_sets++];

	(void) error;
	set->from = keep(target, row, 0);
	set->to = keep(target, row, 1);
	set->number = strtoll(pg_row_text(row, 2), NULL, 10);
	set->at = keep(target, row, 3);
	set->installed = pg_row_text(row, 4)[0] == 't';
	return true;
}

void
site_transport_read(PgConnection *connection, Arena *arena,
					SiteTransport *transport)
{
	Target		target = {arena, transport};
	Error		error = ERROR_NONE;

	transport->keys = arena_alloc(arena, ROWS_MAX * sizeof(SiteTransportKey));
	transport->sets = arena_alloc(arena, ROWS_MAX * sizeof(SiteSealed));
	transport->read = pg_rows(connection, keys_query, PG_NONE, take_key,
							  &target, &error) &&
		pg_rows(connection, sets_query, PG_NONE, take_set, &target, &error);
	error_free(&error);
}

const SiteTransportKey *
site_transport_key(const SiteTransport *transport, const char *site)
{
	for (size_t i = 0; transport->read && i < transport->n_keys; i++)
		if (strcmp(transport->keys[i].site, site) == 0)
			return &transport->keys[i];
	return NULL;
}

const SiteSealed *
site_sealed(const SiteTransport *transport, const char *from, const char *to)
{
	for (size_t i = 0; transport->read && i < transport->n_sets; i++)
		if (strcmp(transport->sets[i].from, from) == 0 &&
			strcmp(transport->sets[i].to, to) == 0)
			return &transport->sets[i];
	return NULL;
}
