/*
 * logical_epoch.c
 *		Moves in logical mode: the epoch counts them.
 *
 * In physical mode the localizer counts, as it makes the rows the new site's.
 * Here nothing is localized in a move, and each site has a state of its own:
 * so the move counts at the site that becomes active, before it takes writes,
 * and the other one is given the same number when it follows.  What tells by
 * the epoch which of two things is older, as the marker in a share's root, then
 * works in both modes.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/move/logical_work.h"

/* The first database that is replicated; there is one. */
static const char *
first_replicated(const Move *move)
{
	for (size_t i = 0; i < move->n_databases; i++)
		if (logical_replicates(&move->config, move->databases[i]))
			return move->databases[i];
	return move->databases[0];
}

static bool
epoch_of(Move *move, const ConfigSite *site, int64_t * epoch, Error *error)
{
	PgConnection *database = move_connect(move, site, first_replicated(move),
										  error);
	char	   *text;

	if (database == NULL ||
		!pg_value(database, "SELECT epoch FROM qsrepl.status", PG_NONE, &text,
				  error))
	{
		pg_close(database);
		return false;
	}
	*epoch = text != NULL ? strtoll(text, NULL, 10) : 0;
	free(text);
	pg_close(database);
	return true;
}

/* Noted, so that a run that is taken up does not count twice. */
static bool
choose(Move *move, PlanProgress *progress, Error *error)
{
	int64_t		own;
	int64_t		other = 0;

	move->epoch = plan_noted(progress, "epoch");
	if (move->epoch != NULL)
		return true;
	if (!epoch_of(move, move->to, &own, error))
		return false;
	if (!move->sites[move->from - move->config.sites].silent &&
		!epoch_of(move, move->from, &other, error))
		return false;
	move->epoch = arena_printf(&move->arena, "%" PRId64,
							   (own > other ? own : other) + 1);
	return plan_note(progress, "epoch", move->epoch, error);
}

static bool
count_one(Move *move, const LogicalLink *link, const char *database,
		  PlanProgress *progress, Error *error)
{
	(void) database;
	(void) progress;
	return logical_epoch_set(link->subscriber, move->epoch, error);
}

bool
logical_count(Move *move, PlanProgress *progress, Error *error)
{
	return choose(move, progress, error) &&
		logical_each(move, move->from, move->to, count_one, progress, error);
}
