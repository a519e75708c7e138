/*
 * server.c
 *		The scratch server in which the SQL peers run.
 *
 * Each number of mappings has a database of its own, since the extension's
 * mappings belong to a database.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATABASES_MAX 8

typedef struct Database
{
	size_t		n;				/* mappings */
	PGconn	   *conn;
} Database;

static const char *server_conninfo;
static Corpus *const *server_corpora;
static Database databases[DATABASES_MAX];
static size_t n_databases;

/* What must not disturb a measurement, and what ends one that takes ages. */
static const char *const settings =
"SET jit = off; SET max_parallel_workers_per_gather = 0;"
"SET plan_cache_mode = force_generic_plan; SET statement_timeout = '4s';"
"SET client_min_messages = error;";

void
server_reason(const PGresult *result, char *reason)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result,
											 PG_DIAG_MESSAGE_PRIMARY);

	if (state != NULL && strcmp(state, "57014") == 0)
		message = "more than 4 s for the least work";
	snprintf(reason, REASON_MAX, "%s", message != NULL ? message :
			 "connection lost");
}

bool
server_do(PGconn *conn, const char *sql, char *reason)
{
	PGresult   *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	bool		good = status == PGRES_COMMAND_OK ||
	status == PGRES_TUPLES_OK;

	if (!good)
		server_reason(result, reason);
	PQclear(result);
	return good;
}

/* Connect with the given words behind the server's; later ones win. */
static PGconn *
connect_to(const char *database, char *reason)
{
	char		conninfo[1024];
	PGconn	   *conn;

	snprintf(conninfo, sizeof(conninfo), "%s dbname=%s", server_conninfo,
			 database);
	conn = PQconnectdb(conninfo);
	if (PQstatus(conn) == CONNECTION_OK)
		return conn;
	snprintf(reason, REASON_MAX, "%s", PQerrorMessage(conn));
	PQfinish(conn);
	return NULL;
}

/* Append a field of COPY's text format. */
static void
put_field(Buffer *buffer, const char *value, char end)
{
	for (const char *p = value; *p != '\0'; p++)
	{
		if (*p == '\n')
			buffer_puts(buffer, "\\n");
		else if (*p == '\t')
			buffer_puts(buffer, "\\t");
		else
		{
			if (*p == '\\')
				buffer_puts(buffer, "\\");
			buffer_add(buffer, p, 1);
		}
	}
	buffer_add(buffer, &end, 1);
}

static bool
copy_in(PGconn *conn, const char *table, const Buffer *rows, char *reason)
{
	char		sql[100];
	PGresult   *result;
	bool		good;

	snprintf(sql, sizeof(sql), "COPY %s FROM STDIN", table);
	result = PQexec(conn, sql);
	good = PQresultStatus(result) == PGRES_COPY_IN;
	if (good)
	{
		PQclear(result);
		PQputCopyData(conn, rows->bytes, (int) rows->len);
		PQputCopyEnd(conn, NULL);
		result = PQgetResult(conn);
		good = PQresultStatus(result) == PGRES_COMMAND_OK;
	}
	if (!good)
		server_reason(result, reason);
	while (result != NULL)
	{
		PQclear(result);
		result = PQgetResult(conn);
	}
	return good;
}

static bool
load_corpus(PGconn *conn, const Corpus *corpus, char *reason)
{
	char		sql[200];
	Buffer		rows = {0};
	bool		good;

	/* Not compressed: what is measured is not the unpacking. */
	snprintf(sql, sizeof(sql), "CREATE UNLOGGED TABLE %s (v text);"
			 "ALTER TABLE %s ALTER v SET STORAGE EXTERNAL", corpus->key,
			 corpus->key);
	for (size_t i = 0; i < corpus->n; i++)
		put_field(&rows, corpus->values[i], '\n');
	good = server_do(conn, sql, reason) &&
		copy_in(conn, corpus->key, &rows, reason);
	free(rows.bytes);
	return good;
}

static bool
load_mappings(PGconn *conn, const Pair *pairs, size_t n, char *reason)
{
	static const char *const create =
	"CREATE UNLOGGED TABLE mapping (name text, kind text, a text, b text)";
	Buffer		rows = {0};
	bool		good;

	for (size_t i = 0; i < n; i++)
	{
		put_field(&rows, pairs[i].name, '\t');
		put_field(&rows, rw_kind_name(pairs[i].kind), '\t');
		put_field(&rows, pairs[i].foreign, '\t');
		put_field(&rows, pairs[i].local, '\n');
	}
	good = server_do(conn, create, reason) &&
		copy_in(conn, "mapping", &rows, reason);
	free(rows.bytes);
	return good;
}

static PGconn *
create_database(const Pair *pairs, size_t n, char *reason)
{
	char		name[40];
	char		sql[100];
	PGconn	   *conn = connect_to("postgres", reason);
	bool		good;

	if (conn == NULL)
		return NULL;
	snprintf(name, sizeof(name), "bench_%lu", (unsigned long) n);
	snprintf(sql, sizeof(sql), "CREATE DATABASE %s", name);
	good = server_do(conn, sql, reason);
	PQfinish(conn);
	if (!good || (conn = connect_to(name, reason)) == NULL)
		return NULL;
	good = server_do(conn, settings, reason) &&
		load_mappings(conn, pairs, n, reason);
	for (int kind = 0; kind < CORPORA && good; kind++)
		if ((SQL_CORPORA & 1u << kind) != 0)
			good = load_corpus(conn, server_corpora[kind], reason);
	if (good && server_do(conn, "VACUUM ANALYZE", reason))
		return conn;
	PQfinish(conn);
	return NULL;
}

PGconn *
server_open(const Pair *pairs, size_t n, char *reason)
{
	PGconn	   *conn;

	for (size_t i = 0; i < n_databases; i++)
		if (databases[i].n == n)
			return databases[i].conn;
	if (server_conninfo == NULL || n_databases == DATABASES_MAX)
	{
		snprintf(reason, REASON_MAX, "no server");
		return NULL;
	}
	conn = create_database(pairs, n, reason);
	if (conn == NULL)
		return NULL;
	databases[n_databases].n = n;
	databases[n_databases++].conn = conn;
	return conn;
}

bool
peer_sql_connect(const char *conninfo, Corpus *const *corpora, char *reason)
{
	PGconn	   *conn;

	server_conninfo = conninfo;
	server_corpora = corpora;
	conn = connect_to("postgres", reason);
	if (conn == NULL)
	{
		server_conninfo = NULL;
		return false;
	}
	PQfinish(conn);
	return true;
}
