/*
 * trial_rows.c
 *		The rows of a database that was restored for trial.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/snapshot/trial.h"
#include "pg/statements.h"

/* More of a database are only counted. */
#define TOLD_MAX 20

void
snapshot_trial_error(SnapshotTrial *trial, const SnapshotDatabase *database,
					 const char *what, Error *error)
{
	snapshot_found(trial->findings, SNAPSHOT_WRONG, "deep", database->dump,
				   "database \"%s\" %s: %s%s%s", database->name, what,
				   error->message != NULL ? error->message : "",
				   error->detail != NULL ? ": " : "",
				   error->detail != NULL ? error->detail : "");
	error_free(error);
}

/* How many rows a table has; "-" where there is no such table. */
static const char count_query[] =
"SELECT pg_catalog.format('SELECT pg_catalog.count(*) FROM ONLY %I.%I', $1::text,"
" $2::text) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
" ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2"
" AND c.relkind = 'r'";

static bool
count_table(PgConnection *connection, const char *schema, const char *name,
			int64_t * rows, Error *error)
{
	Text		statement = {NULL, 0, 0};
	char	   *value = NULL;
	bool		good = pg_collect(connection, count_query,
								  PG_PARAMETERS(schema, name), &statement,
								  error);

	*rows = -1;
	if (good && statement.len > 0)
		good = pg_value(connection, statement.bytes, PG_NONE, &value, error);
	if (good && value != NULL)
		*rows = strtoll(value, NULL, 10);
	free(value);
	text_free(&statement);
	return good;
}

static bool
compare(SnapshotTrial *trial, const SnapshotDatabase *database,
		PgConnection *connection, Error *error)
{
	size_t		wrong = 0;

	for (size_t i = 0; i < database->n_tables; i++)
	{
		const SnapshotTable *table = &database->tables[i];
		int64_t		rows;

		/* Rows of the extension are not those of the dump any more. */
		if (strcmp(table->schema, "qsrepl") == 0)
			continue;
		if (!count_table(connection, table->schema, table->name, &rows,
						 error))
			return false;
		if (rows == table->rows || ++wrong > TOLD_MAX)
			continue;
		if (rows < 0)
			snapshot_found(trial->findings, SNAPSHOT_WRONG, "deep",
						   database->dump, "database \"%s\" has no table "
						   "\"%s.%s\" after its restore", database->name,
						   table->schema, table->name);
		else
			snapshot_found(trial->findings, SNAPSHOT_WRONG, "deep",
						   database->dump, "table \"%s.%s\" of database "
						   "\"%s\" has %lld rows after its restore, not %lld",
						   table->schema, table->name, database->name,
						   (long long) rows, (long long) table->rows);
	}
	if (wrong == 0)
		snapshot_found(trial->findings, SNAPSHOT_TOLD, "deep", database->dump,
					   "database \"%s\" was restored for trial: %zu tables "
					   "have the rows that they had", database->name,
					   database->n_tables);
	return true;
}

typedef struct Sum
{
	PgConnection *connection;
	size_t		tables;
	int64_t		rows;
} Sum;

/* Where nobody has counted them, there are to be some at least. */
static bool
add_up(Sum *sum, Error *error)
{
	Text		names = {NULL, 0, 0};
	bool		good = pg_collect(sum->connection,
								  "SELECT pg_catalog.format('SELECT "
								  "pg_catalog.count(*) FROM ONLY %I.%I', "
								  "n.nspname, c.relname) FROM "
								  "pg_catalog.pg_class c JOIN "
								  "pg_catalog.pg_namespace n ON n.oid = "
								  "c.relnamespace WHERE c.relkind = 'r' AND "
								  "n.nspname !~ '^pg_' AND n.nspname NOT IN "
								  "('information_schema', 'qsrepl')", PG_NONE,
								  &names, error);

	for (size_t at = 0; good && at < names.len;
		 at += strlen(names.bytes + at) + 1)
	{
		char	   *value = NULL;

		good = pg_value(sum->connection, names.bytes + at, PG_NONE, &value,
						error);
		sum->rows += value != NULL ? strtoll(value, NULL, 10) : 0;
		sum->tables++;
		free(value);
	}
	text_free(&names);
	return good;
}

static bool
count_all(SnapshotTrial *trial, const SnapshotDatabase *database,
		  PgConnection *connection, Error *error)
{
	Sum			sum = {connection, 0, 0};

	if (!add_up(&sum, error))
		return false;
	snapshot_found(trial->findings, sum.rows > 0 ? SNAPSHOT_TOLD :
				   SNAPSHOT_WEAK, "deep", database->dump, "database \"%s\" was "
				   "restored for trial: it has %lld rows in %zu tables; how "
				   "many it had was not recorded", database->name,
				   (long long) sum.rows, sum.tables);
	return true;
}

void
snapshot_trial_count(SnapshotTrial *trial, const SnapshotDatabase *database)
{
	Error		error = ERROR_NONE;
	PgConnection *connection = scratch_connect(&trial->scratch, SCRATCH_ROLE,
											   database->name, &error);
	bool		good = connection != NULL && (database->n_tables > 0 ?
											  compare(trial, database,
													  connection, &error) :
											  count_all(trial, database,
														connection, &error));

	if (!good)
		snapshot_trial_error(trial, database, "could not be counted", &error);
	pg_close(connection);
}
