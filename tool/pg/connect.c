/*
 * connect.c
 *		Connecting without blocking, under one deadline.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pg/internal.h"
#include "pg/query.h"
#include "platform/clock.h"
#include "platform/socket.h"

#define CONNECT_MS 10000
#define STATEMENT_MS 30000

/* libpq would write them to standard error. */
static void
drop_notice(void *arg, const PGresult *result)
{
	(void) arg;
	(void) result;
}

static PGconn *
start(const PgTarget *target)
{
	/* The first dbname is the connection string, the second its own. */
	const char *const keywords[] = {
		"fallback_application_name", "dbname",
		target->dbname != NULL ? "dbname" : NULL, NULL
	};
	const char *const values[] = {
		"qsrepl", target->conninfo, target->dbname, NULL
	};

	return PQconnectStartParams(keywords, values, 1);
}

static bool
time_over(const PgConnection *connection, int deadline_ms, Error *error)
{
	return error_set(error, NULL, "Look whether the server and the network "
					 "are up, and whether host and port are right.",
					 "site \"%s\": could not connect within %d ms",
					 connection->site, deadline_ms);
}

/* Poll the connection until it is made. */
static bool
finish(PgConnection *connection, int deadline_ms, Error *error)
{
	int64_t		end = plat_clock_ms() + deadline_ms;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED)
	{
		int64_t		left = end - plat_clock_ms();
		PlatWait	wait = plat_socket_wait(PQsocket(connection->conn),
											status == PGRES_POLLING_WRITING,
											left > 0 ? (int) left : 0,
											connection->cancellable);

		if (wait == PLAT_WAIT_TIMED_OUT)
			return time_over(connection, deadline_ms, error);
		if (wait == PLAT_WAIT_CANCELLED)
			return error_set(error, NULL, NULL,
							 "site \"%s\": connecting was interrupted",
							 connection->site);
		if (wait == PLAT_WAIT_FAILED)
			break;
		status = PQconnectPoll(connection->conn);
	}
	return status == PGRES_POLLING_OK || pg_fail(connection, NULL, error);
}

static PgConnection *
new_connection(const PgTarget *target)
{
	PgConnection *connection = mem_alloc(sizeof(PgConnection));

	memset(connection, 0, sizeof(*connection));
	connection->site = mem_strdup(target->site);
	connection->deadline_ms = STATEMENT_MS;
	connection->cancellable = target->cancellable;
	return connection;
}

/*
 * The first statements.  A database's owner may set what sessions in it begin
 * with: where names are looked for, how texts look and are read, a role.  What
 * a table's constraints say is not worked out at planning.  A setting that the
 * server's version does not have is null.
 */
static const char settings_statement[] =
"SELECT pg_catalog.count(pg_catalog.set_config(v.name, v.value, false)) FROM "
"(VALUES ('search_path', ''), ('standard_conforming_strings', 'on'), "
"('quote_all_identifiers', 'off'), "
"('array_nulls', 'on'), ('transform_null_equals', 'off'), "
"('bytea_output', 'hex'), ('DateStyle', 'ISO, YMD'), "
"('IntervalStyle', 'postgres'), ('extra_float_digits', '1'), "
"('client_encoding', 'UTF8'), ('constraint_exclusion', 'off'), "
"('restrict_nonsystem_relation_kind', 'foreign-table'), "
"('default_transaction_read_only', 'off'), "
"('default_transaction_isolation', 'read committed'), "
"('default_transaction_deferrable', 'off')) AS v (name, value) "
"WHERE pg_catalog.current_setting(v.name, true) IS NOT NULL";

/* Who has logged in, unless it is the login's own setting to be another. */
static const char role_statement[] =
"SELECT pg_catalog.set_config('role', 'none', false) FROM "
"pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = "
"s.setdatabase WHERE d.datname = pg_catalog.current_database() AND s.setrole "
"= 0 AND EXISTS (SELECT FROM pg_catalog.unnest(s.setconfig) AS c WHERE "
"pg_catalog.lower(c) LIKE 'role=%')";

/*
 * Whoever owns a database could put a schema in the place of the extension's,
 * whose views and functions would run with the rights of whoever connects:
 * CREATE EXTENSION, which only a superuser can run, gives it to a superuser.
 */
static const char owner_statement[] =
"SELECT pg_catalog.min(r.rolname::pg_catalog.text) FROM "
"pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_roles AS r ON r.oid "
"OPERATOR(pg_catalog.=) n.nspowner WHERE n.nspname OPERATOR(pg_catalog.=) "
"'qsrepl' AND NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) "
"current_user";

static bool
refuse_owner(void *arg, const PgRow *row, Error *error)
{
	const PgConnection *connection = arg;
	const char *owner = pg_row_text(row, 0);

	if (owner == NULL)
		return true;
	return error_set(error, "It could hold functions of that role, which "
					 "would run with the rights of this connection.",
					 "Find out who has made it; drop the schema, or give it "
					 "to a superuser by ALTER SCHEMA qsrepl OWNER TO.",
					 "site \"%s\": schema \"qsrepl\" of database \"%s\" "
					 "belongs to role \"%s\", which is no superuser",
					 connection->site, PQdb(connection->conn), owner);
}

PgConnection *
pg_connect(const PgTarget *target, Error *error)
{
	PgConnection *connection;
	int			deadline_ms = target->deadline_ms > 0 ? target->deadline_ms :
	CONNECT_MS;

	if (!pg_check_conninfo(target->site, target->conninfo, error))
		return NULL;
	connection = new_connection(target);
	connection->conn = start(target);
	if (connection->conn != NULL)
		PQsetNoticeReceiver(connection->conn, drop_notice, NULL);
	if ((PQstatus(connection->conn) != CONNECTION_BAD ?
		 finish(connection, deadline_ms, error) :
		 pg_fail(connection, NULL, error)) &&
		pg_run(connection, settings_statement, PG_NONE, error) &&
		pg_run(connection, role_statement, PG_NONE, error) &&
		pg_rows(connection, owner_statement, PG_NONE, refuse_owner,
				connection, error))
		return connection;
	pg_close(connection);
	return NULL;
}

void
pg_close(PgConnection *connection)
{
	if (connection == NULL)
		return;
	PQfinish(connection->conn);
	free(connection->site);
	free(connection);
}

void
pg_set_deadline(PgConnection *connection, int deadline_ms)
{
	connection->deadline_ms = deadline_ms;
}

void
pg_set_cancellable(PgConnection *connection, bool cancellable)
{
	connection->cancellable = cancellable;
}

bool
pg_is_broken(const PgConnection *connection)
{
	return connection->given_up ||
		PQstatus(connection->conn) != CONNECTION_OK;
}

const char *
pg_site(const PgConnection *connection)
{
	return connection->site;
}

int
pg_server_version(const PgConnection *connection)
{
	return PQserverVersion(connection->conn);
}
