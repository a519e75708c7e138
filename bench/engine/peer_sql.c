/*
 * peer_sql.c
 *		What one would write in SQL: replace() or regexp_replace() chained,
 *		one call a mapping, and the extension's rewrite().
 *
 * Measured is the server process's SELECT count(f(v)) FROM corpus, less the
 * same scan with a comparison that reads the value and does nothing with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

typedef struct SqlPeer
{
	PGconn	   *conn;
	const char *key;			/* the peer's, begins statements' names */
	char	   *head;			/* the expression is head, column, tail */
	char	   *tail;
	bool		prepared[CORPORA];
	size_t		counted[CORPORA];	/* for this many rows changed[] holds */
	size_t		changed[CORPORA];
} SqlPeer;

static SqlPeer *
open_peer(const char *key, const Pair *pairs, size_t n, char *reason)
{
	PGconn	   *conn = server_open(pairs, n, reason);
	SqlPeer    *peer;

	if (conn == NULL)
		return NULL;
	peer = heap_alloc(sizeof(SqlPeer));
	memset(peer, 0, sizeof(*peer));
	peer->conn = conn;
	peer->key = key;
	return peer;
}

static void
close_peer(void *state)
{
	SqlPeer    *peer = state;

	free(peer->head);
	free(peer->tail);
	free(peer);
}

static void
put_literal(SqlPeer *peer, const char *string, Buffer *out)
{
	char	   *literal = PQescapeLiteral(peer->conn, string, strlen(string));

	buffer_puts(out, ", ");
	buffer_puts(out, literal);
	PQfreemem(literal);
}

/* The same with a backslash before each byte of a set. */
static void
put_escaped(SqlPeer *peer, const char *string, const char *set, Buffer *out)
{
	Buffer		escaped = {0};

	for (const char *p = string; *p != '\0'; p++)
	{
		if (strchr(set, *p) != NULL)
			buffer_puts(&escaped, "\\");
		buffer_add(&escaped, p, 1);
	}
	put_literal(peer, escaped.bytes, out);
	free(escaped.bytes);
}

static void
chain(SqlPeer *peer, const Pair *pairs, size_t n, bool regexp)
{
	Buffer		head = {0};
	Buffer		tail = {0};

	for (size_t i = 0; i < n; i++)
	{
		if (regexp)
		{
			buffer_puts(&head, "regexp_replace(");
			put_escaped(peer, pairs[i].foreign, "\\.$[]()*+?{}|^", &tail);
			put_escaped(peer, pairs[i].local, "\\", &tail);
			buffer_puts(&tail, ", 'gi')");
		}
		else
		{
			buffer_puts(&head, "replace(");
			put_literal(peer, pairs[i].foreign, &tail);
			put_literal(peer, pairs[i].local, &tail);
			buffer_puts(&tail, ")");
		}
	}
	peer->head = head.bytes;
	peer->tail = tail.bytes;
}

static void *
open_replace(const Pair *pairs, size_t n, char *reason)
{
	SqlPeer    *peer = open_peer("replace", pairs, n, reason);

	if (peer != NULL)
		chain(peer, pairs, n, false);
	return peer;
}

static void *
open_regexp(const Pair *pairs, size_t n, char *reason)
{
	SqlPeer    *peer = open_peer("regexp", pairs, n, reason);

	if (peer != NULL)
		chain(peer, pairs, n, true);
	return peer;
}

/* Straight into the tables: set_mapping() checks each time against all. */
static void *
open_qsrepl(const Pair *pairs, size_t n, char *reason)
{
	static const char *const load =
	"SET statement_timeout = '20s';"
	"CREATE EXTENSION IF NOT EXISTS qsrepl;"
	"SELECT qsrepl.set_site('A', 'foreign');"
	"SELECT qsrepl.set_site('B', 'local');"
	"INSERT INTO qsrepl.mapping (name, kind) SELECT name, kind FROM mapping;"
	"INSERT INTO qsrepl.mapping_value (mapping, site, value, current)"
	" SELECT name, 'A', a, true FROM mapping"
	" UNION ALL SELECT name, 'B', b, true FROM mapping;";
	SqlPeer    *peer = open_peer("qsrepl", pairs, n, reason);
	Buffer		head = {0};
	Buffer		tail = {0};
	bool		good;

	if (peer == NULL)
		return NULL;
	buffer_puts(&head, "qsrepl.rewrite(");
	buffer_puts(&tail, ", '%', 'B')");
	peer->head = head.bytes;
	peer->tail = tail.bytes;
	good = server_do(peer->conn, load, reason);
	if (server_do(peer->conn, "SET statement_timeout = '4s'", reason) && good)
		return peer;
	close_peer(peer);
	return NULL;
}

static void
put_expression(const SqlPeer *peer, const Corpus *corpus, Buffer *sql)
{
	const char *form = strchr(peer->tail, '%');

	buffer_puts(sql, peer->head);
	buffer_puts(sql, "v");
	if (strcmp(peer->key, "qsrepl") == 0)
	{
		buffer_add(sql, peer->tail, (size_t) (form - peer->tail));
		buffer_puts(sql, rw_form_name(corpus->form));
		buffer_puts(sql, form + 1);
	}
	else
		buffer_puts(sql, peer->tail);
}

typedef enum Statement
{
	REWRITE,					/* count(f(v)) */
	CHANGED,					/* how many are changed */
	SCAN						/* the same scan without f */
} Statement;

static void
statement_name(const SqlPeer *peer, const Corpus *corpus,
			   Statement statement, char *name, size_t size)
{
	snprintf(name, size, "%s_%s_%d", peer->key, corpus->key,
			 (int) statement);
}

static bool
prepare(SqlPeer *peer, const Corpus *corpus, Statement statement,
		char *reason)
{
	Buffer		sql = {0};
	char		name[60];
	PGresult   *result;
	bool		good;

	buffer_puts(&sql, "SELECT count(");
	if (statement == SCAN)
		buffer_puts(&sql, "v COLLATE \"C\" > ''");
	else
	{
		if (statement == CHANGED)
			buffer_puts(&sql, "NULLIF(v COLLATE \"C\" <> ");
		put_expression(peer, corpus, &sql);
		if (statement == CHANGED)
			buffer_puts(&sql, ", false)");
	}
	buffer_printf(&sql, ") FROM (SELECT v FROM %s LIMIT $1::bigint) s",
				  corpus->key);
	statement_name(peer, corpus, statement, name, sizeof(name));
	result = PQprepare(peer->conn, name, sql.bytes, 1, NULL);
	free(sql.bytes);
	good = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!good)
		server_reason(result, reason);
	PQclear(result);
	return good;
}

/* Time one execution; *counted is what it returned. */
static bool
execute(SqlPeer *peer, const Corpus *corpus, Statement statement,
		size_t rows, double *ns, size_t *counted, char *reason)
{
	char		limit[32];
	const char *params[1];
	char		name[60];
	PGresult   *result;
	double		start;
	bool		good;

	snprintf(limit, sizeof(limit), "%lu", (unsigned long) rows);
	params[0] = limit;
	statement_name(peer, corpus, statement, name, sizeof(name));
	start = cpu_ns_of(PQbackendPID(peer->conn));
	result = PQexecPrepared(peer->conn, name, 1, params, NULL, NULL, 0);
	*ns = cpu_ns_of(PQbackendPID(peer->conn)) - start;
	good = PQresultStatus(result) == PGRES_TUPLES_OK;
	if (good)
		*counted = strtoul(PQgetvalue(result, 0, 0), NULL, 10);
	else
		server_reason(result, reason);
	PQclear(result);
	return good;
}

/* Prepare, and count what is changed, once for a corpus and row count. */
static bool
make_ready(SqlPeer *peer, const Corpus *corpus, size_t rows, char *reason)
{
	CorpusKind	kind = corpus->kind;
	double		ns;

	if (!peer->prepared[kind] &&
		!(prepare(peer, corpus, REWRITE, reason) &&
		  prepare(peer, corpus, CHANGED, reason) &&
		  prepare(peer, corpus, SCAN, reason)))
		return false;
	peer->prepared[kind] = true;
	if (peer->counted[kind] == rows)
		return true;
	peer->counted[kind] = rows;
	return execute(peer, corpus, CHANGED, rows, &ns, &peer->changed[kind],
				   reason);
}

static bool
run(void *state, const Corpus *corpus, Run *run, char *reason)
{
	SqlPeer    *peer = state;

	if (!make_ready(peer, corpus, run->count, reason))
		return false;
	run->ns = 0;
	run->changed = peer->changed[corpus->kind];
	for (size_t repeat = 0; repeat < run->repeats; repeat++)
	{
		double		with;
		double		without;
		size_t		counted;

		if (!execute(peer, corpus, REWRITE, run->count, &with, &counted,
					 reason) ||
			!execute(peer, corpus, SCAN, run->count, &without, &counted,
					 reason))
			return false;
		run->ns += with - without;
	}
	return true;
}

const Peer	peer_sql_qsrepl = {
	"sql_qsrepl", "SQL qsrepl.rewrite()", SQL_CORPORA, true, open_qsrepl,
	close_peer, run
};

const Peer	peer_sql_replace = {
	"sql_replace", "SQL replace() chained", SQL_CORPORA, true, open_replace,
	close_peer, run
};

const Peer	peer_sql_regexp = {
	"sql_regexp_replace", "SQL regexp_replace() chained", SQL_CORPORA, true,
	open_regexp, close_peer, run
};
