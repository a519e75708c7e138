/*
 * writer.c
 *		A client that goes on writing while the active role moves.
 *
 * usage: writer CONNINFO FILE [ROWS_PER_COMMIT [PAUSE OTHER]]
 *
 * CONNINFO names both sites' servers (host=A,B port=..). It inserts rows with
 * rising numbers into public.ledger (id bigint primary key, path text), into
 * whichever server takes them, and writes each number into FILE once the
 * server has acknowledged it. With PAUSE, in ms, it waits between rows, writes
 * each number at once, and after a blank when that was, in ms since 1970; and
 * it goes over to the conninfo OTHER and back after each
 * failure: libpq takes a fenced server for one that takes writes. It ends when
 * its standard input does, and prints what it has seen: "acknowledged N lines, longest gap G ms, until T", T by
 * the clock on the wall, in ms since 1970.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

/* What a client of each site writes */
#define PATH \
	"(CASE current_setting('qsrepl.local_site') WHEN 'A' " \
	"THEN E'\\\\\\\\CN\\\\QlikShare\\\\writer' " \
	"ELSE E'\\\\\\\\BCN\\\\Qlik$\\\\writer' END)"

static int64_t
now_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Has standard input ended? Waits a moment. */
static bool
is_over(int ms)
{
	struct pollfd input = {0, POLLIN, 0};

	return poll(&input, 1, ms) > 0;
}

/* A server that takes writes, or NULL. */
static PGconn *
connect_active(const char *conninfo)
{
	char		whole[2048];
	PGconn	   *conn;

	snprintf(whole, sizeof(whole), "%s target_session_attrs=read-write "
			 "connect_timeout=2 tcp_user_timeout=2000", conninfo);
	conn = PQconnectdb(whole);
	if (PQstatus(conn) == CONNECTION_OK)
		return conn;
	PQfinish(conn);
	return NULL;
}

/* They were acknowledged. */
static void
note(FILE *file, long long first, int rows, bool when)
{
	int64_t		now = now_ms(CLOCK_REALTIME);

	for (int i = 0; i < rows; i++)
		if (when)
			fprintf(file, "%lld %lld\n", first + i, (long long) now);
		else
			fprintf(file, "%lld\n", first + i);
}

/* Rows from a number on, in one statement; was it acknowledged? */
static bool
insert(PGconn *conn, long long first, int rows)
{
	char		a[32];
	char		b[32];
	const char *values[] = {a, b};
	PGresult   *result;
	bool		good;

	snprintf(a, sizeof(a), "%lld", first);
	snprintf(b, sizeof(b), "%lld", first + rows - 1);
	result = PQexecParams(conn, "INSERT INTO public.ledger SELECT n, " PATH " || n "
						  "FROM generate_series($1::bigint, $2::bigint) n",
						  2, NULL, values, NULL, NULL, 0);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return good;
}

int
main(int argc, char **argv)
{
	int			rows = argc > 3 ? (int) strtol(argv[3], NULL, 10) : 1;
	FILE	   *file = argc > 2 ? fopen(argv[2], "w") : NULL;
	PGconn	   *conn = NULL;
	long long	next = 1;
	long long	acknowledged = 0;
	int			turn = 0;
	int64_t		last = 0;
	int64_t		longest = 0;
	int64_t		until = 0;
	int			pause = argc > 4 ? (int) strtol(argv[4], NULL, 10) : 0;

	if (file == NULL || rows < 1 || pause < 0)
		return 2;
	if (pause > 0)
		setvbuf(file, NULL, _IOLBF, BUFSIZ);
	while (!is_over(pause))
	{
		int64_t		now;

		if (conn == NULL &&
			(conn = connect_active(argv[argc > 5 && turn % 2 ? 5 : 1])) == NULL)
		{
			turn++;
			is_over(5);
			continue;
		}
		if (!insert(conn, next, rows))
		{
			PQfinish(conn);
			conn = NULL;
			turn++;
			/* Those may be there or not: their numbers are not used again. */
			next += rows;
			continue;
		}
		now = now_ms(CLOCK_MONOTONIC);
		if (last > 0 && now - last > longest)
		{
			longest = now - last;
			until = now_ms(CLOCK_REALTIME);
		}
		last = now;
		note(file, next, rows, pause > 0);
		acknowledged += rows;
		next += rows;
	}
	PQfinish(conn);
	if (fclose(file) != 0)
		return 1;
	printf("acknowledged %lld lines, longest gap %lld ms, until %lld\n",
		   acknowledged, (long long) longest, (long long) until);
	return 0;
}
