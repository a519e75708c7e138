/*
 * logical.c
 *		Concerns of logical mode: whether rows arrive at the passive sites, and
 *		whether those have what the rows need.
 */
#include "check/internal.h"

#include <string.h>

#include "base/timestamp.h"
#include "base/units.h"

/* Names in a finding; more of them are counted. */
#define NAMES 5

/* A list of names under way. */
typedef struct Names
{
	Text		text;
	size_t		n;
} Names;

static void
add_name(Names *names, const char *name)
{
	if (names->n++ < NAMES)
		text_addf(&names->text, "%s%s", names->n > 1 ? ", " : "", name);
}

/* The list as text in the report's arena; freed. */
static const char *
names_text(CheckRun *run, Names *names)
{
	const char *text;

	if (names->n > NAMES)
		text_addf(&names->text, " and %lu more",
				  (unsigned long) (names->n - NAMES));
	text = arena_strdup(&run->report->arena, names->text.bytes);
	text_free(&names->text);
	return text;
}

static const char *
object_of(CheckRun *run, const CheckPair *pair)
{
	return check_database(run, pair->passive->site, pair->database);
}

static bool
is_readable(const CheckPair *pair)
{
	return pair->own->error == NULL && pair->other != NULL &&
		pair->other->error == NULL;
}

/* Call a function for each pair whose rows are replicated. */
static void
for_replicated(CheckRun *run, void (*look) (CheckRun *run,
											const CheckPair *pair,
											const char *object))
{
	for (size_t i = 0; i < run->n_pairs; i++)
		if (run->pairs[i].replicated && run->pairs[i].own->error == NULL)
			look(run, &run->pairs[i], object_of(run, &run->pairs[i]));
}

static void
look_at_subscription(CheckRun *run, const CheckPair *pair, const char *object)
{
	const SiteLogical *own = pair->own;
	const char *name = pair->subscription;

	if (!own->subscribed)
		check_fail(run, CHECK_BOTH, object,
				   "Run \"qsrepl setup subscriber\" at that site.",
				   "there is no subscription \"%s\"", name);
	else if (!own->enabled)
		check_fail(run, CHECK_BOTH, object, "Look into the server's log; then "
				   "run \"qsrepl setup subscriber\", or ALTER SUBSCRIPTION ... "
				   "ENABLE.", "subscription \"%s\" is disabled", name);
	else if (!own->worker)
		/* A publisher that is silent is no reason against a failover. */
		check_fail(run, run->active != NULL ? CHECK_BOTH : CHECK_SWITCHOVER,
				   object, "Look into the server's log: a "
				   "worker tells there why it stops.",
				   "no worker applies for subscription \"%s\"", name);
	else if (own->disable_on_error != run->config->disable_on_error)
		check_warn(run, object, "Run \"qsrepl setup subscriber\", or change "
				   "disable_on_error in the configuration.",
				   "subscription \"%s\" has disable_on_error = %s", name,
				   own->disable_on_error ? "on" : "off");
	else
		check_pass(run, object, "subscription \"%s\" is at work%s", name,
				   own->disable_on_error ? ", and disabled at an error" : "");
}

void
check_subscriptions(CheckRun *run)
{
	for_replicated(run, look_at_subscription);
}

static const SiteSlot *
slot_of(const CheckRun *run, const CheckPair *pair)
{
	for (size_t i = 0; i < run->active->n_slots; i++)
		if (strcmp(run->active->slots[i].name, pair->subscription) == 0)
			return &run->active->slots[i];
	return NULL;
}

/* Seconds that a subscriber is behind; -1: unknown. */
static double
seconds_of(const CheckRun *run, const CheckPair *pair, const SiteSlot *slot)
{
	for (size_t i = 0; i < run->active->n_senders; i++)
	{
		const SiteSender *sender = &run->active->senders[i];

		/* At rest there is nothing to measure. */
		if (sender->slot != NULL && strcmp(sender->slot, slot->name) == 0)
			return sender->replay_seconds > 0 ? sender->replay_seconds : 0;
	}
	if (pair->own->heard <= 0)
		return -1;
	return run->active->clock > pair->own->heard ?
		run->active->clock - pair->own->heard : 0;
}

static void
look_at_lag(CheckRun *run, const CheckPair *pair, const char *object)
{
	const SiteSlot *slot = slot_of(run, pair);
	double		seconds;
	char		bytes[UNITS_SIZE];
	char		time[UNITS_SIZE];

	if (slot == NULL)
	{
		check_fail(run, CHECK_BOTH, object, "Run \"qsrepl setup subscriber\" at "
				   "that site: the database is made anew.", "slot \"%s\" is "
				   "not there at site %s", pair->subscription,
				   run->active->site->name);
		return;
	}
	seconds = seconds_of(run, pair, slot);
	check_note_risk(run, slot->behind_bytes, seconds);
	units_bytes(slot->behind_bytes, bytes);
	units_seconds(seconds, time);
	if (seconds < 0)
		check_warn(run, object, "No worker applies, so nobody knows since "
				   "when.", "%s behind, for an unknown time", bytes);
	else if (seconds * 1000 >= (double) run->config->lag_warning)
		check_warn(run, object, "Its disk, locks or the network may hold it "
				   "up.", "%s / %s behind, of lag_warning %ld s", bytes, time,
				   run->config->lag_warning / 1000);
	else
		check_pass(run, object, "%s / %s behind", bytes, time);
}

/* The active site is silent: when was it heard last? */
static void
note_heard(CheckRun *run)
{
	double		heard = -1;
	char		text[TIMESTAMP_SIZE];

	for (size_t i = 0; i < run->n_pairs; i++)
		if (run->pairs[i].own->heard > heard)
			heard = run->pairs[i].own->heard;
	if (heard <= 0)
		return;
	timestamp_format((int64_t) (heard * 1000), text);
	run->report->last_heard = arena_strdup(&run->report->arena, text);
}

void
check_logical_lag(CheckRun *run)
{
	if (run->active == NULL)
		note_heard(run);
	else
		for_replicated(run, look_at_lag);
}

/* The table of that name, or NULL: both lists are sorted. */
static const SiteTable *
find_table(const SiteLogical *logical, const char *name)
{
	size_t		low = 0;
	size_t		high = logical->n_tables;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		int			order = strcmp(name, logical->tables[middle].name);

		if (order == 0)
			return &logical->tables[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* What is wrong with tables of the active site, by kind. */
typedef struct TableFaults
{
	Names		unpublished;
	Names		keyless;
	Names		unsubscribed;
	Names		copying;
} TableFaults;

static void
look_at_table(TableFaults *faults, const SiteTable *table,
			  const SiteTable *copy)
{
	if (!table->published)
		add_name(&faults->unpublished, table->name);
	else if (table->keyless)
		add_name(&faults->keyless, table->name);
	if (!table->published)
		return;
	if (copy == NULL || copy->copy == NULL)
		add_name(&faults->unsubscribed, table->name);
	else if (strcmp(copy->copy, "r") != 0)
		add_name(&faults->copying, table->name);
}

static void
tell_tables(CheckRun *run, const char *active, const char *passive,
			TableFaults *faults)
{
	if (faults->unpublished.n > 0)
		check_fail(run, CHECK_BOTH, active, "Run \"qsrepl setup publisher\" "
				   "there, then \"qsrepl setup subscriber\" at the other "
				   "site.", "tables that are not published: %s",
				   names_text(run, &faults->unpublished));
	if (faults->keyless.n > 0)
		check_fail(run, CHECK_BOTH, active, "Run \"qsrepl setup publisher\" "
				   "there, or add a primary key: updates and deletes fail "
				   "now.", "published tables without a replica identity: %s",
				   names_text(run, &faults->keyless));
	if (faults->unsubscribed.n > 0)
		check_fail(run, CHECK_BOTH, passive, "Run \"qsrepl setup subscriber\" "
				   "there. A table must exist at both sites.",
				   "published tables that are not subscribed to: %s",
				   names_text(run, &faults->unsubscribed));
	if (faults->copying.n > 0)
		check_fail(run, CHECK_BOTH, passive, "Wait until their initial copy "
				   "has come to its end.", "tables that are still copied: %s",
				   names_text(run, &faults->copying));
}

static void
look_at_tables(CheckRun *run, const CheckPair *pair, const char *object)
{
	TableFaults faults;

	if (!is_readable(pair))
		return;
	memset(&faults, 0, sizeof(faults));
	for (size_t i = 0; i < pair->other->n_tables; i++)
		look_at_table(&faults, &pair->other->tables[i],
					  find_table(pair->own, pair->other->tables[i].name));
	tell_tables(run, check_database(run, run->active->site, pair->database),
				object, &faults);
	if (faults.unpublished.n + faults.keyless.n + faults.unsubscribed.n +
		faults.copying.n == 0)
		check_pass(run, object, "%lu tables are replicated",
				   (unsigned long) pair->other->n_tables);
}

void
check_tables(CheckRun *run)
{
	for_replicated(run, look_at_tables);
}

/* Tables of one list that the other one lacks, or has in another shape. */
static void
compare_tables(const SiteLogical *from, const SiteLogical *with,
			   Names *missing, Names *other)
{
	for (size_t i = 0; i < from->n_tables; i++)
	{
		const SiteTable *table = &from->tables[i];
		const SiteTable *found = find_table(with, table->name);

		if (found == NULL)
			add_name(missing, table->name);
		else if (other != NULL && strcmp(found->shape, table->shape) != 0)
			add_name(other, table->name);
	}
}

static void
compare_schemas(CheckRun *run, const CheckPair *pair, const char *object)
{
	const char *hint = "Bring the schema of both sites to the same version: "
	"replication stops at tables that differ.";
	Names		missing = {{NULL, 0, 0}, 0};
	Names		extra = {{NULL, 0, 0}, 0};
	Names		other = {{NULL, 0, 0}, 0};

	compare_tables(pair->other, pair->own, &missing, &other);
	compare_tables(pair->own, pair->other, &extra, NULL);
	if (missing.n + extra.n + other.n == 0)
		check_pass(run, object, "%lu tables are as at site %s",
				   (unsigned long) pair->own->n_tables,
				   run->active->site->name);
	if (missing.n > 0)
		check_fail(run, CHECK_BOTH, object, hint, "tables of site %s that are "
				   "missing: %s", run->active->site->name,
				   names_text(run, &missing));
	if (extra.n > 0)
		check_fail(run, CHECK_BOTH, object, hint, "tables that site %s does "
				   "not have: %s", run->active->site->name,
				   names_text(run, &extra));
	if (other.n > 0)
		check_fail(run, CHECK_BOTH, object, hint, "tables with other columns "
				   "or keys than at site %s: %s", run->active->site->name,
				   names_text(run, &other));
}

void
check_schemas(CheckRun *run)
{
	for (size_t i = 0; i < run->n_pairs; i++)
	{
		const CheckPair *pair = &run->pairs[i];
		const char *object = object_of(run, pair);

		if (is_readable(pair))
			compare_schemas(run, pair, object);
		else if (pair->own->error != NULL)
			check_fail(run, CHECK_BOTH, object, NULL, "%s", pair->own->error);
		else if (pair->other != NULL)
			check_fail(run, CHECK_BOTH,
					   check_database(run, run->active->site, pair->database),
					   NULL, "%s", pair->other->error);
	}
}

static void
compare_migrations(CheckRun *run, const CheckPair *pair, const char *object)
{
	const char *own = pair->own->migrations;
	const char *other = pair->other->migrations;

	if (own == NULL && other == NULL)
		return;
	if (own != NULL && other != NULL && strcmp(own, other) == 0)
		check_pass(run, object, "the rows of \"__MigrationHistory\" are those "
				   "of site %s", run->active->site->name);
	else
		check_fail(run, CHECK_BOTH, object, "Bring Qlik Sense of both sites to "
				   "the same version.", "the rows of \"__MigrationHistory\" "
				   "differ from those of site %s", run->active->site->name);
}

void
check_migrations(CheckRun *run)
{
	for (size_t i = 0; i < run->n_pairs; i++)
		if (run->pairs[i].replicated && is_readable(&run->pairs[i]))
			compare_migrations(run, &run->pairs[i],
							   object_of(run, &run->pairs[i]));
}

static int64_t
value_of(const SiteLogical *logical, const char *name)
{
	for (size_t i = 0; i < logical->n_sequences; i++)
		if (strcmp(logical->sequences[i].name, name) == 0)
			return logical->sequences[i].value;
	return -1;
}

static void
compare_sequences(CheckRun *run, const CheckPair *pair, const char *object)
{
	size_t		behind = 0;

	if (!is_readable(pair))
		return;
	for (size_t i = 0; i < pair->other->n_sequences; i++)
		if (value_of(pair->own, pair->other->sequences[i].name) <
			pair->other->sequences[i].value)
			behind++;
	if (behind > 0)
		check_pass(run, object, "%lu of %lu sequences are behind those of site "
				   "%s: a switchover sets them", (unsigned long) behind,
				   (unsigned long) pair->other->n_sequences,
				   run->active->site->name);
	else
		check_pass(run, object, "%lu sequences are as far as those of site %s",
				   (unsigned long) pair->other->n_sequences,
				   run->active->site->name);
}

void
check_sequences(CheckRun *run)
{
	for_replicated(run, compare_sequences);
}
