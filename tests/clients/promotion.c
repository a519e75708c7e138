/*
 * promotion.c
 *		Clients that read and write at a standby before, through and after its
 *		promotion.
 *
 * usage: promotion CONNINFO SEED CLIENTS ROWS AFTER_MS LIMIT_S [crashes]
 *
 * It ends AFTER_MS after the rows are the local site's, at the latest after
 * LIMIT_S, and then holds what the database has against what the server has
 * acknowledged.  The last line sums up; the exit code is 0 where nothing was
 * wrong.  With "crashes" connections may be lost, and then it is not known of
 * a write whether it was done.  The tables are those of
 * QsreplTest::promotion_db().
 */
#define _POSIX_C_SOURCE 200809L

#include "client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_CLIENTS 64

/* When what happened, in milliseconds; 0: not yet. */
typedef struct Watch
{
	double		promoted;
	double		localized;
} Watch;

static double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec * 1e3 + (double) time.tv_nsec / 1e6;
}

static void
pause_ms(long ms)
{
	struct timespec time = {0, 0};

	time.tv_nsec = ms * 1000000;
	nanosleep(&time, NULL);
}

/* What the server is now; false: it does not answer. */
static bool
look(PGconn *conn, Watch *watch)
{
	PGresult   *result = PQexec(conn, "SELECT pg_is_in_recovery(), qsrepl._state_word()");
	bool		good = PQresultStatus(result) == PGRES_TUPLES_OK;

	if (good && watch->promoted == 0 &&
		strcmp(PQgetvalue(result, 0, 0), "f") == 0)
		watch->promoted = now_ms();
	if (good && watch->promoted != 0 &&
		strcmp(PQgetvalue(result, 0, 1), "local") == 0)
		watch->localized = now_ms();
	PQclear(result);
	return good;
}

/* Returns the connection with which it has watched. */
static PGconn *
watch_server(const char *conninfo, double limit, Watch *watch)
{
	PGconn	   *conn = PQconnectdb(conninfo);

	while (watch->localized == 0 && now_ms() < limit)
	{
		if (!look(conn, watch))
		{
			PQfinish(conn);
			conn = PQconnectdb(conninfo);
		}
		pause_ms(5);
	}
	return conn;
}

/* It may be recovering from a crash. */
static PGconn *
connect_again(const char *conninfo)
{
	PGconn	   *conn = PQconnectdb(conninfo);

	for (int i = 0; i < 600 && PQstatus(conn) != CONNECTION_OK; i++)
	{
		pause_ms(100);
		PQfinish(conn);
		conn = PQconnectdb(conninfo);
	}
	return conn;
}

static Counts
sum_up(const Client *clients, int n)
{
	Counts		sum = {0};

	for (int i = 0; i < n; i++)
	{
		const Counts *one = &clients[i].counts;

		sum.reads += one->reads;
		sum.writes += one->writes;
		sum.values += one->values;
		sum.foreign += one->foreign;
		sum.read_only += one->read_only;
		sum.retries += one->retries;
		sum.timeouts += one->timeouts;
		sum.disconnects += one->disconnects;
		sum.failures += one->failures;
		if (one->longest > sum.longest)
			sum.longest = one->longest;
	}
	return sum;
}

static int
report(const Counts *sum, const Watch *watch, int faults, bool crashes)
{
	printf("reads=%ld values=%ld foreign=%ld writes=%ld read_only=%ld "
		   "retries=%ld timeouts=%ld disconnects=%ld failures=%ld faults=%d "
		   "longest=%.0fms localized=%.0fms\n",
		   sum->reads, sum->values, sum->foreign, sum->writes, sum->read_only,
		   sum->retries, sum->timeouts, sum->disconnects, sum->failures,
		   faults, sum->longest,
		   watch->localized != 0 ? watch->localized - watch->promoted : -1.0);
	return watch->localized == 0 || sum->foreign > 0 || sum->failures > 0 ||
		(sum->disconnects > 0 && !crashes) || faults > 0 || sum->writes == 0;
}

static void
free_client(Client *client)
{
	free(client->acked.tags);
	free(client->pending.tags);
	free(client->deleted.tags);
	free(client->deleting.tags);
	free(client->inserted.tags);
	free(client->inserting.tags);
}

static long
argument(char **argv, int i)
{
	return strtol(argv[i], NULL, 10);
}

static void
set_up(Client *clients, int n, char **argv)
{
	for (int i = 0; i < n; i++)
	{
		memset(&clients[i], 0, sizeof(Client));
		clients[i].number = i + 1;
		clients[i].clients = n;
		clients[i].rows = (int) argument(argv, 4);
		clients[i].conninfo = argv[1];
		clients[i].random.state = (uint64_t) argument(argv, 2) * 1000 +
			(uint64_t) i;
	}
}

int
main(int argc, char **argv)
{
	static Client clients[MAX_CLIENTS];
	pthread_t	threads[MAX_CLIENTS];
	Watch		watch = {0, 0};
	Counts		sum;
	PGconn	   *conn;
	int			n;
	int			faults;
	bool		crashes = argc == 8 && strcmp(argv[7], "crashes") == 0;

	if (argc != 7 && !crashes)
	{
		fprintf(stderr, "usage: promotion CONNINFO SEED CLIENTS ROWS AFTER_MS LIMIT_S [crashes]\n");
		return 2;
	}
	n = (int) argument(argv, 3);
	if (n < 1 || n > MAX_CLIENTS)
		return 2;
	set_up(clients, n, argv);
	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, client_main, &clients[i]) != 0)
			return 2;
	conn = watch_server(argv[1], now_ms() + 1e3 * (double) argument(argv, 6),
						&watch);
	for (long left = argument(argv, 5); left > 0; left -= 50)
		pause_ms(50);
	client_stop();
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	PQfinish(conn);
	conn = connect_again(argv[1]);
	faults = verify(conn, clients, n, crashes);
	PQfinish(conn);
	sum = sum_up(clients, n);
	for (int i = 0; i < n; i++)
		free_client(&clients[i]);
	return report(&sum, &watch, faults, crashes);
}
