/*
 * lock.c
 *		No move while a share is synchronized, and no other sync from another
 *		machine: advisory locks at the servers of both sites.
 *
 * They are tried, not waited for, so nobody waits for each other.
 */
#include "cmd/share/lock.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/move/pair_lock.h"
#include "pg/query.h"
#include "server/target.h"

/* The class of the shares' own locks: "qshr" as bytes. */
#define SHARE_LOCK "1903388786"

static bool
take(PgConnection *session, const char *sql, PgParameters parameters,
	 bool *taken, Error *error)
{
	char	   *value;

	*taken = false;
	if (!pg_value(session, sql, parameters, &value, error))
		return false;
	*taken = value != NULL && value[0] == 't';
	free(value);
	return true;
}

static bool
take_pair(ShareLocks *locks, const Config *config, const ConfigSite *site,
		  bool *refused, Error *error)
{
	PgConnection *session = server_connect(config, site, NULL, error);
	bool		taken;

	if (session == NULL)
		return false;
	locks->sessions[locks->n++] = session;
	if (!pg_run(session, PAIR_LOCK_ALIVE, PG_NONE, error) ||
		!take(session, "SELECT pg_catalog.pg_try_advisory_lock_shared("
			  PAIR_LOCK ")", PG_NONE, &taken, error))
		return false;
	*refused = !taken;
	return taken || error_set(error, NULL, "Nothing was changed. Wait for its "
							  "end: which site is active may be changing.",
							  "site \"%s\": a move of the active role is at "
							  "work", site->name);
}

bool
share_locks_take(const Config *config, ShareLocks *locks, bool *refused,
				 Error *error)
{
	*refused = false;
	locks->n = 0;
	locks->sessions = mem_alloc((config->n_sites + 1) *
								sizeof(PgConnection *));
	for (size_t i = 0; i < config->n_sites; i++)
		if (!take_pair(locks, config, &config->sites[i], refused, error))
		{
			share_locks_release(locks);
			return false;
		}
	return true;
}

bool
share_locks_one(ShareLocks *locks, const ConfigShare *share, Error *error)
{
	for (size_t i = 0; i < locks->n; i++)
	{
		bool		taken;

		if (!take(locks->sessions[i], "SELECT pg_catalog.pg_try_advisory_lock("
				  SHARE_LOCK ", pg_catalog.hashtext($1))",
				  PG_PARAMETERS(share->name), &taken, error))
			return false;
		if (!taken)
			return error_set(error, NULL, "Nothing was changed. One machine at "
							 "a time can do it; wait for its end.",
							 "share \"%s\" is being synchronized by another "
							 "run of qsrepl", share->name);
	}
	return true;
}

void
share_locks_release(ShareLocks *locks)
{
	for (size_t i = 0; i < locks->n; i++)
		pg_close(locks->sessions[i]);
	free(locks->sessions);
	memset(locks, 0, sizeof(*locks));
}
