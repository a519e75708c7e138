/*
 * client.c
 *		A client that reads and writes all the time, and looks at each value.
 *
 * Errors are of three kinds: such as a client meets at a promotion and tries
 * again after (read-only, serialization failure, the wait's end), lost
 * connections, and failures.
 */
#define _POSIX_C_SOURCE 200809L

#include "client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t stop_lock = PTHREAD_MUTEX_INITIALIZER;
static bool stop = false;

bool
client_stopping(void)
{
	bool		result;

	pthread_mutex_lock(&stop_lock);
	result = stop;
	pthread_mutex_unlock(&stop_lock);
	return result;
}

void
client_stop(void)
{
	pthread_mutex_lock(&stop_lock);
	stop = true;
	pthread_mutex_unlock(&stop_lock);
}

void
client_pause(Client *client, size_t ms)
{
	struct timespec time = {0, 0};

	time.tv_nsec = (long) random_below(&client->random, ms * 1000 + 1) * 1000;
	nanosleep(&time, NULL);
}

void
ledger_add(Ledger *ledger, const char *tag)
{
	if (ledger->n == ledger->room)
	{
		ledger->room = ledger->room == 0 ? 256 : 2 * ledger->room;
		ledger->tags = realloc(ledger->tags, ledger->room * TAG_LEN);
		if (ledger->tags == NULL)
			abort();
	}
	snprintf(ledger->tags[ledger->n++], TAG_LEN, "%s", tag);
}

void
ledger_move(Ledger *to, Ledger *from)
{
	for (size_t i = 0; i < from->n; i++)
		ledger_add(to, from->tags[i]);
	from->n = 0;
}

/* ---- what a statement gave ---- */

void
client_failed(Client *client, const char *what, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (state == NULL || strncmp(state, "57P", 3) == 0)
		client->counts.disconnects++;
	else if (strcmp(state, "25006") == 0)
		client->counts.read_only++;
	else if (strcmp(state, "40001") == 0)
		client->counts.retries++;
	else if (strcmp(state, "55P03") == 0)
		client->counts.timeouts++;
	else if (client->counts.failures++ < 3)
		fprintf(stderr, "client %d: %s: %s: %s", client->number, what, state,
				PQresultErrorMessage(result));
}

static bool
is_foreign(const char *value)
{
	return strstr(value, "\\\\CN\\") != NULL ||
		strstr(value, "sitea") != NULL;
}

void
client_look(Client *client, const char *what, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
		for (int column = 0; column < PQnfields(result); column++)
		{
			const char *value = PQgetvalue(result, row, column);

			client->counts.values++;
			if (!is_foreign(value) || client->counts.foreign++ >= 3)
				continue;
			fprintf(stderr, "client %d: %s gave \"%.100s\"\n",
					client->number, what, value);
		}
}

/* The statement with its parameters in it: the simple protocol has none. */
static char *
with_params(Client *client, const char *sql, const char *const *params)
{
	size_t		room = strlen(sql) + 1024;
	char	   *text = malloc(room);
	size_t		len = 0;

	if (text == NULL)
		abort();
	for (const char *p = sql; *p != '\0'; p++)
	{
		char	   *literal;

		if (params == NULL || p[0] != '$' || p[1] < '1' || p[1] > '9')
		{
			text[len++] = *p;
			continue;
		}
		p++;
		literal = PQescapeLiteral(client->conn, params[*p - '1'],
								  strlen(params[*p - '1']));
		if (literal == NULL)
			break;
		len += (size_t) snprintf(text + len, room - len, "%s", literal);
		PQfreemem(literal);
	}
	text[len] = '\0';
	return text;
}

static PGresult *
run_simple(Client *client, const char *sql, const char *const *params)
{
	char	   *text = with_params(client, sql, params);
	PGresult   *result = PQexec(client->conn, text);

	free(text);
	return result;
}

PGresult *
client_run(Client *client, Protocol protocol, const char *name,
		   const char *sql, int n, const char *const *params)
{
	PGresult   *result;
	ExecStatusType status;

	if (protocol == SIMPLE)
		result = run_simple(client, sql, params);
	else if (protocol == EXTENDED)
		result = PQexecParams(client->conn, sql, n, NULL, params, NULL, NULL, 0);
	else
		result = PQexecPrepared(client->conn, name, n, params, NULL, NULL, 0);
	status = PQresultStatus(result);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
		status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
	{
		client_look(client, name, result);
		return result;
	}
	client_failed(client, name, result);
	PQclear(result);
	return NULL;
}

bool
client_do(Client *client, const char *sql)
{
	PGresult   *result = client_run(client, SIMPLE, sql, sql, 0, NULL);

	PQclear(result);
	return result != NULL;
}

/* ---- its life ---- */

static bool
connect_to_server(Client *client)
{
	while (!client_stopping())
	{
		PQfinish(client->conn);
		client->conn = PQconnectdb(client->conninfo);
		if (PQstatus(client->conn) == CONNECTION_OK &&
			statements_prepare(client) &&
			(client->number % 3 != 0 ||
			 client_do(client, "SET plan_cache_mode = force_generic_plan")))
			return true;
		client_pause(client, 20);
	}
	return false;
}

/* What was acknowledged with it, or not. */
static void
end_transaction(Client *client, bool committed)
{
	if (committed)
	{
		client->counts.writes += (long) (client->pending.n +
										 client->deleting.n);
		ledger_move(&client->acked, &client->pending);
		ledger_move(&client->deleted, &client->deleting);
		ledger_move(&client->inserted, &client->inserting);
	}
	else
	{
		/* What it wanted to delete is still there. */
		ledger_move(&client->inserted, &client->deleting);
		client->pending.n = client->inserting.n = 0;
	}
}

static void
single_statement(Client *client)
{
	client->own_rows = false;
	if (random_one_in(&client->random, 2))
		statements_read(client);
	else
		end_transaction(client, statements_write(client));
}

static void
transaction(Client *client)
{
	static const char *const begin[] = {
		"BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ",
		"BEGIN READ ONLY", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	};
	size_t		kind = random_below(&client->random, 4);
	bool		good = client_do(client, begin[kind]);

	client->own_rows = true;
	client->in_transaction = true;
	for (size_t n = 1 + random_below(&client->random, 5); good && n > 0; n--)
	{
		if (kind >= 2 || random_one_in(&client->random, 2))
			good = statements_read(client);
		else
			good = statements_write(client);
		client_pause(client, random_one_in(&client->random, 10) ? 100 : 2);
	}
	client->in_transaction = false;
	if (!good)
		client_do(client, "ROLLBACK");
	else
		good = client_do(client, "COMMIT");
	end_transaction(client, good);
}

void *
client_main(void *arg)
{
	Client	   *client = arg;

	while (!client_stopping())
	{
		if (PQstatus(client->conn) != CONNECTION_OK &&
			!connect_to_server(client))
			break;
		if (random_one_in(&client->random, 3))
			transaction(client);
		else
			single_statement(client);
		client_pause(client, 4);
	}
	PQfinish(client->conn);
	client->conn = NULL;
	return NULL;
}
