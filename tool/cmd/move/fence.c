/*
 * fence.c
 *		Steps of a switchover that end the work at the site that was active: it
 *		is fenced, followed, stopped, made a standby.
 *
 * Behind the fence nothing is written any more but by superusers, so that what
 * the other site must have is known.  That server stops before the other one
 * is promoted, with the file beside it that makes it start as a standby:
 * whatever happens to this run, the two are never both primaries.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/move/work.h"
#include "platform/clock.h"
#include "server/act.h"

PlanAnswer
move_is_promoted(Move *move, Error *error)
{
	bool		standby;

	if (!move_is_standby(move, move->to, &standby, error))
		return PLAN_ERROR;
	return standby ? PLAN_NO : PLAN_YES;
}

/* What is undone must not make two primaries of one. */
bool
move_may_abort(void *context, Error *error)
{
	Move	   *move = context;
	PlanAnswer	promoted = move_is_promoted(move, error);

	if (promoted == PLAN_YES)
		return error_set(error, NULL, "Run \"qsrepl resume\" to bring the "
						 "run to its end.", "site \"%s\" is promoted already",
						 move->to->name);
	if (promoted == PLAN_ERROR)
		error_take_hint(error,
						text_format("It must be known that site %s is not "
									"promoted. Where you know it, and site %s "
									"runs fenced, \"SELECT qsrepl.unfence()\" "
									"there lets its users go on at once.",
									move->to->name, move->from->name));
	return promoted == PLAN_NO;
}

PlanAnswer
move_fence_done(void *context, Error *error)
{
	return move_is_promoted(context, error) == PLAN_YES ? PLAN_YES :
		error->message != NULL ? PLAN_ERROR : PLAN_NO;
}

/*
 * Noted is the end of what is flushed, the fence's commit with it.  The place of
 * the next record would be behind a page's header where that commit ends with the
 * page, and replay does not come there before there is one.
 */
#define FENCE_REASON "switchover to site %s"

bool
move_fence_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	const char *lsn;

	if (!move_sql(move, move->from, "SELECT qsrepl.fence($1)",
				  PG_PARAMETERS(arena_printf(&move->arena, FENCE_REASON,
											 move->to->name)), error))
		return false;
	return move_value(move, move->from, "SELECT pg_catalog."
					  "pg_current_wal_flush_lsn()", PG_NONE, &lsn, error) &&
		plan_note(progress, "fenced_at", lsn, error);
}

bool
move_fence_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	Error		silent = ERROR_NONE;

	(void) progress;
	if (!move_may_abort(move, error))
		return false;
	/* It may have crashed meanwhile: a step that found it so undoes nothing. */
	if (move_server(move, move->from, &silent) == NULL &&
		(!server_act(&move->config, move->from, "primary", error) ||
		 !server_act(&move->config, move->from, "start", error)))
	{
		error_free(&silent);
		return false;
	}
	error_free(&silent);
	return move_sql(move, move->from, "SELECT qsrepl.unfence()", PG_NONE,
					error);
}

bool
move_wait_replayed(Move *move, const char *lsn, const char *operator,
				   PlanProgress *progress, Error *error)
{
	int64_t		end = plat_clock_ms() + move->config.replay_timeout;
	const char *sql = arena_printf(&move->arena, "SELECT CASE WHEN "
								   "pg_catalog.pg_last_wal_replay_lsn() "
								   "OPERATOR(pg_catalog.%s) $1::pg_catalog.pg_lsn "
								   "THEN '' ELSE coalesce(($1::pg_catalog.pg_lsn "
								   "- pg_catalog.pg_last_wal_replay_lsn())::text, "
								   "'all') END", operator);
	const char *left;

	for (;;)
	{
		if (!move_value(move, move->to, sql, PG_PARAMETERS(lsn), &left,
						error))
			return false;
		if (left[0] == '\0')
			return true;
		plan_progress(progress, "%s bytes to replay", left);
		if (!move_wait(end, "replay at the other site", error))
			break;
	}
	error_take_detail(error, text_format("Site %s lacks %s bytes of what site "
										 "%s has written.", move->to->name,
										 left, move->from->name));
	return false;
}

PlanAnswer
move_follow_done(void *context, Error *error)
{
	return move_fence_done(context, error);
}

bool
move_follow_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	const char *lsn = plan_noted(progress, "fenced_at");

	/* A journal that was lost: all that it has now. */
	if (lsn == NULL &&
		!move_value(move, move->from, "SELECT pg_catalog."
					"pg_current_wal_flush_lsn()", PG_NONE, &lsn, error))
		return false;
	return move_wait_replayed(move, lsn, ">=", progress, error);
}

static bool
stop_server(Move *move, Error *error)
{
	/* What the server ends itself is noticed too late. */
	move_disconnect(move, move->from);
	return server_act(&move->config, move->from, "stop", error);
}

/* It is stopped, or it is a standby already. */
PlanAnswer
move_stop_done(void *context, Error *error)
{
	Move	   *move = context;
	ServerControlData data;
	PlanAnswer	promoted = move_is_promoted(move, error);

	/* Then its machine is not needed, and may be lost. */
	if (promoted != PLAN_NO)
		return promoted;
	if (!server_state(&move->config, move->from, &move->arena, &data, error))
		return PLAN_ERROR;
	return data.running && !data.standby ? PLAN_NO : PLAN_YES;
}

bool
move_stop_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	return stop_server(move, error);
}

/* What may be undone, with the server stopped where it runs as a standby. */
static bool
begin_undo(Move *move, Error *error)
{
	ServerControlData data;

	if (!move_may_abort(move, error) ||
		!server_state(&move->config, move->from, &move->arena, &data, error))
		return false;
	return !(data.running && data.standby) || stop_server(move, error);
}

bool
move_stop_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	/* Who undoes this from the mirror does not know of the next step. */
	return begin_undo(move, error) &&
		server_act(&move->config, move->from, "primary", error) &&
		server_act(&move->config, move->from, "start", error);
}

/*
 * Notes the token: where the shutdown checkpoint begins, which is the last
 * record of a primary that was shut down.
 */
bool
move_standby_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	ServerControlData data;
	char		lsn[PG_LSN_SIZE];

	if (!server_state(&move->config, move->from, &move->arena, &data, error))
		return false;
	/* Started meanwhile, as the standby that it is to be: it can wait. */
	if (data.running && data.standby &&
		(!stop_server(move, error) ||
		 !server_state(&move->config, move->from, &move->arena, &data,
					   error)))
		return false;
	if (!data.clean)
		return error_set(error, NULL, "Run \"qsrepl abort\": it starts again "
						 "and recovers.",
						 "the server of site \"%s\" was not shut down cleanly",
						 move->from->name);
	if (!server_act(&move->config, move->from, "standby", error))
		return false;
	pg_lsn_format(data.checkpoint, lsn);
	return plan_note(progress, "token_system", data.system_identifier,
					 error) &&
		plan_note(progress, "token_timeline",
				  arena_printf(&move->arena, "%" PRIu32, data.timeline),
				  error) &&
		plan_note(progress, "token", lsn, error);
}

bool
move_standby_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	(void) progress;
	/* Somebody may have started it: then it runs as a standby. */
	return begin_undo(move, error) &&
		server_act(&move->config, move->from, "primary", error);
}

PlanAnswer
move_standby_done(void *context, Error *error)
{
	return move_is_promoted(context, error);
}

/* Is the target of the system and the timeline that the token is of? */
static bool
check_token(Move *move, const PlanProgress *progress, Error *error)
{
	const char *identifier = plan_noted(progress, "token_system");
	const char *timeline = plan_noted(progress, "token_timeline");
	bool		same;

	if (identifier == NULL || timeline == NULL)
		return error_set(error, NULL, "Run \"qsrepl abort\".",
						 "there is no token of site \"%s\"",
						 move->from->name);
	if (!move_true(move, move->to, "SELECT s.system_identifier::text = $1 "
				   "AND coalesce((SELECT r.received_tli FROM pg_catalog."
				   "pg_stat_wal_receiver r), c.timeline_id) <= "
				   "$2::pg_catalog.int4 FROM "
				   "pg_catalog.pg_control_system() s, "
				   "pg_catalog.pg_control_checkpoint() c",
				   PG_PARAMETERS(identifier, timeline), &same, error))
		return false;
	return same ||
		error_set(error, NULL, "Run \"qsrepl abort\".",
				  "site \"%s\" does not follow timeline %s of site \"%s\"",
				  move->to->name, timeline, move->from->name);
}

PlanAnswer
move_token_done(void *context, Error *error)
{
	return move_is_promoted(context, error);
}

bool
move_token_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	const char *token = plan_noted(progress, "token");

	if (!check_token(move, progress, error))
		return false;
	if (move_wait_replayed(move, token, ">", progress, error))
		return true;
	/* A stopped server sends nothing: it is not a question of waiting. */
	if (error->hint == NULL)
		error_take_hint(error, text_format("Where the link was cut before the "
										   "server of site %s stopped, \"qsrepl "
										   "abort\" starts it again; then begin "
										   "anew.", move->from->name));
	return false;
}
