/*
 * rows.c
 *		"qsrepl setup standby": apps and users that the site has and its primary
 *		has not.
 *
 * What a fresh installation brings along has other IDs at each site: a user is
 * the same, too, where directory and name are.  The site's rows are read by
 * ranges of their key, and the primary is asked for a range at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/work.h"
#include "pg/statements.h"
#include "server/target.h"

#define EXAMPLES 3

/* The site's rows behind $1, as they are sent to the primary. */
#define RANGE "SELECT pg_catalog.json_agg(x)::text FROM (SELECT %s FROM " \
	"public.%s AS t WHERE $1::text IS NULL OR t.\"ID\" > $1::text::%s " \
	"ORDER BY t.\"ID\" LIMIT 10000) AS x"

/* Those of the range that the primary has not: their names. */
#define ABSENT "SELECT coalesce(r ->> 'name', r ->> 'id') FROM " \
	"pg_catalog.json_array_elements($1::json) AS r"

typedef struct Kind
{
	const char *table;
	const char *words;			/* for people, at a sentence's beginning */
	const char *columns;		/* for name, and other */
	const char *columns_else;	/* the same of a table that lacks them */
	const char *needed;			/* the columns of those, as an array */
	const char *other;			/* what makes a row of the primary the same,
								 * where it has the columns */
} Kind;

static const Kind kinds[] = {
	{"Apps", "Apps", "t.\"ID\"::text AS id, t.\"Name\"::text AS name, "
		"NULL AS other", "t.\"ID\"::text AS id, NULL AS name, NULL AS other",
	"{Name}", NULL},
	{"Users", "Users", "t.\"ID\"::text AS id, t.\"UserDirectory\" || '\\' || "
		"t.\"UserId\" AS name, lower(t.\"UserDirectory\" || '\\' || "
		"t.\"UserId\") AS other", "t.\"ID\"::text AS id, NULL AS name, NULL AS "
		"other", "{UserDirectory,UserId}",
	"lower(t.\"UserDirectory\" || '\\' || t.\"UserId\") = r ->> 'other'"}
};

/* Rows of one kind that only the site has. */
typedef struct Found
{
	unsigned long count;
	Text		examples;
	Arena		arena;
} Found;

/* A table at one of both sites. */
typedef struct Side
{
	PgConnection *connection;
	char	   *type;			/* of "ID"; NULL: no such table or column */
	bool		named;			/* it has the other columns, too */
} Side;

static bool
look(Side *side, const Kind *kind, Error *error)
{
	const char *sql = "SELECT (SELECT pg_catalog.format_type(a.atttypid, "
	"NULL) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
	"n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid "
	"= c.oid WHERE n.nspname = 'public' AND c.relname = $1 AND c.relkind "
	"IN ('r', 'p') AND a.attname = 'ID' AND " PG_READABLE ")";

	side->type = NULL;
	return pg_value(side->connection, sql, PG_PARAMETERS(kind->table),
					&side->type, error) &&
		pg_ask(side->connection, "SELECT NOT EXISTS (SELECT FROM "
			   "pg_catalog.unnest($1::text[]) AS x WHERE NOT EXISTS (SELECT "
			   "FROM pg_catalog.pg_attribute a WHERE a.attrelid = "
			   "pg_catalog.to_regclass(pg_catalog.format('public.%I', "
			   "$2::text)) AND a.attname = x AND " PG_READABLE "))",
			   PG_PARAMETERS(kind->needed, kind->table), &side->named, error);
}

static bool
note_row(void *arg, const PgRow *row, Error *error)
{
	Found	   *found = arg;

	(void) error;
	if (found->count++ < EXAMPLES)
		text_addf(&found->examples, "%s\"%s\"",
				  found->examples.len > 0 ? ", " : "",
				  arena_quote(&found->arena, pg_row_text(row, 0)));
	return true;
}

/* The question for the primary; freed by the caller. */
static char *
absent_query(const Kind *kind, const Side *own, const Side *primary)
{
	Text		sql = {NULL, 0, 0};

	text_add(&sql, ABSENT);
	if (primary->type == NULL)
		return text_take(&sql);
	/* By the index, where both sites have the same type. */
	text_addf(&sql, " WHERE NOT EXISTS (SELECT FROM public.\"%s\" AS t WHERE "
			  "t.\"ID\"%s = (r ->> 'id')%s%s)", kind->table,
			  strcmp(own->type, primary->type) == 0 ? "" : "::text",
			  strcmp(own->type, primary->type) == 0 ? "::" : "::text",
			  strcmp(own->type, primary->type) == 0 ? own->type : "");
	if (kind->other != NULL && primary->named)
		text_addf(&sql, " AND NOT EXISTS (SELECT FROM public.\"%s\" AS t "
				  "WHERE %s)", kind->table, kind->other);
	return text_take(&sql);
}

/* One range; *last becomes its end, NULL behind the last one. */
static bool
compare_range(const Side *own, const Side *primary, const char *range,
			  const char *absent, char **last, Found *found, Error *error)
{
	char	   *rows = NULL;
	char	   *end = NULL;
	bool		good = pg_value(own->connection, range, PG_PARAMETERS(*last),
								&rows, error) &&
	(rows == NULL ||
	 (pg_rows(primary->connection, absent, PG_PARAMETERS(rows), note_row,
			  found, error) &&
	  pg_value(own->connection, "SELECT $1::json -> -1 ->> 'id'",
			   PG_PARAMETERS(rows), &end, error)));

	free(rows);
	free(*last);
	*last = end;
	return good;
}

static bool
compare_kind(const Kind *kind, Side *own, Side *primary, Found *found,
			 Error *error)
{
	char	   *range;
	char	   *absent;
	char	   *last = NULL;
	char	   *table;
	bool		good = look(own, kind, error) && look(primary, kind, error);

	if (good && own->type != NULL)
	{
		table = text_format("\"%s\"", kind->table);
		range = text_format(RANGE, own->named ? kind->columns :
							kind->columns_else, table, own->type);
		absent = absent_query(kind, own, primary);
		do
			good = compare_range(own, primary, range, absent, &last, found,
								 error);
		while (good && last != NULL);
		free(last);
		free(absent);
		free(range);
		free(table);
	}
	free(own->type);
	free(primary->type);
	own->type = NULL;
	primary->type = NULL;
	return good;
}

static bool
compare_database(Side *own, Side *primary, const char *dbname, Text *detail,
				 Error *error)
{
	bool		good = true;

	for (size_t i = 0; good && i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		Found		found = {0, {NULL, 0, 0}, {NULL}};

		good = compare_kind(&kinds[i], own, primary, &found, error);
		if (good && found.count > 0)
			text_addf(detail, "%s%s of database \"%s\" that the primary does "
					  "not have: %lu (%s%s).", detail->len > 0 ? " " : "",
					  kinds[i].words, dbname, found.count,
					  found.examples.bytes,
					  found.count > EXAMPLES ? ", ..." : "");
		arena_free(&found.arena);
		text_free(&found.examples);
	}
	return good;
}

static bool
compare_in(Setup *setup, const char *dbname, Text *detail, Error *error)
{
	Side		own = {
		server_connect(&setup->config, setup->site, dbname, error), NULL,
		false
	};
	Side		primary = {NULL, NULL, false};
	bool		good;

	if (own.connection != NULL)
		primary.connection = server_connect(&setup->config, setup->peer,
											dbname, error);
	good = own.connection != NULL && primary.connection != NULL &&
		compare_database(&own, &primary, dbname, detail, error);
	pg_close(own.connection);
	pg_close(primary.connection);
	return good;
}

bool
setup_compare_rows(Setup *setup, PgConnection *own, Error *error)
{
	Text		list = {NULL, 0, 0};
	Text		detail = {NULL, 0, 0};
	bool		good = pg_collect(own, "SELECT datname FROM "
								  "pg_catalog.pg_database WHERE datallowconn "
								  "AND NOT datistemplate ORDER BY 1", PG_NONE,
								  &list, error);

	for (size_t at = 0; good && at < list.len;
		 at += strlen(list.bytes + at) + 1)
		good = compare_in(setup, list.bytes + at, &detail, error);
	if (good && detail.len > 0)
		good = setup_refuse_own(setup, detail.bytes,
								"Look whether they are needed.", error);
	text_free(&detail);
	text_free(&list);
	return good;
}
