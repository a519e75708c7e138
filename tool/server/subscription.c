/*
 * subscription.c
 *		Logical mode, the subscriber's side, and the slots that it has at the
 *		publisher.
 */
#include "server/logical.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pg/statements.h"
#include "platform/clock.h"

/* How long a slot may be in use that is to be dropped */
#define SLOT_MS 10000
#define SLOT_POLL_MS 50

/* Options came with majors of PostgreSQL. */
#define HAS_STREAMING 140000
#define HAS_DISABLE_ON_ERROR 150000

static const char own_query[] =
"SELECT s.subenabled, EXISTS (SELECT FROM pg_subscription_rel r"
" WHERE r.srsubid = s.oid), s.subconninfo = $2"
" AND coalesce(to_jsonb(s) ->> 'subdisableonerr', $3) = $3"
" FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
" WHERE s.subname = $1 AND d.datname = current_database()";

static const char slot_query[] =
"SELECT EXISTS (SELECT FROM pg_replication_slots s WHERE s.slot_name = $1"
" AND s.slot_type = 'logical' AND s.database = current_database()"
" AND s.wal_status IS DISTINCT FROM 'lost')";

/* By name: the other side has other numbers. */
static const char published_query[] =
"SELECT json_agg(format('%I.%I', p.schemaname, p.tablename))"
" FROM pg_publication_tables p WHERE p.pubname = $1"
" AND p.schemaname <> 'qsrepl'";

static const char complete_query[] =
"SELECT NOT EXISTS (SELECT FROM json_array_elements_text($2::json) AS t (name)"
" WHERE NOT EXISTS (SELECT FROM pg_subscription_rel r"
"  JOIN pg_subscription s ON s.oid = r.srsubid"
"  WHERE s.subname = $1 AND r.srrelid = to_regclass(t.name)))";

static const char copy_query[] =
"SELECT count(r.srrelid), count(*) FILTER (WHERE r.srsubstate = 'r'),"
" coalesce(sum(coalesce((SELECT sum(pg_table_size(x.relid))"
"  FROM pg_partition_tree(r.srrelid) x), pg_table_size(r.srrelid))), 0)"
" ::bigint, coalesce(bool_and(s.subenabled), false)"
" FROM pg_subscription s LEFT JOIN pg_subscription_rel r ON r.srsubid = s.oid"
" WHERE s.subname = $1";

static bool
take_own(void *arg, const PgRow *row, Error *error)
{
	LogicalState *state = arg;

	(void) error;
	state->exists = true;
	state->enabled = pg_row_text(row, 0)[0] == 't';
	state->begun = pg_row_text(row, 1)[0] == 't';
	state->current = pg_row_text(row, 2)[0] == 't';
	return true;
}

static bool
is_complete(const LogicalLink *link, bool *complete, Error *error)
{
	char	   *tables;
	bool		good;

	if (!pg_value(link->publisher, published_query,
				  PG_PARAMETERS(link->config->replication_name), &tables,
				  error))
		return false;
	*complete = true;
	good = tables == NULL ||
		pg_ask(link->subscriber, complete_query,
			   PG_PARAMETERS(link->name, tables), complete, error);
	free(tables);
	return good;
}

bool
logical_state(const LogicalLink *link, LogicalState *state, Error *error)
{
	memset(state, 0, sizeof(*state));
	return pg_rows(link->subscriber, own_query,
				   PG_PARAMETERS(link->name, link->conninfo,
								 link->config->disable_on_error ? "true" :
								 "false"),
				   take_own, state, error) &&
		pg_ask(link->publisher, slot_query, PG_PARAMETERS(link->name),
			   &state->slot, error) &&
		is_complete(link, &state->complete, error);
}

/* Options that this server knows, with a comma before each. */
static void
add_options(Text *text, const LogicalLink *link)
{
	int			version = pg_server_version(link->subscriber);

	if (version >= HAS_STREAMING)
		text_add(text, ", streaming = off");
	if (version >= HAS_DISABLE_ON_ERROR)
		text_addf(text, ", disable_on_error = %s",
				  link->config->disable_on_error ? "on" : "off");
}

/* With further options in front. */
static bool
create(const LogicalLink *link, const char *how, Error *error)
{
	Text		options = {NULL, 0, 0};
	bool		good;

	text_add(&options, how);
	add_options(&options, link);
	good = pg_statements(link->subscriber, "SELECT format('CREATE "
						 "SUBSCRIPTION %I CONNECTION %L PUBLICATION %I WITH ("
						 "enabled = false, create_slot = false, slot_name = "
						 "%L, %s)', $1::text, $2::text, $3::text, $1, "
						 "$4::text) WHERE NOT EXISTS (SELECT FROM "
						 "pg_subscription s WHERE s.subname = $1)",
						 PG_PARAMETERS(link->name, link->conninfo,
									   link->config->replication_name,
									   options.bytes), NULL, error);
	text_free(&options);
	return good;
}

bool
logical_subscribe(const LogicalLink *link, Error *error)
{
	return create(link, "connect = false", error);
}

/* A slot that nothing was taken from yet is made anew: it may be old. */
static bool
make_slot(const LogicalLink *link, Error *error)
{
	return pg_run(link->publisher, "SELECT pg_drop_replication_slot("
				  "s.slot_name) FROM pg_replication_slots s "
				  "WHERE s.slot_name = $1", PG_PARAMETERS(link->name),
				  error) &&
		pg_run(link->publisher, "SELECT pg_create_logical_replication_slot("
			   "$1, 'pgoutput')", PG_PARAMETERS(link->name), error);
}

static bool
set_options(const LogicalLink *link, Error *error)
{
	return pg_statements(link->subscriber, "SELECT format('ALTER SUBSCRIPTION "
						 "%I CONNECTION %L', $1::text, $2::text)",
						 PG_PARAMETERS(link->name, link->conninfo), NULL,
						 error) &&
		(pg_server_version(link->subscriber) < HAS_DISABLE_ON_ERROR ||
		 pg_statements(link->subscriber, "SELECT format('ALTER SUBSCRIPTION "
					   "%I SET (disable_on_error = %s)', $1::text, $2::text)",
					   PG_PARAMETERS(link->name,
									 link->config->disable_on_error ? "on" :
									 "off"), NULL, error));
}

bool
logical_begin(const LogicalLink *link, Error *error)
{
	LogicalState state;

	if (!logical_state(link, &state, error))
		return false;
	if (state.begun && !state.slot)
		return error_set(error, NULL, "Run this command again.",
						 "slot \"%s\" was lost", link->name);
	if (!state.begun && !state.enabled && !make_slot(link, error))
		return false;
	if (!state.current && !set_options(link, error))
		return false;
	if (!state.enabled &&
		!pg_statements(link->subscriber, "SELECT format('ALTER SUBSCRIPTION "
					   "%I ENABLE', $1::text)", PG_PARAMETERS(link->name),
					   NULL, error))
		return false;
	return state.complete ||
		pg_statements(link->subscriber, "SELECT format('ALTER SUBSCRIPTION "
					  "%I REFRESH PUBLICATION', $1::text)",
					  PG_PARAMETERS(link->name), NULL, error);
}

/* The slots of tables whose copy has not come to its end stay behind. */
static bool
drop_slots(const LogicalLink *link, const char *number, Error *error)
{
	return pg_run(link->publisher, "SELECT pg_drop_replication_slot("
				  "s.slot_name) FROM pg_replication_slots s WHERE NOT "
				  "s.active AND s.database = current_database() AND ("
				  "s.slot_name = $1 OR s.slot_name LIKE "
				  "'pg\\_' || $2::text || '\\_sync\\_%')",
				  PG_PARAMETERS(link->name, number), error);
}

/* The body of a transaction. */
static bool
drop_subscription(void *arg, PgConnection *connection, Error *error)
{
	const LogicalLink *link = arg;

	return pg_statements(connection, "SELECT format(s.command, $1::text) FROM ("
						 "VALUES (1, 'ALTER SUBSCRIPTION %I DISABLE'), (2, "
						 "'ALTER SUBSCRIPTION %I SET (slot_name = NONE)'), (3, "
						 "'DROP SUBSCRIPTION %I')) AS s (place, command) "
						 "ORDER BY s.place", PG_PARAMETERS(link->name), NULL,
						 error);
}

bool
logical_unsubscribe(const LogicalLink *link, Error *error)
{
	LogicalLink own = *link;
	char	   *number;
	bool		good;

	if (!pg_value(link->subscriber, "SELECT max(s.oid::bigint) FROM "
				  "pg_subscription s JOIN pg_database d ON d.oid = s.subdbid "
				  "WHERE s.subname = $1 AND d.datname = current_database()",
				  PG_PARAMETERS(link->name), &number, error))
		return false;
	good = number == NULL ||
		pg_transaction(link->subscriber, drop_subscription, &own, error);
	if (good && link->publisher != NULL)
		good = drop_slots(link, number, error);
	free(number);
	return good;
}

/*
 * What is there by these names is of another time: it would bring old changes
 * again, or is of a database that was renamed.  By connecting, a subscription
 * learns the tables, which count as copied; else what comes before a refresh
 * would be passed over without a word.
 */
bool
logical_prepare(const LogicalLink *link, Error *error)
{
	return logical_unsubscribe(link, error) &&
		logical_drop_slot(link->publisher, link->name, error) &&
		pg_run(link->publisher, "SELECT "
			   "pg_create_logical_replication_slot($1, 'pgoutput')",
			   PG_PARAMETERS(link->name), error) &&
		create(link, "connect = true, copy_data = false", error);
}

/* The sender of a subscription that was just dropped has it for a moment. */
bool
logical_drop_slot(PgConnection *publisher, const char *name, Error *error)
{
	int64_t		end = plat_clock_ms() + SLOT_MS;
	bool		gone = false;

	for (;;)
	{
		if (!pg_run(publisher, "SELECT pg_drop_replication_slot(s.slot_name) "
					"FROM pg_replication_slots s WHERE s.slot_name = $1 AND "
					"NOT s.active", PG_PARAMETERS(name), error) ||
			!pg_ask(publisher, "SELECT NOT EXISTS (SELECT FROM "
					"pg_replication_slots s WHERE s.slot_name = $1)",
					PG_PARAMETERS(name), &gone, error))
			return false;
		if (gone)
			return true;
		if (plat_clock_ms() > end || !plat_sleep_ms(SLOT_POLL_MS))
			break;
	}
	return error_set(error, NULL, "pg_replication_slots tells the process.",
					 "site \"%s\": slot \"%s\" is still in use",
					 pg_site(publisher), name);
}

static bool
take_copy(void *arg, const PgRow *row, Error *error)
{
	LogicalCopy *copy = arg;

	(void) error;
	copy->tables += strtoull(pg_row_text(row, 0), NULL, 10);
	copy->ready += strtoull(pg_row_text(row, 1), NULL, 10);
	copy->bytes += strtoull(pg_row_text(row, 2), NULL, 10);
	copy->enabled = copy->enabled && pg_row_text(row, 3)[0] == 't';
	return true;
}

bool
logical_copied(PgConnection *subscriber, const char *name, LogicalCopy *copy,
			   Error *error)
{
	return pg_rows(subscriber, copy_query, PG_PARAMETERS(name), take_copy,
				   copy, error);
}
