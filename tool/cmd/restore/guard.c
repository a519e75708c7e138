/*
 * guard.c
 *		A dump's code is run with its owner's rights.
 *
 * pg_restore works as a superuser, and constraints, domains, generated columns,
 * partition keys and casts call functions.  An event trigger makes each function
 * that is created SECURITY DEFINER: its owner comes with the next statement,
 * before anything can use it, and such a function cannot change the role back.
 * That leaves functions of a superuser's, PostgreSQL's own above all, which an
 * owner's constraint may call: those that read and write files, or settings,
 * are volatile, and refused.
 */
#include "cmd/restore/guard.h"

#include <stdlib.h>

#include "pg/statements.h"

static const char *const begin_statements[] = {
	"CREATE SCHEMA qsrepl_guard",
	"CREATE TABLE qsrepl_guard.routine (id pg_catalog.oid)",
	"CREATE FUNCTION qsrepl_guard.made() RETURNS pg_catalog.event_trigger "
	"LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$ "
	"DECLARE r pg_catalog.oid; BEGIN "
	"FOR r IN SELECT p.oid FROM pg_event_trigger_ddl_commands() c "
	"JOIN pg_proc p ON p.oid = c.objid AND c.classid = 'pg_proc'::regclass "
	"WHERE NOT c.in_extension AND NOT p.prosecdef AND p.prokind IN ('f', 'p', "
	"'w') LOOP "
	"INSERT INTO qsrepl_guard.routine VALUES (r); "
	"EXECUTE format('ALTER ROUTINE %s SECURITY DEFINER', r::regprocedure); "
	"END LOOP; END $$",
	"CREATE EVENT TRIGGER qsrepl_guard ON ddl_command_end WHEN TAG IN "
	"('CREATE FUNCTION', 'CREATE PROCEDURE') EXECUTE FUNCTION "
	"qsrepl_guard.made()"
};

bool
restore_guard_begin(PgConnection *database, Error *error)
{
	size_t		n = sizeof(begin_statements) / sizeof(begin_statements[0]);

	for (size_t i = 0; i < n; i++)
		if (!pg_run(database, begin_statements[i], PG_NONE, error))
			return false;
	return true;
}

/*
 * Expressions name functions by number, since those of PostgreSQL itself are no
 * dependencies.  Of the stable ones, few give away or run anything.
 */
static const char check_query[] =
"SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%s calls %s', "
"c.conname, p.oid::pg_catalog.regprocedure), ', ') FROM "
"pg_catalog.pg_constraint c, LATERAL pg_catalog.regexp_matches("
"c.conbin::pg_catalog.text, ':(?:funcid|opfuncid) (\\d+)', 'g') AS m (id) "
"JOIN pg_catalog.pg_proc p ON p.oid = m.id[1]::pg_catalog.oid "
"JOIN pg_catalog.pg_roles r ON r.oid = p.proowner WHERE c.contype = 'c' AND "
"r.rolsuper AND (p.provolatile = 'v' AND p.proname NOT IN ('clock_timestamp', "
"'timeofday', 'random', 'gen_random_uuid') OR p.proname LIKE '%to\\_xml%' OR "
"p.proname = 'current_setting')";

bool
restore_guard_check(PgConnection *database, Error *error)
{
	char	   *found = NULL;

	if (!pg_value(database, check_query, PG_NONE, &found, error))
		return false;
	if (found == NULL)
		return true;
	error_set(error, found, "Whoever wrote them could have anything done with "
			  "a superuser's rights: look at the dump with pg_restore -f -.",
			  "constraints of the dump call functions that are not to be run "
			  "by a superuser");
	free(found);
	return false;
}

bool
restore_guard_end(PgConnection *database, Error *error)
{
	return pg_run(database, "DROP EVENT TRIGGER qsrepl_guard", PG_NONE,
				  error) &&
		pg_statements(database, "SELECT pg_catalog.format('ALTER ROUTINE %s "
					  "SECURITY INVOKER', p.oid::pg_catalog.regprocedure) "
					  "FROM qsrepl_guard.routine r JOIN pg_catalog.pg_proc p "
					  "ON p.oid = r.id", PG_NONE, NULL, error) &&
		pg_run(database, "DROP SCHEMA qsrepl_guard CASCADE", PG_NONE, error);
}
