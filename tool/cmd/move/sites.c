/*
 * sites.c
 *		Which site is which in a move: by the request, or by the journal of the
 *		run that is taken up.
 */
#include <string.h>

#include "base/exitcode.h"

#include "cmd/config.h"
#include "cmd/move/work.h"

/* The site that follows the other one, or NULL. */
static const ConfigSite *
passive_site(Move *move)
{
	Error		first = ERROR_NONE;

	for (size_t i = 0; i < move->config.n_sites; i++)
	{
		Error		silent = ERROR_NONE;
		bool		standby = false;

		if (move_is_passive(move, &move->config.sites[i], &standby,
							&silent) && standby)
		{
			error_free(&first);
			return &move->config.sites[i];
		}
		if (first.message == NULL && silent.message != NULL)
			error_set(&first, silent.message, "Nothing was changed.",
					  "no site's server that answers is a passive one");
		error_free(&silent);
	}
	if (first.message == NULL)
		error_set(&first, NULL, "Nothing was changed.",
				  "no site's server is a passive one");
	error_report(&first);
	error_free(&first);
	return NULL;
}

int
move_choose_sites(const MoveVerb *verb, Move *move)
{
	const ConfigSite *site = move->request->site != NULL ?
	cmd_find_site(&move->config, move->request->site) : passive_site(move);

	if (site == NULL)
		return move->request->site != NULL ? EXIT_USAGE : EXIT_REFUSED;
	if (verb->returns)
	{
		move->from = site;
		move->to = config_other_site(&move->config, site);
	}
	else
	{
		move->to = site;
		move->from = config_other_site(&move->config, site);
	}
	return EXIT_OK;
}

static const char *
option_of(Move *move, const PlanJournal *journal, const char *name)
{
	const char *value = plan_journal_parameter(journal, name);

	return value != NULL && value[0] != '\0' ?
		arena_strdup(&move->arena, value) : NULL;
}

/* Options hold for the whole run, whoever brings it to its end. */
static void
take_options(Move *move, const PlanJournal *journal)
{
	move->taken_up = *move->request;
	move->taken_up.drain = option_of(move, journal, "drain");
	move->taken_up.force_active = option_of(move, journal, "force_active");
	move->taken_up.rebuild = option_of(move, journal, "rebuild") != NULL;
	move->taken_up.force = option_of(move, journal, "force") != NULL;
	move->request = &move->taken_up;
}

int
move_take_sites(Move *move, const PlanJournal *journal)
{
	const char *from = plan_journal_parameter(journal, "from");
	const char *to = plan_journal_parameter(journal, "to");

	take_options(move, journal);
	if (from != NULL && to != NULL)
	{
		move->from = cmd_find_site(&move->config, from);
		move->to = cmd_find_site(&move->config, to);
	}
	return move->from != NULL && move->to != NULL ? EXIT_OK : EXIT_REFUSED;
}

bool
move_learn_any(Move *move, Error *error)
{
	const ConfigSite *own = config_site(&move->config, move->config.site);

	if (move_learn(move, own, error))
		return true;
	for (size_t i = 0; i < move->config.n_sites; i++)
	{
		if (&move->config.sites[i] == own)
			continue;
		error_free(error);
		if (move_learn(move, &move->config.sites[i], error))
			return true;
	}
	return false;
}
