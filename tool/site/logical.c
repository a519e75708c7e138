/*
 * logical.c
 *		What a database's tables, sequences and subscription are, for checks in
 *		logical mode.
 */
#include "site/logical.h"

#include <string.h>

#include "pg/statements.h"
#include "platform/clock.h"
#include "site/connect.h"
#include "site/row.h"

/*
 * By names and definitions, since numbers differ between the sites, and in the
 * order of the bytes, since locales may differ, too.  $1: the publication,
 * $2: the subscription.
 */
static const char table_query[] =
"WITH t AS (SELECT c.oid, c.relreplident,"
" format('%I.%I', n.nspname, c.relname) COLLATE \"C\" AS name"
" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
" WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'"
" AND NOT c.relispartition AND n.nspname !~ '^pg_'"
" AND n.nspname NOT IN ('information_schema', 'qsrepl')),"
" a AS (SELECT a.attrelid, string_agg(concat_ws(' ', quote_ident(a.attname),"
"  format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,"
"  a.attgenerated), ',' ORDER BY a.attname COLLATE \"C\") AS columns"
"  FROM pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped"
"  AND a.attrelid IN (SELECT t.oid FROM t) GROUP BY 1),"
" k AS (SELECT x.relid, string_agg(x.def, ',' ORDER BY x.def) AS keys FROM ("
"  SELECT o.conrelid, pg_get_constraintdef(o.oid) COLLATE \"C\""
"  FROM pg_constraint o WHERE o.contype IN ('p', 'u', 'f')"
"  AND o.conrelid IN (SELECT t.oid FROM t)"
"  UNION ALL SELECT i.indrelid, pg_get_indexdef(i.indexrelid)"
"  FROM pg_index i WHERE i.indisunique AND i.indrelid IN (SELECT t.oid FROM t)"
"  AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid ="
"   i.indexrelid AND o.conrelid = i.indrelid AND o.contype IN ('p', 'u'))"
"  ) AS x (relid, def) GROUP BY 1)"
" SELECT t.name, md5(concat_ws(';', a.columns, k.keys)),"
" p.tablename IS NOT NULL,"
" t.relreplident <> 'f' AND NOT EXISTS (SELECT FROM pg_index i"
"  WHERE i.indrelid = t.oid AND i.indisvalid AND i.indimmediate"
"  AND CASE t.relreplident WHEN 'i' THEN i.indisreplident"
"  WHEN 'd' THEN i.indisprimary ELSE false END),"
" r.srsubstate FROM t LEFT JOIN a ON a.attrelid = t.oid"
" LEFT JOIN k ON k.relid = t.oid"
" LEFT JOIN pg_publication_tables p ON p.pubname = $1"
"  AND format('%I.%I', p.schemaname, p.tablename) = t.name"
" LEFT JOIN pg_subscription s ON s.subname = $2 AND s.subdbid = (SELECT d.oid"
"  FROM pg_database d WHERE d.datname = current_database())"
" LEFT JOIN pg_subscription_rel r ON r.srsubid = s.oid AND r.srrelid = t.oid"
" ORDER BY t.name";

static const char sequence_query[] =
"SELECT format('%I.%I', q.schemaname, q.sequencename) COLLATE \"C\" AS name,"
" q.last_value FROM pg_sequences q WHERE q.schemaname <> 'qsrepl' ORDER BY 1";

static const char has_migrations_query[] =
"SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid ="
" to_regclass('public.\"__MigrationHistory\"')"
" AND a.attname = 'MigrationId' AND " PG_READABLE ")";

static const char migrations_query[] =
"SELECT coalesce(md5(string_agg(m.\"MigrationId\"::text, ','"
" ORDER BY m.\"MigrationId\"::text COLLATE \"C\")), '')"
" FROM public.\"__MigrationHistory\" m";

/* Columns come with majors; the worker that applies has no table. */
static const char subscription_query[] =
"SELECT s.subenabled, coalesce(to_jsonb(s) ->> 'subdisableonerr', 'false')"
" = 'true', w.pid IS NOT NULL, extract(epoch FROM w.latest_end_time)"
" FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
" LEFT JOIN pg_stat_subscription w ON w.subid = s.oid AND w.relid IS NULL"
"  AND to_jsonb(w) ->> 'leader_pid' IS NULL"
" WHERE s.subname = $1 AND d.datname = current_database()";

/* Where rows go. */
typedef struct Target
{
	Arena	   *arena;
	SiteLogical *logical;
	bool		has_migrations;
} Target;

static bool
take_table(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteLogical *logical = target->logical;
	SiteTable  *table;

	(void) error;
	logical->tables = row_room(target->arena, logical->tables,
							   logical->n_tables, sizeof(SiteTable));
	table = &logical->tables[logical->n_tables++];
	table->name = row_copy(target->arena, row, 0);
	table->shape = row_copy(target->arena, row, 1);
	table->published = row_is_true(row, 2);
	table->keyless = row_is_true(row, 3);
	table->copy = row_copy(target->arena, row, 4);
	return true;
}

static bool
take_sequence(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteLogical *logical = target->logical;
	SiteSequence *sequence;

	(void) error;
	logical->sequences = row_room(target->arena, logical->sequences,
								  logical->n_sequences, sizeof(SiteSequence));
	sequence = &logical->sequences[logical->n_sequences++];
	sequence->name = row_copy(target->arena, row, 0);
	sequence->value = row_integer(row, 1);
	return true;
}

static bool
take_has_migrations(void *arg, const PgRow *row, Error *error)
{
	Target	   *target = arg;

	(void) error;
	target->has_migrations = row_is_true(row, 0);
	return true;
}

static bool
take_migrations(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;

	(void) error;
	target->logical->migrations = row_copy(target->arena, row, 0);
	return true;
}

static bool
take_subscription(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteLogical *logical = target->logical;

	(void) error;
	logical->subscribed = true;
	logical->enabled = row_is_true(row, 0);
	logical->disable_on_error = row_is_true(row, 1);
	logical->worker = row_is_true(row, 2);
	logical->heard = row_number(row, 3);
	return true;
}

static bool
read_all(PgConnection *connection, const SiteLogicalQuery *query,
		 Target *target, Error *error)
{
	return pg_rows(connection, table_query,
				   PG_PARAMETERS(query->config->replication_name,
								 query->subscription), take_table, target,
				   error) &&
		pg_rows(connection, sequence_query, PG_NONE, take_sequence, target,
				error) &&
		pg_rows(connection, has_migrations_query, PG_NONE,
				take_has_migrations, target, error) &&
		(!target->has_migrations ||
		 pg_rows(connection, migrations_query, PG_NONE, take_migrations,
				 target, error)) &&
		pg_rows(connection, subscription_query,
				PG_PARAMETERS(query->subscription), take_subscription, target,
				error);
}

void
site_logical_read(const SiteLogicalQuery *query, Arena *arena,
				  SiteLogical *logical)
{
	Error		error = ERROR_NONE;
	Target		target = {arena, logical, false};
	PgConnection *connection;

	memset(logical, 0, sizeof(*logical));
	logical->heard = -1;
	connection = site_connect(query->config, query->site, query->database,
							  plat_clock_ms() +
							  query->config->connect_timeout, &error);
	if (connection == NULL || !read_all(connection, query, &target, &error))
		logical->error = row_error(arena, &error);
	pg_close(connection);
}
