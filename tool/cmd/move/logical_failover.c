/*
 * logical_failover.c
 *		The verb "failover" in logical mode.
 *
 * A sequence's value is not replicated, and the publisher cannot be asked: so
 * it goes on behind the greatest number that its column has.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "cmd/move/logical_work.h"
#include "pg/statements.h"
#include "server/act.h"

static const PlanStep steps[] = {
	MOVE_STEP_BEFORE("failover"),
	{"fence", "Fence and stop site ${from}, where it was forced",
		"At site ${from}: SELECT qsrepl.fence('failover'); then stop its "
		"server.",
	NULL, move_force_run, NULL, 0},
	MOVE_STEP_CERTIFICATES,
	{"sequences", "Set the sequences of site ${to} behind the numbers in use",
		"At site ${to}: SELECT setval('...', max(\"ID\") + 1000) FROM ...;",
	logical_sequences_done, logical_guess_run, NULL, 0},
	{"turn", "Drop the subscriptions of site ${to}, and open it",
		"At site ${to}: ALTER SUBSCRIPTION ... DISABLE; ALTER SUBSCRIPTION ... "
		"SET (slot_name = NONE);\nDROP SUBSCRIPTION ...; SELECT "
		"qsrepl.unfence();",
	logical_turn_done, logical_turn_run, NULL, PLAN_NO_RETURN},
	{"publication", "Publish the tables of site ${to}",
		"At site ${to}, in each database: CREATE PUBLICATION ... FOR TABLE "
		"...;",
	NULL, logical_publication_run, NULL, 0},
	{"bar", "Fence site ${from}, where its machine answers",
		"At ${from_host}: start the server with listen_addresses = "
		"'127.0.0.1' on another port;\nSELECT qsrepl.fence('superseded');",
	NULL, logical_bar_run, NULL, 0},
	MOVE_STEP_SHARE_ROLE,
	MOVE_STEP_SERVICES_UP,
	MOVE_STEP_DNS,
	MOVE_STEP_SERVICES_BAR,
	MOVE_STEP_LEAKS,
	MOVE_STEP_AFTER("failover")
};

static const Plan plan = {
	"failover", "Make site ${to} the active one in place of site ${from}, "
	"which is lost",
	"Site ${from} comes back by \"qsrepl rejoin ${from}\".",
	steps, sizeof(steps) / sizeof(steps[0])
};

/* Statements for the sequences that belong to a column. */
#define OWNED \
	"SELECT pg_catalog.format('SELECT pg_catalog.setval(%1$L, least(greatest((" \
	"SELECT max(%2$I) FROM %3$I.%4$I)::pg_catalog.int8, (SELECT last_value " \
	"FROM %5$s)) + 1000, %6$s), true)', q.oid::pg_catalog.regclass::text, " \
	"a.attname, n.nspname, t.relname, q.oid::pg_catalog.regclass::text, " \
	"s.seqmax) FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class q ON " \
	"q.oid = s.seqrelid JOIN pg_catalog.pg_depend d ON d.objid = q.oid AND " \
	"d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = " \
	"d.classid AND d.deptype IN ('a', 'i') JOIN pg_catalog.pg_class t ON t.oid " \
	"= d.refobjid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace " \
	"JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = " \
	"d.refobjsubid WHERE s.seqincrement > 0 AND n.nspname <> 'qsrepl' AND " \
	PG_READABLE " ORDER BY 1"

/* Those that nothing tells of. */
#define FREE \
	"SELECT pg_catalog.string_agg(q.oid::pg_catalog.regclass::text, ', ') FROM " \
	"pg_catalog.pg_sequence s JOIN pg_catalog.pg_class q ON q.oid = s.seqrelid " \
	"JOIN pg_catalog.pg_namespace n ON n.oid = q.relnamespace WHERE n.nspname " \
	"<> 'qsrepl' AND (s.seqincrement < 0 OR NOT EXISTS (SELECT FROM " \
	"pg_catalog.pg_depend d WHERE d.objid = q.oid AND d.classid = " \
	"'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')))"

static bool
guess_one(Move *move, const LogicalLink *link, const char *database,
		  PlanProgress *progress, Error *error)
{
	char	   *left;

	(void) progress;
	if (!pg_statements(link->subscriber, OWNED, PG_NONE, NULL, error) ||
		!pg_value(link->subscriber, FREE, PG_NONE, &left, error))
		return false;
	if (left != NULL)
		text_addf(&move->notes, "Warning: database %s: nothing tells the "
				  "values of these sequences, set them by hand: %s.\n",
				  database, left);
	free(left);
	return true;
}

bool
logical_guess_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;

	return logical_each(move, move->from, move->to, guess_one, progress,
						error);
}

bool
logical_bar_run(void *context, PlanProgress *progress, Error *error)
{
	Move	   *move = context;
	Error		silent = ERROR_NONE;

	(void) progress;
	(void) error;
	if (server_act(&move->config, move->from, "fence", &silent))
		text_addf(&move->notes, "Site %s is fenced; \"qsrepl rejoin %s\" brings "
				  "it back.\n", move->from->name, move->from->name);
	else
		text_addf(&move->notes, "Warning: site %s was not reached (%s). In "
				  "logical mode its server does not learn of this site by "
				  "itself: run \"qsrepl do fence --site %s\" there before Qlik "
				  "Sense or the server is started, then \"qsrepl rejoin "
				  "%s\".\n", move->from->name, silent.message,
				  move->from->name, move->from->name);
	error_free(&silent);
	return true;
}

static int
prepare(Move *move, Error *error)
{
	PlanAnswer	active;

	active = logical_is_turned(move, error);
	if (active == PLAN_ERROR)
		return EXIT_SERVER;
	if (active == PLAN_YES)
	{
		error_set(error, NULL, "Nothing was changed.",
				  "site \"%s\" is active already, or was never set up as a "
				  "subscriber: it is not fenced", move->to->name);
		return EXIT_REFUSED;
	}
	return move_check_lost(move, error);
}

const MoveVerb logical_failover = {
	.plan = &plan,.prepare = prepare,.may_abort = logical_may_abort,
	.alone = true,.supersedes = true
};
