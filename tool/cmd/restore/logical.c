/*
 * logical.c
 *		The steps that make the other site a subscriber of the restored
 *		databases, in logical mode: what it has is not theirs any more, so it is
 *		copied anew, by the steps of "qsrepl setup subscriber".
 */
#include <string.h>

#include "cmd/move/logical_work.h"
#include "cmd/restore/work.h"
#include "cmd/setup/subscriber.h"

/* All databases that are restored and replicated, as the move's. */
static bool
each_link(Restore *restore, LogicalEach each, PlanProgress *progress,
		  Error *error)
{
	Move	   *move = &restore->move;
	const char **names = arena_alloc(&move->arena, (restore->n_databases + 1) *
									 sizeof(char *));
	bool		good;

	for (size_t i = 0; i < restore->n_databases; i++)
		names[i] = restore->databases[i].name;
	move->databases = names;
	move->n_databases = restore->n_databases;
	good = logical_each(move, restore->site, restore->passive, each, progress,
						error);
	move->n_databases = 0;
	return good;
}

bool
restore_unsubscribe_run(void *context, PlanProgress *progress, Error *error)
{
	return each_link(context, logical_unsubscribe_one, progress, error);
}

static bool
publish_one(Move *move, const LogicalLink *link, const char *database,
			PlanProgress *progress, Error *error)
{
	(void) database;
	(void) progress;
	return logical_identify(link->publisher, error) &&
		logical_publish(link->publisher, &move->config, error);
}

bool
restore_publish_run(void *context, PlanProgress *progress, Error *error)
{
	return each_link(context, publish_one, progress, error);
}

typedef bool (*SetupStep) (void *context, PlanProgress *progress,
						   Error *error);

static const SetupStep subscriber_steps[] = {
	subscriber_roles_run, subscriber_build_run, subscriber_place_run,
	setup_mappings_run, setup_profile_run, subscriber_rules_run,
	subscriber_enable_run, subscriber_begin_run, subscriber_copy_run
};

static void
setup_begin(Restore *restore, Setup *setup)
{
	memset(setup, 0, sizeof(*setup));
	setup->config = restore->move.config;
	setup->site = restore->passive;
	setup->peer = restore->site;
	setup->aside = arena_printf(&restore->move.arena, "before_%s",
								restore->stamp);
	setup->databases = arena_alloc(&restore->move.arena,
								   (restore->n_databases + 1) *
								   sizeof(char *));
	for (size_t i = 0; i < restore->n_databases; i++)
		setup->databases[setup->n_databases++] = restore->databases[i].name;
}

bool
restore_subscribe_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	Setup		setup;
	bool		good;

	setup_begin(restore, &setup);
	good = setup_connect(&setup, setup.site, error) &&
		setup_source(&setup, error);
	for (size_t i = 0; good &&
		 i < sizeof(subscriber_steps) / sizeof(subscriber_steps[0]); i++)
		good = subscriber_steps[i] (&setup, progress, error);
	if (good)
		text_addf(&restore->move.notes, "Site %s follows again; what it had is "
				  "kept there in databases whose names end in _%s.\n%s",
				  restore->passive->name, setup.aside,
				  setup.notes.len > 0 ? setup.notes.bytes : "");
	pg_close(setup.server);
	pg_close(setup.source);
	text_free(&setup.notes);
	arena_free(&setup.arena);
	return good;
}
