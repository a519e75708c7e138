/*
 * own_rows.c
 *		Rows of the extension that a site has of its own.
 */
#include "cmd/own_rows.h"

#include "pg/statements.h"

#define OWN_ROWS(table) \
	"SELECT pg_catalog.format('INSERT INTO qsrepl." table " SELECT (pg_catalog." \
	"jsonb_populate_record(NULL::qsrepl." table ", %L)).*', " \
	"pg_catalog.to_jsonb(t)) FROM qsrepl." table " t"

bool
own_rows_copy(PgConnection *from, PgConnection *to, Error *error)
{
	static const char *const queries[] = {
		OWN_ROWS("service"), OWN_ROWS("transport_key"), OWN_ROWS("sealed_set")
	};
	Text		statements = {NULL, 0, 0};
	bool		good = true;

	for (size_t i = 0; good && i < sizeof(queries) / sizeof(queries[0]); i++)
		good = pg_collect(from, queries[i], PG_NONE, &statements, error);
	good = good && pg_run_all(to, &statements, error);
	text_free(&statements);
	return good;
}
