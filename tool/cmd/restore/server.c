/*
 * server.c
 *		The server of the site that is restored.
 */
#include "cmd/restore/work.h"

#include "pg/statements.h"

/* Its own connection, since the databases come and go. */
PgConnection *
restore_server(Restore *restore, Error *error)
{
	PgConnection *server = move_server(&restore->move, restore->site, error);

	if (server != NULL)
		pg_set_deadline(server, (int) restore->move.config.localize_timeout);
	return server;
}

PgConnection *
restore_connect(Restore *restore, const char *database, Error *error)
{
	PgConnection *connection = move_connect(&restore->move, restore->site,
											database, error);

	if (connection != NULL)
		pg_set_deadline(connection,
						(int) restore->move.config.localize_timeout);
	return connection;
}

bool
restore_look(Restore *restore, const char *name, RestoreFound *found,
			 Error *error)
{
	PgConnection *server = restore_server(restore, error);

	return server != NULL &&
		pg_ask(server, "SELECT EXISTS (SELECT FROM pg_catalog.pg_database "
			   "WHERE datname = $1)", PG_PARAMETERS(name), &found->exists,
			   error) &&
		pg_ask(server, "SELECT EXISTS (SELECT FROM pg_catalog.pg_database d "
			   "WHERE d.datname = $1 AND pg_catalog.shobj_description(d.oid, "
			   "'pg_database') = $2)",
			   PG_PARAMETERS(name, restore_mark(restore)), &found->ours,
			   error);
}
