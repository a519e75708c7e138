/*
 * replay.c
 *		How far the passive site is, and waiting until it has caught up.
 */
#include <stdlib.h>

#include "compare/internal.h"
#include "pg/lsn.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "site/row.h"

#define POLL_MS 20

static const char subscription_query[] =
"SELECT pg_is_in_recovery(), x.slots, x.publications FROM"
" (SELECT array_agg(DISTINCT s.subslotname) AS slots,"
"  array_agg(DISTINCT p) AS publications"
"  FROM pg_subscription s LEFT JOIN unnest(s.subpublications) p ON true"
"  WHERE s.subenabled AND s.subslotname IS NOT NULL AND s.subdbid ="
"  (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) x";

static const char active_query[] =
"SELECT pg_current_wal_lsn(), min(s.confirmed_flush_lsn),"
" extract(epoch FROM max(r.replay_lag)) FROM pg_replication_slots s"
" LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid"
" WHERE s.slot_name = ANY ($1::name[])";

static const char standby_query[] =
"SELECT pg_last_wal_replay_lsn(), extract(epoch FROM clock_timestamp()"
" - pg_last_xact_replay_timestamp())";

static const char slots_reached_query[] =
"SELECT coalesce(bool_and(s.confirmed_flush_lsn >= $2::pg_lsn), false)"
" FROM pg_replication_slots s WHERE s.slot_name = ANY ($1::name[])";

/*
 * Where the log is now: a place that replay comes to, behind all that readers
 * may have seen, and written out.  The positions that the server tells may lie
 * within a record, or before commits that do not wait for the log.
 */
static const char mark_query[] =
"SELECT pg_logical_emit_message(true, 'qsrepl', 'compare')";

static const char standby_reached_query[] =
"SELECT coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false)";

/* Where rows go. */
typedef struct Target
{
	Comparison *comparison;
	CompareReplay *replay;
} Target;

static bool
take_subscription(void *arg, const PgRow *row, Error *error)
{
	Comparison *comparison = arg;

	(void) error;
	comparison->standby = row_is_true(row, 0);
	comparison->slots = row_copy(comparison->arena, row, 1);
	comparison->publications = row_copy(comparison->arena, row, 2);
	return true;
}

/*
 * compare_replay_begin
 *		How the passive site gets its rows.
 */
bool
compare_replay_begin(Comparison *comparison, Error *error)
{
	CompareDatabase *database = comparison->database;

	if (!pg_rows(comparison->sessions[PASSIVE], subscription_query, PG_NONE,
				 take_subscription, comparison, error))
		return false;
	database->replication = comparison->standby ? "physical" :
		comparison->slots != NULL ? "logical" : "none";
	return true;
}

static bool
take_active(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	CompareReplay *replay = target->replay;

	(void) error;
	replay->active = row_copy(target->comparison->arena, row, 0);
	replay->passive = row_copy(target->comparison->arena, row, 1);
	replay->seconds = row_number(row, 2);
	return true;
}

static bool
take_standby(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	CompareReplay *replay = target->replay;

	(void) error;
	replay->passive = row_copy(target->comparison->arena, row, 0);
	replay->seconds = row_number(row, 1);
	return true;
}

bool
compare_replay_look(Comparison *comparison, CompareReplay *replay,
					Error *error)
{
	Target		target = {comparison, replay};
	PgLsn		active;
	PgLsn		passive;

	replay->bytes = -1;
	replay->seconds = -1;
	if (!sides_rows(comparison, ACTIVE, active_query,
					PG_PARAMETERS(comparison->slots), take_active, &target,
					error))
		return false;
	if (comparison->standby &&
		!sides_rows(comparison, PASSIVE, standby_query, PG_NONE,
					take_standby, &target, error))
		return false;
	if (pg_lsn_parse(replay->active, &active) &&
		pg_lsn_parse(replay->passive, &passive))
		replay->bytes = (int64_t) pg_lsn_distance(passive, active);
	if (replay->bytes == 0)
		replay->seconds = 0;
	return true;
}

static bool
take_reached(void *arg, const PgRow *row, Error *error)
{
	bool	   *reached = arg;

	(void) error;
	*reached = row_is_true(row, 0);
	return true;
}

static bool
has_reached(Comparison *comparison, const char *lsn, bool *reached,
			Error *error)
{
	if (comparison->standby)
		return sides_rows(comparison, PASSIVE, standby_reached_query,
						  PG_PARAMETERS(lsn), take_reached, reached, error);
	return sides_rows(comparison, ACTIVE, slots_reached_query,
					  PG_PARAMETERS(comparison->slots, lsn), take_reached,
					  reached, error);
}

/*
 * compare_replay_wait
 *		Wait until the passive site has what the active one has written by now.
 *		One that did not catch up once is not waited for again.
 */
bool
compare_replay_wait(Comparison *comparison, Error *error)
{
	CompareDatabase *database = comparison->database;
	int64_t		end = plat_clock_ms() + comparison->config->replay_timeout;
	bool		reached = false;
	bool		good = true;
	char	   *lsn = NULL;

	if (database->behind ||
		(!comparison->standby && comparison->slots == NULL))
		return true;
	if (!pg_value(comparison->sessions[ACTIVE], mark_query, PG_NONE, &lsn,
				  error))
		return false;
	while ((good = has_reached(comparison, lsn, &reached, error)) && !reached)
	{
		progress_say(comparison->progress, "waiting for site %s to replay %s",
					 comparison->sites[PASSIVE]->name, lsn);
		if (plat_clock_ms() >= end)
		{
			database->behind = true;
			break;
		}
		if (!plat_sleep_ms(POLL_MS))
		{
			good = error_set(error, NULL, NULL, "the comparison was "
							 "interrupted");
			break;
		}
	}
	free(lsn);
	return good;
}
