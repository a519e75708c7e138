/*
 * follow.c
 *		"qsrepl setup standby": whether a standby that is there can still follow
 *		its primary, and the slot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/steps.h"
#include "server/settings.h"
#include "server/target.h"
#include "server/verify.h"

/* Is a place of the log, $1, before the first file that the primary has? */
#define IS_GONE \
	"SELECT pg_catalog.floor(($1::text::pg_lsn - '0/0'::pg_lsn) / s.size) < " \
	"(SELECT min(('x' || substr(name, 9, 8))::bit(32)::bigint * (4294967296 / " \
	"s.size) + ('x' || substr(name, 17, 8))::bit(32)::bigint) FROM " \
	"pg_catalog.pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$') FROM (SELECT " \
	"setting::bigint AS size FROM pg_catalog.pg_settings WHERE name = " \
	"'wal_segment_size') AS s"

static PlanAnswer
slot_lost(Setup *setup, Error *error)
{
	return setup_answer(setup->server, "SELECT EXISTS (SELECT FROM "
						"pg_catalog.pg_replication_slots WHERE slot_name = $1 "
						"AND wal_status = 'lost')",
						PG_PARAMETERS(server_slot(&setup->config, setup->site,
												  &setup->arena)), error);
}

/* A standby that runs tells what it needs next. */
static PlanAnswer
log_gone(Setup *setup, PgConnection *own, Error *error)
{
	PlanAnswer	answer = PLAN_NO;
	char	   *lsn = NULL;

	if (!pg_value(own, "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN "
				  "greatest(pg_catalog.pg_last_wal_receive_lsn(), "
				  "pg_catalog.pg_last_wal_replay_lsn()) END", PG_NONE, &lsn,
				  error))
		return PLAN_ERROR;
	if (lsn != NULL)
		answer = setup_answer(setup->server, IS_GONE, PG_PARAMETERS(lsn),
							  error);
	free(lsn);
	return answer;
}

/* From an archive it can follow all the same. */
static bool
has_archive(Setup *setup)
{
	Error		silent = ERROR_NONE;
	const char *command = "";
	bool		has = server_will_read(setup->site, "restore_command",
									   &setup->arena, &command, &silent) &&
	command[0] != '\0';

	error_free(&silent);
	return has;
}

static PlanAnswer
cannot_follow(Setup *setup, Error *error)
{
	Error		silent = ERROR_NONE;
	PgConnection *own;
	PlanAnswer	answer;

	if (has_archive(setup))
		return PLAN_NO;
	own = server_connect(&setup->config, setup->site, NULL, &silent);
	answer = own != NULL ? log_gone(setup, own, error) :
		slot_lost(setup, error);
	error_free(&silent);
	pg_close(own);
	return answer;
}

bool
setup_look_at_standby(Setup *setup, Error *error)
{
	PlanAnswer	lost = PLAN_YES;

	if (!setup->standby)
		return true;
	if (!setup->request->rebuild)
		lost = cannot_follow(setup, error);
	if (lost == PLAN_ERROR)
		return false;
	setup->standby = lost == PLAN_NO;
	if (lost == PLAN_YES && !setup->request->rebuild)
	{
		fprintf(setup->request->json ? stderr : stdout, "The primary no longer "
				"has the log that the standby at site %s needs next: it is "
				"copied anew.\n", setup->site->name);
		fflush(stdout);
	}
	return true;
}

PlanAnswer
setup_slot_done(void *context, Error *error)
{
	Setup	   *setup = context;

	if (!setup_connect(setup, setup->peer, error))
		return PLAN_ERROR;
	return setup_has_slot(setup, setup->site, error);
}

bool
setup_slot_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_connect(setup, setup->peer, error) &&
		setup_make_slot(setup, setup->site, error);
}
