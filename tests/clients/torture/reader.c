/*
 * reader.c
 *		Reads both sites all the time, and tells each value of the other site.
 *
 * usage: reader CONNINFO_A CONNINFO_B FILE
 *
 * The tables are public.ledger (path) and public.things (doc, host). What is
 * found is appended to FILE, a line each; whenever both sites were read, FILE
 * gets the time. It ends when its standard input does, and prints "read N times at A, M times at B".
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libpq-fe.h>

typedef struct Site
{
	const char *name;
	const char *foreign;		/* what only the other site's paths have */
	const char *foreign_host;
	const char *conninfo;
	PGconn	   *conn;			/* NULL: none at this moment */
	long		times;
	long		noted;			/* times, when FILE got the time last */
}			Site;

static bool
is_over(int ms)
{
	struct pollfd input = {0, POLLIN, 0};

	return poll(&input, 1, ms) > 0;
}

static void
tell(FILE *file, const Site * site, const char *value)
{
	fprintf(file, "site %s: %s\n", site->name, value);
	fflush(file);
}

/* Values of a result: column 0 is the site's name, 1 a text, 2 a host. */
static void
judge(FILE *file, const Site * site, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
	{
		if (strcmp(PQgetvalue(result, row, 0), site->name) != 0)
			tell(file, site, "this server says that it is the other site");
		if (strstr(PQgetvalue(result, row, 1), site->foreign) != NULL)
			tell(file, site, PQgetvalue(result, row, 1));
		if (strcmp(PQgetvalue(result, row, 2), site->foreign_host) == 0)
			tell(file, site, PQgetvalue(result, row, 2));
	}
}

static bool
read_site(FILE *file, Site * site, int part)
{
	static const char *const queries[] = {
		"SELECT current_setting('qsrepl.local_site'), path, '' "
		"FROM public.ledger ORDER BY id DESC LIMIT 30",
		"SELECT current_setting('qsrepl.local_site'), doc, host "
		"FROM public.things WHERE id % 40 = $1::int"
	};
	char		number[16];
	const char *values[] = {number};
	PGresult   *result;

	snprintf(number, sizeof(number), "%d", part % 40);
	for (int i = 0; i < 2; i++)
	{
		bool		good;

		result = PQexecParams(site->conn, queries[i], i, NULL, values, NULL,
							  NULL, 0);
		good = PQresultStatus(result) == PGRES_TUPLES_OK;
		if (good)
			judge(file, site, result);
		PQclear(result);
		/* A table that a set-up has not made yet; a query that was ended */
		if (PQstatus(site->conn) != CONNECTION_OK)
			return false;
	}
	site->times++;
	return true;
}

/* Each time another connection now and then: the first reads count. */
static void
visit(FILE *file, Site * site, int part)
{
	if (site->conn == NULL)
	{
		site->conn = PQconnectdb(site->conninfo);
		if (PQstatus(site->conn) == CONNECTION_OK)
			return;
	}
	else if (part % 50 != 0 && read_site(file, site, part))
		return;
	PQfinish(site->conn);
	site->conn = NULL;
}

/* Both were read since the last time: that is to be seen from outside. */
static void
note_time(FILE *file, Site * sites)
{
	if (sites[0].times == sites[0].noted || sites[1].times == sites[1].noted)
		return;
	for (int i = 0; i < 2; i++)
		sites[i].noted = sites[i].times;
	(void) futimens(fileno(file), NULL);
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 4 ? fopen(argv[3], "a") : NULL;
	Site		sites[] = {
		{"A", "Qlik$", "BCN", argv[1], NULL, 0, 0},
		{"B", "QlikShare", "CN", argv[2], NULL, 0, 0}
	};

	if (file == NULL)
		return 2;
	for (int part = 0; !is_over(5); part++)
	{
		visit(file, &sites[0], part);
		visit(file, &sites[1], part);
		note_time(file, sites);
	}
	printf("read %ld times at A, %ld times at B\n", sites[0].times,
		   sites[1].times);
	return fclose(file) != 0;
}
