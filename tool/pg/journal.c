/*
 * journal.c
 *		A plan's journal, mirrored into a database.
 */
#include "pg/journal.h"

#include <stdio.h>
#include <stdlib.h>

#include "pg/query.h"

#define STORE \
	"INSERT INTO qsrepl.journal AS j (run, line, entry) " \
	"VALUES ($1, $2::pg_catalog.int4, $3::pg_catalog.jsonb) " \
	"ON CONFLICT (run, line) DO UPDATE SET entry = EXCLUDED.entry"

/* Whatever the server's setting is; not waiting for another server. */
#define DURABLY \
	"SELECT pg_catalog.set_config('synchronous_commit', 'local', true)"

#define LOAD \
	"SELECT entry FROM qsrepl.journal WHERE run OPERATOR(pg_catalog.=) " \
	"coalesce($1, (SELECT run FROM qsrepl.journal WHERE line OPERATOR(pg_catalog.=) 0 " \
	"ORDER BY entry OPERATOR(pg_catalog.->>) 'time' DESC, run DESC LIMIT 1)) " \
	"ORDER BY line"

/* Old runs make room, when a new one is stored. */
#define OTHERS_KEPT "49"
#define PRUNE \
	"DELETE FROM qsrepl.journal WHERE run OPERATOR(pg_catalog.<>) $1 AND run " \
	"OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT run FROM qsrepl.journal WHERE " \
	"line OPERATOR(pg_catalog.=) 0 AND run OPERATOR(pg_catalog.<>) $1 ORDER BY " \
	"entry OPERATOR(pg_catalog.->>) 'time' DESC, run DESC OFFSET " OTHERS_KEPT \
	"))"

/* Lines of a run */
typedef struct Lines
{
	const char *run;
	size_t		first;
	const char *const *entries;
	size_t		count;
} Lines;

static bool
store_lines(void *arg, PgConnection *connection, Error *error)
{
	const Lines *lines = arg;
	char		number[32];

	if (!pg_run(connection, DURABLY, PG_NONE, error))
		return false;
	for (size_t i = 0; i < lines->count; i++)
	{
		snprintf(number, sizeof(number), "%lu",
				 (unsigned long) (lines->first + i));
		if (!pg_run(connection, STORE,
					PG_PARAMETERS(lines->run, number, lines->entries[i]),
					error))
			return false;
	}
	return lines->first > 0 ||
		pg_run(connection, PRUNE, PG_PARAMETERS(lines->run), error);
}

bool
pg_journal_store(void *arg, const char *run, size_t first,
				 const char *const *entries, size_t count, Error *error)
{
	Lines		lines = {run, first, entries, count};

	return pg_transaction(arg, store_lines, &lines, error);
}

static bool
take_line(void *arg, const PgRow *row, Error *error)
{
	const char *entry = pg_row_text(row, 0);

	(void) error;
	if (entry != NULL)
	{
		text_add(arg, entry);
		text_add(arg, "\n");
	}
	return true;
}

/* A server without the extension has no journals. */
bool
pg_journal_load(void *arg, const char *run, Text *lines, Error *error)
{
	char	   *there;
	bool		empty;

	if (!pg_value(arg, "SELECT pg_catalog.to_regclass('qsrepl.journal') IS "
				  "NOT NULL", PG_NONE, &there, error))
		return false;
	empty = there[0] == 'f';
	free(there);
	return empty || pg_rows(arg, LOAD, PG_PARAMETERS(run), take_line, lines,
							error);
}
