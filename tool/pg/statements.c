/*
 * statements.c
 *		Statements that a query makes.
 */
#include "pg/statements.h"

#include <stdlib.h>
#include <string.h>

static bool
keep(void *arg, const PgRow *row, Error *error)
{
	Text	   *list = arg;
	const char *text = pg_row_text(row, 0);

	(void) error;
	if (text != NULL)
		text_add_bytes(list, text, strlen(text) + 1);
	return true;
}

bool
pg_collect(PgConnection *connection, const char *query,
		   PgParameters parameters, Text *list, Error *error)
{
	return pg_rows(connection, query, parameters, keep, list, error);
}

bool
pg_run_all(PgConnection *connection, const Text *list, Error *error)
{
	for (size_t at = 0; at < list->len; at += strlen(list->bytes + at) + 1)
		if (!pg_run(connection, list->bytes + at, PG_NONE, error))
			return false;
	return true;
}

static size_t
count_of(const Text *list)
{
	size_t		n = 0;

	for (size_t at = 0; at < list->len; at += strlen(list->bytes + at) + 1)
		n++;
	return n;
}

bool
pg_statements(PgConnection *connection, const char *query,
			  PgParameters parameters, size_t *count, Error *error)
{
	Text		list = {NULL, 0, 0};
	bool		good = pg_collect(connection, query, parameters, &list,
								  error) &&
	pg_run_all(connection, &list, error);

	if (count != NULL)
		*count = count_of(&list);
	text_free(&list);
	return good;
}

bool
pg_gives_nothing(PgConnection *connection, const char *query,
				 PgParameters parameters, bool *nothing, Error *error)
{
	Text		list = {NULL, 0, 0};
	bool		good = pg_collect(connection, query, parameters, &list,
								  error);

	*nothing = list.len == 0;
	text_free(&list);
	return good;
}

bool
pg_ask(PgConnection *connection, const char *query, PgParameters parameters,
	   bool *yes, Error *error)
{
	char	   *text;

	if (!pg_value(connection, query, parameters, &text, error))
		return false;
	*yes = text != NULL && text[0] == 't';
	free(text);
	return true;
}

bool
pg_has_extension(PgConnection *connection, bool *has, Error *error)
{
	return pg_ask(connection, "SELECT EXISTS (SELECT FROM "
				  "pg_catalog.pg_extension WHERE extname = 'qsrepl')", PG_NONE,
				  has, error);
}
