/*
 * logical_steps.c
 *		Steps of a switchover in logical mode: the site that was active is
 *		fenced and followed, its sequences are taken over, and the subscription
 *		is turned round.
 *
 * The slot for the way back is made while both sites are fenced and equal, so
 * that it has all that the new active site will ever write.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/move/logical_work.h"
#include "pg/statements.h"
#include "platform/clock.h"

static PlanAnswer
turned_or_not(Move *move, Error *error)
{
	return logical_is_turned(move, error);
}

PlanAnswer
logical_fence_done(void *context, Error *error)
{
	return turned_or_not(context, error);
}

/* Its own subscriptions, if any, are not touched: it has none. */
bool
logical_fence_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	return move_sql(move, move->from, "SELECT qsrepl.fence($1, true)",
					PG_PARAMETERS(arena_printf(&move->arena,
											   "switchover to site %s",
											   move->to->name)), error);
}

bool
logical_fence_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	return logical_may_abort(move, error) &&
		move_sql(move, move->from, "SELECT qsrepl.unfence()", PG_NONE, error);
}

static bool
take_left(void *arg, const PgRow *row, Error *error)
{
	(void) error;
	*(uint64_t *) arg = strtoull(pg_row_text(row, 0), NULL, 10);
	return true;
}

/* Until no table is being copied any more: those are apart from the slot. */
static bool
wait_copied(Move *move, const LogicalLink *link, const char *database,
			PlanProgress *progress, Error *error)
{
	int64_t		end = plat_clock_ms() + move->config.replay_timeout;
	bool		copied;

	while (pg_ask(link->subscriber, "SELECT NOT EXISTS (SELECT FROM "
				  "pg_catalog.pg_subscription_rel r JOIN "
				  "pg_catalog.pg_subscription s ON s.oid = r.srsubid WHERE "
				  "s.subname = $1 AND r.srsubstate <> 'r')",
				  PG_PARAMETERS(link->name), &copied, error))
	{
		if (copied)
			return true;
		plan_progress(progress, "database %s: tables are being copied",
					  database);
		if (!move_wait(end, "copying tables", error))
			break;
	}
	return false;
}

/* Until the subscriber has confirmed all that the publisher has. */
static bool
follow_one(Move *move, const LogicalLink *link, const char *database,
		   PlanProgress *progress, Error *error)
{
	int64_t		end = plat_clock_ms() + move->config.replay_timeout;
	char	   *lsn;
	bool		good;

	if (!wait_copied(move, link, database, progress, error))
		return false;
	if (!pg_value(link->publisher, "SELECT pg_catalog."
				  "pg_current_wal_flush_lsn()", PG_NONE, &lsn, error))
		return false;
	do
	{
		uint64_t	left = UINT64_MAX;

		good = pg_rows(link->publisher, "SELECT greatest($2::pg_catalog.pg_lsn "
					   "- confirmed_flush_lsn, 0)::pg_catalog.int8 FROM "
					   "pg_catalog.pg_replication_slots WHERE slot_name = $1",
					   PG_PARAMETERS(link->name, lsn), take_left, &left,
					   error);
		if (good && left == UINT64_MAX)
			good = error_set(error, NULL, "Run \"qsrepl abort\", then \"qsrepl "
							 "check\".", "site \"%s\" has no slot \"%s\"",
							 move->from->name, link->name);
		if (!good || left == 0)
			break;
		plan_progress(progress, "database %s: %" PRIu64 " bytes to apply",
					  database, left);
		good = move_wait(end, "applying at the other site", error);
	} while (good);
	free(lsn);
	return good;
}

PlanAnswer
logical_follow_done(void *context, Error *error)
{
	return turned_or_not(context, error);
}

bool
logical_follow_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return logical_each(move, move->from, move->to, follow_one, progress,
						error);
}

/* Statements with the values of all sequences, from the publisher. */
#define SEQUENCES \
	"SELECT pg_catalog.format('SELECT pg_catalog.setval(%L, %s, true)', " \
	"pg_catalog.format('%I.%I', s.schemaname, s.sequencename), " \
	"s.last_value) FROM pg_catalog.pg_sequences s WHERE s.last_value IS NOT " \
	"NULL AND s.schemaname <> 'qsrepl' ORDER BY 1"

static bool
sequences_one(Move *move, const LogicalLink *link, const char *database,
			  PlanProgress *progress, Error *error)
{
	Text		list = {NULL, 0, 0};
	bool		good;

	(void) move;
	(void) database;
	(void) progress;
	good = pg_collect(link->publisher, SEQUENCES, PG_NONE, &list, error) &&
		pg_run_all(link->subscriber, &list, error);
	text_free(&list);
	return good;
}

PlanAnswer
logical_sequences_done(void *context, Error *error)
{
	return turned_or_not(context, error);
}

bool
logical_sequences_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return logical_each(move, move->from, move->to, sequences_one, progress,
						error);
}

/* The role keeps its password where it is there. */
#define ROLE \
	"SELECT pg_catalog.format('CREATE ROLE %I LOGIN REPLICATION', $1::text) " \
	"WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1)"

/* Here the target is the publisher. */
static bool
publish_one(Move *move, const LogicalLink *link, const char *database,
			PlanProgress *progress, Error *error)
{
	(void) database;
	(void) progress;
	return pg_statements(link->publisher, ROLE,
						 PG_PARAMETERS(move->config.replication_role), NULL,
						 error) &&
		logical_identify(link->publisher, error) &&
		logical_publish(link->publisher, &move->config, error);
}

bool
logical_publication_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	bool		silent = move->sites[move->from - move->config.sites].silent;

	/* The other end is not needed, and may be lost. */
	move->sites[move->from - move->config.sites].silent = true;
	if (!logical_each(move, move->to, move->from, publish_one, progress,
					  error))
		return false;
	move->sites[move->from - move->config.sites].silent = silent;
	return true;
}

static bool
reverse_one(Move *move, const LogicalLink *link, const char *database,
			PlanProgress *progress, Error *error)
{
	(void) move;
	(void) database;
	(void) progress;
	return pg_run(link->subscriber, "SELECT qsrepl.enable()", PG_NONE,
				  error) &&
		logical_prepare(link, error);
}

PlanAnswer
logical_reverse_done(void *context, Error *error)
{
	return turned_or_not(context, error);
}

bool
logical_reverse_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return logical_each(move, move->to, move->from, reverse_one, progress,
						error);
}

static bool
unreverse_one(Move *move, const LogicalLink *link, const char *database,
			  PlanProgress *progress, Error *error)
{
	(void) move;
	(void) database;
	(void) progress;
	return logical_unsubscribe(link, error) &&
		logical_drop_slot(link->publisher, link->name, error) &&
		pg_run(link->subscriber, "SELECT qsrepl.disable()", PG_NONE, error);
}

bool
logical_reverse_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return logical_may_abort(move, error) &&
		logical_each(move, move->to, move->from, unreverse_one, progress,
					 error);
}

bool
logical_unsubscribe_one(Move *move, const LogicalLink *link,
						const char *database, PlanProgress *progress,
						Error *error)
{
	(void) move;
	(void) database;
	(void) progress;
	return logical_unsubscribe(link, error);
}

PlanAnswer
logical_turn_done(void *context, Error *error)
{
	return turned_or_not(context, error);
}

bool
logical_turn_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	if (!logical_each(move, move->from, move->to, logical_unsubscribe_one,
					  progress, error) ||
		!logical_count(move, progress, error) ||
		!move_sql(move, move->to, "SELECT qsrepl.unfence()", PG_NONE, error))
		return false;
	if (move->started)
		move->writable_ms = plat_clock_ms() - move->began;
	return true;
}

/* The slot is taken by the other site's apply worker. */
static bool
attach_one(Move *move, const LogicalLink *link, const char *database,
		   PlanProgress *progress, Error *error)
{
	int64_t		end = plat_clock_ms() + move->config.replay_timeout;
	bool		active = false;

	if (!logical_epoch_follow(link, error) ||
		!pg_statements(link->subscriber, "SELECT pg_catalog.format('ALTER "
					   "SUBSCRIPTION %I ENABLE', subname) FROM "
					   "pg_catalog.pg_subscription WHERE subname = $1",
					   PG_PARAMETERS(link->name), NULL, error))
		return false;
	while (pg_ask(link->publisher, "SELECT active FROM "
				  "pg_catalog.pg_replication_slots WHERE slot_name = $1",
				  PG_PARAMETERS(link->name), &active, error) && !active)
	{
		plan_progress(progress, "database %s: waiting for apply", database);
		if (!move_wait(end, "the start of apply", error))
			return false;
	}
	return active;
}

bool
logical_attach_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	if (logical_each(move, move->to, move->from, attach_one, progress, error))
		return true;
	text_addf(&move->notes, "Warning: site %s does not follow yet: %s. Its "
			  "slot keeps what it lacks; when the cause is gone, \"qsrepl "
			  "check\" tells.\n", move->from->name, error->message);
	error_free(error);
	move->incomplete = true;
	return true;
}
