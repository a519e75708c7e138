/*
 * pg_lab.c
 *		tool/pg from the command line, for tests/t/057_pg.pl.
 *
 *	pg_lab CONNECT_MS STATEMENT_MS CONNINFO VERB [ARGUMENT...]
 *
 * Prints what the verb gives, or "error" and the error's four parts, a line
 * each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pg/connection.h"
#include "pg/journal.h"
#include "pg/query.h"
#include "platform/platform.h"

static Error error;

static void
print_error(void)
{
	printf("error\nmessage: %s\ndetail: %s\nhint: %s\nsqlstate: %s\n",
		   error.message, error.detail != NULL ? error.detail : "",
		   error.hint != NULL ? error.hint : "", error.sqlstate);
	error_free(&error);
}

static bool
print_row(void *arg, const PgRow *row, Error *why)
{
	unsigned long *left = arg;

	if (*left == 0)
		return error_set(why, NULL, NULL, "enough rows");
	--*left;
	for (int i = 0; i < pg_row_columns(row); i++)
		printf("%s%s", i > 0 ? "|" : "", pg_row_text(row, i) != NULL ?
			   pg_row_text(row, i) : "(null)");
	putchar('\n');
	return true;
}

/* value SQL [PARAMETER...] */
static void
do_value(PgConnection *connection, int argc, char **argv)
{
	PgParameters parameters = {argc - 1, (const char *const *) argv + 1};
	char	   *value = NULL;

	if (!pg_value(connection, argv[0], parameters, &value, &error))
		print_error();
	else
		printf("%s\n", value != NULL ? value : "(null)");
	free(value);
}

/* rows LIMIT SQL */
static void
do_rows(PgConnection *connection, int argc, char **argv)
{
	unsigned long limit = strtoul(argv[0], NULL, 10);

	if (argc > 1 && !pg_rows(connection, argv[1], PG_NONE, print_row, &limit,
							 &error))
		print_error();
}

/* run SQL...: each for itself */
static void
do_run(PgConnection *connection, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (pg_run(connection, argv[i], PG_NONE, &error))
			puts("ok");
		else
			print_error();
	printf("%s\n", pg_is_broken(connection) ? "broken" : "usable");
}

typedef struct Statements
{
	int			count;
	char	  **sql;
} Statements;

static bool
run_all(void *arg, PgConnection *connection, Error *why)
{
	const Statements *statements = arg;

	for (int i = 0; i < statements->count; i++)
		if (!pg_run(connection, statements->sql[i], PG_NONE, why))
			return false;
	return true;
}

/* The first failure is not told to the transaction. */
static bool
run_carelessly(void *arg, PgConnection *connection, Error *why)
{
	Error		ignored = ERROR_NONE;

	(void) why;
	run_all(arg, connection, &ignored);
	error_free(&ignored);
	return true;
}

/* transaction SQL..., careless SQL... */
static void
do_transaction(PgConnection *connection, int argc, char **argv, bool careful)
{
	Statements	statements = {argc, argv};

	if (pg_transaction(connection, careful ? run_all : run_carelessly,
					   &statements, &error))
		puts("ok");
	else
		print_error();
}

/* store RUN FIRST ENTRY... */
static void
do_store(PgConnection *connection, int argc, char **argv)
{
	if (pg_journal_store(connection, argv[0], strtoul(argv[1], NULL, 10),
						 (const char *const *) argv + 2, (size_t) argc - 2,
						 &error))
		puts("ok");
	else
		print_error();
}

static void
do_load(PgConnection *connection)
{
	Text		lines = {NULL, 0, 0};

	if (!pg_journal_load(connection, NULL, &lines, &error))
		print_error();
	else
		printf("%s", lines.bytes != NULL ? lines.bytes : "");
	text_free(&lines);
}

static void
do_verb(PgConnection *connection, const char *verb, int argc, char **argv)
{
	if (strcmp(verb, "site") == 0)
		printf("%s %d\n", pg_site(connection),
			   pg_server_version(connection) / 10000);
	else if (strcmp(verb, "value") == 0)
		do_value(connection, argc, argv);
	else if (strcmp(verb, "rows") == 0)
		do_rows(connection, argc, argv);
	else if (strcmp(verb, "run") == 0)
		do_run(connection, argc, argv);
	else if (strcmp(verb, "transaction") == 0)
		do_transaction(connection, argc, argv, true);
	else if (strcmp(verb, "careless") == 0)
		do_transaction(connection, argc, argv, false);
	else if (strcmp(verb, "store") == 0)
		do_store(connection, argc, argv);
	else if (strcmp(verb, "load") == 0)
		do_load(connection);
}

int
main(int argc, char **argv)
{
	PgTarget	target = {"B", NULL, NULL, 0, false};
	PgConnection *connection;

	if (argc < 5)
		return 2;
	plat_cancel_install();
	target.deadline_ms = (int) strtol(argv[1], NULL, 10);
	target.conninfo = argv[3];
	target.cancellable = getenv("PG_LAB_CANCELLABLE") != NULL;
	target.dbname = getenv("PG_LAB_DBNAME");
	connection = pg_connect(&target, &error);
	if (connection == NULL)
	{
		print_error();
		return 1;
	}
	pg_set_deadline(connection, (int) strtol(argv[2], NULL, 10));
	if (getenv("PG_LAB_LATER") != NULL)
		pg_set_cancellable(connection, true);
	do_verb(connection, argv[4], argc - 5, argv + 5);
	pg_close(connection);
	return 0;
}
