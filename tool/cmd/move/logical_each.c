/*
 * logical_each.c
 *		Moves in logical mode: the databases, and which site is active.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/logical_work.h"
#include "server/settings.h"
#include "server/target.h"

static bool
is_silent(const Move *move, const ConfigSite *site)
{
	return move->sites[site - move->config.sites].silent;
}

/* One database; the connections are closed again. */
static bool
with_link(Move *move, const ConfigSite *publisher,
		  const ConfigSite *subscriber, const char *database,
		  LogicalEach each, PlanProgress *progress, Error *error)
{
	const Config *config = &move->config;
	LogicalLink link = {
		.config = config,
		.name = server_subscription(config, subscriber, database,
									&move->arena),
		.conninfo = server_conninfo_of(config, publisher,
									   config->replication_role, database,
									   &move->arena)
	};
	bool		good = true;

	if (!is_silent(move, publisher))
	{
		link.publisher = server_connect(config, publisher, database, error);
		good = link.publisher != NULL;
	}
	if (good && !is_silent(move, subscriber))
	{
		link.subscriber = server_connect(config, subscriber, database, error);
		good = link.subscriber != NULL;
	}
	good = good && each(move, &link, database, progress, error);
	pg_close(link.publisher);
	pg_close(link.subscriber);
	return good;
}

bool
logical_each(Move *move, const ConfigSite *publisher,
			 const ConfigSite *subscriber, LogicalEach each,
			 PlanProgress *progress, Error *error)
{
	for (size_t i = 0; i < move->n_databases; i++)
		if (logical_replicates(&move->config, move->databases[i]) &&
			!with_link(move, publisher, subscriber, move->databases[i], each,
					   progress, error))
			return false;
	return true;
}

PlanAnswer
logical_is_turned(Move *move, Error *error)
{
	bool		fenced;

	if (!move_true(move, move->to, "SELECT f.fenced FROM "
				   "qsrepl._fence_state() AS f", PG_NONE, &fenced, error))
		return PLAN_ERROR;
	return fenced ? PLAN_NO : PLAN_YES;
}

bool
logical_may_abort(void *context, Error *error)
{
	Move	   *move = context;
	PlanAnswer	turned = logical_is_turned(move, error);

	if (turned == PLAN_YES)
		return error_set(error, NULL, "Run \"qsrepl resume\" to bring the "
						 "run to its end.", "site \"%s\" is active already",
						 move->to->name);
	return turned == PLAN_NO;
}

bool
logical_subscribes(Move *move, const ConfigSite *site, bool *subscribes,
				   Error *error)
{
	return move_true(move, site, "SELECT EXISTS (SELECT FROM "
					 "pg_catalog.pg_subscription WHERE subenabled)", PG_NONE,
					 subscribes, error);
}
