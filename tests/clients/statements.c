/*
 * statements.c
 *		What the clients run: reads and writes of each kind.
 *
 * A write carries a tag that no other has, in column "last"; triggers copy it
 * and the row's former values into table "audit".
 */
#define _POSIX_C_SOURCE 200809L

#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Parameters of a statement, one letter each. */
#define ANY_ROW 'r'
#define TAG 't'
#define NEW_ROW 'n'
#define DELETED_ROW 'd'
#define LOCAL_PATH 'p'

typedef struct Statement
{
	const char *name;
	const char *sql;
	const char *params;			/* the letters */
	bool		simple;			/* only so */
} Statement;

static const Statement read_statements[] = {
	{"read", "SELECT path, host, doc FROM ruled WHERE id = $1", "r", false},
	{"read a row", "SELECT r FROM ruled r WHERE id = $1", "r", false},
	{"read json", "SELECT to_jsonb(r) FROM ruled r WHERE id = $1", "r", false},
	{"read some", "SELECT * FROM ruled WHERE id BETWEEN $1::int AND $1::int + 20", "r", false},
	{"read all", "SELECT min(path), max(path), min(host), max(doc::text), count(*) FILTER (WHERE path LIKE '%CN%') FROM ruled", "", false},
	{"search", "SELECT id, path FROM ruled WHERE path LIKE '\\\\\\\\CN\\\\%' OR host LIKE '%sitea%'", "", false},
	{"join", "SELECT r.path, c.last, q.path FROM ruled r LEFT JOIN child c ON c.ruled_id = r.id LEFT JOIN parts q ON q.id = r.id WHERE r.id = $1", "r", false},
	{"read parts", "SELECT p.path, p FROM parts p WHERE id = $1", "r", false},
	{"read a view", "SELECT * FROM ruled_view WHERE id = $1", "r", false},
	{"plpgsql reads", "SELECT read_plpgsql($1)", "r", false},
	{"sql reads", "SELECT read_sql($1)", "r", false},
	{"sql set reads", "SELECT * FROM read_set($1)", "r", false},
	{"subquery", "SELECT (SELECT path FROM ruled WHERE id = x) FROM generate_series($1::int, $1::int + 5) AS x", "r", false},
	{"union", "SELECT path FROM ruled WHERE id = $1 UNION ALL SELECT path FROM parts WHERE id = $1", "r", false},
	{"execute", "EXECUTE sql_read($1)", "r", true},
};

#define SET_PATH "SET n = r.n + 1, path = left(r.path, 60) || 'x', last = $1"

static const Statement write_statements[] = {
	{"update", "UPDATE ruled r " SET_PATH " WHERE id = $2 RETURNING path, host, doc, r", "tr", false},
	{"update from", "UPDATE ruled r SET n = r.n + 1, path = left(o.path, 60) || 'o', host = o.host, last = $1 FROM ruled o WHERE o.id = r.id AND r.id = $2 RETURNING r.path, o.path", "tr", false},
	{"update parts", "UPDATE parts r " SET_PATH " WHERE id = $2 RETURNING path", "tr", false},
	{"update view", "UPDATE ruled_view r SET path = left(r.path, 60) || 'v', n = r.n + 1, last = $1 WHERE id = $2 RETURNING path", "tr", false},
	{"update unruled column", "UPDATE ruled SET n = n + 1, last = $1 WHERE id = $2", "tr", false},
	{"with", "WITH u AS (UPDATE ruled r " SET_PATH " WHERE id = $2 RETURNING *) SELECT * FROM u", "tr", false},
	{"insert", "INSERT INTO ruled (id, path, host, last) VALUES ($2, $3, 'cn2.site-b.corp.local', $1) RETURNING path", "tnp", false},
	{"insert select", "INSERT INTO ruled (id, path, host, doc, last) SELECT $2::int, path, host, doc, $1 FROM ruled WHERE id = $3 RETURNING path, host, doc", "tnr", false},
	{"upsert", "INSERT INTO ruled AS r (id, path, last) VALUES ($2, 'none', $1) ON CONFLICT (id) DO UPDATE SET n = r.n + 1, path = left(r.path, 60) || 'u', last = excluded.last RETURNING path", "tr", false},
	{"delete", "DELETE FROM ruled WHERE id = $1 RETURNING path, host, doc", "d", false},
	{"plpgsql writes", "SELECT write_plpgsql($1, $2)", "tr", false},
	{"sql writes", "SELECT write_sql($1, $2)", "tr", false},
	{"insert child", "INSERT INTO child (ruled_id, last) VALUES ($2, $1)", "tr", false},
	{"lock", "SELECT path, host FROM ruled WHERE id = $1 FOR UPDATE", "r", false},
	{"execute update", "EXECUTE sql_update($1, $2)", "tr", true},
	/* Of 15; must be the last one. */
	{"merge", "MERGE INTO ruled r USING (SELECT $2::int AS id, path FROM ruled WHERE id = $2::int) s ON r.id = s.id WHEN MATCHED THEN UPDATE SET n = r.n + 1, path = left(s.path, 60) || 'm', last = $1", "tr", false},
};

#define N_READS (sizeof(read_statements) / sizeof(read_statements[0]))
#define N_WRITES (sizeof(write_statements) / sizeof(write_statements[0]))

static size_t
writes_of(const Client *client)
{
	return PQserverVersion(client->conn) >= 150000 ? N_WRITES : N_WRITES - 1;
}

static bool
prepare(Client *client, const Statement *statement)
{
	PGresult   *result;
	bool		good;

	if (statement->simple)
		return true;
	result = PQprepare(client->conn, statement->name, statement->sql, 0, NULL);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!good)
		client_failed(client, statement->name, result);
	PQclear(result);
	return good;
}

bool
statements_prepare(Client *client)
{
	for (size_t i = 0; i < N_READS; i++)
		if (!prepare(client, &read_statements[i]))
			return false;
	for (size_t i = 0; i < writes_of(client); i++)
		if (!prepare(client, &write_statements[i]))
			return false;
	return client_do(client, "PREPARE sql_read (int) AS SELECT path, host FROM ruled WHERE id = $1") &&
		client_do(client, "PREPARE sql_update (text, int) AS UPDATE ruled r " SET_PATH " WHERE id = $2 RETURNING path");
}

/* ---- parameters ---- */

static void
any_row(Client *client, char *param)
{
	size_t		id = 1 + random_below(&client->random, (size_t) client->rows);

	if (client->own_rows)
		id = id - id % (size_t) client->clients + (size_t) client->number;
	if (id > (size_t) client->rows)
		id -= (size_t) client->clients;
	snprintf(param, TAG_LEN, "%zu", id);
}

static void
new_tag(Client *client, char *param)
{
	snprintf(param, TAG_LEN, "%d:%ld", client->number, ++client->sequence);
	ledger_add(&client->pending, param);
}

static void
new_row(Client *client, char *param)
{
	snprintf(param, TAG_LEN, "%ld",
			 (long) client->number * OWN_IDS + ++client->sequence);
	ledger_add(&client->inserting, param);
}

/* The last one that was inserted, so that it is nobody else's. */
static void
deleted_row(Client *client, char *param)
{
	Ledger	   *from = &client->inserted;

	if (from->n == 0)
	{
		snprintf(param, TAG_LEN, "-1");
		return;
	}
	memcpy(param, from->tags[--from->n], TAG_LEN);
	ledger_add(&client->deleting, param);
}

static void
make_param(Client *client, char letter, char *param)
{
	switch (letter)
	{
		case ANY_ROW:
			any_row(client, param);
			break;
		case TAG:
			new_tag(client, param);
			break;
		case NEW_ROW:
			new_row(client, param);
			break;
		case DELETED_ROW:
			deleted_row(client, param);
			break;
		default:
			snprintf(param, TAG_LEN, "\\\\BCN\\Qlik$\\new\\%d", client->number);
	}
}

static PGresult *
run(Client *client, const Statement *statement)
{
	char		texts[4][TAG_LEN];
	const char *params[4];
	int			n = (int) strlen(statement->params);
	Protocol	protocol = (Protocol) random_below(&client->random, PROTOCOLS);

	for (int i = 0; i < n; i++)
	{
		make_param(client, statement->params[i], texts[i]);
		params[i] = texts[i];
	}
	return client_run(client, statement->simple ? SIMPLE : protocol,
					  statement->name, statement->sql, n, params);
}

static bool
run_one(Client *client, const Statement *statement)
{
	PGresult   *result = run(client, statement);

	PQclear(result);
	return result != NULL;
}

/* ---- COPY ---- */

/* All that the server sends, as one value. */
static bool
copy_out(Client *client, const char *sql)
{
	PGresult   *result = client_run(client, SIMPLE, "copy to", sql, 0, NULL);
	char	   *line;
	bool		good;

	if (result == NULL)
		return false;
	PQclear(result);
	while (PQgetCopyData(client->conn, &line, 0) > 0)
	{
		client->counts.values++;
		/* COPY doubles the backslashes. */
		if ((strstr(line, "\\\\\\\\CN\\\\") != NULL ||
			 strstr(line, "sitea") != NULL) && client->counts.foreign++ < 3)
			fprintf(stderr, "client %d: %s gave \"%.100s\"\n",
					client->number, sql, line);
		PQfreemem(line);
	}
	result = PQgetResult(client->conn);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!good)
		client_failed(client, sql, result);
	PQclear(result);
	while ((result = PQgetResult(client->conn)) != NULL)
		PQclear(result);
	return good;
}

static bool
copy_in(Client *client)
{
	PGresult   *result = client_run(client, SIMPLE, "copy from",
									"COPY ruled (id, path, host, last) FROM STDIN",
									0, NULL);
	bool		good;

	if (result == NULL)
		return false;
	PQclear(result);
	for (int i = 0; i < 3; i++)
	{
		char		id[TAG_LEN];
		char		tag[TAG_LEN];
		char		line[4 * TAG_LEN];

		new_row(client, id);
		new_tag(client, tag);
		snprintf(line, sizeof(line),
				 "%s\t\\\\\\\\BCN\\\\Qlik$\\\\copied\tBCN\t%s\n", id, tag);
		PQputCopyData(client->conn, line, (int) strlen(line));
	}
	PQputCopyEnd(client->conn, NULL);
	result = PQgetResult(client->conn);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!good)
		client_failed(client, "copy from", result);
	PQclear(result);
	while ((result = PQgetResult(client->conn)) != NULL)
		PQclear(result);
	return good;
}

/* ---- cursors ---- */

static bool
ends_own(Client *client, bool own, bool good)
{
	if (!own)
		return good;
	client->in_transaction = false;
	return client_do(client, good ? "COMMIT" : "ROLLBACK") && good;
}

static bool
cursor_reads(Client *client)
{
	bool		own = !client->in_transaction;
	bool		good = !own || client_do(client, "BEGIN");

	client->in_transaction = true;
	good = good && client_do(client, "DECLARE c CURSOR FOR SELECT path, doc, r FROM ruled r ORDER BY id");
	for (int i = 0; good && i < 3; i++)
	{
		good = client_do(client, "FETCH 20 FROM c");
		client_pause(client, 40);
	}
	good = good && client_do(client, "CLOSE c");
	return ends_own(client, own, good);
}

static bool
cursor_writes(Client *client)
{
	bool		own = !client->in_transaction;
	bool		good = !own || client_do(client, "BEGIN");
	char		row[TAG_LEN];
	char		sql[256];

	client->in_transaction = true;
	any_row(client, row);
	snprintf(sql, sizeof(sql), "DECLARE w CURSOR FOR SELECT path FROM ruled WHERE id = %s FOR UPDATE", row);
	good = good && client_do(client, sql) && client_do(client, "FETCH w");
	if (good)
	{
		static const Statement update = {"update cursor", "UPDATE ruled r " SET_PATH " WHERE CURRENT OF w RETURNING path", "t", true};

		good = run_one(client, &update);
	}
	good = good && client_do(client, "CLOSE w");
	return ends_own(client, own, good);
}

/* ---- any of them ---- */

bool
statements_read(Client *client)
{
	size_t		which = random_below(&client->random, N_READS + 3);

	client->counts.reads++;
	if (which < N_READS)
		return run_one(client, &read_statements[which]);
	if (which == N_READS)
		return cursor_reads(client);
	if (which == N_READS + 1)
		return copy_out(client, "COPY ruled (id, path, host, doc) TO STDOUT");
	return copy_out(client, "COPY (SELECT r, path FROM parts r) TO STDOUT");
}

static double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec * 1e3 + (double) time.tv_nsec / 1e6;
}

bool
statements_write(Client *client)
{
	size_t		n = writes_of(client);
	size_t		which = random_below(&client->random, n + 2);
	double		start = now_ms();
	bool		good;

	if (which < n)
		good = run_one(client, &write_statements[which]);
	else
		good = which == n ? copy_in(client) : cursor_writes(client);
	if (good && now_ms() - start > client->counts.longest)
		client->counts.longest = now_ms() - start;
	return good;
}
