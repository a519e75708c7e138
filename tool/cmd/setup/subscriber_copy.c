/*
 * subscriber_copy.c
 *		"qsrepl setup subscriber": triggers, subscriptions, and the wait for
 *		their initial copy.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/setup/subscriber.h"
#include "pg/statements.h"
#include "platform/clock.h"
#include "server/settings.h"
#include "server/target.h"

#define POLL_MS 200

static PlanAnswer
is_enabled(Setup *setup, PgConnection *connection, Error *error)
{
	(void) setup;
	return setup_answer(connection, "SELECT coalesce((SELECT s.logical FROM "
						"qsrepl.state s), false) AND NOT EXISTS (SELECT FROM "
						"qsrepl._ruled_columns r WHERE NOT EXISTS (SELECT FROM "
						"qsrepl._row_triggers t WHERE t.relid = r.relid AND "
						"t.tgenabled = 'R'))", PG_NONE, error);
}

static PlanAnswer
enable(Setup *setup, PgConnection *connection, Error *error)
{
	PlanAnswer	answer = is_enabled(setup, connection, error);

	if (answer != PLAN_NO)
		return answer;
	return pg_run(connection, "SELECT qsrepl.enable()", PG_NONE, error) ?
		PLAN_YES : PLAN_ERROR;
}

PlanAnswer
subscriber_enable_done(void *context, Error *error)
{
	return setup_each(context, is_enabled, error);
}

bool
subscriber_enable_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_each(setup, enable, error) == PLAN_YES;
}

/* Call a function with the state of a database's subscription. */
typedef PlanAnswer (*WithLink) (Setup *setup, const LogicalLink *link,
								const LogicalState *state, Error *error);

static PlanAnswer
with_link(Setup *setup, PgConnection *connection, WithLink call, Error *error)
{
	LogicalLink link;
	LogicalState state;
	PlanAnswer	answer = PLAN_ERROR;

	if (subscriber_link(setup, connection, &link, error) &&
		logical_state(&link, &state, error))
		answer = call(setup, &link, &state, error);
	pg_close(link.publisher);
	return answer;
}

/* Only of databases that are there, as subscribers. */
static PlanAnswer
each_subscribed(Setup *setup, SetupEach each, Error *error)
{
	PlanAnswer	answer = PLAN_YES;

	for (size_t i = 0; answer == PLAN_YES && i < setup->n_databases; i++)
	{
		SubscriberDatabase found;
		PgConnection *connection;

		setup->database = setup->databases[i];
		if (!logical_replicates(&setup->config, setup->database))
			continue;
		if (!subscriber_look(setup, setup->database, setup->database, &found,
							 error))
			return PLAN_ERROR;
		if (!found.ours)
			continue;
		connection = server_connect(&setup->config, setup->site,
									setup->database, error);
		answer = connection == NULL ? PLAN_ERROR :
			each(setup, connection, error);
		pg_close(connection);
	}
	return answer;
}

static PlanAnswer
has_slot(Setup *setup, const LogicalLink *link, const LogicalState *state,
		 Error *error)
{
	(void) setup;
	(void) link;
	(void) error;
	return state->begun && !state->slot ? PLAN_NO : PLAN_YES;
}

/* What was written since then is not known: the database is made anew. */
static PlanAnswer
give_up(Setup *setup, const LogicalLink *link, const LogicalState *state,
		Error *error)
{
	if (!state->begun || state->slot)
		return PLAN_YES;
	if (!logical_unsubscribe(link, error))
		return PLAN_ERROR;
	text_addf(&setup->notes, "Slot \"%s\" at site %s was lost: database \"%s\" "
			  "was made anew.\n", link->name, setup->peer->name,
			  setup->database);
	return PLAN_YES;
}

static PlanAnswer
look_for_slot(Setup *setup, PgConnection *connection, Error *error)
{
	return with_link(setup, connection, has_slot, error);
}

static PlanAnswer
give_up_lost(Setup *setup, PgConnection *connection, Error *error)
{
	return with_link(setup, connection, give_up, error);
}

PlanAnswer
subscriber_lost_done(void *context, Error *error)
{
	return each_subscribed(context, look_for_slot, error);
}

bool
subscriber_lost_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return each_subscribed(setup, give_up_lost, error) == PLAN_YES;
}

static PlanAnswer
has_begun(Setup *setup, const LogicalLink *link, const LogicalState *state,
		  Error *error)
{
	(void) setup;
	(void) link;
	(void) error;
	return state->enabled && state->slot && state->complete &&
		state->current ? PLAN_YES : PLAN_NO;
}

static PlanAnswer
begin(Setup *setup, const LogicalLink *link, const LogicalState *state,
	  Error *error)
{
	(void) setup;
	(void) state;
	return logical_begin(link, error) && logical_epoch_follow(link, error) ?
		PLAN_YES : PLAN_ERROR;
}

static PlanAnswer
look_at_subscription(Setup *setup, PgConnection *connection, Error *error)
{
	return with_link(setup, connection, has_begun, error);
}

static PlanAnswer
begin_subscription(Setup *setup, PgConnection *connection, Error *error)
{
	return with_link(setup, connection, begin, error);
}

PlanAnswer
subscriber_begin_done(void *context, Error *error)
{
	return setup_each_replicated(context, look_at_subscription, error);
}

bool
subscriber_begin_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;

	(void) progress;
	setup->changed++;
	return setup_each_replicated(setup, begin_subscription, error) == PLAN_YES;
}

/* The whole of all databases' copies, now. */
static bool
look_at_copy(Setup *setup, LogicalCopy *copy, Error *error)
{
	memset(copy, 0, sizeof(*copy));
	copy->enabled = true;
	for (size_t i = 0; i < setup->n_databases; i++)
	{
		const char *database = setup->databases[i];
		PgConnection *connection;
		bool		good;

		if (!logical_replicates(&setup->config, database))
			continue;
		connection = server_connect(&setup->config, setup->site, database,
									error);
		good = connection != NULL &&
			logical_copied(connection, server_subscription(&setup->config,
														   setup->site,
														   database,
														   &setup->arena),
						   copy, error);
		pg_close(connection);
		if (!good)
			return false;
	}
	return true;
}

static bool
published_size(Setup *setup, unsigned long long *bytes, Error *error)
{
	for (size_t i = 0; i < setup->n_databases; i++)
	{
		PgConnection *connection;
		bool		good;

		if (!logical_replicates(&setup->config, setup->databases[i]))
			continue;
		connection = server_connect(&setup->config, setup->peer,
									setup->databases[i], error);
		good = connection != NULL &&
			logical_published_size(connection, &setup->config, bytes, error);
		pg_close(connection);
		if (!good)
			return false;
	}
	return true;
}

static void
tell_progress(PlanProgress *progress, const LogicalCopy *copy,
			  unsigned long long total)
{
	char		done[UNITS_SIZE];
	char		all[UNITS_SIZE];

	units_bytes((int64_t) copy->bytes, done);
	units_bytes((int64_t) total, all);
	plan_progress(progress, "%lu of %lu tables, %s of about %s",
				  (unsigned long) copy->ready, (unsigned long) copy->tables,
				  done, all);
}

PlanAnswer
subscriber_copy_done(void *context, Error *error)
{
	LogicalCopy copy;

	if (!look_at_copy(context, &copy, error))
		return PLAN_ERROR;
	return copy.ready == copy.tables ? PLAN_YES : PLAN_NO;
}

static bool
stuck(Setup *setup, const LogicalCopy *copy, Error *error)
{
	const char *hint = "Look into the log of the server: a replication worker "
	"tells there why it stops.";

	if (!copy->enabled)
		return error_set(error, NULL, hint, "a subscription of site \"%s\" was "
						 "disabled during the copy", setup->site->name);
	return error_set(error, NULL, hint, "the copy to site \"%s\" stands at %lu "
					 "of %lu tables for %ld s", setup->site->name,
					 (unsigned long) copy->ready,
					 (unsigned long) copy->tables,
					 setup->config.replay_timeout / 1000);
}

/* However long it takes, as long as it goes on. */
bool
subscriber_copy_run(void *context, PlanProgress *progress, Error *error)
{
	Setup	   *setup = context;
	LogicalCopy copy = {.tables = 0};
	LogicalCopy last = {.tables = 0};
	int64_t		since = plat_clock_ms();
	unsigned long long total = 0;

	setup->changed++;
	if (!published_size(setup, &total, error))
		return false;
	for (;;)
	{
		if (!look_at_copy(setup, &copy, error))
			return false;
		if (copy.ready == copy.tables)
			return true;
		if (copy.ready != last.ready || copy.bytes != last.bytes)
			since = plat_clock_ms();
		last = copy;
		if (!copy.enabled ||
			plat_clock_ms() - since > setup->config.replay_timeout)
			return stuck(setup, &copy, error);
		tell_progress(progress, &copy, total);
		if (!plat_sleep_ms(POLL_MS))
			return error_set(error, NULL, NULL, "interrupted");
	}
}
