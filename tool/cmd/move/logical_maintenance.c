/*
 * logical_maintenance.c
 *		The verbs "maintenance begin" and "maintenance end" in logical mode: the
 *		subscriptions are disabled, and enabled again when both sites have the
 *		same schema.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cmd/move/logical_work.h"
#include "pg/statements.h"
#include "site/logical.h"

#define SWITCH(what) \
	"SELECT pg_catalog.format('ALTER SUBSCRIPTION %I " what "', subname) FROM " \
	"pg_catalog.pg_subscription WHERE subname = $1"

static bool
disable_one(Move *move, const LogicalLink *link, const char *database,
			PlanProgress *progress, Error *error)
{
	(void) move;
	(void) database;
	(void) progress;
	return pg_statements(link->subscriber, SWITCH("DISABLE"),
						 PG_PARAMETERS(link->name), NULL, error);
}

static bool
enable_one(Move *move, const LogicalLink *link, const char *database,
		   PlanProgress *progress, Error *error)
{
	(void) database;
	(void) progress;
	/* What the upgrade has added. */
	return logical_identify(link->publisher, error) &&
		logical_publish(link->publisher, &move->config, error) &&
		logical_begin(link, error);
}

bool
logical_hold_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	if (!logical_each(move, move->from, move->to, disable_one, progress,
					  error))
		return false;
	text_addf(&move->notes, "Site %s is held. It is the way back: \"qsrepl "
			  "failover --to %s --force-active %s\" makes it the active one as "
			  "it is now.\nBring its schema along with the upgrade, then run "
			  "\"qsrepl maintenance end\".\n", move->to->name, move->to->name,
			  move->from->name);
	return true;
}

bool
logical_hold_undo(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return logical_each(move, move->from, move->to, enable_one, progress,
						error);
}

static const SiteLogical *
read_site(Move *move, const ConfigSite *site, const char *database)
{
	SiteLogical *logical = arena_alloc(&move->arena, sizeof(SiteLogical));
	const SiteLogicalQuery query = {&move->config, site, database, ""};

	site_logical_read(&query, &move->arena, logical);
	return logical;
}

static const SiteTable *
find(const SiteLogical *logical, const char *name)
{
	for (size_t i = 0; i < logical->n_tables; i++)
		if (strcmp(logical->tables[i].name, name) == 0)
			return &logical->tables[i];
	return NULL;
}

/* Tables of the active site that the passive one lacks, or has otherwise. */
static void
add_differences(const SiteLogical *active, const SiteLogical *passive,
				const char *database, Text *text)
{
	for (size_t i = 0; i < active->n_tables; i++)
	{
		const SiteTable *table = &active->tables[i];
		const SiteTable *other = find(passive, table->name);

		if (other == NULL || strcmp(other->shape, table->shape) != 0)
			text_addf(text, "%s%s: %s", text->len > 0 ? ", " : "", database,
					  table->name);
	}
}

/* Apply would stop at the first row of a table that is not the same. */
static bool
schemas_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	Text		text = {NULL, 0, 0};

	for (size_t i = 0; i < move->n_databases; i++)
	{
		const char *name = move->databases[i];
		const SiteLogical *active = read_site(move, move->from, name);
		const SiteLogical *passive = read_site(move, move->to, name);
		const char *wrong = active->error != NULL ? active->error :
		passive->error;

		plan_progress(progress, "database %s", name);
		if (wrong != NULL)
		{
			text_free(&text);
			return error_set(error, NULL, NULL, "%s", wrong);
		}
		add_differences(active, passive, name, &text);
	}
	if (text.len > 0)
		error_set(error, arena_printf(&move->arena, "They differ in: %s.",
									  text.bytes),
				  "Upgrade Qlik Sense's schema at the passive site, too, or "
				  "run \"qsrepl setup subscriber --discard-site\" there, which "
				  "copies everything anew.",
				  "the sites do not have the same schema");
	text_free(&text);
	return error->message == NULL;
}

static const PlanStep begin_steps[] = {
	{"follow", "Wait until site ${to} has all that was written",
		"At site ${from}: SELECT slot_name, confirmed_flush_lsn FROM "
		"pg_replication_slots;",
	NULL, logical_follow_run, NULL, 0},
	{"hold", "Hold site ${to} where it is",
		"At site ${to}, in each database: ALTER SUBSCRIPTION ... DISABLE;",
	NULL, logical_hold_run, logical_hold_undo, 0}
};

static const Plan begin_plan = {
	"maintenance-begin", "Hold site ${to} as the way back, while site ${from} "
	"is upgraded",
	"", begin_steps, sizeof(begin_steps) / sizeof(begin_steps[0])
};

static const PlanStep end_steps[] = {
	{"schemas", "Compare the schemas",
		"pg_dump --schema-only at both sites, and diff.",
	NULL, schemas_run, NULL, 0},
	{"release", "Let site ${to} follow again",
		"At site ${to}, in each database: ALTER SUBSCRIPTION ... ENABLE; ALTER "
		"SUBSCRIPTION ...\nREFRESH PUBLICATION;",
	NULL, logical_hold_undo, NULL, 0},
	{"follow", "Wait until site ${to} has all that was written",
		"At site ${from}: SELECT slot_name, confirmed_flush_lsn FROM "
		"pg_replication_slots;",
	NULL, logical_follow_run, NULL, 0}
};

static const Plan end_plan = {
	"maintenance-end", "Bring site ${to} along with site ${from} again",
	"", end_steps, sizeof(end_steps) / sizeof(end_steps[0])
};

static int
prepare(Move *move, Error *error)
{
	PlanAnswer	active = logical_is_turned(move, error);

	if (active == PLAN_NO)
		return EXIT_OK;
	if (active == PLAN_ERROR)
		return EXIT_SERVER;
	error_set(error, NULL, "Nothing was changed.",
			  "site \"%s\" is not passive: it is not fenced",
			  move->to->name);
	return EXIT_REFUSED;
}

const MoveVerb logical_maintenance_begin = {
	.plan = &begin_plan,.prepare = prepare
};

const MoveVerb logical_maintenance_end = {
	.plan = &end_plan,.prepare = prepare
};
