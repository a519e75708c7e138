/*
 * start.c
 *		Steps of a standby: its configuration verified, started, caught up.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/steps.h"
#include "pg/lsn.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "server/control.h"
#include "server/target.h"
#include "server/verify.h"

#define POLL_MS 100

/* A standby does not start with less than its primary has. */
static const char *const at_least[] = {
	"max_connections", "max_worker_processes", "max_wal_senders",
	"max_prepared_transactions", "max_locks_per_transaction"
};

PlanAnswer
setup_signal_done(void *context, Error *error)
{
	bool		has;

	if (!setup_has_file(context, "standby.signal", &has, error))
		return PLAN_ERROR;
	return has ? PLAN_YES : PLAN_NO;
}

bool
setup_signal_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return plat_file_write(setup_path(setup, "standby.signal"), "", 0, false,
						   error);
}

static bool
verify_amount(Setup *setup, const char *name, Error *error)
{
	const char *own;
	const char *primary;

	if (!server_will_read(setup->site, name, &setup->arena, &own, error) ||
		!setup_value(setup, "SELECT pg_catalog.current_setting($1)",
					 PG_PARAMETERS(name), &primary, error))
		return false;
	if (strtol(own, NULL, 10) >= strtol(primary, NULL, 10))
		return true;
	return error_set(error, NULL,
					 arena_printf(&setup->arena, "Set it in \"%s\". The "
								  "server was not started.",
								  setup->config_file),
					 "%s is %s at site \"%s\", but must be at least %s, as at "
					 "the primary", name, own, setup->site->name, primary);
}

bool
setup_verify_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	if (!setup_connect(setup, setup->peer, error) ||
		!server_verify(&setup->config, setup->site, error))
		return false;
	for (size_t i = 0; i < sizeof(at_least) / sizeof(at_least[0]); i++)
		if (!verify_amount(setup, at_least[i], error))
			return false;
	return true;
}

PlanAnswer
setup_start_done(void *context, Error *error)
{
	Setup	   *setup = context;
	Error		silent = ERROR_NONE;
	PgConnection *own = server_connect(&setup->config, setup->site, NULL,
									   &silent);
	PlanAnswer	answer = PLAN_NO;

	if (own != NULL)
		answer = setup_answer(own, "SELECT pg_catalog.pg_is_in_recovery()",
							  PG_NONE, error);
	error_free(&silent);
	pg_close(own);
	return answer;
}

bool
setup_start_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return server_start(&setup->config, setup->site, error);
}

/* Does the standby stream, and has it replayed up to here? */
static PlanAnswer
has_replayed(Setup *setup, const char *lsn, uint64_t *behind, Error *error)
{
	PgConnection *own = server_connect(&setup->config, setup->site, NULL,
									   error);
	PlanAnswer	answer = PLAN_ERROR;
	char	   *left = NULL;

	if (own == NULL)
		return PLAN_ERROR;
	if (pg_value(own, "SELECT greatest($1::text::pg_lsn - "
				 "pg_last_wal_replay_lsn(), 0)::bigint", PG_PARAMETERS(lsn),
				 &left, error))
		answer = setup_answer(own, "SELECT EXISTS (SELECT FROM "
							  "pg_catalog.pg_stat_wal_receiver WHERE status = "
							  "'streaming')", PG_NONE, error);
	*behind = left != NULL ? strtoull(left, NULL, 10) : 0;
	if (answer == PLAN_YES && (left == NULL || *behind > 0))
		answer = PLAN_NO;
	free(left);
	pg_close(own);
	return answer;
}

static bool
primary_lsn(Setup *setup, const char **lsn, Error *error)
{
	return setup_connect(setup, setup->peer, error) &&
		setup_value(setup, "SELECT pg_catalog.pg_current_wal_flush_lsn()",
					PG_NONE, lsn, error);
}

PlanAnswer
setup_streaming_done(void *context, Error *error)
{
	Setup	   *setup = context;
	const char *lsn;
	uint64_t	behind;

	if (!primary_lsn(setup, &lsn, error))
		return PLAN_ERROR;
	return has_replayed(setup, lsn, &behind, error);
}

bool
setup_streaming_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	int64_t		end = plat_clock_ms() + setup->config.replay_timeout;
	const char *lsn;
	uint64_t	behind = 0;
	PlanAnswer	answer = PLAN_NO;

	if (!primary_lsn(setup, &lsn, error))
		return false;
	while ((answer = has_replayed(setup, lsn, &behind, error)) == PLAN_NO)
	{
		plan_progress(progress, "%" PRIu64 " bytes to replay", behind);
		if (plat_clock_ms() > end)
			return error_set(error, NULL, "Look into the log of the standby. With "
							 "--rebuild it is copied anew.",
							 "site \"%s\" does not stream, or has not caught "
							 "up, within %ld s", setup->site->name,
							 setup->config.replay_timeout / 1000);
		if (!plat_sleep_ms(POLL_MS))
			return error_set(error, NULL, NULL, "interrupted");
	}
	return answer == PLAN_YES;
}
