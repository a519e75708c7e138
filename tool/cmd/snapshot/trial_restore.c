/*
 * trial_restore.c
 *		A database of a snapshot, restored into a server for trial.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/snapshot/trial.h"
#include "pg/advice.h"
#include "pg/statements.h"
#include "platform/child.h"
#include "server/control.h"

#define WORDS_MAX 16

/*
 * $1: name, $2: encoding, $3: collate, $4: ctype, $5: provider, $6: its locale,
 * $7: its rules
 */
static const char create_query[] =
"SELECT pg_catalog.concat_ws(' ', pg_catalog.format('CREATE DATABASE %I "
"OWNER " SCRATCH_ROLE " TEMPLATE template0 ENCODING %L', $1::text, coalesce($2, 'UTF8')),"
" 'LC_COLLATE ' || pg_catalog.quote_literal($3),"
" 'LC_CTYPE ' || pg_catalog.quote_literal($4),"
" 'LOCALE_PROVIDER ' || nullif($5, 'libc'),"
" CASE $5 WHEN 'icu' THEN 'ICU_LOCALE ' || pg_catalog.quote_literal($6)"
"  WHEN 'builtin' THEN 'BUILTIN_LOCALE ' || pg_catalog.quote_literal($6) END,"
" 'ICU_RULES ' || pg_catalog.quote_literal($7))";

static const char drop_query[] =
"SELECT pg_catalog.format('DROP DATABASE IF EXISTS %I', $1::text)";

static const char *
dump_of(SnapshotTrial *trial, const SnapshotDatabase *database)
{
	return arena_printf(&trial->scratch.arena, "%s/%s",
						trial->snapshot->directory, database->dump);
}

/* As it was; or, where this machine has not its locale, without one. */
static bool
create(SnapshotTrial *trial, PgConnection *server,
	   const SnapshotDatabase *database, Error *error)
{
	Error		reason = ERROR_NONE;
	bool		good = pg_statements(server, create_query,
									 PG_PARAMETERS(database->name,
												   database->encoding,
												   database->collate,
												   database->ctype,
												   database->provider,
												   database->locale,
												   database->icu_rules), NULL,
									 &reason);

	if (!good)
	{
		snapshot_found(trial->findings, SNAPSHOT_WEAK, "deep", "",
					   "database \"%s\" was restored for trial without its "
					   "locale: %s", database->name, reason.message);
		good = pg_statements(server, create_query,
							 PG_PARAMETERS(database->name, database->encoding,
										   "C", "C", NULL, NULL, NULL), NULL,
							 error);
	}
	error_free(&reason);
	return good;
}

static bool
run_restore(SnapshotTrial *trial, const SnapshotDatabase *database,
			const char *user, const char *list, const char *const *only,
			Error *error)
{
	Arena	   *arena = &trial->scratch.arena;
	const char *words[WORDS_MAX];
	size_t		n = 0;
	PlatChild	child = {.argv = words,.output_limit = 1,.cancellable = true};
	PlatChildResult result;
	bool		good;

	if (list == NULL)
		return true;
	words[n++] = server_program(trial->check->site, "pg_restore", arena);
	words[n++] = "--exit-on-error";
	words[n++] = "--no-owner";
	words[n++] = "--no-privileges";
	words[n++] = "--no-password";
	words[n++] = arena_printf(arena, "--dbname=%s",
							  scratch_conninfo(&trial->scratch, user,
											   database->name));
	if (!trial->snapshot->legacy)
		words[n++] = arena_printf(arena, "--jobs=%d",
								  trial->check->config->snapshot.parallel);
	words[n++] = arena_printf(arena, "--use-list=%s", list);
	while (*only != NULL)
		words[n++] = *only++;
	words[n++] = "--";
	words[n++] = dump_of(trial, database);
	words[n] = NULL;
	good = plat_child_run(&child, &result, error) || pg_advise(error);
	plat_child_free(&result);
	return good;
}

/* All of a list, or a part of it. */
static const char *const whole[] = {NULL};
static const char *const before[] = {"--section=pre-data", NULL};
static const char *const rows[] = {
	"--section=data", "--exclude-schema=qsrepl", NULL
};
static const char *const own_rows[] = {"--schema=qsrepl", NULL};
static const char *const behind[] = {"--section=post-data", NULL};

/* What came with extensions stays a superuser's, but may be used. */
static const char grant_query[] =
"SELECT pg_catalog.format('ALTER SCHEMA %I OWNER TO " SCRATCH_ROLE "', n.nspname)"
" FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN"
" ('information_schema', 'qsrepl') "
"UNION ALL "
"SELECT pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO " SCRATCH_ROLE "',"
" p.oid::pg_catalog.regprocedure) FROM pg_catalog.pg_proc p JOIN"
" pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname ="
" 'qsrepl' AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype "
"UNION ALL "
"SELECT pg_catalog.format('GRANT ALL ON TABLE %s TO " SCRATCH_ROLE "',"
" c.oid::pg_catalog.regclass) FROM pg_catalog.pg_class c JOIN"
" pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN"
" pg_catalog.pg_depend d ON d.classid ="
" 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND"
" d.deptype = 'e' WHERE n.nspname <> 'qsrepl' AND c.relkind IN ('r', 'p', 'S')";

static bool
grant(SnapshotTrial *trial, const SnapshotDatabase *database, Error *error)
{
	PgConnection *server = scratch_connect(&trial->scratch, NULL,
										   database->name, error);
	bool		good = server != NULL &&
	pg_statements(server, grant_query, PG_NONE, NULL, error);

	pg_close(server);
	return good;
}

/*
 * A dump's constraints, expressions and functions are run by its restore: with
 * the rights of a role that has none.
 */
static bool
run_parts(SnapshotTrial *trial, const SnapshotDatabase *database,
		  Error *error)
{
	const char *lists[SNAPSHOT_TRIAL_PARTS];
	const char *theirs;

	if (!snapshot_trial_lists(trial, dump_of(trial, database), lists, error))
		return false;
	theirs = lists[SNAPSHOT_TRIAL_ROLE];
	return run_restore(trial, database, NULL, lists[SNAPSHOT_TRIAL_FIRST],
					   whole, error) &&
		grant(trial, database, error) &&
		run_restore(trial, database, SCRATCH_ROLE, theirs, before, error) &&
		run_restore(trial, database, SCRATCH_ROLE, theirs, rows, error) &&
		run_restore(trial, database, NULL, lists[SNAPSHOT_TRIAL_EXTENSION],
					own_rows, error) &&
		run_restore(trial, database, SCRATCH_ROLE, theirs, behind, error) &&
		run_restore(trial, database, NULL, lists[SNAPSHOT_TRIAL_LAST], whole,
					error);
}

bool
snapshot_trial_restore(SnapshotTrial *trial, const SnapshotDatabase *database)
{
	Error		error = ERROR_NONE;
	PgConnection *server = scratch_connect(&trial->scratch, NULL, NULL,
										   &error);
	bool		good = server != NULL &&
	pg_statements(server, drop_query, PG_PARAMETERS(database->name), NULL,
				  &error) && create(trial, server, database, &error) &&
	run_parts(trial, database, &error);

	pg_close(server);
	if (!good)
		snapshot_trial_error(trial, database, "could not be restored", &error);
	return good;
}
