/*
 * lock.c
 *		One run at a time at a pair, whichever machine it is at.
 *
 * Another move is a reason to refuse.  A synchronization of shares, which holds
 * the lock with others, comes every few minutes and ends soon, so its end is
 * waited for; it must not go on when the role has moved.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/pair_lock.h"
#include "cmd/move/work.h"
#include "platform/clock.h"
#include "progress/progress.h"

/* So long a synchronization is waited for at most: ms, connect_timeouts. */
#define SYNC_MS 30000
#define SYNC_TIMEOUTS 6

/* Who has it. */
#define HOLDERS \
	"pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid) " \
	"WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32 " \
	"| l.objid::bigint) = " PAIR_LOCK

static char *
holder_of(PgConnection *lock)
{
	Error		ignored = ERROR_NONE;
	char	   *holder = NULL;

	if (!pg_value(lock, "SELECT pg_catalog.format('It is process %s at %s, "
				  "since %s.', max(a.pid), coalesce(host(max(a.client_addr)), "
				  "'the server itself'), max(a.backend_start)) FROM " HOLDERS,
				  PG_NONE, &holder, &ignored))
		holder = NULL;
	error_free(&ignored);
	return holder;
}

static bool
refuse(PgConnection *lock, bool sync, Error *error)
{
	char	   *holder = holder_of(lock);

	if (sync)
		error_set(error, holder, "Nothing was changed. Wait for its end, or "
				  "end \"qsrepl share sync\": what it has not brought is "
				  "brought later.",
				  "site \"%s\": a synchronization of file shares is at work",
				  pg_site(lock));
	else
		error_set(error, holder, "Nothing was changed. One run at a time can "
				  "be at work on a pair; wait for its end. One that has lost "
				  "its connection is given up within 15 s.",
				  "site \"%s\": another run of qsrepl is at work",
				  pg_site(lock));
	free(holder);
	return false;
}

/* sync: where it is not taken, only synchronizations have it. */
static bool
try_lock(PgConnection *lock, bool *taken, bool *sync, Error *error)
{
	char	   *answer;

	if (!pg_value(lock, "SELECT CASE WHEN pg_catalog.pg_try_advisory_lock("
				  PAIR_LOCK ") THEN 'taken' WHEN EXISTS (SELECT FROM " HOLDERS
				  " AND l.mode <> 'ShareLock') THEN 'move' ELSE 'sync' END",
				  PG_NONE, &answer, error))
		return false;
	*taken = answer[0] == 't';
	*sync = answer[0] == 's';
	free(answer);
	return true;
}

static int64_t
patience(const Config *config)
{
	int64_t		ms = SYNC_TIMEOUTS * (int64_t) config->connect_timeout;

	return ms < SYNC_MS ? ms : SYNC_MS;
}

static bool
take_lock(const Config *config, MoveSite *own, Error *error)
{
	int64_t		end = plat_clock_ms() + patience(config);
	Progress	progress;
	bool		taken = false;
	bool		sync = false;
	bool		good = pg_run(own->lock, PAIR_LOCK_ALIVE, PG_NONE, error);

	progress_start(&progress, text_format("Lock of the pair"));
	while (good && (good = try_lock(own->lock, &taken, &sync, error)) &&
		   !taken)
	{
		if (!sync || plat_clock_ms() > end)
			good = refuse(own->lock, sync, error);
		else
		{
			progress_say(&progress, "waiting for a synchronization of file "
						 "shares");
			good = move_wait(end, "the synchronization", error);
		}
	}
	progress_stop(&progress);
	return good;
}

bool
move_lock(Move *move, Error *error)
{
	size_t		taken = 0;

	for (size_t i = 0; i < move->config.n_sites; i++)
	{
		Error		silent = ERROR_NONE;
		MoveSite   *own = &move->sites[i];

		if (own->silent)
			continue;
		/* Such a lock is a database's: the same one for everybody. */
		own->lock = move_connect(move, &move->config.sites[i], NULL, &silent);
		error_free(&silent);
		if (own->lock == NULL)
			continue;
		if (!take_lock(&move->config, own, error))
			return false;
		taken++;
	}
	return taken > 0 ||
		error_set(error, NULL, "Nothing was changed.",
				  "no site's server answers");
}
