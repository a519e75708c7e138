/*
 * tasks.c
 *		The tasks of Qlik Sense that run.
 */
#include "site/tasks.h"

#include <stdlib.h>
#include <string.h>

#include "pg/statements.h"

/* QRS: triggered, started, queued, abort initiated, aborting, retrying */
#define RUNNING "(1, 2, 3, 4, 5, 10)"

/* Names of tasks where both tables are as they are known to be. */
#define HAS_TABLES \
	"SELECT count(*) = 4 FROM pg_catalog.pg_attribute a WHERE " \
	"(a.attrelid, a.attname) IN (" \
	"(to_regclass('public.\"ExecutionResults\"'), 'Status'), " \
	"(to_regclass('public.\"ExecutionResults\"'), 'TaskId'), " \
	"(to_regclass('public.\"ReloadTasks\"'), 'ID'), " \
	"(to_regclass('public.\"ReloadTasks\"'), 'Name')) AND " PG_READABLE

#define TASKS \
	"SELECT pg_catalog.string_agg(x, ', ') FROM (SELECT DISTINCT " \
	"coalesce(t.\"Name\", r.\"TaskId\"::text, 'without a name') " \
	"FROM public.\"ExecutionResults\" r LEFT JOIN public.\"ReloadTasks\" t " \
	"ON t.\"ID\" = r.\"TaskId\" WHERE r.\"Status\" IN " RUNNING \
	" ORDER BY 1 LIMIT 50) AS s (x)"

bool
site_tasks_there(PgConnection *connection, bool *there, Error *error)
{
	char	   *text;

	if (!pg_value(connection, HAS_TABLES, PG_NONE, &text, error))
		return false;
	*there = text != NULL && strcmp(text, "t") == 0;
	free(text);
	return true;
}

bool
site_tasks_read(PgConnection *connection, Arena *arena, bool *there,
				const char **tasks, Error *error)
{
	char	   *text = NULL;

	*tasks = NULL;
	if (!site_tasks_there(connection, there, error))
		return false;
	if (*there && !pg_value(connection, TASKS, PG_NONE, &text, error))
		return false;
	if (text != NULL)
		*tasks = arena_strdup(arena, text);
	free(text);
	return true;
}
