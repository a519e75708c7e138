/*
 * verify.c
 *		What the database says afterwards of all that the clients wrote.
 *
 * The queries look at what is stored: the reader is off.
 */
#include "client.h"

#include <stdio.h>
#include <string.h>

/* A query that gives a number of faults, and what they are. */
typedef struct Check
{
	const char *fault;
	const char *sql;
	bool		strict;			/* not after crashes */
} Check;

static const Check checks[] = {
	{"stored rows that are another site's",
		"SELECT (SELECT count(*) FROM ruled r WHERE path LIKE '\\\\\\\\CN\\\\%' OR host LIKE '%sitea%' OR doc::text LIKE '%sitea%')"
	" + (SELECT count(*) FROM parts WHERE path LIKE '\\\\\\\\CN\\\\%')", false},
	{"rows that were overwritten before they were localized",
	"SELECT count(*) FROM audit WHERE old_path LIKE '\\\\\\\\CN\\\\%' OR old_host LIKE '%sitea%'", false},
	{"rows that were written with another site's values",
	"SELECT count(*) FROM audit WHERE new_path LIKE '\\\\\\\\CN\\\\%' OR new_host LIKE '%sitea%'", false},
	{"rows that are not spelled at all",
	"SELECT count(*) FROM ruled WHERE path NOT LIKE '\\\\\\\\BCN\\\\Qlik$\\\\%'", false},
	{"acknowledged writes that are lost",
	"SELECT count(*) FROM acked WHERE tag NOT IN (SELECT tag FROM audit WHERE tag IS NOT NULL)", false},
	{"acknowledged writes that happened twice",
	"SELECT count(*) FROM (SELECT FROM audit WHERE tag IS NOT NULL GROUP BY tag HAVING count(*) > 1) x", false},
	{"writes that were not acknowledged",
	"SELECT count(*) FROM audit WHERE tag NOT IN (SELECT tag FROM acked)", true},
	{"acknowledged deletes that are lost",
	"SELECT count(*) FROM ruled WHERE id IN (SELECT id FROM deleted)", false},
	{"rows that miss an update",
		"SELECT count(*) FROM (SELECT 'ruled' AS t, id, n FROM ruled UNION ALL SELECT 'parts', id, n FROM parts) r"
		" LEFT JOIN (SELECT t, id, count(*) FROM audit WHERE op = 'U' GROUP BY t, id) a USING (t, id)"
	" WHERE r.n <> coalesce(a.count, 0)", false},
	{"rows of the state table more or less than one",
	"SELECT abs(count(*) - 1) FROM qsrepl.state", false},
};

static bool
run(PGconn *conn, const char *sql)
{
	PGresult   *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	bool		good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	status == PGRES_COPY_IN;

	if (!good)
		fprintf(stderr, "%s: %s", sql, PQerrorMessage(conn));
	PQclear(result);
	return good;
}

static bool
load(PGconn *conn, const char *copy, const Ledger *ledger)
{
	PGresult   *result;
	bool		good;

	if (!run(conn, copy))
		return false;
	for (size_t i = 0; i < ledger->n; i++)
	{
		PQputCopyData(conn, ledger->tags[i], (int) strlen(ledger->tags[i]));
		PQputCopyData(conn, "\n", 1);
	}
	PQputCopyEnd(conn, NULL);
	result = PQgetResult(conn);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	while ((result = PQgetResult(conn)) != NULL)
		PQclear(result);
	return good;
}

static int
run_check(PGconn *conn, const Check *check)
{
	PGresult   *result = PQexec(conn, check->sql);
	int			faults = 1;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fprintf(stderr, "%s: %s", check->fault, PQerrorMessage(conn));
	else if (strcmp(PQgetvalue(result, 0, 0), "0") == 0)
		faults = 0;
	else
		fprintf(stderr, "%s %s\n", PQgetvalue(result, 0, 0), check->fault);
	PQclear(result);
	return faults;
}

int
verify(PGconn *conn, const Client *clients, int n, bool crashes)
{
	int			faults = 0;

	if (!run(conn, "SET qsrepl.raw = on") ||
		!run(conn, "CREATE TEMP TABLE acked (tag text)") ||
		!run(conn, "CREATE TEMP TABLE deleted (id int)"))
		return 1;
	for (int i = 0; i < n; i++)
		if (!load(conn, "COPY acked FROM STDIN", &clients[i].acked) ||
			!load(conn, "COPY deleted FROM STDIN", &clients[i].deleted))
			return 1;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!checks[i].strict || !crashes)
			faults += run_check(conn, &checks[i]);
	return faults;
}
